using System.Diagnostics.CodeAnalysis;
using CallsBot.Protocols.MessagePack;

namespace CallsBot.Protocols.Rtcd;

/// <summary>rtcd, service/rtc/msg.go.</summary>
public enum RtcdMessageType
{
    /// <summary>An <see cref="RtcdCandidate"/>.</summary>
    Ice = 1,

    /// <summary>An <see cref="RtcdDescription"/>.</summary>
    Sdp = 2,
    Mute = 3,
    Unmute = 4,
    ScreenOn = 5,
    ScreenOff = 6,
    VoiceOn = 7,
    VoiceOff = 8,
    VideoOn = 9,
    VideoOff = 10,
}

/// <summary>
/// What "rtc" and "vad" messages hold (rtcd, service/rtc/msg.go). RTCD finds the session by <see cref="SessionId"/>
/// alone; a client may leave the other ids empty.
/// </summary>
/// <param name="Type">Others than the named ones may arrive.</param>
public sealed record RtcdMessage(string SessionId, RtcdMessageType Type, ReadOnlyMemory<byte> Data)
{
    /// <summary>The client id that the session belongs to.</summary>
    public string GroupId { get; init; } = "";

    public string UserId { get; init; } = "";

    public string CallId { get; init; } = "";

    /// <summary>Without ids and data, which hold the session's passwords.</summary>
    public override string ToString() => $"{Type}, {Data.Length} bytes";

    internal static bool TryRead(ref MessagePackReader reader, [NotNullWhen(true)] out RtcdMessage? message)
    {
        message = null;
        if (!reader.TryReadMapHeader(out var count))
        {
            return false;
        }

        var read = new RtcdMessage("", 0, ReadOnlyMemory<byte>.Empty);
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadString(out var key) || !TryReadField(key, ref reader, ref read))
            {
                return false;
            }
        }

        message = read.SessionId.Length > 0 && read.Type > 0 ? read : null;
        return message is not null;
    }

    internal void WriteTo(MessagePackWriter writer)
    {
        writer.Map(Data.IsEmpty ? 5 : 6);
        writer.String("group_id").String(GroupId).String("user_id").String(UserId);
        writer.String("session_id").String(SessionId).String("call_id").String(CallId);
        writer.String("type").Integer((long)Type);
        if (!Data.IsEmpty)
        {
            writer.String("data").Binary(Data.Span);
        }
    }

    private static bool TryReadField(string key, ref MessagePackReader reader, ref RtcdMessage message)
    {
        switch (key)
        {
            case "type" when reader.TryReadInt64(out var type):
                message = message with { Type = type is > 0 and <= byte.MaxValue ? (RtcdMessageType)type : 0 };
                return true;
            case "data" when reader.TryReadBytes(out var data):
                message = message with { Data = data.ToArray() };
                return true;
            case "group_id" when reader.TryReadString(out var text):
                message = message with { GroupId = text };
                return true;
            case "user_id" when reader.TryReadString(out var text):
                message = message with { UserId = text };
                return true;
            case "session_id" when reader.TryReadString(out var text):
                message = message with { SessionId = text };
                return true;
            case "call_id" when reader.TryReadString(out var text):
                message = message with { CallId = text };
                return true;
            default:
                return reader.TrySkip();
        }
    }
}
