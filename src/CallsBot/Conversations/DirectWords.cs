using CallsBot.Languages;

namespace CallsBot.Conversations;

/// <summary>Words in a direct message that mean the same wherever the session stands. Null for everything else.</summary>
internal abstract record DirectWords
{
    private const string Command = "/callshelp";

    public sealed record Help : DirectWords;

    public sealed record Begin : DirectWords;

    public sealed record Thanks : DirectWords;

    /// <param name="Target">An RTCD to look at instead of the configured one; empty for the configured one.</param>
    public sealed record Check(string Target) : DirectWords;

    public sealed record Status : DirectWords;

    public sealed record Analyse : DirectWords;

    /// <param name="Words">Empty to write a ticket; else the name of one and what to add.</param>
    public sealed record Ticket(string Words) : DirectWords;

    public sealed record Cancel : DirectWords;

    /// <param name="Message">What follows the colon, for the administrator; empty for nothing.</param>
    public sealed record Administrator(string Message) : DirectWords;

    /// <param name="text">The message.</param>
    /// <param name="language">The person's; English is understood besides.</param>
    public static DirectWords? Read(string text, Language language)
    {
        var said = text.Trim();
        var isCommand = said.StartsWith(Command, StringComparison.OrdinalIgnoreCase);
        said = isCommand ? said[Command.Length..].Trim() : said;
        var words = WordLists.In(language);
        return said is "" or "?" ? isCommand && said.Length == 0 ? new Begin() : new Help()
            : words.Help.Contains(said) ? new Help()
            : words.Begin.Contains(said) ? new Begin()
            : words.Thanks.Contains(said) ? new Thanks()
            : words.Status.Contains(said) ? new Status()
            : words.Analyse.Contains(said) ? new Analyse()
            : words.Cancel.Contains(said) ? new Cancel()
            : words.Check.Contains(said) ? new Check("")
            : words.Administrator.Contains(said) ? new Administrator("")
            : words.Ticket.Contains(said) ? new Ticket("")
            : AdditionOf(said, words) is { } addition ? new Ticket(addition)
            : TargetOf(said, words) is { } target ? new Check(target)
            : MessageOf(said, words) is { } message ? new Administrator(message)
            : null;
    }

    private static string? TargetOf(string said, WordLists words) =>
        said.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries) is [var first, var rest]
        && words.Check.Contains(first) && (LooksLikeTarget(rest.Trim()) || IsProfile(rest))
            ? IsProfile(rest) ? ProfileDesk.Word : rest.Trim()
            : null;

    /// <summary>"ticket k3f9m2xqab it failed": the name has a digit and ten characters, unlike a word of a sentence.</summary>
    private static string? AdditionOf(string said, WordLists words) =>
        said.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries) is [var first, var rest] && words.Ticket.Contains(first)
        && rest.Split((char[]?)null, 2)[0] is { Length: 10 } name && name.All(char.IsAsciiLetterOrDigit) && name.Any(char.IsAsciiDigit)
            ? rest.Trim()
            : null;

    /// <summary>What follows the colon after a word for administrators.</summary>
    private static string? MessageOf(string said, WordLists words) =>
        said.IndexOfAny([':', '：']) is > 0 and var colon && words.Administrator.Contains(said[..colon]) ? said[(colon + 1)..].Trim() : null;

    private static bool IsProfile(string rest) => rest.Trim().Equals(ProfileDesk.Word, StringComparison.OrdinalIgnoreCase);

    /// <summary>"check the microphone" is a sentence; "check rtcd2:8045" names a server.</summary>
    private static bool LooksLikeTarget(string text) =>
        !text.Contains(' ', StringComparison.Ordinal) && text.AsSpan().IndexOfAny('.', ':') >= 0;
}
