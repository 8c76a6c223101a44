namespace CallsBot.Analysis.Outputs;

/// <summary>The ports of Calls as they are by default.</summary>
internal static class CallPorts
{
    public const int Media = 8443;
    public const int Api = 8045;
    public const int Offloader = 4545;

    /// <summary>Such as "udp/8443".</summary>
    public static string Name(string protocol, int port) => FormattableString.Invariant($"{protocol}/{port}");

    public static bool IsCalls(int port) => port is Media or Api or Offloader;
}
