using System.Net;
using System.Security.Cryptography;
using CallsBot.Protocols.Sdp;
using CallsBot.Protocols.Stun;

namespace CallsBot.Probes.Media;

/// <summary>
/// The messages of our side of one ICE session: the controlling one, because we made the offer (RFC 8445 §6.1.1).
/// </summary>
internal sealed class IceSession(IceCredentials local, IceCredentials remote)
{
    // Peer-reflexive, the highest local preference, component 1 (RFC 8445 §5.1.2.1).
    private const uint Priority = 0x6eff_ffff;

    private readonly StunKey _localKey = StunKey.ShortTerm(local.Password);
    private readonly StunKey _remoteKey = StunKey.ShortTerm(remote.Password);
    private readonly Lock _lock = new();
    private readonly ulong _tieBreaker = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));

    private long? _awakeSince;

    /// <summary>
    /// When the earliest request was sent that any candidate answered; null before there is one. RTCD's agent starts by
    /// itself some time after the answer, and drops what comes earlier: those requests are not lost on the way.
    /// </summary>
    public long? AwakeSince
    {
        get
        {
            lock (_lock)
            {
                return _awakeSince;
            }
        }
    }

    public void WasAwakeAt(long sent)
    {
        lock (_lock)
        {
            _awakeSince = Math.Min(_awakeSince ?? sent, sent);
        }
    }

    public StunMessage Check(bool nominate)
    {
        var request = StunMessageBuilder.Request(StunMethod.Binding)
            .Username($"{remote.Ufrag}:{local.Ufrag}")
            .IceControlling(_tieBreaker)
            .Priority(Priority);
        return (nominate ? request.UseCandidate() : request).Build(_remoteKey, fingerprint: true);
    }

    public StunMessage AnswerTo(StunMessage request, IPEndPoint source) =>
        StunMessageBuilder.SuccessOf(request).XorMappedAddress(source).Build(_localKey, fingerprint: true);

    /// <summary>A check by the server of this session, and by nobody else.</summary>
    public bool IsServersCheck(StunMessage message) =>
        message is { Class: StunClass.Request, Method: StunMethod.Binding }
        && message.Username == $"{local.Ufrag}:{remote.Ufrag}"
        && IsWhole(message)
        && message.IsSignedWith(_localKey);

    public bool IsServersAnswer(StunMessage message) => IsWhole(message) && message.IsSignedWith(_remoteKey);

    private static bool IsWhole(StunMessage message) => message.FingerprintMatches != false;
}
