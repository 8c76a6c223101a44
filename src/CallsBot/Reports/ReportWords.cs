using System.Globalization;
using CallsBot.Checks;

namespace CallsBot.Reports;

/// <summary>The words in which every form of a report speaks.</summary>
internal static class ReportWords
{
    public const string DoThisNext = "Do this next";
    public const string WhatItCauses = "What follows from it";
    public const string AlsoFailed = "Failed besides";
    public const string Warnings = "Warnings";
    public const string NotTested = "Not tested";
    public const string Inventory = "What is installed";

    /// <summary>Never colour alone: every result carries its word.</summary>
    public static string Of(Outcome outcome) => outcome switch
    {
        Outcome.Pass => "OK",
        Outcome.Warn => "Warning",
        Outcome.Fail => "Failed",
        Outcome.Inconclusive => "Not clear",
        _ => "Skipped",
    };

    public static string Of(Confidence confidence) => confidence switch
    {
        Confidence.High => "sure",
        Confidence.Medium => "likely",
        _ => "a guess",
    };

    /// <summary>The verdict in one line; names no host, address or setting.</summary>
    public static string Headline(Verdict verdict) => (verdict.Outcome, verdict.Root) switch
    {
        (Outcome.Fail, { } root) => $"{root.Title}: {root.Result.Summary}",
        (Outcome.Warn, { } root) => $"{root.Title}: {root.Result.Summary} Nothing failed.",
        (Outcome.Inconclusive, _) when verdict.IsEmpty => "Nothing could be tested.",
        (Outcome.Inconclusive, _) => "Nothing failed, but not everything could be tested.",
        _ => "Everything that was tested works.",
    };

    /// <summary>How sure the verdict is, and why; null when nothing failed.</summary>
    public static string? Certainty(Verdict verdict) => verdict switch
    {
        { Outcome: not Outcome.Fail } or { Root: null } => null,
        { Root.Result.IsInferred: true, Others.Count: 0 } => "This is likely the cause: it was concluded from what did not come, not seen itself.",
        { Others.Count: > 0 } => "This is likely the cause of what is listed under it; other failures have causes of their own.",
        { Consequences.Count: 0 } => "This was seen directly.",
        _ => "This was seen directly, and it explains every other failure.",
    };

    /// <summary>"RTCD name service (http://rtcd2:8045)".</summary>
    public static string Name(ReportedCheck check) => check.Target is null ? check.Title : $"{check.Title} ({check.Target})";

    public static string Duration(TimeSpan duration) => duration.TotalSeconds >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0} ms");

    /// <summary>What was looked at when, for the end of a report.</summary>
    public static string Footer(Report report) => string.Create(
        CultureInfo.InvariantCulture,
        $"Run {report.RunId}, {report.StartedAt:yyyy-MM-dd HH:mm:ss} UTC, {Duration(report.Duration)}, CallsBot {report.ProgramVersion}");

    /// <summary>"3 failed, 1 warning, 12 OK, 4 skipped".</summary>
    public static string Counts(Report report) => string.Join(
        ", ",
        new[] { Outcome.Fail, Outcome.Warn, Outcome.Inconclusive, Outcome.Pass, Outcome.Skipped }
            .Select(outcome => (outcome, Count: report.With(outcome).Count()))
            .Where(count => count.Count > 0)
            .Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Count} {CountWord(count.outcome, count.Count)}")));

    /// <summary>The names, with commas.</summary>
    public static string Titles(IEnumerable<ReportedCheck> checks) => string.Join(", ", checks.Select(Name));

    private static string CountWord(Outcome outcome, int count) => outcome switch
    {
        Outcome.Pass => "OK",
        Outcome.Warn => count == 1 ? "warning" : "warnings",
        Outcome.Fail => "failed",
        Outcome.Inconclusive => "not clear",
        _ => "skipped",
    };
}
