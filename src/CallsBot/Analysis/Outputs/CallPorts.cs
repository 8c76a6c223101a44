using System.Net;
using System.Net.Sockets;

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

/// <summary>What kind of address an address is, for those who have to reach it.</summary>
internal static class AddressScope
{
    private static readonly IPNetwork[] Inner =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), // RFC 1918
        IPNetwork.Parse("100.64.0.0/10"), // RFC 6598
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("fe80::/10"), // RFC 3927, RFC 4291
        IPNetwork.Parse("fc00::/7"), // RFC 4193
    ];

    /// <summary>Whether it can be reached from its own network alone, besides loopback.</summary>
    public static bool IsPrivate(string text) => IPAddress.TryParse(text, out var address) && Inner.Any(network => network.Contains(Plain(address)));

    public static bool IsLoopback(string text) =>
        text.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(text, out var address) && IPAddress.IsLoopback(Plain(address)));

    public static bool IsVersion4(string text) => IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork;

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
