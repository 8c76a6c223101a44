using System.Text.Json;
using System.Text.Json.Serialization;

namespace CallsBot.Protocols.Mattermost;

/// <summary>A press on a button or a choice in a menu, as the server posts it. The server does not sign it.</summary>
public sealed record ActionRequest
{
    [JsonPropertyName("user_id")]
    public required string UserId { get; init; }

    [JsonPropertyName("user_name")]
    public string UserName { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("channel_id")]
    public required string ChannelId { get; init; }

    [JsonPropertyName("team_id")]
    public string TeamId { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("post_id")]
    public required string PostId { get; init; }

    /// <summary>Opens a dialog, for a few seconds after the press.</summary>
    [JsonPropertyName("trigger_id")]
    public string TriggerId { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("type")]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>The context that the action was created with, and <c>selected_option</c> for a menu.</summary>
    [JsonPropertyName("context")]
    public required IReadOnlyDictionary<string, JsonElement> Context { get; init; }
}

/// <summary>The reply to an <see cref="ActionRequest"/>.</summary>
public sealed record ActionResponse
{
    /// <summary>Replaces the post's message and props.</summary>
    [JsonPropertyName("update")]
    public PostPatch? Update { get; init; }

    /// <summary>Shown to the person who pressed, alone.</summary>
    [JsonPropertyName("ephemeral_text")]
    public string? EphemeralText { get; init; }

    [JsonPropertyName("skip_slack_parsing")]
    public bool SkipSlackParsing { get; init; }
}

/// <summary>The reply to a slash command.</summary>
public sealed record SlashCommandResponse
{
    public const string Ephemeral = "ephemeral";

    [JsonPropertyName("response_type")]
    public string ResponseType { get; init => field = value ?? Ephemeral; } = Ephemeral;

    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>True keeps the server from reading <c>&lt;…&gt;</c> as Slack links.</summary>
    [JsonPropertyName("skip_slack_parsing")]
    public bool SkipSlackParsing { get; init; } = true;
}

/// <summary>
/// What a dialog sends when it is submitted or, with <see cref="Cancelled"/>, closed. The server does not sign it; the
/// state is what was given when the dialog was opened.
/// </summary>
public sealed record DialogSubmission
{
    [JsonPropertyName("type")]
    public string Type { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("callback_id")]
    public required string CallbackId { get; init; }

    [JsonPropertyName("state")]
    public required string State { get; init; }

    [JsonPropertyName("user_id")]
    public required string UserId { get; init; }

    [JsonPropertyName("channel_id")]
    public required string ChannelId { get; init; }

    [JsonPropertyName("team_id")]
    public string TeamId { get; init => field = value ?? ""; } = "";

    /// <summary>Value by element name: text, a boolean, a number, or null for an element left empty.</summary>
    [JsonPropertyName("submission")]
    public IReadOnlyDictionary<string, JsonElement>? Submission { get; init; }

    [JsonPropertyName("cancelled")]
    public bool Cancelled { get; init; }
}

/// <summary>The reply to a <see cref="DialogSubmission"/>; an empty one closes the dialog.</summary>
public sealed record DialogResponse
{
    /// <summary>Message by element name.</summary>
    [JsonPropertyName("errors")]
    public IReadOnlyDictionary<string, string>? Errors { get; init; }

    [JsonPropertyName("error")]
    public string? Error { get; init; }
}

public sealed record OpenDialogRequest
{
    [JsonPropertyName("trigger_id")]
    public required string TriggerId { get; init; }

    [JsonPropertyName("url")]
    public required string Url { get; init; }

    [JsonPropertyName("dialog")]
    public required Dialog Dialog { get; init; }
}

public sealed record Dialog
{
    [JsonPropertyName("callback_id")]
    public required string CallbackId { get; init; }

    /// <summary>At most 24 characters.</summary>
    [JsonPropertyName("title")]
    public required string Title { get; init; }

    [JsonPropertyName("introduction_text")]
    public string? IntroductionText { get; init; }

    [JsonPropertyName("elements")]
    public required IReadOnlyList<DialogElement> Elements { get; init; }

    [JsonPropertyName("submit_label")]
    public string? SubmitLabel { get; init; }

    [JsonPropertyName("notify_on_cancel")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool NotifyOnCancel { get; init; }

    [JsonPropertyName("state")]
    public required string State { get; init; }
}

public sealed record DialogElement
{
    public const string TextArea = "textarea";
    public const string Text = "text";
    public const string Select = "select";

    /// <summary>At most 24 characters.</summary>
    [JsonPropertyName("display_name")]
    public required string DisplayName { get; init; }

    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("type")]
    public required string Type { get; init; }

    /// <summary>What the element holds when the dialog opens; for a select an option's value.</summary>
    [JsonPropertyName("default")]
    public string? Default { get; init; }

    [JsonPropertyName("placeholder")]
    public string? Placeholder { get; init; }

    [JsonPropertyName("help_text")]
    public string? HelpText { get; init; }

    [JsonPropertyName("optional")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Optional { get; init; }

    [JsonPropertyName("max_length")]
    public int? MaxLength { get; init; }

    [JsonPropertyName("options")]
    public IReadOnlyList<Option>? Options { get; init; }
}
