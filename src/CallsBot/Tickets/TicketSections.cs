using System.Globalization;
using System.Text;
using CallsBot.Checks;
using CallsBot.Reports;

namespace CallsBot.Tickets;

/// <summary>The parts of a ticket in Markdown, by the names that templates use. Not redacted.</summary>
internal static class TicketSections
{
    private const string NotSaid = "(not said)";
    private const string Nothing = "(nothing)";

    private static readonly Dictionary<string, Func<TicketFacts, string>> Sections = new(StringComparer.Ordinal)
    {
        ["ticket"] = facts => facts.TicketId,
        ["title"] = TitleOf,
        ["written"] = facts => Time(facts.WrittenAt),
        ["program"] = facts => $"CallsBot {Diagnosis.ProgramVersion}",
        ["description"] = facts => Said(facts.Words.Description),
        ["since"] = facts => Said(facts.Words.Since),
        ["steps"] = facts => Said(facts.Words.Steps),
        ["impact"] = Impact,
        ["additions"] = Additions,
        ["verdict"] = Verdict,
        ["versions"] = Versions,
        ["clients"] = Clients,
        ["calls"] = Calls,
        ["checks"] = Checks,
        ["metrics"] = Metrics,
        ["facts"] = Facts,
        ["walk"] = Walk,
        ["tried"] = Tried,
        ["criteria"] = Criteria,
        ["needs"] = Needs,
        ["missing"] = Missing,
        ["settings"] = Settings,
        ["texts"] = Texts,
    };

    public static IReadOnlyCollection<string> Names => Sections.Keys;

    /// <exception cref="KeyNotFoundException">There is no such section: templates are checked when they are read.</exception>
    public static string Of(string name, TicketFacts facts) => Sections[name](facts).Trim();

    /// <summary>One line, for the subject of a form.</summary>
    private static string TitleOf(TicketFacts facts)
    {
        const int Longest = 100;

        var line = facts.Words.Description.Split('\n', 2)[0].Trim();
        if (line.Length == 0)
        {
            line = facts.Walk?.End?.Title ?? "Trouble with calls";
        }

        line = line.Length <= Longest ? line : $"{line[..Longest].TrimEnd()} …";
        return line.Contains("call", StringComparison.OrdinalIgnoreCase) ? line : $"Calls: {line}";
    }

    private static string Impact(TicketFacts facts) => facts.Affected switch
    {
        Affected.One => "One person",
        Affected.Several => "Several people",
        Affected.Everyone => "Everyone",
        _ => NotSaid,
    };

    private static string Additions(TicketFacts facts)
    {
        var text = new StringBuilder();
        foreach (var addition in facts.Words.Additions)
        {
            text.Append(CultureInfo.InvariantCulture, $"@{addition.By}, {Time(addition.At)}:\n\n{Quoted(addition.Text)}\n\n");
        }

        return text.Length == 0 ? Nothing : text.ToString();
    }

    private static string Verdict(TicketFacts facts) => facts.Report is { } report
        ? $"{ReportWords.English.Of(report.Verdict.Outcome)}: {ReportWords.English.Headline(report.Verdict)} ({ReportWords.English.Counts(report)}. {ReportWords.English.Footer(report)}.)"
        : facts.HasServerData ? "The server was not tested." : "The server's own tests are for administrators, and are not in this ticket.";

    private static string Versions(TicketFacts facts) => facts.Inventory.Count == 0
        ? facts.HasServerData ? "(not known)" : "(for administrators)"
        : Lines(facts.Inventory.Select(entry => $"{entry.Label}: {entry.Value}"));

    private static string Clients(TicketFacts facts)
    {
        var found = facts.Programs.Concat(facts.Systems).ToList();
        return found.Count == 0 ? NotSaid : Lines(found);
    }

    private static string Calls(TicketFacts facts)
    {
        var calls = ClientEnvironments.CallsIn(facts.Everything);
        return calls.Count == 0 ? "(no call id in what was pasted)" : Lines(calls.Select(id => $"Call `{id}`"));
    }

    private static string Checks(TicketFacts facts)
    {
        var text = new StringBuilder();
        foreach (var finding in facts.Findings.OrderBy(finding => Rank(finding.Outcome)))
        {
            text.Append("- **").Append(ReportWords.English.Of(finding.Outcome)).Append("** `").Append(finding.CheckId);
            if (finding.ReasonCode is { } code)
            {
                text.Append(": ").Append(code);
            }

            text.Append("` ").Append(finding.Summary).Append('\n');
            if (!facts.HasServerData || finding.Outcome is not (Outcome.Fail or Outcome.Warn or Outcome.Inconclusive))
            {
                continue;
            }

            if (finding.Detail is { } detail && detail != finding.Summary)
            {
                text.Append("  ").Append(detail).Append('\n');
            }

            foreach (var subject in finding.Subjects.Where(subject => subject.Outcome != Outcome.Skipped))
            {
                text.Append("  - ").Append(subject.Subject).Append(": ").Append(ReportWords.English.Of(subject.Outcome)).Append(", ").Append(subject.Seen).Append('\n');
            }

            foreach (var evidence in finding.Evidence)
            {
                text.Append("  - ").Append(evidence.Label).Append(": `").Append(evidence.Value).Append("`\n");
            }
        }

        return text.Length == 0 ? "(nothing was tested)" : text.ToString();
    }

