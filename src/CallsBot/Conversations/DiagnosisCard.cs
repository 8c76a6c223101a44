using System.Globalization;
using System.Text;
using CallsBot.Checks;
using CallsBot.Protocols.Mattermost;
using CallsBot.Reports;
using Microsoft.Extensions.Options;

namespace CallsBot.Conversations;

/// <summary>Draws a diagnosis while it runs and when it has ended. For administrators: it shows addresses and settings.</summary>
internal sealed class DiagnosisCard(SignedTokens tokens, IOptions<ConversationOptions> options)
{
    private readonly string _url = options.Value.CallbackTo(ActionEndpoint.Path);

    /// <param name="run">The run.</param>
    /// <param name="progress">Null before the first check has ended.</param>
    /// <param name="elapsed">Since the start.</param>
    public PostPatch Running(DiagnosisRun run, DiagnosisProgress? progress, TimeSpan elapsed)
    {
        var text = new StringBuilder();
        if (progress is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"{progress.Ended.Count} of {progress.Expected} done, {elapsed.TotalSeconds:0} s.");
            foreach (var failed in progress.Ended.Where(check => check.Result.Outcome == Outcome.Fail))
            {
                text.Append('\n').Append("**").Append(ReportWords.Of(Outcome.Fail)).Append("**: ").Append(ReportWords.Name(failed)).Append(". ").Append(failed.Result.Summary);
            }
        }

        return new PostPatch
        {
            Message = "",
            Props = CardProps.Fit(
            [
                new Attachment
                {
                    Color = CardProps.Neutral,
                    Title = ConversationTexts.TestingTitle,
                    Text = text.ToString(),
                    Fallback = ConversationTexts.TestingTitle,
                    Actions = [Button("cancel", ConversationTexts.Cancel, Choice.CancelDiagnosis, run)],
                },
            ]),
        };
    }

    /// <param name="report">The report.</param>
    /// <param name="run">The run.</param>
    public PostPatch Ended(Report report, DiagnosisRun run)
    {
        var verdict = report.Verdict;
        var attachments = new List<Attachment> { Head(report, run) };
        if (verdict.Root is { } root)
        {
            attachments.Add(Found(root.Result.Outcome == Outcome.Fail ? "What was seen" : ReportWords.Warnings, [root], withSteps: false));
        }

        if (verdict.Consequences.Count > 0)
        {
            attachments.Add(new Attachment
            {
                Color = CardProps.Grey,
                Fallback = ReportWords.WhatItCauses,
                Title = ReportWords.WhatItCauses,
                Text = ReportWords.Titles(verdict.Consequences),
            });
        }

        Add(attachments, ReportWords.AlsoFailed, verdict.Others);
        Add(attachments, ReportWords.Warnings, [.. report.With(Outcome.Warn).Where(check => check != verdict.Root)]);
        if (verdict.Untested.Count > 0)
        {
            attachments.Add(new Attachment
            {
                Color = CardProps.Grey,
                Fallback = ReportWords.NotTested,
                Title = ReportWords.NotTested,
                Text = string.Join('\n', verdict.Untested.Select(check => $"- {ReportWords.Name(check)}: {check.Result.Summary}")),
            });
        }

        attachments.Add(Foot(report, run));
        return new PostPatch { Message = "", Props = CardProps.Fit(attachments) };
    }

    private static Attachment Head(Report report, DiagnosisRun run)
    {
        var verdict = report.Verdict;
        var title = $"{ReportWords.Of(verdict.Outcome)}: {ReportWords.Headline(verdict)}";
        var text = new StringBuilder();
        if (run.IsCancelled)
        {
            text.Append(ConversationTexts.TestCancelled).Append("\n\n");
        }

        if (verdict.Root?.Result.Detail is { } detail)
        {
            text.Append(detail).Append("\n\n");
        }

        if (ReportWords.Certainty(verdict) is { } certainty)
        {
            text.Append(certainty).Append("\n\n");
        }

        if (verdict.NextSteps.Count > 0)
        {
            text.Append("**").Append(ReportWords.DoThisNext).Append("**\n");
            AppendSteps(text, verdict.NextSteps);
        }

        return new Attachment
        {
            Color = CardProps.ColourOf(verdict.Outcome),
            Title = title,
            Text = text.ToString().TrimEnd(),
            Fallback = title,
        };
    }

    private static void Add(List<Attachment> attachments, string title, IReadOnlyList<ReportedCheck> checks)
    {
        if (checks.Count > 0)
        {
            attachments.Add(Found(title, checks, withSteps: true));
        }
    }

    private static Attachment Found(string title, IReadOnlyList<ReportedCheck> checks, bool withSteps)
    {
        var text = new StringBuilder();
        foreach (var check in checks)
        {
            var result = check.Result;
            text.Append("**").Append(ReportWords.Name(check)).Append("**: ").Append(ReportWords.Of(result.Outcome)).Append('\n');
            if (withSteps)
            {
                text.Append(result.Detail ?? result.Summary).Append('\n');
            }

            foreach (var subject in result.Subjects.Where(subject => subject.Outcome != Outcome.Skipped))
            {
                text.Append("- ").Append(subject.Subject).Append(": ").Append(ReportWords.Of(subject.Outcome)).Append(", ").Append(subject.Seen).Append('\n');
            }

            foreach (var evidence in result.Evidence)
            {
                text.Append("- ").Append(evidence.Label).Append(": `").Append(evidence.Value).Append("`\n");
            }

            if (withSteps)
            {
                AppendSteps(text, result.NextSteps);
            }
        }

        return new Attachment
        {
            Color = CardProps.ColourOf(checks[0].Result.Outcome),
            Title = title,
            Text = text.ToString().TrimEnd(),
            Fallback = title,
        };
    }

    private Attachment Foot(Report report, DiagnosisRun run)
    {
        var passed = report.With(Outcome.Pass).ToList();
        return new Attachment
        {
            Color = CardProps.Grey,
            Fallback = ReportWords.Footer(report),
            Title = ReportWords.Counts(report),
            Text = passed.Count > 0 ? $"**{ReportWords.Of(Outcome.Pass)}**: {ReportWords.Titles(passed)}" : "",
            Fields = [.. report.Inventory.Select(entry => new AttachmentField { Title = entry.Label, Value = entry.Value, Short = entry.Value.Length <= 40 })],
            Footer = ReportWords.Footer(report),
            Actions = run.RtcdUrl is null ? [Button("again", ConversationTexts.TestAgain, Choice.DiagnoseAgain, run)] : null,
        };
    }

    private static void AppendSteps(StringBuilder text, IReadOnlyList<NextStep> steps)
    {
        for (var index = 0; index < steps.Count; index++)
        {
            text.Append(index + 1).Append(". ").Append(steps[index].Text).Append('\n');
            if (steps[index].Command is { } command)
            {
                text.Append("```\n").Append(command).Append("\n```\n");
            }
        }
    }

    private PostAction Button(string id, string name, string choice, DiagnosisRun run) => new()
    {
        Id = id,
        Name = name,
        Integration = new ActionIntegration
        {
            Url = _url,
            Context = new Dictionary<string, string>
            {
                [ActionEndpoint.TokenKey] = tokens.Issue(new SignedToken(SignedToken.Diagnosis, "", 0, run.UserId, run.Id)),
                [ActionEndpoint.ChoiceKey] = choice,
            },
        },
    };
}
