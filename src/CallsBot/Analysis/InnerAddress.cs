using System.Net;
using System.Net.Sockets;
using CallsBot.Redaction;

namespace CallsBot.Analysis;

/// <summary>Tells addresses that are reached from their own network alone from those that are reached from anywhere.</summary>
internal static class InnerAddress
{
    /// <summary>Private, carrier-grade NAT, link-local or loopback. Addresses for documentation stand for public ones.</summary>
    public static bool Is(IPAddress address) => AddressScope.Of(Plain(address)) is "private" or "cgnat" or "link-local" or "loopback";

    /// <summary>As <see cref="Is"/>, without loopback; false for what is no address.</summary>
    public static bool IsPrivate(string text) =>
        IPAddress.TryParse(text, out var address) && Is(address) && !IPAddress.IsLoopback(Plain(address));

    public static bool IsLoopback(string text) =>
        text.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(text, out var address) && IPAddress.IsLoopback(Plain(address)));

    public static bool IsVersion4(string text) => IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork;

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
