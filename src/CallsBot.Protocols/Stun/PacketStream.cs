using System.Buffers.Binary;

namespace CallsBot.Protocols.Stun;

/// <summary>How packets are told apart in a stream of bytes.</summary>
public enum PacketFraming
{
    /// <summary>ICE over TCP: two bytes of length before each packet (RFC 4571, RFC 6544 §3).</summary>
    Rfc4571,

    /// <summary>STUN and TURN servers over TCP and TLS: messages and channel data say their own length (RFC 8656 §12.5).</summary>
    Turn,
}

public enum PacketReadOutcome
{
    Packet,

    /// <summary>The peer closed the stream between two packets.</summary>
    Closed,

    /// <summary>The peer closed the stream inside a packet.</summary>
    Truncated,

    /// <summary>The next packet is longer than the limit. Nothing more can be read.</summary>
    TooLong,

    /// <summary>The next bytes begin no packet of this framing. Nothing more can be read.</summary>
    NotAPacket,
}

/// <param name="Bytes">The packet without the length before it; what had arrived of it when there is none.</param>
public readonly record struct PacketRead(PacketReadOutcome Outcome, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// Packets over a stream, which stays its owner's. One reader and one writer at a time. A read that is cancelled loses
/// nothing: the next one goes on where it stopped. Throws what the stream throws.
/// </summary>
/// <param name="limit">The longest packet in bytes that is taken; the buffer is never longer than that and its length field.</param>
public sealed class PacketStream(Stream stream, PacketFraming framing, int limit = PacketStream.DefaultLimit)
{
    /// <summary>More than any STUN message or DTLS flight comes in.</summary>
    public const int DefaultLimit = 8 * 1024;

    private const int LengthBytes = 2;

    private readonly byte[] _buffer = new byte[Math.Max(limit, ChannelData.HeaderLength) + LengthBytes];
    private int _filled;

    private int HeaderLength => framing == PacketFraming.Rfc4571 ? LengthBytes : ChannelData.HeaderLength;

    public async ValueTask<PacketRead> ReadAsync(CancellationToken cancellationToken)
    {
        if (!await FillAsync(HeaderLength, cancellationToken))
        {
            return End();
        }

        var total = TotalLength();
        if (total < 0)
        {
            return new PacketRead(PacketReadOutcome.NotAPacket, Arrived());
        }

        var start = framing == PacketFraming.Rfc4571 ? LengthBytes : 0;
        if (total - start > limit)
        {
            return new PacketRead(PacketReadOutcome.TooLong, Arrived());
        }

        if (!await FillAsync(total, cancellationToken))
        {
            return End();
        }

        var packet = _buffer.AsSpan(start, total - start).ToArray();
        _buffer.AsSpan(total, _filled - total).CopyTo(_buffer);
        _filled -= total;
        return new PacketRead(PacketReadOutcome.Packet, packet);
    }

    /// <summary>Writes length and packet in one piece, so that they leave in one segment.</summary>
    /// <param name="packet">For <see cref="PacketFraming.Turn"/>, a STUN message or padded channel data.</param>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        if (framing == PacketFraming.Turn)
        {
            await stream.WriteAsync(packet, cancellationToken);
        }
        else
        {
            var framed = new byte[LengthBytes + packet.Length];
            BinaryPrimitives.WriteUInt16BigEndian(framed, checked((ushort)packet.Length));
            packet.CopyTo(framed.AsMemory(LengthBytes));
            await stream.WriteAsync(framed, cancellationToken);
        }

        await stream.FlushAsync(cancellationToken);
    }

    /// <returns>Header and packet together, in bytes; less than zero when this is no header.</returns>
    private int TotalLength()
    {
        int first = BinaryPrimitives.ReadUInt16BigEndian(_buffer);
        if (framing == PacketFraming.Rfc4571)
        {
            return LengthBytes + first;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(2));
        return first switch
        {
            < 0x4000 => StunMessage.HeaderLength + length,
            <= ChannelData.LastChannel => ChannelData.HeaderLength + ((length + 3) & ~3),
            _ => -1,
        };
    }

    private async ValueTask<bool> FillAsync(int wanted, CancellationToken cancellationToken)
    {
        while (_filled < wanted)
        {
            var read = await stream.ReadAsync(_buffer.AsMemory(_filled), cancellationToken);
            if (read == 0)
            {
                return false;
            }

            _filled += read;
        }

        return true;
    }

    private PacketRead End() => new(_filled == 0 ? PacketReadOutcome.Closed : PacketReadOutcome.Truncated, Arrived());

    private byte[] Arrived() => _buffer.AsSpan(0, _filled).ToArray();
}
