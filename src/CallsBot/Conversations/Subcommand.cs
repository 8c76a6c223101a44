namespace CallsBot.Conversations;

/// <summary>What stands after <c>/callshelp</c>.</summary>
internal abstract record Subcommand
{
    private const int FarthestTypo = 2;
    private static readonly string[] Words = ["help", "admin", "check", "status", "ticket", "analyse"];

    public sealed record Help : Subcommand;

    public sealed record Administrator(string Message) : Subcommand;

    /// <param name="Target">An RTCD to look at instead of the configured one; empty for the configured one.</param>
    public sealed record Check(string Target) : Subcommand;

    public sealed record Status : Subcommand;

    public sealed record Analyse : Subcommand;

    /// <param name="Rest">Empty to write a ticket; else the name of one and what to add.</param>
    public sealed record Ticket(string Rest) : Subcommand;

    public sealed record Misspelt(string Meant) : Subcommand;

    /// <param name="Complaint">What is wrong, in the person's words; empty for none.</param>
    public sealed record Start(string Complaint) : Subcommand;

    public static Subcommand Read(string text)
    {
        var trimmed = text.Trim();
        var (first, rest) = trimmed.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries) switch
        {
            [var word, var others] => (word.ToLowerInvariant(), others),
            [var word] => (word.ToLowerInvariant(), ""),
            _ => ("", ""),
        };

        return first switch
        {
            "help" or "?" when rest.Length == 0 => new Help(),
            "admin" or "administrator" => new Administrator(rest),
            "check" when !rest.Contains(' ') => new Check(rest.Trim()),
            "ticket" => new Ticket(rest.Trim()),
            "analyse" or "analyze" when rest.Length == 0 => new Analyse(),
            "status" when rest.Length == 0 => new Status(),
            _ when rest.Length == 0 && Words.FirstOrDefault(word => IsTypoOf(word, first)) is { } meant => new Misspelt(meant),
            _ => new Start(trimmed),
        };
    }

    /// <summary>True for a word that differs from a sub-command in one or two letters, and is not one.</summary>
    private static bool IsTypoOf(string word, string typed) =>
        typed.Length >= 3 && typed != word && Distance(word, typed) <= FarthestTypo;

    /// <summary>Letters to insert, delete, change or swap with their neighbour (Damerau-Levenshtein, restricted).</summary>
    private static int Distance(string a, string b)
    {
        var distances = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                distances[i, j] = (i, j) switch
                {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => Math.Min(
                        Math.Min(distances[i - 1, j], distances[i, j - 1]) + 1,
                        distances[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)),
                };

                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    distances[i, j] = Math.Min(distances[i, j], distances[i - 2, j - 2] + 1);
                }
            }
        }

        return distances[a.Length, b.Length];
    }
}
