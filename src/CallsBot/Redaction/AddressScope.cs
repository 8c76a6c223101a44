using System.Net;
using System.Net.Sockets;

namespace CallsBot.Redaction;

/// <summary>Where an address can be reached from, in the word that its pseudonym carries.</summary>
internal static class AddressScope
{
    public static string Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork ? OfFour(bytes) : OfSix(address, bytes);
    }

    // RFC 6890 (special purpose), RFC 1918 (private), RFC 6598 (carrier-grade NAT), RFC 3927 (link-local).
    private static string OfFour(ReadOnlySpan<byte> bytes) => (bytes[0], bytes[1]) switch
    {
        (10, _) or (172, >= 16 and <= 31) or (192, 168) => "private",
        (100, >= 64 and <= 127) => "cgnat",
        (127, _) => "loopback",
        (169, 254) => "link-local",
        ( >= 224 and <= 239, _) => "multicast",
        (0, _) or ( >= 240, _) => "reserved",
        _ => "public",
    };

    // RFC 4193 (unique local), RFC 4291 (the others).
    private static string OfSix(IPAddress address, ReadOnlySpan<byte> bytes) => bytes[0] switch
    {
        0xfc or 0xfd => "private",
        0xfe when address.IsIPv6LinkLocal => "link-local",
        0xff => "multicast",
        0 when IPAddress.IsLoopback(address) => "loopback",
        0 => "reserved",
        _ => "public",
    };
}
