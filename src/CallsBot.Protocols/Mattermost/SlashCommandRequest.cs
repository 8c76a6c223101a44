namespace CallsBot.Protocols.Mattermost;

/// <summary>
/// A slash command as the server posts it, form-encoded. <see cref="Token"/> proves that the server sent it. It is a
/// secret, as are <see cref="ResponseUrl"/> and <see cref="TriggerId"/>: all are left out of <see cref="ToString"/>,
/// and so is what the person wrote.
/// </summary>
public sealed record SlashCommandRequest
{
    public required string Token { get; init; }

    /// <summary>With its slash, such as <c>/callshelp</c>.</summary>
    public required string Command { get; init; }

    /// <summary>What was written after the command.</summary>
    public string Text { get; init; } = "";

    public required string UserId { get; init; }

    public string UserName { get; init; } = "";

    public required string ChannelId { get; init; }

    public string ChannelName { get; init; } = "";

    /// <summary>The team that the command was typed in, which a direct message has too.</summary>
    public string TeamId { get; init; } = "";

    public string TeamDomain { get; init; } = "";

    /// <summary>The thread that the command was typed in. Empty outside threads, and from servers that do not send it.</summary>
    public string RootId { get; init; } = "";

    /// <summary>Where late answers go: <see cref="MattermostClient.RespondAsync"/>.</summary>
    public string ResponseUrl { get; init; } = "";

    /// <summary>Opens a dialog, for a few seconds after the command.</summary>
    public string TriggerId { get; init; } = "";

    /// <summary>
    /// Null when token, command, user or channel are missing, or when a field is there twice: which of the two was
    /// checked and which is used would then be left to chance. Unknown fields are ignored.
    /// </summary>
    public static SlashCommandRequest? TryParse(IEnumerable<KeyValuePair<string, string>> form)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in form)
        {
            if (!fields.TryAdd(name, value))
            {
                return null;
            }
        }

        string Field(string name) => fields.GetValueOrDefault(name, "");

        if (Field("token") is not { Length: > 0 } token
            || Field("command") is not { Length: > 0 } command
            || Field("user_id") is not { Length: > 0 } userId
            || Field("channel_id") is not { Length: > 0 } channelId)
        {
            return null;
        }

        return new SlashCommandRequest
        {
            Token = token,
            Command = command,
            Text = Field("text"),
            UserId = userId,
            UserName = Field("user_name"),
            ChannelId = channelId,
            ChannelName = Field("channel_name"),
            TeamId = Field("team_id"),
            TeamDomain = Field("team_domain"),
            RootId = Field("root_id"),
            ResponseUrl = Field("response_url"),
            TriggerId = Field("trigger_id"),
        };
    }

    public override string ToString() => $"{Command} by {UserId} in {ChannelId}";
}
