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
}
