using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CallsBot.Protocols.Stun;

/// <summary>The two attributes that are computed over what precedes them (RFC 8489 §14.5 and §14.7).</summary>
internal static class StunSeals
{
    public const int IntegrityLength = 20;
    public const int FingerprintLength = 4;

    private const uint FingerprintMask = 0x5354_554E;

    /// <param name="before">The message up to, not including, the attribute's header.</param>
    public static byte[] Integrity(ReadOnlySpan<byte> before, StunKey key)
    {
        var copy = before.ToArray();
        SetLength(copy, before.Length + 4 + IntegrityLength);
        return HMACSHA1.HashData(key.Bytes, copy);
    }

    /// <param name="before">The message up to, not including, the attribute's header.</param>
    public static uint Fingerprint(ReadOnlySpan<byte> before)
    {
        var copy = before.ToArray();
        SetLength(copy, before.Length + 4 + FingerprintLength);
        return Crc32.Of(copy) ^ FingerprintMask;
    }

    /// <param name="total">The length that the message is taken to have, header included.</param>
    public static void SetLength(Span<byte> message, int total) =>
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], (ushort)(total - StunMessage.HeaderLength));
}
