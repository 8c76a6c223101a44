using System.Diagnostics.CodeAnalysis;
using CallsBot.Protocols.MessagePack;

namespace CallsBot.Protocols.Rtcd;

/// <summary>
/// One binary message of RTCD's WebSocket: two MessagePack values back to back, a name and what belongs to it (rtcd,
/// service/client_msg.go). RTCD answers none of what it is sent: silence is its only refusal.
/// </summary>
/// <remarks>Session ids are a secret of sorts, since whoever knows one may end the session: texts leave them out.</remarks>
public abstract record RtcdFrame
{
    /// <summary>The longest message that RTCD takes (rtcd, service/ws/conn.go).</summary>
    public const int MaxLength = 1024 * 1024;

    private RtcdFrame()
    {
    }

    /// <summary>Server to client, once, right after the upgrade.</summary>
    /// <param name="ClientId">Empty for RTCD's administrator, who cannot join calls.</param>
    public sealed record Hello(string ClientId, string ConnId) : RtcdFrame
    {
        private protected override string Name => "hello";

        private protected override void WriteTo(MessagePackWriter writer) =>
            writer.Map(2).String("clientID").String(ClientId).String("connID").String(ConnId);
    }

    /// <summary>Client to server. An offer has to follow within ten seconds.</summary>
    public sealed record Join(string CallId, string UserId, string SessionId) : RtcdFrame
    {
        /// <summary>Left out when null, as are the next two, which an RTCD before v0.17.0 does not understand.</summary>
        public string? ChannelId { get; init; }

        public bool? Av1Support { get; init; }

        public bool? DcSignaling { get; init; }

        private protected override string Name => "join";

        public override string ToString() => Name;

        private protected override void WriteTo(MessagePackWriter writer)
        {
            writer.Map(3 + (ChannelId is null ? 0 : 1) + (Av1Support is null ? 0 : 1) + (DcSignaling is null ? 0 : 1));
            writer.String("callID").String(CallId).String("userID").String(UserId).String("sessionID").String(SessionId);
            if (ChannelId is not null)
            {
                writer.String("channelID").String(ChannelId);
            }

            if (Av1Support is { } av1)
            {
                writer.String("av1Support").Boolean(av1);
            }

            if (DcSignaling is { } signaling)
            {
                writer.String("dcSignaling").Boolean(signaling);
            }
        }
    }

    /// <summary>Client to server: end the session.</summary>
    public sealed record Leave(string SessionId) : RtcdFrame
    {
        private protected override string Name => "leave";

        public override string ToString() => Name;

        private protected override void WriteTo(MessagePackWriter writer) => WriteSession(writer, SessionId);
    }

    /// <summary>Client to server: this connection carries the session from here on.</summary>
    public sealed record Reconnect(string SessionId) : RtcdFrame
    {
        private protected override string Name => "reconnect";

        public override string ToString() => Name;

        private protected override void WriteTo(MessagePackWriter writer) => WriteSession(writer, SessionId);
    }

    /// <summary>Server to client: the session has ended.</summary>
    public sealed record Close(string SessionId) : RtcdFrame
    {
        private protected override string Name => "close";

        public override string ToString() => Name;

        private protected override void WriteTo(MessagePackWriter writer) => WriteSession(writer, SessionId);
    }

    /// <summary>Both ways.</summary>
    public sealed record Rtc(RtcdMessage Message) : RtcdFrame
    {
        private protected override string Name => "rtc";

        private protected override void WriteTo(MessagePackWriter writer) => Message.WriteTo(writer);
    }

    /// <summary>Server to client: somebody began or ceased to speak.</summary>
    public sealed record Vad(RtcdMessage Message) : RtcdFrame
    {
        private protected override string Name => "vad";

        private protected override void WriteTo(MessagePackWriter writer) => Message.WriteTo(writer);
    }

    /// <summary>A message that has the shape, under another name.</summary>
    public sealed record Unknown(string Type) : RtcdFrame
    {
        private protected override string Name => Type;

        private protected override void WriteTo(MessagePackWriter writer) => writer.Nil();
    }

    private protected abstract string Name { get; }

    /// <param name="bytes">One WebSocket message. Like RTCD's, this reader does not mind bytes after the second value.</param>
    /// <returns>False for any bytes that are not one.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out RtcdFrame? frame)
    {
        var reader = new MessagePackReader(bytes);
        frame = reader.TryReadString(out var name) ? ContentOf(name, ref reader) : null;
        return frame is not null;
    }

    public byte[] ToBytes()
    {
        var writer = new MessagePackWriter().String(Name);
        WriteTo(writer);
        return writer.ToArray();
    }

    private protected abstract void WriteTo(MessagePackWriter writer);

    private static RtcdFrame? ContentOf(string name, ref MessagePackReader reader)
    {
        if (name is "rtc" or "vad")
        {
            return RtcdMessage.TryRead(ref reader, out var message) ? (name == "rtc" ? new Rtc(message) : new Vad(message)) : null;
        }

        if (name is not ("hello" or "join" or "leave" or "reconnect" or "close"))
        {
            return reader.TrySkip() ? new Unknown(name) : null;
        }

        return Fields.TryRead(ref reader, out var fields)
            ? (name, fields) switch
            {
                ("hello", { ClientId: { } client, ConnId: { } conn }) => new Hello(client, conn),
                ("join", { CallId: { } call, UserId: { } user, SessionId: { } session }) => new Join(call, user, session)
                {
                    ChannelId = fields.ChannelId,
                    Av1Support = fields.Av1Support,
                    DcSignaling = fields.DcSignaling,
                },
                ("leave", { SessionId: { } session }) => new Leave(session),
                ("reconnect", { SessionId: { } session }) => new Reconnect(session),
                ("close", { SessionId: { } session }) => new Close(session),
                _ => null,
            }
            : null;
    }

    private static void WriteSession(MessagePackWriter writer, string sessionId) =>
        writer.Map(1).String("sessionID").String(sessionId);

    private sealed class Fields
    {
        public string? ClientId { get; private set; }

        public string? ConnId { get; private set; }

        public string? CallId { get; private set; }

        public string? UserId { get; private set; }

        public string? SessionId { get; private set; }

        public string? ChannelId { get; private set; }

        public bool? Av1Support { get; private set; }

        public bool? DcSignaling { get; private set; }

        public static bool TryRead(ref MessagePackReader reader, out Fields fields)
        {
            fields = new Fields();
            if (!reader.TryReadMapHeader(out var count))
            {
                return false;
            }

            for (var i = 0; i < count; i++)
            {
                if (!reader.TryReadString(out var key) || !fields.TryReadValue(key, ref reader))
                {
                    return false;
                }
            }

            return true;
        }

        private bool TryReadValue(string key, ref MessagePackReader reader)
        {
            if (reader.TryReadString(out var text))
            {
                Set(key, text);
                return true;
            }

            if (!reader.TryReadBoolean(out var flag))
            {
                return reader.TrySkip();
            }

            switch (key)
            {
                case "av1Support":
                    Av1Support = flag;
                    break;
                case "dcSignaling":
                    DcSignaling = flag;
                    break;
            }

            return true;
        }

        private void Set(string key, string text)
        {
            switch (key)
            {
                case "clientID":
                    ClientId = text;
                    break;
                case "connID":
                    ConnId = text;
                    break;
                case "callID":
                    CallId = text;
                    break;
                case "userID":
                    UserId = text;
                    break;
                case "sessionID":
                    SessionId = text;
                    break;
                case "channelID":
                    ChannelId = text;
                    break;
            }
        }
    }
}
