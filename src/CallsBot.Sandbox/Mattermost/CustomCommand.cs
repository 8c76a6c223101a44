using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>A slash command that an integration serves.</summary>
internal sealed record CustomCommand
{
    private static readonly HashSet<string> BuiltIn =
    [
        "away", "code", "collapse", "dnd", "echo", "expand", "groupmsg", "header", "help", "invite", "join", "kick", "leave",
        "logout", "me", "msg", "mute", "offline", "online", "open", "purpose", "remove", "rename", "search", "settings",
        "shortcuts", "shrug", "status",
    ];

    public required string Id { get; init; }

    public required string Token { get; init; }

    public required long CreateAt { get; init; }

    public required long UpdateAt { get; init; }

    public required string CreatorId { get; init; }

    public required string TeamId { get; init; }

    public required string Trigger { get; init; }

    public required string Method { get; init; }

    public required string Url { get; init; }

    public string Username { get; init; } = "";

    public string IconUrl { get; init; } = "";

    public bool AutoComplete { get; init; }

    public string AutoCompleteDescription { get; init; } = "";

    public string AutoCompleteHint { get; init; } = "";

    public string DisplayName { get; init; } = "";

    public string Description { get; init; } = "";

    public static bool IsBuiltIn(string trigger) => BuiltIn.Contains(trigger);

    public static CustomCommand From(JsonObject body) => new()
    {
        Id = body.Text("id"),
        Token = body.Text("token"),
        CreateAt = body.Number("create_at"),
        UpdateAt = body.Number("update_at"),
        CreatorId = body.Text("creator_id"),
        TeamId = body.Text("team_id"),
        Trigger = body.Text("trigger").ToLowerInvariant(),
        Method = body.Text("method"),
        Url = body.Text("url"),
        Username = body.Text("username"),
        IconUrl = body.Text("icon_url"),
        AutoComplete = body.Flag("auto_complete"),
        AutoCompleteDescription = body.Text("auto_complete_desc"),
        AutoCompleteHint = body.Text("auto_complete_hint"),
        DisplayName = body.Text("display_name"),
        Description = body.Text("description"),
    };

    /// <summary>The rules of model/command.go.</summary>
    public ApiError? Fault()
    {
        static ApiError Invalid(string field, string message) =>
            new(400, $"model.command.is_valid.{field}.app_error", message);

        return this switch
        {
            { Trigger.Length: < 1 or > 128 } => Invalid("trigger", "Invalid trigger."),
            _ when Trigger.StartsWith('/') || Trigger.Contains(' ') => Invalid("trigger", "Invalid trigger."),
            { Url.Length: < 1 or > 1024 } => Invalid("url", "Invalid URL."),
            _ when !Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") =>
                Invalid("url_http", "Invalid URL. Must be a valid URL and start with http:// or https://."),
            { Method: not ("P" or "G") } => Invalid("method", "Invalid Method."),
            { DisplayName.Length: > 64 } => Invalid("display_name", "Invalid title."),
            { Description.Length: > 128 } => Invalid("description", "Invalid description."),
            _ => null,
        };
    }

    /// <param name="withToken">Lists for autocompletion leave the token out.</param>
    public JsonObject ToJson(bool withToken) => new()
    {
        ["id"] = Id,
        ["token"] = withToken ? Token : "",
        ["create_at"] = CreateAt,
        ["update_at"] = UpdateAt,
        ["delete_at"] = 0,
        ["creator_id"] = withToken ? CreatorId : "",
        ["team_id"] = TeamId,
        ["trigger"] = Trigger,
        ["method"] = withToken ? Method : "",
        ["username"] = withToken ? Username : "",
        ["icon_url"] = withToken ? IconUrl : "",
        ["auto_complete"] = AutoComplete,
        ["auto_complete_desc"] = AutoCompleteDescription,
        ["auto_complete_hint"] = AutoCompleteHint,
        ["display_name"] = DisplayName,
        ["description"] = Description,
        ["url"] = withToken ? Url : "",
        ["plugin_id"] = "",
    };
}
