using System.Text.RegularExpressions;
using CallsBot.Analysis;
using CallsBot.Checks;
using CallsBot.Checks.Plugin;

namespace CallsBot.Tickets;

internal enum NeedState
{
    Present,

    /// <summary>Some of it is there.</summary>
    Partly,
    Missing,
}

/// <summary>One of the six things that the vendor asks for with a ticket.</summary>
/// <param name="Id">N6 to N11, as the troubleshooting guide orders them.</param>
/// <param name="Title">What is asked for.</param>
/// <param name="State">Whether it is there.</param>
/// <param name="Found">What is there, a line each.</param>
/// <param name="Missing">What is not there, one sentence; null when everything is.</param>
/// <param name="HowToGet">How to get what is missing.</param>
internal sealed record SupportNeed(
    string Id, string Title, NeedState State, IReadOnlyList<string> Found, string? Missing, IReadOnlyList<NextStep> HowToGet)
{
    public string StateWord => State switch
    {
        NeedState.Present => "there",
        NeedState.Partly => "partly there",
        _ => "missing",
    };
}

/// <summary>What the vendor's guide asks for, held against what is known (troubleshooting guide, "When contacting support, please include").</summary>
internal static partial class SupportNeeds
{
    private const string ForAdministrators = "Only an administrator can add it: pass the ticket on.";

    public static IReadOnlyList<SupportNeed> Of(TicketFacts facts) =>
        [Rtcd(facts), Mattermost(facts), Plugin(facts), Clients(facts), Logs(facts), Description(facts)];

    private static SupportNeed Rtcd(TicketFacts facts)
    {
        const string Title = "RTCD version and configuration";
        var backend = facts.Findings.FirstOrDefault(finding => finding is { ReasonCode: CallsBackendReasons.Integrated or CallsBackendReasons.LiveKit });
        if (facts.HasServerData && backend is not null)
        {
            return new SupportNeed(
                "N6", Title, NeedState.Present,
                [backend.ReasonCode == CallsBackendReasons.LiveKit
                    ? "Calls uses LiveKit here, so there is no RTCD."
                    : "Calls runs inside the Mattermost server here, so there is no RTCD."],
                null, []);
        }

        var found = new List<string>();
        var version = facts.InventoryValue("RTCD version") ?? facts.InventoryValue("RTCD, as the plugin says");
        if (version is not null)
        {
            found.Add($"Version {version}");
        }

        var configuration = facts.Texts.FirstOrDefault(text => RtcdConfiguration().IsMatch(text.Text));
        if (facts.HasEvidence(PieceKind.RtcdConfiguration))
        {
            found.Add($"Configuration: in `{EvidenceParts.Folder}`");
        }

        if (configuration is not null)
        {
            found.Add($"Configuration: `{configuration.FileName}`");
        }

        if (facts.Settings.Count > 0)
        {
            found.Add("What the Calls plugin is told of RTCD: `settings/calls-plugin.txt`");
        }

        var steps = new List<NextStep>();
        if (version is null)
        {
            steps.Add(new NextStep("Ask RTCD for its version.", "curl http://YOUR_RTCD_SERVER:8045/version"));
        }

        if (configuration is null && !facts.HasEvidence(PieceKind.RtcdConfiguration))
        {
            steps.Add(new NextStep("On the RTCD server, copy the configuration without its secrets.", "callsbot redact /opt/rtcd/rtcd.toml rtcd.redacted.toml"));
            steps.Add(new NextStep("In Docker, the settings come from the environment.", "docker inspect rtcd > rtcd.json && callsbot redact rtcd.json rtcd.redacted.json"));
        }

        return Need(
            "N6", Title, found, version is not null && configuration is not null,
            (version, configuration) switch
            {
                (null, null) => "RTCD's version and configuration are missing.",
                (null, _) => "RTCD's version is missing.",
                _ => "RTCD's own configuration is missing; it cannot be read from here.",
            },
            facts.HasServerData, steps);
    }

    private static SupportNeed Mattermost(TicketFacts facts)
    {
        var found = Lines(("Mattermost", facts.InventoryValue("Mattermost")), ("Licence", facts.InventoryValue("Licence")));
        return Need(
            "N7", "Mattermost server version", found, facts.InventoryValue("Mattermost") is not null, "The server's version is missing.", facts.HasServerData,
            [
                new NextStep("In Mattermost, open the product menu at the top left > About Mattermost."),
                new NextStep("Or ask on the server.", "mmctl system version"),
            ]);
    }

