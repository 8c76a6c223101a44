using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace CallsBot.Tickets;

/// <summary>A template for tickets is not as it has to be; the message names the file and every fault.</summary>
internal sealed class TicketTemplateException(string message) : Exception(message);

/// <summary>A form in which a ticket is written: Markdown with <c>{{sections}}</c>, and a link that may carry the text.</summary>
/// <param name="Name">The file's name without its ending, such as "github-issue".</param>
/// <param name="Title">What people call it.</param>
/// <param name="Link">
/// Where such a ticket goes; <c>{title}</c> and <c>{body}</c> stand for the text. Null for none. Nothing opens it but the reader.
/// </param>
/// <param name="LinkLength">The longest link that goes through.</param>
/// <param name="Body">The Markdown.</param>
internal sealed partial record TicketTemplate(string Name, string Title, string? Link, int LinkLength, string Body)
{
    public const string SupportForm = "support-form";
    public const string GitHubIssue = "github-issue";
    public const string Email = "e-mail";

    /// <summary>Browsers and servers take at least 2,000 characters (RFC 9110 §4.1 asks for 8,000).</summary>
    private const int DefaultLinkLength = 2_000;

    private const string Fence = "---";
    private const string Resources = "TicketTemplates/";

    /// <summary>The built-in templates.</summary>
    public static IReadOnlyList<TicketTemplate> BuiltIn { get; } = ReadBuiltIn();

    /// <summary>The built-in templates, and those of a folder; one of the same name takes the place of the built-in one.</summary>
    /// <param name="folder">A folder of <c>.md</c> files; null for none.</param>
    /// <exception cref="TicketTemplateException">The folder or a file of it cannot be used.</exception>
    public static IReadOnlyList<TicketTemplate> All(string? folder)
    {
        if (string.IsNullOrWhiteSpace(folder))
        {
            return BuiltIn;
        }

        if (!Directory.Exists(folder))
        {
            throw new TicketTemplateException($"The folder '{folder}' does not exist.");
        }

        var own = Directory.EnumerateFiles(folder, "*.md").Order(StringComparer.Ordinal)
            .Select(file => Parse(Path.GetFileNameWithoutExtension(file), File.ReadAllText(file))).ToList();
        return [.. BuiltIn.Select(builtIn => own.Find(template => template.Name == builtIn.Name) ?? builtIn), .. own.Where(template => BuiltIn.All(builtIn => builtIn.Name != template.Name))];
    }

    /// <exception cref="TicketTemplateException">It is none; the message lists every fault.</exception>
    public static TicketTemplate Parse(string name, string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var end = lines[0] == Fence ? Array.IndexOf(lines, Fence, 1) : -1;
        var faults = new List<string>();
        if (!FileName().IsMatch(name))
        {
            faults.Add("its name may have small letters, digits and hyphens only");
        }

        var head = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in end < 0 ? [] : lines[1..end].Where(line => line.Trim().Length > 0))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || line[..colon].Trim() is not ("title" or "link" or "link-length"))
            {
                faults.Add($"'{line}' is not one of title:, link: and link-length:");
                continue;
            }

            head[line[..colon].Trim()] = line[(colon + 1)..].Trim().Trim('"');
        }

        if (end < 0)
        {
            faults.Add("it has no head between two lines of ---");
        }
        else if (!head.TryGetValue("title", out var title) || title.Length == 0)
        {
            faults.Add("its head has no title:");
        }

        var link = head.GetValueOrDefault("link");
        if (link is { Length: > 0 } && !IsLink(link))
        {
            faults.Add("its link begins with none of https://, http:// and mailto:");
        }

        var linkLength = DefaultLinkLength;
        if (head.TryGetValue("link-length", out var given)
            && (!int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out linkLength) || linkLength is < 200 or > 8_000))
        {
            faults.Add("its link-length is no number from 200 to 8000");
        }

        var body = string.Join('\n', lines[(end + 1)..]).Trim() + "\n";
        faults.AddRange(Placeholder().Matches(body).Select(match => match.Groups[1].Value).Distinct()
            .Where(section => !TicketSections.Names.Contains(section))
            .Select(section => $"there is no section {{{{{section}}}}}; there are {string.Join(", ", TicketSections.Names.Order(StringComparer.Ordinal))}"));
        return faults.Count == 0
            ? new TicketTemplate(name, head["title"], link is { Length: > 0 } ? link : null, linkLength, body)
            : throw new TicketTemplateException($"{name}.md cannot be used: {string.Join("; ", faults)}.");
    }

    /// <summary>The form with the sections filled in. Not redacted. Text that people wrote is not taken for a placeholder.</summary>
    public string Fill(TicketFacts facts) => Placeholder().Replace(Body, match => TicketSections.Of(match.Groups[1].Value, facts));

    /// <summary>The link with the text filled in, shortened at a line end to what goes through. Null when there is none.</summary>
    /// <param name="title">Redacted.</param>
    /// <param name="body">Redacted.</param>
    public string? LinkTo(string title, string body)
    {
        if (Link is null)
        {
            return null;
        }

        var text = body.TrimEnd();
        var link = Filled(title, text);
        if (link.Length > LinkLength)
        {
            // Every line costs what its encoding costs, so the length is found by trying.
            var lines = text.Split('\n');
            var (fits, tooMany) = (0, lines.Length);
            while (fits + 1 < tooMany)
            {
                var middle = (fits + tooMany) / 2;
                (fits, tooMany) = Filled(title, Shortened(lines, middle)).Length <= LinkLength ? (middle, tooMany) : (fits, middle);
            }

            link = Filled(title, Shortened(lines, fits));
        }

        return link.Length <= LinkLength ? link : Filled("", "");
    }

    private static string Shortened(string[] lines, int count) =>
        string.Join('\n', lines[..count]).TrimEnd() + "\n\n(Shortened. The whole text is in the bundle.)";

    // RFC 6068 §5: line ends in a mailto URI are CRLF.
    private string Filled(string title, string body) => Link!
        .Replace("{title}", Uri.EscapeDataString(title), StringComparison.Ordinal)
        .Replace("{body}", Uri.EscapeDataString(Link.StartsWith("mailto:", StringComparison.Ordinal) ? body.ReplaceLineEndings("\r\n") : body), StringComparison.Ordinal);

    private static bool IsLink(string link) =>
        link.StartsWith("https://", StringComparison.Ordinal) || link.StartsWith("http://", StringComparison.Ordinal) || link.StartsWith("mailto:", StringComparison.Ordinal);

    private static List<TicketTemplate> ReadBuiltIn()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var templates = new List<TicketTemplate>();
        foreach (var name in new[] { SupportForm, GitHubIssue, Email })
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream($"{Resources}{name}.md")!, Encoding.UTF8);
            templates.Add(Parse(name, reader.ReadToEnd()));
        }

        return templates;
    }

    [GeneratedRegex(@"\{\{([a-z-]+)\}\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,60}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FileName();
}
