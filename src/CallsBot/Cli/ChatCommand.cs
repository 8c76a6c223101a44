using System.CommandLine;
using CallsBot.Checks;
using CallsBot.Conversations;
using CallsBot.Probes;
using CallsBot.Reports;
using CallsBot.Settings;
using CallsBot.Troubleshooting;
using Microsoft.Extensions.Options;

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
        var command = new Command("chat", "Walk the troubleshooting tree here, in the terminal.") { settings, tree };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var services = OfflineServices.Create(SettingsFiles.Load(parsed.GetValue(settings)));
            return await RunAsync(services, parsed.GetValue(tree)!, Console.In, Console.Out, cancellationToken);
        });
        return command;
    }

    internal static async Task<int> RunAsync(
        IServiceProvider services, string treeId, TextReader input, TextWriter output, CancellationToken cancellationToken)
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
        var rtcd = services.GetRequiredService<IOptions<RtcdOptions>>().Value;
        var machine = TroubleshootingMachine.Begin(tree);
        await output.WriteLineAsync("Write the number or the words of an answer, `back`, `start over` or `quit`.");

        while (true)
        {
            if (machine.Current is CheckNode node)
            {
                await output.WriteLineAsync($"\n{ConversationTexts.Checking(checks.TryGet(node.Check, out var check) ? check.Activity : node.Title)}");
                var result = await runner.RunAsync(node.Check, cancellationToken);
                await WriteAsync(output, result);
                machine.TryFire(new Checked(node.Id, result.Outcome, result.ReasonCode));
                continue;
            }

            if (machine.Automatic(FactNames.Administrator, (_, left) => left[0]) is { } automatic)
            {
                machine.TryFire(automatic);
                continue;
            }

            await WriteAsync(output, machine.Current, rtcd.ServiceUrl);
            await output.WriteAsync("\n> ");
            if (await input.ReadLineAsync(cancellationToken) is not { } line || line.Trim() is "quit" or "exit")
            {
                return ExitCodes.Success;
            }

            if (WordMatcher.Match(machine.Current, line) is not { } trigger || !machine.TryFire(trigger))
            {
                await output.WriteLineAsync(machine.Current is ConcludeNode
                    ? "This is the end of the branch. Write `back`, `start over` or `quit`."
                    : "That is none of the answers.");
            }
        }
    }

    private static async Task WriteAsync(TextWriter output, Node node, string? rtcdUrl)
    {
        await output.WriteLineAsync($"\n{node.Title}\n\n{Placeholders.Fill(node.TextFor(administrator: true), rtcdUrl)}");
        switch (node)
        {
            case AskNode:
                await output.WriteLineAsync($"\n{NodeCard.NumberedAnswers(node)}");
                break;

            case InstructNode:
                await output.WriteLineAsync($"\n{ConversationTexts.DidThatHelp} (yes / no)");
                break;

            case CollectNode:
                await output.WriteLineAsync("\n(one line, or `skip`)");
                break;
        }
    }

    private static async Task WriteAsync(TextWriter output, CheckResult result)
    {
        await output.WriteLineAsync($"{ReportWords.Of(result.Outcome)}: {result.Detail ?? result.Summary}");
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
