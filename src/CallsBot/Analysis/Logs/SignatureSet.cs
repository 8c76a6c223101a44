using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace CallsBot.Analysis.Logs;

/// <summary>The signatures of one kind of log, ready to be looked for all at once.</summary>
internal sealed class SignatureSet
{
    // Counted beside the signatures: they are no findings.
    private static readonly (string Text, LineMark Mark)[] MarkTexts =
    [
        ("com.mattermost.calls", LineMark.Calls),
        ("\"level\":\"error\"", LineMark.Error),
        ("level=ERROR", LineMark.Error),
        ("error [20", LineMark.Error),
        ("\"level\":\"warn\"", LineMark.Warning),
        ("level=WARN", LineMark.Warning),
        ("warn  [20", LineMark.Warning),
        ("warn [20", LineMark.Warning),
    ];

    private static readonly ConcurrentDictionary<string, Regex> Expressions = new(StringComparer.Ordinal);

    private readonly int[][] _signatures;
    private readonly LineMark[] _marks;

    /// <param name="catalog">All kinds of findings.</param>
    /// <param name="kind">The log's kind.</param>
    public SignatureSet(FindingCatalog catalog, PieceKind kind)
    {
        Types = [.. catalog.All.Where(type => type.Signature is { } signature && signature.Logs.Contains(kind))];
        var users = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < Types.Count; i++)
        {
            foreach (var match in Types[i].Signature!.Match.Select(match => match.ToLowerInvariant()).Distinct())
            {
                if (!users.TryGetValue(match, out var list))
                {
                    users[match] = list = [];
                }

                list.Add(i);
            }
        }

        var texts = users.Keys.Union(MarkTexts.Select(mark => mark.Text.ToLowerInvariant())).ToList();
        Literals = texts;
        _signatures = [.. texts.Select(text => users.TryGetValue(text, out var list) ? list.ToArray() : [])];
        _marks = [.. texts.Select(text => MarkTexts.Where(mark => mark.Text.Equals(text, StringComparison.OrdinalIgnoreCase)).Aggregate(LineMark.None, (all, mark) => all | mark.Mark))];
    }

    /// <summary>What is looked for: the signatures' texts, and those that are only counted.</summary>
    public IReadOnlyList<string> Literals { get; }

    /// <summary>The kinds of finding, by signature.</summary>
    public IReadOnlyList<FindingType> Types { get; }

    /// <summary>The signatures that have this text, by their index in <see cref="Types"/>.</summary>
    public ReadOnlySpan<int> SignaturesOf(int literal) => _signatures[literal];

    public LineMark MarkOf(int literal) => _marks[literal];

    /// <summary>Whether the line matches the signature's expression, should it have one.</summary>
    public static bool IsWhere(Signature signature, LogLine line) =>
        signature.Where is not { } where
        || Expressions.GetOrAdd(where, pattern => new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)).IsMatch(line.Text);
}

/// <summary>What a line is besides what it says.</summary>
[Flags]
internal enum LineMark
{
    None = 0,
    Calls = 1,
    Error = 2,
    Warning = 4,
}
