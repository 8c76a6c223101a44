namespace CallsBot.Languages;

/// <summary>How long a text may be where it is shown, in characters: the use is the end of the key.</summary>
internal static class TextLimits
{
    /// <summary>The longest message of a Mattermost server with its default settings.</summary>
    public const int Message = 16_383;

    // What a button shows on a phone; the others are the server's own limits (model/integration_action.go).
    private static readonly (string End, int Limit)[] ByEnd =
    [
        ("-button", 40),
        ("-menu", 40),
        ("-dialog-title", 24),
        ("-dialog-label", 24),
        ("-dialog-submit", 40),
        ("-dialog-help", 150),
        ("-dialog-placeholder", 150),
    ];

    public static int Of(string key) =>
        ByEnd.Where(limit => key.EndsWith(limit.End, StringComparison.Ordinal)).Select(limit => limit.Limit).FirstOrDefault(Message);
}
