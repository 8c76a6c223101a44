using System.CommandLine;

namespace CallsBot.Cli;

/// <summary><c>--settings FILE</c>, the same on every command that reads settings.</summary>
internal static class SettingsOption
{
    public static Option<string?> Create() => new("--settings")
    {
        Description = "The settings file. Default: callsbot.json in the working folder, if there is one.",
        HelpName = "FILE",
    };
}
