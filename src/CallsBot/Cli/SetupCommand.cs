using System.CommandLine;
using System.Net;
using CallsBot.Setup;

namespace CallsBot.Cli;

/// <summary>Creates or repairs what the bot needs on a Mattermost server, and writes the bot's settings.</summary>
internal static class SetupCommand
{
    public static Command Create()
    {
        var mattermost = new Option<string>("--mattermost")
        {
            Description = "The address of the server, such as https://chat.example.com.",
            HelpName = "URL",
            Required = true,
        };
        var adminTokenFile = new Option<string>("--admin-token-file")
        {
            Description = "A file with the access token of a system administrator, which nobody else may read.",
            HelpName = "FILE",
            Required = true,
        };
        var team = new Option<string[]>("--team")
        {
            Description = "A team that is to have the bot and /callshelp. May be given several times.",
            HelpName = "NAME",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var callbackUrl = new Option<string>("--callback-url")
        {
            Description = "The address at which Mattermost reaches the bot, such as http://callsbot.example.com:8077.",
            HelpName = "URL",
            Required = true,
        };
        var check = new Option<bool>("--check") { Description = "Change nothing; say what is missing or wrong. Exit code 3 when something is." };
        var output = new Option<string>("--output")
        {
            Description = "The folder for callsbot.json and secrets/.",
            HelpName = "DIR",
            DefaultValueFactory = _ => ".",
        };
        var rtcd = new Option<string?>("--rtcd")
        {
            Description = "The address of RTCD as in the Calls plugin's setting, such as http://rtcd.example.com:8045.",
            HelpName = "URL",
        };
        var administrator = new Option<string[]>("--administrator")
        {
            Description = "Who is told when a person asks for an administrator. May be given several times.",
            HelpName = "USERNAME",
            AllowMultipleArgumentsPerToken = true,
        };
        var name = new Option<string>("--name")
        {
            Description = "The bot's user name.",
            HelpName = "NAME",
            DefaultValueFactory = _ => SetupPlan.DefaultBotName,
        };
        var keepAdminToken = new Option<bool>("--keep-admin-token")
        {
            Description = "Store the administrator's token for the checks that a bot account may not run.",
        };

        var command = new Command("setup", "Create or repair the bot on a Mattermost server, and write its settings.")
        {
            mattermost, adminTokenFile, team, callbackUrl, check, output, rtcd, administrator, name, keepAdminToken,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new SetupArguments
            {
                Mattermost = parsed.GetRequiredValue(mattermost),
                AdminTokenFile = parsed.GetRequiredValue(adminTokenFile),
                Teams = parsed.GetRequiredValue(team),
                CallbackUrl = parsed.GetRequiredValue(callbackUrl),
                CheckOnly = parsed.GetValue(check),
                Output = parsed.GetRequiredValue(output),
                Rtcd = parsed.GetValue(rtcd),
                Administrators = parsed.GetValue(administrator) ?? [],
                BotName = parsed.GetRequiredValue(name),
                KeepAdminToken = parsed.GetValue(keepAdminToken),
            },
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error,
            Dns.GetHostAddressesAsync,
            TimeProvider.System,
            cancellationToken));
        return command;
    }

    internal static async Task<int> RunAsync(
        SetupArguments arguments,
        TextWriter output,
        TextWriter error,
        Resolve resolve,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (!SetupPlan.TryCreate(arguments, out var plan, out var faults))
        {
            foreach (var fault in faults)
            {
                await error.WriteLineAsync(fault);
            }

            return ExitCodes.Usage;
        }

        var report = new SetupReport(output, plan.CheckOnly);
        try
        {
            await new SetupRun(plan, TokenFile.Read(plan.AdminTokenFile), report, resolve, time).RunAsync(cancellationToken);
        }
        catch (SetupException ex)
        {
            await error.WriteLineAsync(ex.Message);
            return ex.ExitCode;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync("Stopped. What was done stays done; run it again for the rest.");
            return ExitCodes.Failed;
        }

        await output.WriteLineAsync();
        await output.WriteLineAsync(NextCommand(plan, report));
        return report.IsSettled ? ExitCodes.Success : ExitCodes.Failed;
    }

    private static string NextCommand(SetupPlan plan, SetupReport report)
    {
        var file = plan.Output is "." or "./" ? "" : $" --settings {Path.Combine(plan.Output, "callsbot.json")}";
        var serve = $"callsbot serve{file}";
        if (report.IsSettled)
        {
            return $"Next: {serve}";
        }

        var again = plan.CheckOnly ? "the same command without --check" : "the same command again";
        return report.Steps.Any(step => step.Outcome is SetupOutcome.ByHand or SetupOutcome.Refused)
            ? $"Next: what is said at `by hand` and `refused`, then {again}, then: {serve}"
            : $"Next: {again}, then: {serve}";
    }
}
