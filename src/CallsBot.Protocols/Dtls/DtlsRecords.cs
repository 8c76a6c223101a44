using System.Buffers.Binary;

namespace CallsBot.Protocols.Dtls;

/// <summary>DTLS 1.2 as far as it can be read from outside (RFC 6347 §4.1 and §4.2.2).</summary>
public static class DtlsRecords
{
    private const int HeaderLength = 13;
    private const byte Alert = 21;
    private const byte Handshake = 22;

    /// <summary>The first byte is DTLS's among the packets of a WebRTC session (RFC 7983 §7).</summary>
    public static bool LooksLikeDtls(ReadOnlySpan<byte> packet) =>
        packet.Length >= HeaderLength && packet[0] is >= 20 and <= 63 && packet[1] == 0xfe;

    /// <summary>The last message of a packet, when it is in the clear: "ClientHello", "Finished"…</summary>
    /// <returns>Null for other bytes.</returns>
    public static string? Describe(ReadOnlySpan<byte> packet)
    {
        string? last = null;
        while (Next(ref packet) is { } message)
        {
            last = message.Name ?? last;
        }

        return last;
    }

    /// <summary>Takes the first record off a packet.</summary>
    /// <returns>Null when there is none, or one that is cut.</returns>
    public static DtlsMessage? Next(ref ReadOnlySpan<byte> packet)
    {
        if (!LooksLikeDtls(packet) || BinaryPrimitives.ReadUInt16BigEndian(packet[11..]) is var length && length > packet.Length - HeaderLength)
        {
            return null;
        }

        var (type, epoch) = (packet[0], BinaryPrimitives.ReadUInt16BigEndian(packet[3..]));
        var fragment = packet.Slice(HeaderLength, length);
        packet = packet[(HeaderLength + length)..];
        var alert = (type, epoch, fragment.Length) is (Alert, 0, 2);
        return new DtlsMessage(NameOf(type, epoch, fragment), epoch > 0, alert ? fragment[0] : (byte)0, alert ? fragment[1] : (byte)0);
    }

    /// <summary>A packet by which a peer that has not agreed on keys yet ends the handshake.</summary>
    /// <param name="description">A number of RFC 5246 §7.2, such as 40 for handshake_failure.</param>
    public static byte[] FatalAlert(byte description) => [Alert, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, description];

    private static string? NameOf(byte type, ushort epoch, ReadOnlySpan<byte> fragment) => (type, epoch) switch
    {
        (20, _) => "ChangeCipherSpec",
        (Alert, 0) => "Alert",
        (Handshake, 0) when fragment.Length > 0 => fragment[0] switch
        {
            1 => "ClientHello",
            2 => "ServerHello",
            3 => "HelloVerifyRequest",
            11 => "Certificate",
            12 => "ServerKeyExchange",
            13 => "CertificateRequest",
            14 => "ServerHelloDone",
            15 => "CertificateVerify",
            16 => "ClientKeyExchange",
            _ => null,
        },
        (Handshake, _) => "Finished",
        _ => null,
    };
}
