using System.CommandLine;
using CallsBot.Settings;

namespace CallsBot.Cli;

/// <summary>Shows the settings as the bot would see them, or says all that is wrong with them.</summary>
internal static class ConfigCommand
{
    public static Command Create() => new("config", "Show or check the settings.")
    {
        Verb("show", "Print every setting with its value and where it comes from. Secrets are masked.", ShowAsync),
        Verb("check", "Say all that is wrong with the settings. Exit code 2 when something is.", CheckAsync),
    };

    private static Command Verb(string name, string description, Func<LoadedSettings, Task<int>> run)
    {
        var settings = SettingsOption.Create();
        var command = new Command(name, description) { settings };
        command.SetAction((parsed, _) => run(SettingsFiles.Load(parsed.GetValue(settings))));
        return command;
    }

    private static async Task<int> ShowAsync(LoadedSettings settings)
    {
        var shown = BotSettings.Known.Show(settings.Settings).ToList();
        var (keys, values) = (shown.Max(setting => setting.Key.Length), shown.Max(setting => setting.Value.Length));
        foreach (var setting in shown)
        {
            await Console.Out.WriteLineAsync($"{setting.Key.PadRight(keys)}  {setting.Value.PadRight(values)}  {setting.Source}");
        }

        await WriteFaultsAsync(settings.Faults);
        return settings.Faults.Count == 0 ? ExitCodes.Success : ExitCodes.Usage;
    }

    private static async Task<int> CheckAsync(LoadedSettings settings)
    {
        var faults = settings.Faults.Concat(BotSettings.Known.Faults(settings.Settings)).ToList();
        await WriteFaultsAsync(faults);
        if (faults.Count > 0)
        {
            return ExitCodes.Usage;
        }

        await Console.Out.WriteLineAsync("The settings are complete.");
        return ExitCodes.Success;
    }

    private static async Task WriteFaultsAsync(IReadOnlyList<string> faults)
    {
        foreach (var fault in faults)
        {
            await Console.Error.WriteLineAsync(fault);
        }
    }
}
