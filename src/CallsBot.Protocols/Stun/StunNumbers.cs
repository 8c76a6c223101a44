namespace CallsBot.Protocols.Stun;

/// <summary>RFC 8489 §5.</summary>
public enum StunClass
{
    Request = 0,
    Indication = 1,
    Success = 2,
    Error = 3,
}

/// <summary>RFC 8489 §18.2 and RFC 8656 §17. Twelve bits; others than these may arrive.</summary>
public enum StunMethod
{
    Binding = 0x001,
    Allocate = 0x003,
    Refresh = 0x004,
    Send = 0x006,
    Data = 0x007,
    CreatePermission = 0x008,
    ChannelBind = 0x009,
}

/// <summary>RFC 8489 §18.3, RFC 8656 §18, RFC 8445 §20. Sixteen bits; others than these may arrive.</summary>
public enum StunAttributeType
{
    MappedAddress = 0x0001,
    Username = 0x0006,
    MessageIntegrity = 0x0008,
    ErrorCode = 0x0009,
    UnknownAttributes = 0x000A,
    ChannelNumber = 0x000C,
    Lifetime = 0x000D,
    XorPeerAddress = 0x0012,
    Data = 0x0013,
    Realm = 0x0014,
    Nonce = 0x0015,
    XorRelayedAddress = 0x0016,
    RequestedAddressFamily = 0x0017,
    RequestedTransport = 0x0019,
    MessageIntegritySha256 = 0x001C,
    XorMappedAddress = 0x0020,
    Priority = 0x0024,
    UseCandidate = 0x0025,
    Software = 0x8022,
    AlternateServer = 0x8023,
    Fingerprint = 0x8028,
    IceControlled = 0x8029,
    IceControlling = 0x802A,
}

/// <summary>One attribute as it was on the wire, without its padding.</summary>
public readonly record struct StunAttribute(StunAttributeType Type, ReadOnlyMemory<byte> Value);

/// <param name="Code">300 to 699, such as 401 (unauthenticated) or 487 (role conflict).</param>
/// <param name="Reason">What the peer wrote beside it: a stranger's text.</param>
public sealed record StunError(int Code, string Reason);
