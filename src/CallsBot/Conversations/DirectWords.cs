namespace CallsBot.Conversations;

/// <summary>Words in a direct message that mean the same wherever the session stands. Null for everything else.</summary>
internal abstract record DirectWords
{
    private static readonly string[] HelpWords = ["help", "?", "/callshelp help"];
    private static readonly string[] BeginWords = ["/callshelp", "callshelp", "hi", "hello", "hey", "start", "begin", "new"];
    private static readonly string[] ThanksWords = ["thanks", "thank you", "thx", "ty", "cheers", "great, thanks"];
    private static readonly string[] AdministratorWords =
        ["talk to an administrator", "talk to an admin", "administrator", "admin"];

    public sealed record Help : DirectWords;

    public sealed record Begin : DirectWords;

    public sealed record Thanks : DirectWords;

    /// <param name="Target">An RTCD to look at instead of the configured one; empty for the configured one.</param>
    public sealed record Check(string Target) : DirectWords;

    public sealed record Status : DirectWords;

    public sealed record Cancel : DirectWords;

    /// <param name="Message">What follows the colon, for the administrator; empty for nothing.</param>
    public sealed record Administrator(string Message) : DirectWords;

    public static DirectWords? Read(string text)
    {
        var words = text.Trim().TrimEnd('.', '!').ToLowerInvariant();
        if (HelpWords.Contains(words))
        {
            return new Help();
        }

        if (BeginWords.Contains(words))
        {
            return new Begin();
        }

        if (ThanksWords.Contains(words))
        {
            return new Thanks();
        }

        switch (words.StartsWith("/callshelp ", StringComparison.Ordinal) ? words[11..].Trim() : words)
        {
            case "status":
                return new Status();
            case "cancel":
                return new Cancel();
            case "check":
                return new Check("");
            case var check when check.StartsWith("check ", StringComparison.Ordinal) && LooksLikeTarget(check[6..].Trim()):
                return new Check(check[6..].Trim());
        }

        foreach (var word in AdministratorWords)
        {
            if (words == word)
            {
                return new Administrator("");
            }

            if (words.StartsWith(word + ":", StringComparison.Ordinal))
            {
                return new Administrator(text.Trim()[(word.Length + 1)..].Trim());
            }
        }

        return null;
    }

    /// <summary>"check the microphone" is a sentence; "check rtcd2:8045" names a server.</summary>
    private static bool LooksLikeTarget(string text) =>
        !text.Contains(' ', StringComparison.Ordinal) && text.AsSpan().IndexOfAny('.', ':') >= 0;
}
