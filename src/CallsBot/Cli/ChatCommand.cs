using System.CommandLine;
using System.Diagnostics;
using CallsBot.Checks;
using CallsBot.Conversations;
using CallsBot.Languages;
using CallsBot.Reports;
using CallsBot.Settings;
using CallsBot.Troubleshooting;

namespace CallsBot.Cli;

/// <summary>
/// The tree in a terminal, for when Mattermost itself is down. Needs no settings at all; with <c>Rtcd:ServiceUrl</c> it
/// runs the same checks as the bot. Whoever sits at the terminal sees what administrators see.
/// </summary>
internal static class ChatCommand
{
    public static Command Create()
    {
        var settings = SettingsOption.Create();
        var tree = new Option<string>("--tree")
        {
            Description = "The tree to walk.",
            DefaultValueFactory = _ => Conversation.FirstTree,
        };
        var language = new Option<string>("--language")
        {
            Description = $"The language to speak: {string.Join(", ", Language.All.Select(known => $"{known.Code} ({known.Name})"))}.",
            DefaultValueFactory = _ => LanguageOf(Environment.GetEnvironmentVariable),
        };
        language.AcceptOnlyFromAmong([.. Language.All.Select(known => known.Code)]);
        var command = new Command("chat", "Walk the troubleshooting tree here, in the terminal.") { settings, tree, language };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var services = OfflineServices.Create(SettingsFiles.Load(parsed.GetValue(settings)));
            return await RunAsync(services, parsed.GetValue(tree)!, Language.For(parsed.GetValue(language)), Console.In, Console.Out, cancellationToken);
        });
        return command;
    }

    /// <summary>What the terminal's own settings say (POSIX: LC_ALL wins over LANG), else English.</summary>
    internal static string LanguageOf(Func<string, string?> environment)
    {
        var locale = environment("LC_ALL") is { Length: > 0 } all ? all : environment("LANG");
        return Language.For(locale).Code;
    }

    internal static async Task<int> RunAsync(
        IServiceProvider services, string treeId, Language language, TextReader input, TextWriter output, CancellationToken cancellationToken)
    {
        var trees = services.GetRequiredService<TreeCatalog>();
        if (!trees.TryGet(treeId, out var tree))
        {
            await Console.Error.WriteLineAsync(
                $"There is no tree '{treeId}'. There are {string.Join(", ", trees.All.Select(known => known.Id))}.");
            return ExitCodes.Usage;
        }

        var runner = services.GetRequiredService<CheckRunner>();
        var checks = services.GetRequiredService<CheckCatalog>();
        var addresses = services.GetRequiredService<KnownAddresses>();
        var machine = TroubleshootingMachine.Begin(tree);
        var texts = ChatTexts.In(language);
        await output.WriteLineAsync(texts.TerminalOpening);

        while (true)
        {
            if (machine.Current is CheckNode node)
            {
                await output.WriteLineAsync($"\n{texts.Checking(ActivityOf(node, checks, language))}");
                var result = await runner.RunAsync(node.Check, cancellationToken);
                await WriteAsync(output, result, language);
                if (!machine.TryFire(new Checked(node.Id, result.Outcome, result.ReasonCode)))
                {
                    throw new UnreachableException($"{node.Id} has no exit for {result.Outcome} ({result.ReasonCode}).");
                }

                continue;
            }

            if (machine.Automatic(FactNames.Administrator, (_, left) => left[0]) is { } automatic)
            {
                machine.TryFire(automatic);
                continue;
            }

            await WriteAsync(output, tree.In(language, machine.Current.Id), await addresses.GetAsync(session: null, cancellationToken), texts);
            await output.WriteAsync("\n> ");
            if (await input.ReadLineAsync(cancellationToken) is not { } line || WordLists.In(language).Quit.Contains(line))
            {
                return ExitCodes.Success;
            }

            var trigger = WordMatcher.Match(tree, machine.Current, line, language);
            if (trigger is null || !machine.TryFire(trigger))
            {
                await output.WriteLineAsync(trigger is WentBack ? texts.NothingBefore
                    : machine.Current is ConcludeNode ? texts.TerminalEnd
                    : texts.TerminalNotUnderstood);
            }
        }
    }

    private static async Task WriteAsync(TextWriter output, Node node, InstallationAddresses addresses, ChatTexts texts)
    {
        var warning = node.Interrupts ? $"{texts.InterruptsCalls}\n\n" : "";
        await output.WriteLineAsync($"\n{node.Title}\n\n{warning}{Placeholders.Fill(node.TextFor(administrator: true), addresses)}");
        switch (node)
        {
            case AskNode:
                await output.WriteLineAsync($"\n{NodeCard.NumberedAnswers(node)}");
                break;

            case InstructNode:
                await output.WriteLineAsync($"\n{texts.TerminalDidThatHelp}");
                break;

            case CollectNode:
                await output.WriteLineAsync($"\n{texts.TerminalOneLine}");
                break;
        }
    }

    private static string ActivityOf(CheckNode node, CheckCatalog checks, Language language) =>
        checks.TryGet(node.Check, out var check) ? CheckSentences.In(language).Activity(check.Id, check.Activity) : node.Title;

    private static async Task WriteAsync(TextWriter output, CheckResult result, Language language)
    {
        var (texts, words) = (ChatTexts.In(language), ReportWords.In(language));
        await output.WriteLineAsync(texts.Verdict(words.Of(result.Outcome), result.Detail ?? words.Summary(result)));
        foreach (var evidence in result.Evidence)
        {
            await output.WriteLineAsync($"  {evidence.Label}: {evidence.Value}");
        }

        foreach (var step in result.NextSteps)
        {
            await output.WriteLineAsync($"  - {step.Text}");
            if (step.Command is { } command)
            {
                await output.WriteLineAsync($"    {command.ReplaceLineEndings("\n    ")}");
            }
        }
    }
}
