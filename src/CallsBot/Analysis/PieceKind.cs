namespace CallsBot.Analysis;

/// <summary>What a piece of evidence is. In texts and reports the kebab-case word stands: see <see cref="PieceKinds"/>.</summary>
internal enum PieceKind
{
    Unknown,

    // Logs
    RtcdLog,
    MattermostLog,
    BrowserConsole,
    DesktopLog,
    MobileLog,
    CallLogs,
    OffloaderLog,
    JobLog,

    // Numbers and settings
    CallStats,
    Metrics,
    RtcdConfiguration,
    PluginSettings,
    SupportPacket,

    // Output of commands
    Curl,
    Netcat,
    Nmap,
    Sockets,
    NetworkStatistics,
    Sysctl,
    Iptables,
    Nftables,
    Ufw,
    Firewalld,
    Top,
    Threads,
    Iftop,
    DockerPs,
    DockerStats,
    DockerInspect,
    Kubectl,
    Dig,
    Tcpdump,
    ProfileTop,

    // Binary
    Capture,
    Profile,
}

internal static class PieceKinds
{
    private static readonly Dictionary<PieceKind, string> Words = Enum.GetValues<PieceKind>().ToDictionary(kind => kind, Word);

    /// <summary>Kebab-case and stable, such as "rtcd-log".</summary>
    public static string WordOf(PieceKind kind) => Words[kind];

    private static string Word(PieceKind kind) =>
        string.Concat(kind.ToString().Select((letter, index) => char.IsUpper(letter) ? $"{(index > 0 ? "-" : "")}{char.ToLowerInvariant(letter)}" : $"{letter}"));
}
