using System.Text.Json;
using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>A dialog in the form in which clients get it, held to the limits that make it work.</summary>
internal static class DialogRequest
{
    private const int MaxTitle = 24;
    private const int MaxDisplayName = 24;
    private const int MaxName = 300;
    private const int MaxHelpText = 150;
    private const int MaxPlaceholder = 150;
    private const int MaxTextLength = 150;
    private const int MaxTextAreaLength = 3000;

    /// <exception cref="RefusedException">A field is of the wrong kind, or no client could show the dialog as it is meant.</exception>
    public static JsonObject Read(JsonObject given)
    {
        var dialog = new JsonObject
        {
            ["callback_id"] = given.Text("callback_id"),
            ["title"] = given.Text("title"),
            ["introduction_text"] = given.Text("introduction_text"),
            ["icon_url"] = given.Text("icon_url"),
            ["elements"] = given["elements"] is null ? null : Json.Array(given.Objects("elements").Select(ReadElement)),
            ["submit_label"] = given.Text("submit_label"),
            ["notify_on_cancel"] = given.Flag("notify_on_cancel"),
            ["state"] = given.Text("state"),
        };
        if (Fault(dialog) is { } why)
        {
            throw new RefusedException(ApiError.WouldNotWork("dialog", why));
        }

        return dialog;
    }

    private static JsonObject ReadElement(JsonObject given) => new()
    {
        ["display_name"] = given.Text("display_name"),
        ["name"] = given.Text("name"),
        ["type"] = given.Text("type"),
        ["subtype"] = given.Text("subtype"),
        ["default"] = given.Text("default"),
        ["placeholder"] = given.Text("placeholder"),
        ["help_text"] = given.Text("help_text"),
        ["optional"] = given["optional"]?.GetValueKind() is JsonValueKind.True,
        ["min_length"] = given.Number("min_length"),
        ["max_length"] = given.Number("max_length"),
        ["data_source"] = given.Text("data_source"),
        ["options"] = given["options"] is null
            ? null
            : Json.Array(given.Objects("options").Select(option => new JsonObject
            {
                ["text"] = option.Text("text"),
                ["value"] = option.Text("value"),
            })),
    };

    /// <remarks>
    /// The numbers are those of model/integration_action.go in newer servers, which only log a breach; clients cut or
    /// refuse what is too long. A title is required everywhere.
    /// </remarks>
    private static string? Fault(JsonObject dialog)
    {
        var title = dialog.Text("title");
        if (title.Length is 0 or > MaxTitle)
        {
            return $"The dialog's title '{title}' has {title.Length} characters; 1 to {MaxTitle} are shown.";
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        return dialog.Objects("elements").Select(element => Fault(element, names)).FirstOrDefault(fault => fault is not null);
    }

    private static string? Fault(JsonObject element, HashSet<string> names)
    {
        var name = element.Text("name");
        var type = element.Text("type");
        var maxLength = element.Number("max_length");
        return element switch
        {
            _ when name.Length is 0 or > MaxName => $"A dialog element's name has {name.Length} characters; 1 to {MaxName} are allowed.",
            _ when !names.Add(name) => $"Two dialog elements have the name '{name}'.",
            _ when element.Text("display_name").Length is 0 or > MaxDisplayName =>
                $"The display name of '{name}' has {element.Text("display_name").Length} characters; 1 to {MaxDisplayName} are shown.",
            _ when element.Text("help_text").Length > MaxHelpText => $"The help text of '{name}' is longer than {MaxHelpText} characters.",
            _ when element.Text("placeholder").Length > MaxPlaceholder => $"The placeholder of '{name}' is longer than {MaxPlaceholder} characters.",
            _ when type is not ("text" or "textarea" or "select" or "bool" or "radio") => $"'{name}' has the type '{type}', which 5.37 does not know.",
            _ when type == "text" && maxLength > MaxTextLength => $"'{name}' is a text: at most {MaxTextLength} characters.",
            _ when type == "textarea" && maxLength > MaxTextAreaLength => $"'{name}' is a textarea: at most {MaxTextAreaLength} characters.",
            _ when type is "select" or "radio" && element.Objects("options").Count == 0 && element.Text("data_source").Length == 0 =>
                $"'{name}' has nothing to choose from.",
            _ when element.Objects("options").Any(option => option.Text("text").Length == 0 || option.Text("value").Length == 0) =>
                $"'{name}' has an option without a text or a value.",
            _ => null,
        };
    }
}
