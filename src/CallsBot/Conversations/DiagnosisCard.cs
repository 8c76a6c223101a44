using System.Text;
using CallsBot.Checks;
using CallsBot.Languages;
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
        var (texts, words) = (ChatTexts.In(run.Language), ReportWords.In(run.Language));
        var text = new StringBuilder();
        if (progress is not null)
        {
            text.Append(texts.TestingProgress(progress.Ended.Count, progress.Expected, (int)Math.Round(elapsed.TotalSeconds)));
            foreach (var failed in progress.Ended.Where(check => check.Result.Outcome == Outcome.Fail))
            {
                text.Append('\n').Append(texts.FailedSoFar(words.Of(Outcome.Fail), words.Name(failed), words.Summary(failed.Result)));
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
                    Title = texts.TestingTitle,
                    Text = text.ToString(),
                    Fallback = texts.TestingTitle,
                    Actions = [Button("cancel", texts.CancelButton, Choice.CancelDiagnosis, run)],
                },
            ]),
        };
    }

    /// <param name="report">The report.</param>
    /// <param name="run">The run.</param>
    public PostPatch Ended(Report report, DiagnosisRun run)
    {
        var (texts, words) = (ChatTexts.In(run.Language), ReportWords.In(run.Language));
        var verdict = report.Verdict;
        var attachments = new List<Attachment> { Head(report, run, texts, words) };
        if (verdict.Root is { } root)
        {
            attachments.Add(Found(root.Result.Outcome == Outcome.Fail ? texts.WhatWasSeen : words.Warnings, [root], words, withSteps: false));
        }

        if (verdict.Consequences.Count > 0)
        {
            attachments.Add(new Attachment
            {
                Color = CardProps.Grey,
                Fallback = words.WhatItCauses,
                Title = words.WhatItCauses,
                Text = words.Titles(verdict.Consequences),
            });
        }

        Add(attachments, words.AlsoFailed, verdict.Others, words);
        Add(attachments, words.Warnings, [.. report.With(Outcome.Warn).Where(check => check != verdict.Root)], words);
        if (verdict.Untested.Count > 0)
        {
            attachments.Add(new Attachment
            {
                Color = CardProps.Grey,
                Fallback = words.NotTested,
                Title = words.NotTested,
                Text = string.Join('\n', verdict.Untested.Select(check => $"- {texts.QuestionAndAnswer(words.Name(check), words.Summary(check.Result))}")),
            });
        }

        attachments.Add(Foot(report, run, texts, words));
        return new PostPatch { Message = "", Props = CardProps.Fit(attachments) };
    }

    private static Attachment Head(Report report, DiagnosisRun run, ChatTexts texts, ReportWords words)
    {
        var verdict = report.Verdict;
        var title = texts.Verdict(words.Of(verdict.Outcome), words.Headline(verdict));
        var text = new StringBuilder();
        if (run.IsCancelled)
        {
            text.Append(texts.TestCancelled).Append("\n\n");
        }

        if (verdict.Root?.Result.Detail is { } detail)
        {
            text.Append(detail).Append("\n\n");
        }

        if (words.Certainty(verdict) is { } certainty)
        {
            text.Append(certainty).Append("\n\n");
        }

        if (verdict.NextSteps.Count > 0)
        {
            text.Append("**").Append(words.DoThisNext).Append("**\n");
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

    private static void Add(List<Attachment> attachments, string title, IReadOnlyList<ReportedCheck> checks, ReportWords words)
    {
        if (checks.Count > 0)
        {
            attachments.Add(Found(title, checks, words, withSteps: true));
        }
    }

    private static Attachment Found(string title, IReadOnlyList<ReportedCheck> checks, ReportWords words, bool withSteps)
    {
        var text = new StringBuilder();
        foreach (var check in checks)
        {
            var result = check.Result;
            text.Append("**").Append(words.Name(check)).Append("**: ").Append(words.Of(result.Outcome)).Append('\n');
            if (withSteps)
            {
                text.Append(result.Detail ?? words.Summary(result)).Append('\n');
            }

            foreach (var subject in result.Subjects.Where(subject => subject.Outcome != Outcome.Skipped))
            {
                text.Append("- ").Append(subject.Subject).Append(": ").Append(words.Of(subject.Outcome)).Append(", ").Append(subject.Seen).Append('\n');
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

    private Attachment Foot(Report report, DiagnosisRun run, ChatTexts texts, ReportWords words)
    {
        var passed = report.With(Outcome.Pass).ToList();
        return new Attachment
        {
            Color = CardProps.Grey,
            Fallback = words.Footer(report),
            Title = words.Counts(report),
            Text = passed.Count > 0 ? texts.Finding(words.Of(Outcome.Pass), words.Titles(passed)) : "",
            Fields = [.. report.Inventory.Select(entry => new AttachmentField { Title = entry.Label, Value = entry.Value, Short = entry.Value.Length <= 40 })],
            Footer = words.Footer(report),
            Actions = run.RtcdUrl is null ? [Button("again", texts.TestAgainButton, Choice.DiagnoseAgain, run)] : null,
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
