using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace CallsBot.Protocols.Stun;

/// <summary>
/// One STUN or TURN message (RFC 8489, RFC 8656). <see cref="StunMessageBuilder"/> makes one; what arrives is read with
/// <see cref="TryParse"/>. Immutable.
/// </summary>
/// <remarks>
/// Of an attribute given twice, the first counts (RFC 8489 §14). What stands after MESSAGE-INTEGRITY is not covered by it
/// and is left out, save FINGERPRINT (§14.5). An attribute whose value does not have its shape reads as absent.
/// </remarks>
public sealed class StunMessage
{
    public const int HeaderLength = 20;
    public const int TransactionIdLength = 12;

    internal const uint MagicCookie = 0x2112_A442;

    private readonly byte[] _bytes;
    private readonly List<StunAttribute> _attributes;
    private readonly int _integrityAt;
    private readonly int _fingerprintAt;

    private StunMessage(byte[] bytes, List<StunAttribute> attributes, int integrityAt, int fingerprintAt)
    {
        _bytes = bytes;
        _attributes = attributes;
        _integrityAt = integrityAt;
        _fingerprintAt = fingerprintAt;
    }

    public StunClass Class => (StunClass)(((_bytes[0] & 1) << 1) | ((_bytes[1] >> 4) & 1));

    public StunMethod Method => (StunMethod)(((_bytes[0] & 0x3e) << 6) | ((_bytes[1] & 0xe0) >> 1) | (_bytes[1] & 0x0f));

    /// <summary>Twelve bytes.</summary>
    public ReadOnlyMemory<byte> TransactionId => _bytes.AsMemory(8, TransactionIdLength);

    /// <summary>The message as it is on the wire.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>All attributes in order, unknown ones too; without the two seals.</summary>
    public IReadOnlyList<StunAttribute> Attributes => _attributes;

    public string? Username => Text(StunAttributeType.Username);

    public string? Realm => Text(StunAttributeType.Realm);

    public string? Nonce => Text(StunAttributeType.Nonce);

    public string? Software => Text(StunAttributeType.Software);

    /// <summary>XOR-MAPPED-ADDRESS, or MAPPED-ADDRESS from a server that knows only that.</summary>
    public IPEndPoint? MappedAddress => MaskedAddress(StunAttributeType.XorMappedAddress)
        ?? (Find(StunAttributeType.MappedAddress) is { } plain ? StunAddress.Read(plain.Span, mask: []) : null);

    public IPEndPoint? XorRelayedAddress => MaskedAddress(StunAttributeType.XorRelayedAddress);

    public IPEndPoint? XorPeerAddress => MaskedAddress(StunAttributeType.XorPeerAddress);

    public StunError? Error =>
        Find(StunAttributeType.ErrorCode) is { Length: >= 4 } value && value.Span is var span
        && (span[2] & 7) is >= 3 and <= 6 and var hundreds && span[3] < 100
            ? new StunError((hundreds * 100) + span[3], Encoding.UTF8.GetString(span[4..]))
            : null;

    public uint? Priority => Number(StunAttributeType.Priority);

    public bool UseCandidate => Find(StunAttributeType.UseCandidate) is not null;

    /// <summary>The tie-breaker of a peer that takes itself for the controlling agent.</summary>
    public ulong? IceControlling => LongNumber(StunAttributeType.IceControlling);

    /// <summary>The tie-breaker of a peer that takes itself for the controlled agent.</summary>
    public ulong? IceControlled => LongNumber(StunAttributeType.IceControlled);

    public TimeSpan? Lifetime => Number(StunAttributeType.Lifetime) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>An IP protocol number: 17 for UDP.</summary>
    public byte? RequestedTransport =>
        Find(StunAttributeType.RequestedTransport) is { Length: 4 } value ? value.Span[0] : null;

    public AddressFamily? RequestedAddressFamily =>
        Find(StunAttributeType.RequestedAddressFamily) is { Length: 4 } value
            ? value.Span[0] switch
            {
                1 => AddressFamily.InterNetwork,
                2 => AddressFamily.InterNetworkV6,
                _ => AddressFamily.Unknown,
            }
            : null;

    public ushort? ChannelNumber =>
        Find(StunAttributeType.ChannelNumber) is { Length: 4 } value ? BinaryPrimitives.ReadUInt16BigEndian(value.Span) : null;

    /// <summary>The payload of TURN's Send and Data indications.</summary>
    public ReadOnlyMemory<byte>? Data => Find(StunAttributeType.Data);

    public bool HasIntegrity => _integrityAt > 0;

