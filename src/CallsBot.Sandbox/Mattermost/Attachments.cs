using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>
/// Message attachments in the form that the server keeps and gives out: every field there, unknown ones gone
/// (model/slack_attachment.go), and where a press goes kept from clients.
/// </summary>
internal static partial class Attachments
{
    private static readonly string[] TextFields =
    [
        "fallback", "color", "pretext", "author_name", "author_link", "author_icon", "title", "title_link", "text",
    ];

    /// <summary>Gives every attachment all its fields and every action an id.</summary>
    public static JsonArray Normalise(IEnumerable<JsonObject> attachments)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        return Json.Array(attachments.Select(attachment => Normalise(attachment, ids)));
    }

    /// <summary>A copy of the props that clients may see.</summary>
    /// <param name="cookieFor">
    /// For posts that are not stored: gives the cookie that stands for an action's integration. Null for stored ones.
    /// </param>
    public static JsonObject ForClients(JsonObject props, Func<JsonObject, string>? cookieFor = null)
    {
        var copy = props.DeepClone().AsObject();
        foreach (var action in Actions(copy))
        {
            if (cookieFor is not null && action["integration"] is JsonObject)
            {
                action["cookie"] = cookieFor(action);
            }

            action.Remove("integration");
        }

        return copy;
    }

    public static IEnumerable<JsonObject> In(JsonObject props) =>
        props["attachments"] is JsonArray list ? list.OfType<JsonObject>() : [];

    public static IEnumerable<JsonObject> Actions(JsonObject props) => In(props)
        .SelectMany(attachment => attachment["actions"] is JsonArray list ? list.OfType<JsonObject>() : []);

    /// <summary>Slack's link syntax becomes Markdown, unless an integration asks for its text to be left alone.</summary>
    public static string ParseSlackLinks(string text) => SlackLink().Replace(text, "[$2]($1)");

    public static JsonArray ParseSlackLinks(JsonArray attachments)
    {
        foreach (var attachment in attachments.OfType<JsonObject>())
        {
            attachment["text"] = ParseSlackLinks(attachment.Text("text"));
            attachment["pretext"] = ParseSlackLinks(attachment.Text("pretext"));
        }

        return attachments;
    }

    private static JsonObject Normalise(JsonObject given, HashSet<string> ids)
    {
        var attachment = new JsonObject { ["id"] = given.Number("id") };
        foreach (var field in TextFields)
        {
            attachment[field] = given.Text(field);
        }

        var fields = given.Objects("fields");
        attachment["fields"] = given["fields"] is null ? null : Json.Array(fields.Select(NormaliseField));
        foreach (var field in (string[])["image_url", "thumb_url", "footer", "footer_icon"])
        {
            attachment[field] = given.Text(field);
        }

        attachment["ts"] = given["ts"]?.DeepClone();

        var actions = given.Objects("actions");
        if (actions.Count > 0)
        {
            attachment["actions"] = Json.Array(actions.Select(action => NormaliseAction(action, ids)));
        }

        return attachment;
    }

    private static JsonObject NormaliseField(JsonObject field) => new()
    {
        ["title"] = field.Text("title"),
        ["value"] = field["value"]?.DeepClone(),
        ["short"] = field["short"]?.GetValueKind() == JsonValueKind.True,
    };

    private static JsonObject NormaliseAction(JsonObject given, HashSet<string> ids)
    {
        var id = given.Text("id") is { Length: > 0 } named ? named : Ids.New();
        RefuseWhatNobodyCanPress(given, id, ids);

        var action = new JsonObject { ["id"] = id };
        foreach (var field in (string[])["type", "name"])
        {
            AddUnlessEmpty(action, field, given.Text(field));
        }

        if (given.Flag("disabled"))
        {
            action["disabled"] = true;
        }

        AddUnlessEmpty(action, "style", given.Text("style"));
        AddUnlessEmpty(action, "data_source", given.Text("data_source"));
        var options = given.Objects("options");
        if (options.Count > 0)
        {
            action["options"] = Json.Array(options.Select(option => new JsonObject
            {
                ["text"] = option.Text("text"),
                ["value"] = option.Text("value"),
            }));
        }

        AddUnlessEmpty(action, "default_option", given.Text("default_option"));
        if (given.Object("integration") is { } integration)
        {
            var kept = new JsonObject { ["url"] = integration.Text("url") };
            if (integration.Object("context") is { Count: > 0 } context)
            {
                kept["context"] = context.Sorted();
            }

            action["integration"] = kept;
        }

        return action;
    }

    /// <remarks>
    /// Server 5.37 takes all of these; its click route matches letters and digits alone, and newer models refuse the rest
    /// (model/integration_action.go, PostAction.IsValid).
    /// </remarks>
    private static void RefuseWhatNobodyCanPress(JsonObject action, string id, HashSet<string> ids)
    {
        var options = action.Objects("options");
        var isButton = action.Text("type") is "" or "button";
        var why = action switch
        {
            _ when !id.All(char.IsAsciiLetterOrDigit) => $"The action id '{id}' has more than letters and digits: no click can name it.",
            _ when !ids.Add(id) => $"The action id '{id}' is there twice in one post: only the first would be pressed.",
            _ when action.Text("name").Length == 0 => $"The action '{id}' has no name.",
            _ when action.Text("type") is not ("" or "button" or "select") => $"The action '{id}' is neither a button nor a select.",
            _ when isButton && options.Count > 0 => $"The button '{id}' has options.",
            _ when options.Any(option => option.Text("text").Length == 0 || option.Text("value").Length == 0) =>
                $"The menu '{id}' has an option without a text or a value.",
            _ when !isButton && options.Count == 0 && action.Text("data_source").Length == 0 => $"The menu '{id}' has no options.",
            _ when action.Object("integration")?.Text("url") is null or "" => $"The action '{id}' has no URL to go to.",
            _ => null,
        };
        if (why is not null)
        {
            throw new RefusedException(ApiError.WouldNotWork("action", why));
        }
    }

    private static void AddUnlessEmpty(JsonObject json, string name, string value)
    {
        if (value.Length > 0)
        {
            json[name] = value;
        }
    }

    [GeneratedRegex(@"<([^<\|]+)\|([^>]+)>", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SlackLink();
}