    private static SupportNeed Plugin(TicketFacts facts)
    {
        var found = Lines(("Calls plugin", facts.InventoryValue("Calls plugin")), ("Media backend", facts.InventoryValue("Media backend")));
        return Need(
            "N8", "Calls plugin version", found, facts.InventoryValue("Calls plugin") is not null, "The plugin's version is missing.", facts.HasServerData,
            [
                new NextStep("Open System Console > Plugins > Plugin Management, and look for Calls."),
                new NextStep("Or ask on the server.", "mmctl plugin list"),
            ]);
    }

    private static SupportNeed Clients(TicketFacts facts)
    {
        var (programs, systems) = (facts.Programs, facts.Systems);
        var hasVersion = programs.Any(program => program.Any(char.IsAsciiDigit));
        var found = Lines(("Programs", Listed(programs)), ("Systems", Listed(systems)));
        return Need(
            "N9", "Client environments", found, hasVersion && systems.Count > 0,
            (hasVersion, systems.Count) switch
            {
                (false, 0) => "Which browser or app with which version, and which system, is not said.",
                (false, _) => "The browser or app and its version are not said.",
                _ => "The system and its version are not said.",
            },
            true,
            [
                new NextStep("In the desktop app: Help > About. In a browser: its menu > Help > About. On a phone: Settings > About."),
                new NextStep("Write it into the description, such as: Chrome 142 on Windows 11. One line for each affected person."),
            ]);
    }

    private static SupportNeed Logs(TicketFacts facts)
    {
        var found = facts.Texts.Select(text => $"`{text.FileName}`, {text.Source}").ToList();
        if (facts.ServerLog.Count > 0)
        {
            found.Add($"`{TicketBundle.ServerLogName}`, the last {Counted.Of(facts.ServerLog.Count, "line")} of the server's log");
        }

        if (facts.Report is { } report)
        {
            found.Add($"`report.json` and `report.md`, the results of {Counted.Of(report.Checks.Count, "test")}");
        }

        if (facts.Metrics is { HasPage: true } metrics)
        {
            found.Add($"`{TicketBundle.MetricsName}`, RTCD's metrics at {RtcdPage.Time(metrics.Pages[0].At)}");
        }

        var all = string.Join('\n', facts.Texts.Select(text => text.Text));
        found.AddRange(facts.Evidence.Select(evidence => $"`{EvidenceParts.Folder}`, {string.Join(", ", evidence.Sources.Select(source => source.Name))}"));
        var hasStats = CallStatistics().IsMatch(all) || facts.HasEvidence(PieceKind.CallStats);
        var hasClientLog = facts.HasEvidence(PieceKind.CallLogs, PieceKind.BrowserConsole, PieceKind.DesktopLog, PieceKind.MobileLog)
            || facts.Texts.Count > 0 && (ClientLog().IsMatch(all) || facts.Texts.Any(text => text.Name is "console-lines"));
        var hasServerLog = facts.ServerLog.Count > 0 || !facts.HasServerData;
        var hasMetrics = facts.Metrics is not { Gaps.Count: > 0 };
        var steps = new List<NextStep>();
        if (!facts.IncludesLogs)
        {
            steps.Add(new NextStep("Write the ticket again, and allow logs to be included. Secrets, names and addresses are taken out of them."));
        }

        foreach (var command in new[] { hasClientLog ? null : "/call logs", hasStats ? null : "/call stats" }.OfType<string>())
        {
            steps.Add(new NextStep("In the channel of the call, right after it failed and before another is joined, type this and send what it gives.", command));
        }

        if (facts.HasServerData)
        {
            if (facts.ServerLogMissing is { } why && facts.IncludesLogs)
            {
                steps.Add(new NextStep($"The server's log could not be read: {why} Download it: System Console > Reporting > Server Logs > Download Logs."));
            }

            if (facts.Metrics is { Gaps: { Count: > 0 } gaps, Url: var url })
            {
                steps.Add(new NextStep(
                    $"RTCD's metrics are not all here: {string.Join(' ', gaps)} Where RTCD can be reached, type this and send the file.",
                    $"curl -gsS -m 5 '{url}' > rtcd-metrics.txt"));
            }

            steps.Add(new NextStep("RTCD's log is on its server: with systemd, with Docker, with Kubernetes.", "journalctl -u rtcd --since -1h > rtcd.log; docker logs rtcd > rtcd.log 2>&1; kubectl logs deployment/mattermost-rtcd > rtcd.log"));
            steps.Add(new NextStep("Make a Support Packet: System Console menu > Commercial Support > Download Support Packet. Or:", "mmctl system supportpacket"));
            steps.Add(new NextStep("Take secrets, names and addresses out of every file before it is sent.", "callsbot redact FILE FILE.redacted"));
        }

        return Need(
            "N10", "Logs and diagnostic information", found, hasStats && hasClientLog && hasServerLog && hasMetrics,
            (facts.IncludesLogs, hasClientLog, hasStats) switch
            {
                (false, _, _) => "Logs were not allowed to be included.",
                (_, false, false) => "The client's log and the statistics of the call are missing.",
                (_, false, _) => "The client's log is missing.",
                (_, _, false) => "The statistics of the call are missing.",
                _ when !hasServerLog => "The server's log is missing.",
                _ => "RTCD's metrics are missing, or not all of them are here.",
            },
            true, steps);
    }

