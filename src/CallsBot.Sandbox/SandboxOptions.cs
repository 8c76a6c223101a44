namespace CallsBot.Sandbox;

/// <summary>What the command line says.</summary>
/// <param name="MattermostPort">The workspace's port.</param>
/// <param name="RtcdPort">The pretend RTCD's port.</param>
/// <param name="MediaPort">The pretend RTCD's port for UDP and TCP.</param>
/// <param name="OffloaderPort">The pretend calls-offloader's port.</param>
/// <param name="WithBotProcess">False leaves the bot to be started by hand.</param>
/// <param name="BotPath">The bot's assembly; null looks for it beside this one.</param>
internal sealed record SandboxOptions(int MattermostPort, int RtcdPort, int MediaPort, int OffloaderPort, bool WithBotProcess, string? BotPath)
{
    public const string Usage = """
        Starts a pretend Mattermost workspace, a pretend RTCD and a pretend calls-offloader on this machine, and the bot between
        them.

          --port N            port of the workspace (8065)
          --rtcd-port N       port of the pretend RTCD (8045)
          --media-port N      port of its media, UDP and TCP (8443)
          --offloader-port N  port of the pretend calls-offloader (4545)
          --bot PATH          the bot's callsbot.dll; by default the one built beside this program
          --no-bot            do not start the bot; its settings are printed instead
          --help              this text
        """;

    public static SandboxOptions Default { get; } = new(MattermostPort: 8065, RtcdPort: 8045, MediaPort: 8443, OffloaderPort: 4545, WithBotProcess: true, BotPath: null);

    /// <exception cref="SandboxException">An option is unknown or has no fitting value.</exception>
    public static SandboxOptions Parse(IReadOnlyList<string> args)
    {
        var options = Default;
        var words = new Arguments(args);
        while (words.Next() is { } option)
        {
            options = option switch
            {
                "--no-bot" => options with { WithBotProcess = false },
                "--bot" => options with { BotPath = words.Value() },
                "--port" => options with { MattermostPort = words.Port() },
                "--rtcd-port" => options with { RtcdPort = words.Port() },
                "--media-port" => options with { MediaPort = words.Port() },
                "--offloader-port" => options with { OffloaderPort = words.Port() },
                var unknown => throw new SandboxException($"'{unknown}' is not an option. Run with --help to see those there are."),
            };
        }

        return options;
    }
}
