using System.Text;
using CallsBot.Checks;

namespace CallsBot.Reports;

/// <summary>A report for a terminal: plain text, commands on lines of their own so that they can be copied.</summary>
internal static class TextReport
{
    private const string Indent = "  ";

    public static string Of(Report report)
    {
        var (verdict, text) = (report.Verdict, new StringBuilder());
        text.Append(ReportWords.English.Of(verdict.Outcome).ToUpperInvariant()).Append(": ").Append(ReportWords.English.Headline(verdict)).Append('\n');
        if (verdict.Root?.Result.Detail is { } detail)
        {
            text.Append(detail).Append('\n');
        }

        if (ReportWords.English.Certainty(verdict) is { } certainty)
        {
            text.Append(certainty).Append('\n');
        }

        if (verdict.NextSteps.Count > 0)
        {
            Heading(text, ReportWords.English.DoThisNext);
            AppendNumbered(text, verdict.NextSteps, Indent);
        }

        if (verdict.Root is { } root)
        {
            Heading(text, "What was seen");
            AppendSeen(text, root);
        }

        if (verdict.Consequences.Count > 0)
        {
            Heading(text, ReportWords.English.WhatItCauses);
            foreach (var check in verdict.Consequences)
            {
                text.Append(Indent).Append(ReportWords.English.Name(check)).Append(": ").Append(ReportWords.English.Of(check.Result.Outcome)).Append('\n');
            }
        }

        AppendChecks(text, ReportWords.English.AlsoFailed, verdict.Others);
        AppendChecks(text, ReportWords.English.Warnings, report.With(Outcome.Warn).Where(check => check != verdict.Root));
        AppendChecks(text, ReportWords.English.NotTested, verdict.Untested);
        if (report.With(Outcome.Pass).ToList() is { Count: > 0 } passed)
        {
            Heading(text, ReportWords.English.Of(Outcome.Pass));
            foreach (var check in passed)
            {
                text.Append(Indent).Append(ReportWords.English.Name(check)).Append(": ").Append(check.Result.Detail ?? check.Result.Summary).Append('\n');
            }
        }

        if (report.Inventory.Count > 0)
        {
            Heading(text, ReportWords.English.Inventory);
            foreach (var entry in report.Inventory)
            {
                text.Append(Indent).Append(entry.Label).Append(": ").Append(entry.Value).Append('\n');
            }
        }

        return text.Append('\n').Append(ReportWords.English.Counts(report)).Append(". ").Append(ReportWords.English.Footer(report)).Append(".\n").ToString();
    }

    private static void Heading(StringBuilder text, string heading) => text.Append('\n').Append(heading).Append('\n');

    private static void AppendChecks(StringBuilder text, string heading, IEnumerable<ReportedCheck> checks)
    {
        var first = true;
        foreach (var check in checks)
        {
            if (first)
            {
                Heading(text, heading);
                first = false;
            }

            var result = check.Result;
            text.Append(Indent).Append(ReportWords.English.Name(check)).Append(": ").Append(ReportWords.English.Of(result.Outcome)).Append(". ")
                .Append(result.Detail ?? result.Summary).Append('\n');
            AppendSeen(text, check, Indent + Indent);
            AppendNumbered(text, result.NextSteps, Indent + Indent);
        }
    }

    private static void AppendSeen(StringBuilder text, ReportedCheck check, string indent = Indent)
    {
        foreach (var subject in check.Result.Subjects)
        {
            text.Append(indent).Append(subject.Subject).Append(": ").Append(ReportWords.English.Of(subject.Outcome)).Append(", ").Append(subject.Seen).Append('\n');
            AppendNumbered(text, subject.NextSteps, indent + Indent);
        }

        foreach (var evidence in check.Result.Evidence)
        {
            text.Append(indent).Append(evidence.Label).Append(": ").Append(evidence.Value).Append('\n');
        }
    }

    private static void AppendNumbered(StringBuilder text, IReadOnlyList<NextStep> steps, string indent)
    {
        for (var index = 0; index < steps.Count; index++)
        {
            text.Append(indent).Append(index + 1).Append(". ").Append(steps[index].Text).Append('\n');
            if (steps[index].Command is { } command)
            {
                text.Append(indent).Append("   ").Append(command.ReplaceLineEndings("\n" + indent + "   ")).Append('\n');
            }
        }
    }
}
