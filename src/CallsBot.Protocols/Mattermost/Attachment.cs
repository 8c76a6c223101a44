using System.Text.Json.Serialization;

namespace CallsBot.Protocols.Mattermost;

/// <summary>A card under a post. mattermost-developer-documentation, integrate/reference/message-attachments.</summary>
public sealed record Attachment
{
    /// <summary>What push notifications and clients without cards show.</summary>
    [JsonPropertyName("fallback")]
    public string? Fallback { get; init; }

    /// <summary>A hex colour of the bar on the left.</summary>
    [JsonPropertyName("color")]
    public string? Color { get; init; }

    [JsonPropertyName("pretext")]
    public string? Pretext { get; init; }

    [JsonPropertyName("title")]
    public string? Title { get; init; }

    [JsonPropertyName("text")]
    public string? Text { get; init; }

    [JsonPropertyName("fields")]
    public IReadOnlyList<AttachmentField>? Fields { get; init; }

    [JsonPropertyName("footer")]
    public string? Footer { get; init; }

    [JsonPropertyName("actions")]
    public IReadOnlyList<PostAction>? Actions { get; init; }
}

public sealed record AttachmentField
{
    [JsonPropertyName("title")]
    public required string Title { get; init; }

    [JsonPropertyName("value")]
    public required string Value { get; init; }

    [JsonPropertyName("short")]
    public bool Short { get; init; }
}

/// <summary>A button or a menu under an attachment.</summary>
public sealed record PostAction
{
    public const string Button = "button";
    public const string Select = "select";

    /// <summary>Letters and digits only, unique in the post.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("type")]
    public string Type { get; init => field = value ?? Button; } = Button;

    [JsonPropertyName("style")]
    public string? Style { get; init; }

    [JsonPropertyName("options")]
    public IReadOnlyList<Option>? Options { get; init; }

    /// <summary>Where a press goes. The server keeps it from clients, so it is null in posts that are read back.</summary>
    [JsonPropertyName("integration")]
    public ActionIntegration? Integration { get; init; }
}

/// <summary>A choice in a menu.</summary>
public sealed record Option
{
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    [JsonPropertyName("value")]
    public required string Value { get; init; }
}

public sealed record ActionIntegration
{
    [JsonPropertyName("url")]
    public required string Url { get; init; }

    [JsonPropertyName("context")]
    public IReadOnlyDictionary<string, string>? Context { get; init; }
}
