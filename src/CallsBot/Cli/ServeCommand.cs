using System.CommandLine;
using System.Net.Sockets;
using CallsBot.Settings;
using CallsBot.Storage;
using CallsBot.Troubleshooting;

namespace CallsBot.Cli;

/// <summary>Runs the bot until it is told to stop.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var settings = SettingsOption.Create();
        var command = new Command("serve", "Run the bot.") { settings };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(settings), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string? file, CancellationToken cancellationToken)
    {
        await using var app = BotApplication.Build(SettingsFiles.Load(file));

        // Read while the rest starts.
        var trees = app.Services.GetRequiredService<TreeCatalog>();
        try
        {
            await app.Services.GetRequiredService<Database>().MigrateAsync(cancellationToken);
        }
        catch (System.Data.Common.DbException ex)
        {
            await Console.Error.WriteLineAsync(
                $"The database cannot be used: {ex.Message} Check Storage:ConnectionString, and that its folder can be written to.");
            return ExitCodes.Usage;
        }

        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException ex) when (ex.InnerException is SocketException or Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"{ex.Message} Stop what uses the address, or set {SettingsFiles.Prefix}Urls to another one.");
            return ExitCodes.Usage;
        }

        await trees.Loading;

        // What reading has left behind would stay for hours in a bot that is seldom asked.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        await app.WaitForShutdownAsync(cancellationToken);
        return ExitCodes.Success;
    }
}
