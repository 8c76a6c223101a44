using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace CallsBot.Protocols.Stun;

/// <summary>The value of the address attributes, plain or masked (RFC 8489 §14.1 and §14.2).</summary>
internal static class StunAddress
{
    private const byte IPv4 = 1;
    private const byte IPv6 = 2;

    /// <param name="mask">Cookie and transaction id (16 bytes); empty for a plain address.</param>
    public static byte[] Write(IPEndPoint endPoint, ReadOnlySpan<byte> mask)
    {
        var address = endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address;
        var bytes = address.GetAddressBytes();
        var value = new byte[4 + bytes.Length];
        value[1] = address.AddressFamily == AddressFamily.InterNetwork ? IPv4 : IPv6;
        BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(2), (ushort)endPoint.Port);
        bytes.CopyTo(value, 4);
        Mask(value, mask);
        return value;
    }

    /// <returns>Null for what is no address.</returns>
    public static IPEndPoint? Read(ReadOnlySpan<byte> value, ReadOnlySpan<byte> mask)
    {
        if (value.Length < 4 || (value[1], value.Length) is not ((IPv4, 8) or (IPv6, 20)))
        {
            return null;
        }

        var plain = value.ToArray();
        Mask(plain, mask);
        return new IPEndPoint(new IPAddress(plain.AsSpan(4)), BinaryPrimitives.ReadUInt16BigEndian(plain.AsSpan(2)));
    }

    public static byte FamilyOf(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? IPv6 : IPv4;

    private static void Mask(Span<byte> value, ReadOnlySpan<byte> mask)
    {
        if (mask.IsEmpty)
        {
            return;
        }

        value[2] ^= mask[0];
        value[3] ^= mask[1];
        for (var i = 4; i < value.Length; i++)
        {
            value[i] ^= mask[i - 4];
        }
    }
}
