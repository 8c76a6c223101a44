using System.Buffers.Binary;
using CallsBot.Protocols.Stun;

namespace CallsBot.Analysis.Captures;

/// <summary>The STUN and TURN transactions of a flow: who asked, and what was answered.</summary>
internal sealed class StunTrace
{
    private const int MostOpen = 64;
    private const int MostKinds = 32;

    private readonly Dictionary<(ulong, uint), Asked> _open = [];
    private readonly Queue<(ulong, uint)> _order = new();

    /// <summary>By the end that asked.</summary>
    public StunSide[] Sides { get; } = [new(), new()];

    /// <summary>The two user name fragments of the ICE session (RFC 8445 §7.2.2), the same from both ends; null when none was seen.</summary>
    public string? Session { get; private set; }

    /// <summary>Whether TURN is spoken.</summary>
    public bool IsTurn { get; private set; }

    /// <summary>Requests that were forgotten before their answer.</summary>
    public long Forgotten { get; private set; }

    /// <summary>Whether both ends had an answer to a connectivity check.</summary>
    public bool BothAnswered => Sides[0].SessionAnswered > 0 && Sides[1].SessionAnswered > 0;

    public static StunMessage? Read(ReadOnlySpan<byte> payload)
    {
        if (StunMessage.TryParse(payload, out var message))
        {
            return message;
        }

        // A capture of the packets' beginnings: the header tells class, method and transaction.
        Span<byte> header = stackalloc byte[StunMessage.HeaderLength];
        payload[..StunMessage.HeaderLength].CopyTo(header);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], 0);
        return StunMessage.TryParse(header, out message) ? message : null;
    }

    /// <param name="message">What was sent.</param>
    /// <param name="side">By whom.</param>
    /// <param name="now">In nanoseconds.</param>
    public void Add(StunMessage message, int side, long now)
    {
        IsTurn |= message.Method is not StunMethod.Binding;
        switch (message.Class)
        {
            case StunClass.Request:
                Ask(message, side, now);
                break;
            case StunClass.Indication:
                Sides[side].Indications++;
                break;
            default:
                Answer(message, side, now);
                break;
        }
    }

    private static (ulong, uint) IdOf(StunMessage message) =>
        (BinaryPrimitives.ReadUInt64BigEndian(message.TransactionId.Span), BinaryPrimitives.ReadUInt32BigEndian(message.TransactionId.Span[8..]));

    private static string? SessionOf(string? username)
    {
        if (username?.Split(':') is not [{ Length: > 0 and <= 256 } first, { Length: > 0 and <= 256 } second])
        {
            return null;
        }

        return string.CompareOrdinal(first, second) < 0 ? $"{first}:{second}" : $"{second}:{first}";
    }

    private void Ask(StunMessage message, int side, long now)
    {
        var asker = Sides[side];
        var session = message.Method == StunMethod.Binding ? SessionOf(message.Username) : null;
        Session ??= session;
        asker.Controlling |= message.IceControlling is not null;
        asker.Controlled |= message.IceControlled is not null;
        asker.LastRequestAt = now;
        asker.FirstRequestAt ??= now;
        var id = IdOf(message);
        if (_open.ContainsKey(id))
        {
            asker.Resent++;
            return;
        }

        asker.Requests++;
        asker.SessionRequests += session is null ? 0 : 1;
        asker.SinceAnswer++;
        asker.TurnRequests += message.Method is StunMethod.Binding ? 0 : 1;
        asker.SignedTurnRequests += message.Method is not StunMethod.Binding && message.HasIntegrity ? 1 : 0;
        _open[id] = new Asked(side, message.Method, message.HasIntegrity, session is not null);
        _order.Enqueue(id);
        if (_order.Count > MostOpen && _open.Remove(_order.Dequeue()))
        {
            Forgotten++;
        }
    }

    private void Answer(StunMessage message, int side, long now)
    {
        var asker = Sides[1 - side];
        if (!_open.TryGetValue(IdOf(message), out var asked) || asked.Side == side)
        {
            asker.AnswersToUnseen++;
            asker.SinceAnswer = 0;
            return;
        }

        // It stays open: a request that is sent again may be answered again.
        if (asked.IsAnswered)
        {
            return;
        }

        _open[IdOf(message)] = asked with { IsAnswered = true };
        asker.SinceAnswer = 0;
        asker.FirstAnswerAt ??= now;
        asker.LastAnswerAt = now;
        if (message.Class == StunClass.Success)
        {
            asker.Answered++;
            asker.SessionAnswered += asked.HasSession ? 1 : 0;
            asker.Allocated += asked.Method == StunMethod.Allocate ? 1 : 0;
            return;
        }

        var code = message.Error?.Code ?? 0;
        var kind = (code, asked.Method, asked.IsSigned);
        if (asker.Refused.Count < MostKinds || asker.Refused.ContainsKey(kind))
        {
            asker.Refused[kind] = asker.Refused.GetValueOrDefault(kind) + 1;
        }
    }

    private sealed record Asked(int Side, StunMethod Method, bool IsSigned, bool HasSession)
    {
        public bool IsAnswered { get; init; }
    }
}

/// <summary>What one end asked, and what it was answered.</summary>
internal sealed class StunSide
{
    /// <summary>Transactions; requests that were sent again count once.</summary>
    public long Requests { get; set; }

    public long Resent { get; set; }

    /// <summary>Answered with success.</summary>
    public long Answered { get; set; }

    /// <summary>Requests with a user name of ICE's form: of a call, not of a scanner.</summary>
    public long SessionRequests { get; set; }

    public long SessionAnswered { get; set; }

    /// <summary>Answers whose request is not in the capture, or was forgotten.</summary>
    public long AnswersToUnseen { get; set; }

    /// <summary>Requests since the last answer.</summary>
    public long SinceAnswer { get; set; }

    public long Indications { get; set; }

    public long TurnRequests { get; set; }

    public long SignedTurnRequests { get; set; }

    public long Allocated { get; set; }

    public bool Controlling { get; set; }

    public bool Controlled { get; set; }

    public long? FirstRequestAt { get; set; }

    public long LastRequestAt { get; set; }

    public long? FirstAnswerAt { get; set; }

    public long LastAnswerAt { get; set; }

    /// <summary>Error answers, by code, method, and whether the request was signed.</summary>
    public Dictionary<(int Code, StunMethod Method, bool Signed), long> Refused { get; } = [];

    public double AskedForSeconds => FirstRequestAt is { } first ? (LastRequestAt - first) / 1e9 : 0;

    public long RefusedWith(int code) => Refused.Where(refused => refused.Key.Code == code).Sum(refused => refused.Value);
}
