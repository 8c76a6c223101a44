using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace CallsBot.Protocols.Stun;

/// <summary>Makes a message, attribute by attribute, in the order of the calls.</summary>
public sealed class StunMessageBuilder
{
    private readonly ArrayBufferWriter<byte> _bytes = new(128);

    /// <param name="transactionId">Twelve bytes. Random when left out.</param>
    public StunMessageBuilder(StunClass @class, StunMethod method, ReadOnlySpan<byte> transactionId = default)
    {
        if (transactionId.Length is not (0 or StunMessage.TransactionIdLength))
        {
            throw new ArgumentException("A transaction id has twelve bytes.", nameof(transactionId));
        }

        var header = _bytes.GetSpan(StunMessage.HeaderLength)[..StunMessage.HeaderLength];
        header.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(header, StunMessage.TypeOf(@class, method));
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], StunMessage.MagicCookie);
        if (transactionId.IsEmpty)
        {
            RandomNumberGenerator.Fill(header[8..]);
        }
        else
        {
            transactionId.CopyTo(header[8..]);
        }

        _bytes.Advance(StunMessage.HeaderLength);
    }

    public static StunMessageBuilder Request(StunMethod method) => new(StunClass.Request, method);

    public static StunMessageBuilder SuccessOf(StunMessage request) =>
        new(StunClass.Success, request.Method, request.TransactionId.Span);

    public static StunMessageBuilder ErrorOf(StunMessage request, int code, string reason) =>
        new StunMessageBuilder(StunClass.Error, request.Method, request.TransactionId.Span).Error(code, reason);

    public StunMessageBuilder Username(string value) => Text(StunAttributeType.Username, value);

    public StunMessageBuilder Realm(string value) => Text(StunAttributeType.Realm, value);

    public StunMessageBuilder Nonce(string value) => Text(StunAttributeType.Nonce, value);

    public StunMessageBuilder Software(string value) => Text(StunAttributeType.Software, value);

    public StunMessageBuilder MappedAddress(IPEndPoint value) =>
        Attribute(StunAttributeType.MappedAddress, StunAddress.Write(value, mask: []));

    public StunMessageBuilder XorMappedAddress(IPEndPoint value) => Masked(StunAttributeType.XorMappedAddress, value);

    public StunMessageBuilder XorRelayedAddress(IPEndPoint value) => Masked(StunAttributeType.XorRelayedAddress, value);

    public StunMessageBuilder XorPeerAddress(IPEndPoint value) => Masked(StunAttributeType.XorPeerAddress, value);

    /// <param name="code">300 to 699.</param>
    public StunMessageBuilder Error(int code, string reason)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(code, 300);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(code, 699);
        return Attribute(StunAttributeType.ErrorCode, [0, 0, (byte)(code / 100), (byte)(code % 100), .. Encoding.UTF8.GetBytes(reason)]);
    }

    public StunMessageBuilder Priority(uint value) => Number(StunAttributeType.Priority, value);

    public StunMessageBuilder UseCandidate() => Attribute(StunAttributeType.UseCandidate, []);

    public StunMessageBuilder IceControlling(ulong tieBreaker) => LongNumber(StunAttributeType.IceControlling, tieBreaker);

    public StunMessageBuilder IceControlled(ulong tieBreaker) => LongNumber(StunAttributeType.IceControlled, tieBreaker);

    /// <param name="value">Whole seconds.</param>
    public StunMessageBuilder Lifetime(TimeSpan value) => Number(StunAttributeType.Lifetime, (uint)value.TotalSeconds);

    /// <param name="protocol">An IP protocol number: 17 for UDP.</param>
    public StunMessageBuilder RequestedTransport(byte protocol) => Attribute(StunAttributeType.RequestedTransport, [protocol, 0, 0, 0]);

    public StunMessageBuilder RequestedAddressFamily(AddressFamily family) =>
        Attribute(StunAttributeType.RequestedAddressFamily, [StunAddress.FamilyOf(family), 0, 0, 0]);

    public StunMessageBuilder ChannelNumber(ushort value) => Number(StunAttributeType.ChannelNumber, (uint)value << 16);

    public StunMessageBuilder Data(ReadOnlySpan<byte> value) => Attribute(StunAttributeType.Data, value);

    /// <param name="value">At most 65,535 bytes.</param>
    public StunMessageBuilder Attribute(StunAttributeType type, ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, ushort.MaxValue, nameof(value));
        var padded = 4 + ((value.Length + 3) & ~3);
        var span = _bytes.GetSpan(padded)[..padded];
        span.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(span, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(span[2..], (ushort)value.Length);
        value.CopyTo(span[4..]);
        _bytes.Advance(padded);
        return this;
    }

    /// <param name="key">Adds MESSAGE-INTEGRITY.</param>
    /// <param name="fingerprint">Adds FINGERPRINT, which ICE asks for and TURN does not need.</param>
    public StunMessage Build(StunKey? key = null, bool fingerprint = false)
    {
        if (key is not null)
        {
            Attribute(StunAttributeType.MessageIntegrity, StunSeals.Integrity(_bytes.WrittenSpan, key));
        }

        if (fingerprint)
        {
            Number(StunAttributeType.Fingerprint, StunSeals.Fingerprint(_bytes.WrittenSpan));
        }

        var bytes = _bytes.WrittenSpan.ToArray();
        if (bytes.Length > StunMessage.HeaderLength + ushort.MaxValue)
        {
            throw new InvalidOperationException("The attributes do not fit into one message.");
        }

        StunSeals.SetLength(bytes, bytes.Length);
        return StunMessage.TryParse(bytes, out var message)
            ? message
            : throw new InvalidOperationException("A seal was written by hand, or nothing may follow it.");
    }

    private StunMessageBuilder Text(StunAttributeType type, string value) => Attribute(type, Encoding.UTF8.GetBytes(value));

    private StunMessageBuilder Masked(StunAttributeType type, IPEndPoint value) =>
        Attribute(type, StunAddress.Write(value, _bytes.WrittenSpan.Slice(4, 16)));

    private StunMessageBuilder Number(StunAttributeType type, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return Attribute(type, bytes);
    }

    private StunMessageBuilder LongNumber(StunAttributeType type, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return Attribute(type, bytes);
    }
}
