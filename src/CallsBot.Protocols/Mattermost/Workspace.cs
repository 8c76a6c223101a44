using System.Text.Json.Serialization;

namespace CallsBot.Protocols.Mattermost;

/// <summary>An account: a person or a bot.</summary>
public sealed record User
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("username")]
    public required string Username { get; init; }

    /// <summary>Space-separated, such as "system_admin system_user".</summary>
    [JsonPropertyName("roles")]
    public string Roles { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("locale")]
    public string Locale { get; init => field = value ?? "en"; } = "en";

    [JsonPropertyName("is_bot")]
    public bool IsBot { get; init; }

    [JsonPropertyName("delete_at")]
    public long DeleteAt { get; init; }

    /// <summary>"useAutomaticTimezone" ("true" or "false"), "automaticTimezone" and "manualTimezone".</summary>
    [JsonPropertyName("timezone")]
    public IReadOnlyDictionary<string, string>? TimeZones { get; init; }

    /// <summary>Such as "Europe/Berlin"; null when the server does not say.</summary>
    [JsonIgnore]
    public string? TimeZone => TimeZones is { } zones
        && zones.GetValueOrDefault(zones.GetValueOrDefault("useAutomaticTimezone") == "false" ? "manualTimezone" : "automaticTimezone") is { Length: > 0 } zone
        ? zone
        : null;

    [JsonIgnore]
    public bool IsSystemAdministrator => DeleteAt == 0 && Roles.Split(' ').Contains("system_admin");
}

public sealed record Team
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("display_name")]
    public string DisplayName { get; init => field = value ?? ""; } = "";
}

public sealed record TeamMember
{
    [JsonPropertyName("team_id")]
    public required string TeamId { get; init; }

    [JsonPropertyName("user_id")]
    public required string UserId { get; init; }

    [JsonPropertyName("delete_at")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long DeleteAt { get; init; }
}

public sealed record Channel
{
    public const string Direct = "D";

    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>O public, P private, D direct, G group.</summary>
    [JsonPropertyName("type")]
    public required string Type { get; init; }

    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("display_name")]
    public string DisplayName { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("team_id")]
    public string TeamId { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("last_post_at")]
    public long LastPostAt { get; init; }
}

/// <summary>A custom slash command of one team. Its token is a secret: it is left out of <see cref="ToString"/>.</summary>
public sealed record SlashCommand
{
    [JsonPropertyName("id")]
    public string? Id { get; init; }

    [JsonPropertyName("token")]
    public string? Token { get; init; }

    [JsonPropertyName("team_id")]
    public required string TeamId { get; init; }

    [JsonPropertyName("trigger")]
    public required string Trigger { get; init; }

    /// <summary>P for POST, G for GET.</summary>
    [JsonPropertyName("method")]
    public string Method { get; init => field = value ?? "P"; } = "P";

    [JsonPropertyName("url")]
    public required string Url { get; init; }

    [JsonPropertyName("username")]
    public string? Username { get; init; }

    [JsonPropertyName("icon_url")]
    public string? IconUrl { get; init; }

    [JsonPropertyName("auto_complete")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AutoComplete { get; init; }

    [JsonPropertyName("auto_complete_desc")]
    public string? AutoCompleteDescription { get; init; }

    [JsonPropertyName("auto_complete_hint")]
    public string? AutoCompleteHint { get; init; }

    [JsonPropertyName("display_name")]
    public string? DisplayName { get; init; }

    [JsonPropertyName("description")]
    public string? Description { get; init; }

    [JsonPropertyName("creator_id")]
    public string? CreatorId { get; init; }

    [JsonPropertyName("delete_at")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long DeleteAt { get; init; }

    public override string ToString() => $"/{Trigger} in team {TeamId} to {Url}";
}

public sealed record Bot
{
    [JsonPropertyName("user_id")]
    public string? UserId { get; init; }

    [JsonPropertyName("username")]
    public required string Username { get; init; }

    [JsonPropertyName("display_name")]
    public string? DisplayName { get; init; }

    [JsonPropertyName("description")]
    public string? Description { get; init; }

    /// <summary>The id of a person, or of the plugin that the bot belongs to.</summary>
    [JsonPropertyName("owner_id")]
    public string? OwnerId { get; init; }

    [JsonPropertyName("delete_at")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long DeleteAt { get; init; }
}

/// <summary>An access token, shown once when it is made. It is left out of <see cref="ToString"/>.</summary>
public sealed record AccessToken
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("token")]
    public string? Token { get; init; }

    [JsonPropertyName("user_id")]
    public required string UserId { get; init; }

    [JsonPropertyName("description")]
    public string Description { get; init => field = value ?? ""; } = "";

    public override string ToString() => $"access token {Id} of {UserId}";
}

public sealed record FileInfo
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("size")]
    public long Size { get; init; }

    [JsonPropertyName("mime_type")]
    public string MimeType { get; init => field = value ?? ""; } = "";
}

public sealed record FileUpload
{
    [JsonPropertyName("file_infos")]
    public required IReadOnlyList<FileInfo> Files { get; init; }
}

/// <summary>One plugin on one node of the server.</summary>
public sealed record PluginStatus
{
    [JsonPropertyName("plugin_id")]
    public required string PluginId { get; init; }

    [JsonPropertyName("cluster_id")]
    public string ClusterId { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("state")]
    public PluginState State { get; init; }

    [JsonPropertyName("version")]
    public string Version { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("error")]
    public string Error { get; init => field = value ?? ""; } = "";
}

/// <summary>Numbered as in the server's model/plugin_status.go.</summary>
public enum PluginState
{
    NotRunning = 0,
    Starting = 1,
    Running = 2,
    FailedToStart = 3,
    FailedToStayRunning = 4,
    Stopping = 5,
}

public sealed record SystemPing
{
    [JsonPropertyName("status")]
    public required string Status { get; init; }

    [JsonPropertyName("database_status")]
    public string? DatabaseStatus { get; init; }

    [JsonPropertyName("filestore_status")]
    public string? FilestoreStatus { get; init; }
}

/// <summary>The body of an error reply.</summary>
public sealed record ServerError
{
    /// <summary>Stable, such as <c>api.context.permissions.app_error</c>.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("message")]
    public string Message { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("request_id")]
    public string RequestId { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("status_code")]
    public int StatusCode { get; init; }
}