    private static SupportNeed Description(TicketFacts facts)
    {
        var words = facts.Words;
        var found = new List<string>();
        var missing = new List<string>();
        void Look(bool there, string has, string lacks)
        {
            (there ? found : missing).Add(there ? has : lacks);
        }

        Look(words.Description.Length > 0, "Description", "a description");
        Look(words.Steps.Length > 0, "Steps to reproduce", "steps to reproduce it");
        var hasTime = Time().IsMatch(words.Since);
        Look(hasTime, "Date and time", "the date and time of an occurrence");
        Look(!hasTime || HasTimeZone(words.Since), "Time zone", "the time zone of that time");
        return Need(
            "N11", "Detailed description and steps to reproduce", found, missing.Count == 0,
            missing.Count == 0 ? "" : $"Not said: {string.Join(", ", missing)}.", true,
            [new NextStep("Press **Change** on the ticket. A time is best written like this: 2026-11-22 09:30 UTC+1.")]);
    }

    /// <summary>Whether a time is said together with its zone: UTC, CET, +01:00, Europe/Berlin.</summary>
    public static bool HasTimeZone(string text) => TimeZone().IsMatch(text);

    private static SupportNeed Need(
        string id, string title, List<string> found, bool complete, string missing, bool canBeAdded, IReadOnlyList<NextStep> steps) => new(
        id,
        title,
        complete ? NeedState.Present : found.Count > 0 ? NeedState.Partly : NeedState.Missing,
        found,
        complete ? null : missing,
        complete ? [] : canBeAdded ? steps : [new NextStep(ForAdministrators)]);

    private static List<string> Lines(params (string Label, string? Value)[] values) =>
        [.. values.Where(value => value.Value is { Length: > 0 }).Select(value => $"{value.Label}: {value.Value}")];

    private static string? Listed(IReadOnlyList<string> words) => words.Count == 0 ? null : string.Join(", ", words);

    [GeneratedRegex(@"ice_host_override|RTCD_RTC_|RTCD_API_|\[rtc\]|ice_port_udp", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RtcdConfiguration();

    // What /call stats prints (mattermost-plugin-calls, webapp).
    [GeneratedRegex(@"""(?:rtcStats|tracksInfo)""\s*:|""ssrcStats""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CallStatistics();

    [GeneratedRegex(@"com\.mattermost\.calls|rtcpeer|ws (?:open|close|error)|peer (?:error|connected)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ClientLog();

    [GeneratedRegex(@"\d{1,2}[:.h]\d{2}|\b\d{1,2} ?(?:am|pm|Uhr)\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Time();

    [GeneratedRegex(@"\b(?:UTC|GMT|Z|CES?T|[ECMP][SD]T|WES?T|EES?T|BST|IST|JST|AES?T|MSK|SGT|HKT|NZ[SD]T)\b|[+-]\d{2}:?\d{2}\b|\d{2}:\d{2}(?::\d{2})?Z\b|\b(?:Europe|America|Asia|Africa|Australia|Pacific|Atlantic|Etc|Indian)/\w+|\btime zone\b", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TimeZone();
}
