using System.Text.RegularExpressions;

namespace CallsBot.Tickets;

/// <summary>Programs, systems and calls that texts of people and clients name.</summary>
internal static partial class ClientEnvironments
{
    // Log lines repeat the user agent; the first lines have it as well as the last.
    private const int ReadAtMost = 256 * 1024;
    private const int MostOfAKind = 20;

    /// <summary>Programs with their versions, such as "Chrome 142".</summary>
    public static IReadOnlyList<string> ProgramsIn(IEnumerable<string> texts) => Find(
        texts,
        text => AgentProgram().Matches(text).Where(match => !IsTheFrameOf(match, text))
            .Select(match => $"{NameOf(match.Groups[1].Value)} {Version(match.Groups[2].Value)}")
            .Concat(SpokenProgram().Matches(text).Select(match => $"{NameOf(match.Groups[1].Value)} {Version(match.Groups[2].Value)}".TrimEnd())));

    /// <summary>Operating systems, such as "Windows 11" and "macOS 15.1".</summary>
    public static IReadOnlyList<string> SystemsIn(IEnumerable<string> texts) => Find(
        texts,
        text => AgentSystem().Matches(text).Select(match => match.Value.Replace('_', '.'))
            .Concat(SpokenSystem().Matches(text).Select(match => match.Value)));

    /// <summary>Ids of calls, as log lines and statistics give them.</summary>
    public static IReadOnlyList<string> CallsIn(IEnumerable<string> texts) => Find(
        texts, text => CallId().Matches(text).Select(match => match.Groups[1].Value));

    private static List<string> Find(IEnumerable<string> texts, Func<string, IEnumerable<string>> find) =>
        [.. texts.Select(text => text.Length > ReadAtMost ? text[..ReadAtMost] : text)
            .SelectMany(find).Distinct(StringComparer.OrdinalIgnoreCase).Take(MostOfAKind)];

    /// <summary>Edge and the desktop app say "Chrome/…" too, and Chrome says "Safari/…".</summary>
    private static bool IsTheFrameOf(Match match, string text)
    {
        var end = text.IndexOfAny(['\n', '"'], match.Index);
        var after = text.AsSpan(match.Index + match.Length, (end < 0 ? text.Length : end) - match.Index - match.Length);
        return match.Groups[1].Value switch
        {
            "Chrome" => after.Contains(" Edg/", StringComparison.Ordinal) || after.Contains(" Electron/", StringComparison.Ordinal),
            "Electron" => true,
            _ => false,
        };
    }

    /// <summary>Without the zeros at its end and with three numbers at most: four of them look like an address.</summary>
    private static string Version(string version)
    {
        while (version.EndsWith(".0", StringComparison.Ordinal))
        {
            version = version[..^2];
        }

        return string.Join('.', version.Split('.').Take(3));
    }

    private static string NameOf(string word) => word.ToLowerInvariant() switch
    {
        "edg" or "edge" => "Edge",
        "mattermost" or "desktop app" or "desktop" => "Desktop app",
        "mobile app" or "mobile" => "Mobile app",
        "ios app" => "iOS app",
        "android app" => "Android app",
        var lower => char.ToUpperInvariant(lower[0]) + lower[1..],
    };

    [GeneratedRegex(@"\b(Chrome|Firefox|Edg|Mattermost|Electron)/(\d+(?:\.\d+){0,3})", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AgentProgram();

    [GeneratedRegex(@"\b(chrome|chromium|firefox|safari|edge|brave|opera|desktop app|mobile app|ios app|android app)\b(?! ?/)(?:[ ,:(]+(?:version |v)?(\d+(?:\.\d+){0,3}))?", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SpokenProgram();

    [GeneratedRegex(@"Windows NT \d+\.\d+|Mac OS X \d+[._]\d+(?:[._]\d+)?|(?:iPhone )?OS \d+[._]\d+(?= like Mac)|Linux x86_64|Linux aarch64|CrOS \w+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AgentSystem();

    [GeneratedRegex(@"\bWindows (?:10|11|8|Server \d{4})\b|\bmacOS(?: \d+(?:\.\d+)*| [A-Z]\w+)?|\b(?:Ubuntu|Debian|Fedora|RHEL|Linux Mint)(?: \d+(?:\.\d+)*)?\b|\bAndroid \d+(?:\.\d+)*|\biOS \d+(?:\.\d+)*|\biPadOS \d+(?:\.\d+)*", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SpokenSystem();

    // An id as Mattermost makes them, under any of the names that the plugin, RTCD and clients use.
    [GeneratedRegex(@"\bcall_?id\b\W{1,6}([a-z0-9]{26})\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CallId();
}
