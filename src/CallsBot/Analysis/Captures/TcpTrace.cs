using System.Buffers.Binary;
using CallsBot.Protocols.Pcap;
using CallsBot.Protocols.Stun;

namespace CallsBot.Analysis.Captures;

/// <summary>How a TCP connection began and ended.</summary>
internal sealed class TcpTrace
{
    public TcpSide[] Sides { get; } = [new(), new()];

    /// <summary>Whether a request to connect was answered.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>A reset of the request to connect.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>When and by whom the connection was reset while in use, without a close before; null when it was not.</summary>
    public (long At, int Side)? Cut { get; private set; }

    /// <summary>Who asked to connect; null when that was not seen.</summary>
    public int? Opener { get; private set; }

    public long OpenerAt { get; private set; }

    public void Add(in TcpHeader header, int side, int dataLength, long now)
    {
        var sender = Sides[side];
        var isSyn = (header.Flags & (TcpFlags.Syn | TcpFlags.Ack)) == TcpFlags.Syn;
        if (isSyn)
        {
            sender.Syns++;
            if (Opener is null)
            {
                (Opener, OpenerAt) = (side, now);
            }
        }
        else if ((header.Flags & TcpFlags.Syn) != 0)
        {
            IsOpen = true;
            Opener ??= 1 - side;
        }

        if ((header.Flags & TcpFlags.Rst) != 0)
        {
            var wasOpen = IsOpen || Sides[0].Data > 0 || Sides[1].Data > 0;
            IsRefused |= !wasOpen && Sides[1 - side].Syns > 0;
            if (Cut is null && Sides[0].Data > 0 && Sides[1].Data > 0 && Sides[0].Fins == 0 && Sides[1].Fins == 0)
            {
                Cut = (now, side);
            }
        }

        if ((header.Flags & TcpFlags.Fin) != 0)
        {
            sender.Fins++;
        }

        if (dataLength > 0)
        {
            var end = header.Sequence + (uint)dataLength;
            if (sender.Data > 0 && (int)(end - sender.Next) <= 0)
            {
                sender.Repeated++;
            }
            else
            {
                sender.Next = end;
            }

            sender.Data += dataLength;
        }
    }
}

internal sealed class TcpSide
{
    public int Syns { get; set; }

    public int Fins { get; set; }

    /// <summary>Bytes of data, repeated ones too.</summary>
    public long Data { get; set; }

    public uint Next { get; set; }

    /// <summary>Segments that held nothing new: sent again.</summary>
    public long Repeated { get; set; }

    public FrameCutter? Frames { get; set; }
}

/// <summary>Takes the packets of ICE over TCP out of the segments of one direction (RFC 4571). Loses what a gap cuts.</summary>
internal sealed class FrameCutter
{
    private const int LengthBytes = 2;
    private const int Longest = 2_048;

    private readonly byte[] _partial = new byte[LengthBytes + Longest];
    private int _filled;
    private uint _next;
    private bool _isInStep;

    public static bool LooksFramed(ReadOnlySpan<byte> data) =>
        data.Length > LengthBytes + StunMessage.HeaderLength && StunMessage.LooksLikeStun(data[LengthBytes..])
        && BinaryPrimitives.ReadUInt16BigEndian(data) is >= StunMessage.HeaderLength and <= Longest;

    /// <param name="sequence">Of the first byte.</param>
    /// <param name="data">What a segment holds.</param>
    /// <param name="length">How much it held on the wire.</param>
    /// <param name="packet">Told of each whole packet.</param>
    public void Add(uint sequence, ReadOnlySpan<byte> data, int length, Action<ReadOnlyMemory<byte>> packet)
    {
        if (_isInStep && (int)(sequence - _next) < 0)
        {
            return;
        }

        if (!_isInStep || sequence != _next)
        {
            // A segment that begins with a packet's length and STUN, or is just one packet, is a place to go on from.
            _filled = 0;
            _isInStep = LooksFramed(data) || (data.Length > LengthBytes && BinaryPrimitives.ReadUInt16BigEndian(data) == length - LengthBytes);
        }

        if (!_isInStep)
        {
            return;
        }

        _next = sequence + (uint)length;
        while (data.Length > 0)
        {
            var wanted = _filled < LengthBytes ? LengthBytes : LengthBytes + BinaryPrimitives.ReadUInt16BigEndian(_partial);
            if (wanted > _partial.Length)
            {
                _isInStep = false;
                return;
            }

            var taken = Math.Min(wanted - _filled, data.Length);
            data[..taken].CopyTo(_partial.AsSpan(_filled));
            data = data[taken..];
            _filled += taken;
            if (_filled > LengthBytes && _filled == wanted)
            {
                packet(_partial.AsMemory(LengthBytes, wanted - LengthBytes));
                _filled = 0;
            }
            else if (_filled == LengthBytes && BinaryPrimitives.ReadUInt16BigEndian(_partial) == 0)
            {
                _filled = 0;
            }
        }
    }
}
