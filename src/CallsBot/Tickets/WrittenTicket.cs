using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CallsBot.Redaction;
using CallsBot.Reports;

namespace CallsBot.Tickets;

/// <summary>A form of a ticket, redacted.</summary>
/// <param name="Name">The template's name.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Text">Markdown.</param>
/// <param name="Link">Where it goes, with the text filled in; null when there is no such place.</param>
internal sealed record WrittenForm(string Name, string Title, string Text, string? Link);

/// <summary>A ticket as it may leave the house: its forms and the list of what is in its bundle. All of it redacted, with the same pseudonyms.</summary>
/// <param name="TicketId">The ticket.</param>
/// <param name="Forms">The support form first.</param>
/// <param name="Entries">The files of the bundle.</param>
/// <param name="Counts">What was replaced in all files together.</param>
/// <param name="Criteria">N1 to N5.</param>
/// <param name="Needs">N6 to N11.</param>
internal sealed record WrittenTicket(
    string TicketId,
    IReadOnlyList<WrittenForm> Forms,
    IReadOnlyList<BundleEntry> Entries,
    RedactionCounts Counts,
    IReadOnlyList<SupportCriterion> Criteria,
    IReadOnlyList<SupportNeed> Needs)
{
    public const string FormName = "ticket.md";
    public const string ReportName = "redaction-report.txt";

    private static readonly JsonWriterOptions ManifestOptions = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The Markdown that is shown in the chat and is <c>ticket.md</c> of the bundle.</summary>
    public string Text => Forms[0].Text;

    /// <summary>Writes a ticket and its bundle.</summary>
    /// <param name="facts">What is known.</param>
    /// <param name="templates">The forms; the first is the one that is shown.</param>
    /// <param name="bundle">Takes the zip; need not be able to seek. Stays open.</param>
    /// <param name="pseudonyms">New for each bundle.</param>
    /// <param name="cancellationToken">Ends the work; what is in <paramref name="bundle"/> then is no zip.</param>
    public static async Task<WrittenTicket> WriteAsync(
        TicketFacts facts, IReadOnlyList<TicketTemplate> templates, Stream bundle, Pseudonyms pseudonyms, CancellationToken cancellationToken)
    {
        string Redacted(string text) => new Redactor(pseudonyms).Redact(text);

        var title = Redacted(TicketSections.Of("title", facts));
        var forms = templates.Select(template =>
        {
            var text = Redacted(template.Fill(facts));
            return new WrittenForm(template.Name, template.Title, text, template.LinkTo(title, text));
        }).ToList();

        IReadOnlyList<BundleEntry> entries;
        await using (var zip = new TicketBundle(bundle, pseudonyms, facts.WrittenAt))
        {
            foreach (var part in Parts(facts, templates))
            {
                await zip.AddAsync(part, cancellationToken);
            }

            await foreach (var part in EvidenceParts.OfAsync(facts, cancellationToken))
            {
                await zip.AddAsync(part, cancellationToken);
            }

            await zip.AddAsync(BundlePart.Of("README.md", "how to read this bundle", ReadMe(facts, zip.Entries)), cancellationToken);
            await zip.AddAsync(BundlePart.Of(ReportName, "what was replaced, by file and class", Report(zip.Entries)), cancellationToken);
            await zip.AddAsync(BundlePart.Of(TicketBundle.ManifestName, "every file with its size and SHA-256", Manifest(facts, zip.Entries)), cancellationToken);
            entries = zip.Entries;
        }

        var counts = new RedactionCounts();
        foreach (var entry in entries)
        {
            counts.Add(entry.Counts);
        }

        return new WrittenTicket(facts.TicketId, forms, entries, counts, SupportCriteria.Of(facts), SupportNeeds.Of(facts));
    }

    /// <summary>"token 2, host 5"; "nothing" for nothing.</summary>
    public static string Words(RedactionCounts counts) => counts.Total == 0
        ? "nothing"
        : string.Join(", ", counts.Found.Select(found => string.Create(CultureInfo.InvariantCulture, $"{found.Class.Name()} {found.Count}")));

    public override string ToString() => $"{nameof(WrittenTicket)} {TicketId}, {Entries.Count} files";

    private static IEnumerable<BundlePart> Parts(TicketFacts facts, IReadOnlyList<TicketTemplate> templates)
    {
        yield return BundlePart.Of(FormName, "the ticket", templates[0].Fill(facts));
        foreach (var template in templates.Skip(1))
        {
            yield return BundlePart.Of($"forms/{template.Name}.md", $"the ticket as {template.Title}", template.Fill(facts));
        }

        if (facts is { HasServerData: true, Report: { } report })
        {
            yield return BundlePart.Of("report.json", "the results of all tests, for programs", JsonReport.Of(report));
            yield return BundlePart.Of("report.md", "the results of all tests, for people", MarkdownReport.Of(report));
        }

        if (facts.Settings.Count > 0)
        {
            yield return BundlePart.Of("settings/calls-plugin.txt", "settings of the Calls plugin, secrets masked", SettingsOf.Write(facts.Settings));
        }

        if (facts is { HasServerData: true, Metrics: { HasPage: true } metrics })
        {
            yield return BundlePart.Of(TicketBundle.MetricsName, "the metrics of RTCD and of its process, by address", metrics.Lines());
        }

        foreach (var text in facts.Texts)
        {
            yield return BundlePart.Of(text.FileName, text.Source, text.Text);
        }

        if (facts.ServerLog.Count > 0)
        {
            yield return BundlePart.Of(TicketBundle.ServerLogName, "the end of the Mattermost server's log", facts.ServerLog);
        }
    }

    private static string ReadMe(TicketFacts facts, IReadOnlyList<BundleEntry> entries)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"""
            # Support bundle {facts.TicketId}

            Written {facts.WrittenAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC by CallsBot {Diagnosis.ProgramVersion}, about calls in Mattermost. Begin with `{FormName}`.

            | File | What |
            |---|---|

            """);
        foreach (var entry in entries)
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{entry.Name}` | {entry.What} |\n");
        }

        return text.Append(
            $"""
            | `README.md` | this file |
            | `{ReportName}` | how many things of each class were replaced in each file |
            | `{TicketBundle.ManifestName}` | every file with its size and SHA-256 |

            ## Names that were replaced

            Secrets, names and addresses were replaced before anything was written. The same thing has the same name in all files:

            - `[secret-password-1]` is a secret; the middle word is its class.
            - `host-2.example` is a host, `host-3.local` an mDNS name.
            - `ip4-private-3.net-1` is an address: its family, its scope (private, public, cgnat, loopback, link-local, multicast or reserved), and its network. Two addresses in `net-1` share a /24 (IPv4) or a /64 (IPv6). Ports are as they were.
            - `user-5` is a person; `user-5@host-2.example` an e-mail address.

            Ids of calls, sessions, channels and users are as they were, so that a call can be followed through the logs.

            """).ToString();
    }

    private static string Report(IReadOnlyList<BundleEntry> entries)
    {
        var (text, all) = (new StringBuilder(), new RedactionCounts());
        foreach (var entry in entries)
        {
            all.Add(entry.Counts);
            text.Append(CultureInfo.InvariantCulture, $"{entry.Name}: {Words(entry.Counts)}\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"In all: {entries.Count} files; {Words(all)}\n").ToString();
    }

    private static string Manifest(TicketFacts facts, IReadOnlyList<BundleEntry> entries)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, ManifestOptions))
        {
            json.WriteStartObject();
            json.WriteString("schema", "callsbot-bundle/1");
            json.WriteString("ticket", facts.TicketId);
            json.WriteString("writtenAt", facts.WrittenAt);
            json.WriteString("programVersion", Diagnosis.ProgramVersion);
            json.WriteBoolean("serverData", facts.HasServerData);
            json.WriteStartArray("files");
            foreach (var entry in entries)
            {
                json.WriteStartObject();
                json.WriteString("name", entry.Name);
                json.WriteString("what", entry.What);
                json.WriteNumber("bytes", entry.Length);
                json.WriteString("sha256", entry.Sha256);
                json.WriteStartArray("replaced");
                foreach (var (kind, count) in entry.Counts.Found)
                {
                    // A count under the name "password" would be taken for one.
                    json.WriteStartObject();
                    json.WriteString("class", kind.Name());
                    json.WriteNumber("count", count);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