    private static string Metrics(TicketFacts facts) => facts switch
    {
        { HasServerData: false } => "(for administrators)",
        { Metrics: null } => "(no RTCD is in use)",
        { Metrics: { Missing: { } missing } } => missing,
        { Metrics: var metrics } => Lines(metrics.Pages.Select(page => page.Summary()))
            + (metrics.HasPage ? $"\n\nAll series: `{TicketBundle.MetricsName}`" : ""),
    };

    private static string Facts(TicketFacts facts) => facts.Walk is { Facts.Count: > 0 } walk
        ? Lines(walk.Facts.OrderBy(fact => fact.Key, StringComparer.Ordinal).Select(fact => $"{fact.Key}: {fact.Value}"))
        : Nothing;

    private static string Walk(TicketFacts facts)
    {
        if (facts.Walk is not { } walk)
        {
            return "(no questions were answered)";
        }

        var text = new StringBuilder();
        foreach (var (index, step) in walk.Steps.Index())
        {
            text.Append(index + 1).Append(". ").Append(step.Title).Append(": ").Append(step.Answer);
            if (step.Items.Count > 0)
            {
                text.Append(" (").AppendJoin(", ", step.Items).Append(')');
            }

            text.Append('\n');
        }

        return text.Append(
            walk.End is { } end ? $"\nEnded in: {end.Title} (`{end.Cause}`)\n" : $"\nStands at: {walk.Stands}\n").ToString();
    }

    private static string Tried(TicketFacts facts)
    {
        var tried = (facts.Walk?.Steps ?? []).Where(step => step.Helped is not null).ToList();
        return tried.Count == 0 ? Nothing : Lines(tried.Select(step => $"{step.Title}: {step.Answer}"));
    }

    private static string Criteria(TicketFacts facts) =>
        Lines(SupportCriteria.Of(facts).Select(criterion => $"{criterion.Id} {criterion.Title}: **{criterion.StateWord}**. {criterion.Why}"));

    private static string Needs(TicketFacts facts)
    {
        var text = new StringBuilder();
        foreach (var need in SupportNeeds.Of(facts))
        {
            text.Append("- ").Append(need.Id).Append(' ').Append(need.Title).Append(": **").Append(need.StateWord).Append("**\n");
            foreach (var found in need.Found)
            {
                text.Append("  - ").Append(found).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Missing(TicketFacts facts)
    {
        var text = new StringBuilder();
        foreach (var need in SupportNeeds.Of(facts).Where(need => need.Missing is not null))
        {
            text.Append("- ").Append(need.Id).Append(' ').Append(need.Missing).Append('\n');
            foreach (var step in need.HowToGet)
            {
                text.Append("  - ").Append(step.Text);
                text.Append(step.Command is { } command ? $" `{command}`\n" : "\n");
            }
        }

        return text.Length == 0 ? Nothing : text.ToString();
    }

    private static string Settings(TicketFacts facts) => facts.Settings.Count == 0
        ? facts.SettingsMissing ?? "(for administrators)"
        : Lines(facts.Settings.Where(setting => setting.Whence != SettingsOf.Default).Select(setting => $"{setting.Name}: {setting.Value} ({setting.Whence})"))
            + "\n\nAll others have their defaults. The whole list: `settings/calls-plugin.txt`";

    private static string Texts(TicketFacts facts) => facts.Texts.Count + facts.Evidence.Count == 0
        ? facts.IncludesLogs ? Nothing : "(logs were not allowed to be included)"
        : Lines(
        [
            .. facts.Texts.Select(text => $"`{text.FileName}`: {text.Source}, {Counted.Of(text.Text.AsSpan().Count('\n') + 1, "line")}"),
            .. facts.Evidence.Select(evidence => $"`{EvidenceParts.Folder}`: {string.Join(", ", evidence.Sources.Select(source => source.Name))}. {evidence.Headline}"),
        ]);

    private static int Rank(Outcome outcome) => outcome switch
    {
        Outcome.Fail => 0,
        Outcome.Warn => 1,
        Outcome.Inconclusive => 2,
        Outcome.Pass => 3,
        _ => 4,
    };

    private static string Said(string words) => words.Trim().Length == 0 ? NotSaid : words.ReplaceLineEndings("\n");

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines.Select(line => $"- {line}"));

    private static string Quoted(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => "> " + line));

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";
}
