using System.Text;
using CallsBot.Checks;

namespace CallsBot.Reports;

/// <summary>
/// A report in Markdown, in the order in which it is read: verdict, what to do, what failed, warnings, what could not be
/// tested, what works, what is installed, the run. For administrators.
/// </summary>
internal static class MarkdownReport
{
    public static string Of(Report report)
    {
        var (verdict, text) = (report.Verdict, new StringBuilder());
        text.Append("# ").Append(ReportWords.English.Of(verdict.Outcome)).Append(": ").Append(ReportWords.English.Headline(verdict)).Append("\n\n");
        if (ReportWords.English.Certainty(verdict) is { } certainty)
        {
            text.Append(certainty).Append("\n\n");
        }

        AppendSteps(text, verdict.NextSteps);
        if (verdict.Root is { } root)
        {
            text.Append("## ").Append(root.Result.Outcome == Outcome.Fail ? "The cause" : "The warning").Append("\n\n");
            AppendCheck(text, root, withSteps: false);
        }

        if (verdict.Consequences.Count > 0)
        {
            text.Append("## ").Append(ReportWords.English.WhatItCauses).Append("\n\n");
            foreach (var check in verdict.Consequences)
            {
                text.Append("- ").Append(ReportWords.English.Name(check)).Append(": ").Append(ReportWords.English.Of(check.Result.Outcome)).Append(". ")
                    .Append(check.Result.Detail ?? check.Result.Summary).Append('\n');
            }

            text.Append('\n');
        }

        AppendChecks(text, ReportWords.English.AlsoFailed, verdict.Others);
        AppendChecks(text, ReportWords.English.Warnings, report.With(Outcome.Warn).Where(check => check != verdict.Root));
        AppendChecks(text, ReportWords.English.NotTested, verdict.Untested);
        if (report.With(Outcome.Pass).ToList() is { Count: > 0 } passed)
        {
            text.Append("## ").Append(ReportWords.English.Of(Outcome.Pass)).Append("\n\n");
            foreach (var check in passed)
            {
                text.Append("- ").Append(ReportWords.English.Name(check)).Append(": ").Append(check.Result.Detail ?? check.Result.Summary).Append('\n');
            }

            text.Append('\n');
        }

        if (report.Inventory.Count > 0)
        {
            text.Append("## ").Append(ReportWords.English.Inventory).Append("\n\n");
            foreach (var entry in report.Inventory)
            {
                text.Append("- ").Append(entry.Label).Append(": ").Append(entry.Value).Append('\n');
            }

            text.Append('\n');
        }

        return text.Append(ReportWords.English.Counts(report)).Append(". ").Append(ReportWords.English.Footer(report)).Append(".\n").ToString();
    }

    private static void AppendSteps(StringBuilder text, IReadOnlyList<NextStep> steps)
    {
        if (steps.Count == 0)
        {
            return;
        }

        text.Append("## ").Append(ReportWords.English.DoThisNext).Append("\n\n");
        AppendNumbered(text, steps);
        text.Append('\n');
    }

    private static void AppendChecks(StringBuilder text, string heading, IEnumerable<ReportedCheck> checks)
    {
        var first = true;
        foreach (var check in checks)
        {
            if (first)
            {
                text.Append("## ").Append(heading).Append("\n\n");
                first = false;
            }

            AppendCheck(text, check, withSteps: true);
        }
    }

    private static void AppendCheck(StringBuilder text, ReportedCheck check, bool withSteps)
    {
        var result = check.Result;
        text.Append("**").Append(ReportWords.English.Name(check)).Append("** (`").Append(result.CheckId);
        if (result.ReasonCode is { } code)
        {
            text.Append(": ").Append(code);
        }

        text.Append("`): ").Append(ReportWords.English.Of(result.Outcome)).Append(". ").Append(result.Summary).Append('\n');
        if (result.Detail is { } detail && detail != result.Summary)
        {
            text.Append('\n').Append(detail).Append('\n');
        }

        if (result.Subjects.Count + result.Evidence.Count > 0)
        {
            text.Append('\n');
        }

        foreach (var subject in result.Subjects)
        {
            text.Append("- ").Append(subject.Subject).Append(": ").Append(ReportWords.English.Of(subject.Outcome)).Append(", ").Append(subject.Seen).Append('\n');
            if (subject.NextSteps.Count > 0)
            {
                AppendNumbered(text, subject.NextSteps, "  ");
            }
        }

        foreach (var evidence in result.Evidence)
        {
            text.Append("- ").Append(evidence.Label).Append(": `").Append(evidence.Value).Append("`\n");
        }

        if (withSteps && result.NextSteps.Count > 0)
        {
            text.Append('\n');
            AppendNumbered(text, result.NextSteps);
        }

        text.Append('\n');
    }

    private static void AppendNumbered(StringBuilder text, IReadOnlyList<NextStep> steps, string indent = "")
    {
        for (var index = 0; index < steps.Count; index++)
        {
            text.Append(indent).Append(index + 1).Append(". ").Append(steps[index].Text).Append('\n');
            if (steps[index].Command is { } command)
            {
                var inner = indent + "   ";
                text.Append(inner).Append("```\n").Append(inner).Append(command.ReplaceLineEndings("\n" + inner)).Append('\n').Append(inner).Append("```\n");
            }
        }
    }
}
