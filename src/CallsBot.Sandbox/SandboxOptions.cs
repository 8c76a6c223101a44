using System.Globalization;

namespace CallsBot.Sandbox;

/// <summary>What the command line says.</summary>
/// <param name="MattermostPort">The workspace's port.</param>
/// <param name="RtcdPort">The pretend RTCD's port.</param>
/// <param name="WithBotProcess">False leaves the bot to be started by hand.</param>
/// <param name="BotPath">The bot's assembly; null looks for it beside this one.</param>
internal sealed record SandboxOptions(int MattermostPort, int RtcdPort, bool WithBotProcess, string? BotPath)
{
    public const string Usage = """
        Starts a pretend Mattermost workspace and a pretend RTCD on this machine, and the bot between them.

          --port N        port of the workspace (8065)
          --rtcd-port N   port of the pretend RTCD (8045)
          --bot PATH      the bot's callsbot.dll; by default the one built beside this program
          --no-bot        do not start the bot; its settings are printed instead
          --help          this text

        rtcd --address A [--address B]… [--port N] [--media-port N]
                          starts the pretend RTCD alone, at these addresses of this machine (ports 8045 and
                          8443), and prints a line of JSON with its URL and the client that is registered
        """;

    public static SandboxOptions Default { get; } = new(MattermostPort: 8065, RtcdPort: 8045, WithBotProcess: true, BotPath: null);

    /// <exception cref="SandboxException">An option is unknown or has no fitting value.</exception>
    public static SandboxOptions Parse(IReadOnlyList<string> args)
    {
        var options = Default;
        for (var i = 0; i < args.Count; i++)
        {
            options = args[i] switch
            {
                "--no-bot" => options with { WithBotProcess = false },
                "--bot" => options with { BotPath = ValueOf(args, ref i) },
                "--port" => options with { MattermostPort = PortIn(args, ref i) },
                "--rtcd-port" => options with { RtcdPort = PortIn(args, ref i) },
                var unknown => throw new SandboxException($"'{unknown}' is not an option. Run with --help to see those there are."),
            };
        }

        return options;
    }

    internal static string ValueOf(IReadOnlyList<string> args, ref int i) =>
        ++i < args.Count ? args[i] : throw new SandboxException($"{args[i - 1]} needs a value.");

    internal static int PortIn(IReadOnlyList<string> args, ref int i)
    {
        var option = args[i];
        var value = ValueOf(args, ref i);
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= ushort.MaxValue
            ? port
            : throw new SandboxException($"{option} needs a port number from 0 to 65535, not '{value}'.");
    }
}
