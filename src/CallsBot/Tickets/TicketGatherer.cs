using CallsBot.Checks;
using CallsBot.Checks.Plugin;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Protocols.Mattermost;
using CallsBot.Reports;

namespace CallsBot.Tickets;

/// <summary>Gathers what a ticket is made of: what was written, the walk, and for administrators what the server tells.</summary>
internal sealed class TicketGatherer(
    Diagnosis diagnosis,
    LatestReport latest,
    RtcdSnapshots snapshots,
    IServiceScopeFactory scopes,
    AdministratorAccess administrator,
    TimeProvider time)
{
    /// <summary>A report that is older is made again: support asks how things are, not how they were.</summary>
    private static readonly TimeSpan ReportIsGood = TimeSpan.FromMinutes(30);

    private const int LogLines = 5_000;
    private const int LinesAtOnce = 1_000;

    /// <param name="draft">The ticket.</param>
    /// <param name="words">What was written for it.</param>
    /// <param name="walk">The walk that led to it; null for none.</param>
    /// <param name="serverData">Whether to add what administrators alone may read. The caller has read the person's role.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<TicketFacts> GatherAsync(
        TicketDraft draft, TicketWords words, TicketWalk? walk, bool serverData, CancellationToken cancellationToken)
    {
        var facts = new TicketFacts
        {
            TicketId = draft.Id,
            WrittenAt = time.GetUtcNow(),
            Words = words,
            Walk = walk,
            HasServerData = serverData,
            IncludesLogs = draft.IncludesLogs,
        };
        if (!serverData)
        {
            return facts;
        }

        var metrics = snapshots.TakeAsync(cancellationToken);
        var report = ReportAsync(metrics, cancellationToken);
        var settings = SettingsAsync(cancellationToken);
        var log = draft.IncludesLogs ? LogAsync(cancellationToken) : Task.FromResult<(IReadOnlyList<string>, string?)>(([], null));
        await Task.WhenAll(metrics, report, settings, log);
        var (found, settingsMissing) = await settings;
        var (lines, logMissing) = await log;
        return facts with
        {
            WrittenAt = time.GetUtcNow(),
            Report = await report,
            Settings = found,
            SettingsMissing = settingsMissing,
            ServerLog = lines,
            ServerLogMissing = logMissing,
            Metrics = await metrics,
        };
    }

    /// <param name="metrics">Read before a diagnosis opens sessions of its own, which would be among them.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    private async Task<Report> ReportAsync(Task metrics, CancellationToken cancellationToken)
    {
        if (latest.Value is { } last && time.GetUtcNow() - last.StartedAt < ReportIsGood)
        {
            return last;
        }

        await metrics;
        var report = await diagnosis.RunAsync(new DiagnosisRequest(), progress: null, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        latest.Value = report;
        return report;
    }

    private async Task<(IReadOnlyList<SettingFact> Settings, string? Missing)> SettingsAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var answer = await scope.ServiceProvider.GetRequiredService<Installation>().SettingsAsync(cancellationToken);
        return answer.Value is { } settings ? (SettingsOf.Plugin(settings), null) : ([], answer.Seen);
    }

    private async Task<(IReadOnlyList<string> Lines, string? Missing)> LogAsync(CancellationToken cancellationToken)
    {
        if (administrator.Api is not { } api)
        {
            return ([], "Mattermost:AdminToken is not set in CallsBot's settings.");
        }

        try
        {
            // Page 0 is the newest (app/admin.go, GetLogs); within a page the oldest line comes first.
            var pages = new List<IReadOnlyList<string>>();
            do
            {
                pages.Insert(0, await AdministratorReads.AskAsync(token => api.GetLogsAsync(pages.Count, LinesAtOnce, token), time, cancellationToken));
            }
            while (pages[0].Count == LinesAtOnce && pages.Count < LogLines / LinesAtOnce);

            // Each line comes with a line end before it.
            return ([.. pages.SelectMany(page => page).Select(line => line.Trim())], null);
        }
        catch (MattermostException ex)
        {
            return ([], SafeText.From(ex.Message));
        }
    }
}
