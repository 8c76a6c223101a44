using System.CommandLine;
using CallsBot.Analysis;
using CallsBot.Checks;
using CallsBot.Languages;
using CallsBot.Settings;
using CallsBot.Troubleshooting;

namespace CallsBot.Cli;

/// <summary>The verbs of <c>callsbot</c>. Results go to standard output, everything else to standard error.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        // Without this, `--administrator @ana` would be read as a file of further arguments.
        var parsed = Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync(error.Message);
            }

            await Console.Error.WriteLineAsync("Run `callsbot --help` for the commands and options.");
            return ExitCodes.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,

                // The host ends by itself, after the work that is queued; the parser's own limit would cut that short.
                ProcessTerminationTimeout = null,
            });
        }
        catch (Exception ex) when (ex is SettingsException or TreeFileException)
        {
            await Console.Error.WriteLineAsync(ex.Message);
            return ExitCodes.Usage;
        }
#pragma warning disable CA1031 // The one catch of the program.
        catch (Exception ex)
        {
            await Console.Error.WriteLineAsync($"callsbot failed, and it is not your doing: {ex}");
            return ExitCodes.InternalError;
        }
#pragma warning restore CA1031
    }

    public static RootCommand Create() => new("Finds out why Mattermost Calls fail, and says what to do.")
    {
        ServeCommand.Create(),
        SetupCommand.Create(),
        DoctorCommand.Create(),
        AnalyseCommand.Create(),
        ChatCommand.Create(),
        TreesCommand.Create(Checks, TextFaults, Covers),
        ConfigCommand.Create(),
        RedactCommand.Create(),
    };

    private static IReadOnlyCollection<CheckSignature> Checks() => Of(CheckSignature.Of);

    private static IReadOnlyList<string> TextFaults() =>
        [.. Of(checks => LanguageFiles.Check(checks.All)).Concat(FindingTextFile.Check()).Select(fault => fault.ToString())];

    private static IReadOnlyDictionary<string, IReadOnlyList<string>> Covers() => Of(checks => checks.Covers);

    /// <summary>Something about the checks that no settings bear upon.</summary>
    private static T Of<T>(Func<CheckCatalog, T> tell)
    {
        using var services = OfflineServices.Create(new LoadedSettings(new ConfigurationBuilder().Build(), []));
        return tell(services.GetRequiredService<CheckCatalog>());
    }
}