    /// <summary>Null when the message has no fingerprint.</summary>
    public bool? FingerprintMatches => _fingerprintAt == 0
        ? null
        : BinaryPrimitives.ReadUInt32BigEndian(_bytes.AsSpan(_fingerprintAt + 4)) == StunSeals.Fingerprint(_bytes.AsSpan(0, _fingerprintAt));

    /// <summary>The first two bits and the cookie are STUN's: enough to tell it from DTLS, RTP and channel data (RFC 8489 §6.3).</summary>
    public static bool LooksLikeStun(ReadOnlySpan<byte> packet) =>
        packet.Length >= HeaderLength && packet[0] < 0x40 && BinaryPrimitives.ReadUInt32BigEndian(packet[4..]) == MagicCookie;

    /// <param name="datagram">Exactly one message.</param>
    /// <returns>False for any bytes that are not one.</returns>
    public static bool TryParse(ReadOnlySpan<byte> datagram, [NotNullWhen(true)] out StunMessage? message)
    {
        message = null;
        if (!LooksLikeStun(datagram) || BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]) != datagram.Length - HeaderLength)
        {
            return false;
        }

        var bytes = datagram.ToArray();
        var attributes = new List<StunAttribute>();
        var (at, integrityAt, fingerprintAt) = (HeaderLength, 0, 0);
        while (at < bytes.Length)
        {
            // Nothing follows a fingerprint (RFC 8489 §14.7).
            if (bytes.Length - at < 4 || fingerprintAt > 0)
            {
                return false;
            }

            var type = (StunAttributeType)BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at));
            int length = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at + 2));
            var padded = (length + 3) & ~3;
            if (padded > bytes.Length - at - 4)
            {
                return false;
            }

            switch (type)
            {
                case StunAttributeType.Fingerprint when length == StunSeals.FingerprintLength:
                    fingerprintAt = at;
                    break;
                case StunAttributeType.MessageIntegrity when length == StunSeals.IntegrityLength:
                    integrityAt = integrityAt > 0 ? integrityAt : at;
                    break;
                case StunAttributeType.Fingerprint or StunAttributeType.MessageIntegrity:
                    return false;
                default:
                    if (integrityAt == 0)
                    {
                        attributes.Add(new StunAttribute(type, bytes.AsMemory(at + 4, length)));
                    }

                    break;
            }

            at += 4 + padded;
        }

        message = new StunMessage(bytes, attributes, integrityAt, fingerprintAt);
        return true;
    }

    /// <returns>False too for a message without MESSAGE-INTEGRITY.</returns>
    public bool IsSignedWith(StunKey key) => HasIntegrity
        && CryptographicOperations.FixedTimeEquals(
            StunSeals.Integrity(_bytes.AsSpan(0, _integrityAt), key),
            _bytes.AsSpan(_integrityAt + 4, StunSeals.IntegrityLength));

    /// <summary>A response with the request's method and transaction id.</summary>
    public bool Answers(StunMessage request) =>
        Class is StunClass.Success or StunClass.Error
        && Method == request.Method
        && TransactionId.Span.SequenceEqual(request.TransactionId.Span);

    /// <returns>The value of the first such attribute; null when there is none.</returns>
    public ReadOnlyMemory<byte>? Find(StunAttributeType type)
    {
        foreach (var attribute in _attributes)
        {
            if (attribute.Type == type)
            {
                return attribute.Value;
            }
        }

        return null;
    }

    public override string ToString() => $"{Method} {Class}, {_bytes.Length} bytes";

    internal static ushort TypeOf(StunClass @class, StunMethod method)
    {
        var (c, m) = ((int)@class, (int)method);
        return (ushort)(((m & 0xf80) << 2) | ((m & 0x70) << 1) | (m & 0xf) | ((c & 2) << 7) | ((c & 1) << 4));
    }

    private string? Text(StunAttributeType type) =>
        Find(type) is { } value ? Encoding.UTF8.GetString(value.Span) : null;

    private uint? Number(StunAttributeType type) =>
        Find(type) is { Length: 4 } value ? BinaryPrimitives.ReadUInt32BigEndian(value.Span) : null;

    private ulong? LongNumber(StunAttributeType type) =>
        Find(type) is { Length: 8 } value ? BinaryPrimitives.ReadUInt64BigEndian(value.Span) : null;

    private IPEndPoint? MaskedAddress(StunAttributeType type) =>
        Find(type) is { } value ? StunAddress.Read(value.Span, _bytes.AsSpan(4, 16)) : null;
}
