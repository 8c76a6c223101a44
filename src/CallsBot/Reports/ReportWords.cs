using System.Globalization;
using CallsBot.Checks;
using CallsBot.Languages;

namespace CallsBot.Reports;

/// <summary>The words in which every form of a report speaks. Files and terminals have them in English, chat in the reader's language.</summary>
internal sealed class ReportWords
{
    private readonly ChatTexts _texts;
    private readonly CheckSentences _sentences;

    private ReportWords(Language language)
    {
        _texts = ChatTexts.In(language);
        _sentences = CheckSentences.In(language);
    }

    public static ReportWords English { get; } = new(Language.English);

    public string DoThisNext => _texts.DoThisNext;

    public string WhatItCauses => _texts.WhatItCauses;

    public string AlsoFailed => _texts.AlsoFailed;

    public string Warnings => _texts.Warnings;

    public string NotTested => _texts.NotTested;

    public string Inventory => _texts.Inventory;

    public static ReportWords In(Language language) => language == Language.English ? English : new(language);

    /// <summary>Never colour alone: every result carries its word.</summary>
    public string Of(Outcome outcome) => outcome switch
    {
        Outcome.Pass => _texts.OutcomePass,
        Outcome.Warn => _texts.OutcomeWarn,
        Outcome.Fail => _texts.OutcomeFail,
        Outcome.Inconclusive => _texts.OutcomeInconclusive,
        _ => _texts.OutcomeSkipped,
    };

    /// <summary>What was found, in one sentence for anyone.</summary>
    public string Summary(CheckResult result) => _sentences.Summary(result);

    /// <summary>What was looked at.</summary>
    public string Title(ReportedCheck check) => _sentences.Title(check.Result.CheckId, check.Title);

    /// <summary>The verdict in one line; names no host, address or setting.</summary>
    public string Headline(Verdict verdict) => (verdict.Outcome, verdict.Root) switch
    {
        (Outcome.Fail, { } root) => _texts.HeadlineFailed(Title(root), Summary(root.Result)),
        (Outcome.Warn, { } root) => _texts.HeadlineWarned(Title(root), Summary(root.Result)),
        (Outcome.Inconclusive, _) when verdict.IsEmpty => _texts.HeadlineNothingTested,
        (Outcome.Inconclusive, _) => _texts.HeadlineNotAllTested,
        _ => _texts.HeadlinePassed,
    };

    /// <summary>How sure the verdict is, and why; null when nothing failed.</summary>
    public string? Certainty(Verdict verdict) => verdict switch
    {
        { Outcome: not Outcome.Fail } or { Root: null } => null,
        { Root.Result.IsInferred: true, Others.Count: 0 } => _texts.CertaintyInferred,
        { Others.Count: > 0 } => _texts.CertaintyOthers,
        { Consequences.Count: 0 } => _texts.CertaintySeen,
        _ => _texts.CertaintyExplains,
    };

    /// <summary>"RTCD name service (http://rtcd2:8045)".</summary>
    public string Name(ReportedCheck check) => check.Target is null ? Title(check) : _texts.NameWithTarget(Title(check), check.Target);

    public string Duration(TimeSpan duration) => duration.TotalSeconds >= 1
        ? _texts.Seconds(duration.TotalSeconds)
        : _texts.Milliseconds(duration.TotalMilliseconds);

    /// <summary>What was looked at when, for the end of a report.</summary>
    public string Footer(Report report) => _texts.ReportFooter(
        report.RunId,
        report.StartedAt.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        Duration(report.Duration),
        report.ProgramVersion);

    /// <summary>"3 failed, 1 warning, 12 OK, 4 skipped".</summary>
    public string Counts(Report report) => _texts.Language.List(
        new[] { Outcome.Fail, Outcome.Warn, Outcome.Inconclusive, Outcome.Pass, Outcome.Skipped }
            .Select(outcome => (outcome, Count: report.With(outcome).Count()))
            .Where(count => count.Count > 0)
            .Select(count => Count(count.outcome, count.Count)));

    /// <summary>The names, one after the other.</summary>
    public string Titles(IEnumerable<ReportedCheck> checks) => _texts.Language.List(checks.Select(Name));

    private string Count(Outcome outcome, int count) => outcome switch
    {
        Outcome.Pass => _texts.CountPass(count),
        Outcome.Warn => _texts.CountWarn(count),
        Outcome.Fail => _texts.CountFail(count),
        Outcome.Inconclusive => _texts.CountInconclusive(count),
        _ => _texts.CountSkipped(count),
    };
}
