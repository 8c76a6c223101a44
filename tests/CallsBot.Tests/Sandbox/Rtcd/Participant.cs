using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using CallsBot.Protocols.Dtls;
using CallsBot.Protocols.Rtcd;
using CallsBot.Protocols.Sdp;
using CallsBot.Sandbox.Rtcd;

namespace CallsBot.Tests.Sandbox.Rtcd;

/// <summary>Speaks to an RTCD as the Calls plugin and a browser behind it do together.</summary>
internal sealed class Participant : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ClientWebSocket _socket = new();
    private readonly List<RtcdFrame> _passed = [];
    private readonly Channel<RtcdFrame> _frames = Channel.CreateUnbounded<RtcdFrame>();
    private readonly CancellationTokenSource _stop = new();
    private Task? _reading;

    private Participant(string clientId, string key)
    {
        Authorization = Basic(clientId, key).ToString();
        _socket.Options.SetRequestHeader("Authorization", Authorization);
    }

    public string Authorization { get; }

    public string SessionId { get; } = RtcdConnection.NewId();

    public string CallId { get; } = RtcdConnection.NewId();

    public IceCredentials Ice { get; } = IceCredentials.New();

    public DtlsCertificate Certificate { get; } = DtlsCertificate.New(TimeProvider.System);

    /// <summary>What is offered, when it is not that of <see cref="Certificate"/>.</summary>
    public CertificateFingerprint? Fingerprint { get; set; }

    /// <summary>Whether a join says more than RTCD before v0.17.0 understands.</summary>
    public bool WithFlags { get; set; } = true;

    public RtcdFrame.Hello Hello { get; private set; } = new("", "");

    /// <summary>What came trickled.</summary>
    public List<IceCandidate> Candidates { get; } = [];

    public SessionDescription Answer { get; private set; } = null!;

    public string AnswerSdp { get; private set; } = "";

    /// <summary>All messages so far, in the order in which they came.</summary>
    public IReadOnlyList<RtcdFrame> Frames => _passed;

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public static AuthenticationHeaderValue Basic(string clientId, string key) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{clientId}:{key}")));

    /// <summary>Connects, and reads the hello.</summary>
    /// <param name="reads">False reads only when a message is asked for; until then no ping is answered.</param>
    public static async Task<Participant> ConnectAsync(RtcdSandbox rtcd, bool reads = true)
    {
        var participant = await OpenAsync(rtcd.Url, rtcd.ClientId, rtcd.AuthKey);
        participant.Hello = (RtcdFrame.Hello)await participant.NextAsync();
        if (reads)
        {
            participant._reading = participant.ReadAsync();
        }

        return participant;
    }

    public static async Task<Participant> OpenAsync(Uri url, string clientId, string key)
    {
        var participant = new Participant(clientId, key);
        try
        {
            await participant._socket.ConnectAsync(new Uri($"ws://{url.Authority}/ws"), CancellationToken.None).WaitAsync(Patience);
            return participant;
        }
        catch
        {
            participant.Dispose();
            throw;
        }
    }

    /// <summary>Joins, offers, and reads answer and candidates.</summary>
    /// <param name="candidates">How many to wait for.</param>
    public async Task JoinAsync(int candidates, params IceCandidate[] own)
    {
        var join = new RtcdFrame.Join(CallId, "probe", SessionId) { ChannelId = "channel" };
        await SendAsync(WithFlags ? join with { Av1Support = false, DcSignaling = true } : join);
        await OfferAsync(own);
        await AnsweredAsync(candidates);
    }

    public Task OfferAsync(params IceCandidate[] own) => SendAsync(RtcdMessageType.Sdp, new RtcdDescription(
        RtcdDescription.Offer, new SessionDescription(Ice, Fingerprint ?? Certificate.Fingerprint) { Candidates = own }.ToSdp()).ToBytes());

    public async Task AnsweredAsync(int candidates)
    {
        while (Answer is null || Candidates.Count < candidates)
        {
            var message = ((RtcdFrame.Rtc)await NextAsync()).Message;
            message.SessionId.ShouldBe(SessionId);
            if (message.Type == RtcdMessageType.Ice)
            {
                RtcdCandidate.TryParse(message.Data.Span, out var wrapped).ShouldBeTrue();
                IceCandidate.TryParse(wrapped!.Candidate, out var candidate).ShouldBeTrue(wrapped.Candidate);
                Candidates.Add(candidate!);
                continue;
            }

            RtcdDescription.TryParse(message.Data.Span, out var description).ShouldBeTrue();
            description!.Type.ShouldBe("answer");
            AnswerSdp = description.Sdp;
            SessionDescription.TryParse(description.Sdp, out var answer).ShouldBeTrue(description.Sdp);
            Answer = answer!;
        }
    }

    public async Task LeaveAsync()
    {
        await SendAsync(new RtcdFrame.Leave(SessionId));
        await ClosedAsync();
    }

    /// <summary>Waits for the session's close.</summary>
    public async Task ClosedAsync()
    {
        while (await NextAsync() is not RtcdFrame.Close close || close.SessionId != SessionId)
        {
        }
    }

    public Task SendAsync(RtcdMessageType type, byte[] data) => SendAsync(new RtcdFrame.Rtc(new RtcdMessage(SessionId, type, data)));

    public Task SendAsync(RtcdFrame frame) => SendAsync(frame.ToBytes());

    public Task SendAsync(byte[] bytes, WebSocketMessageType type = WebSocketMessageType.Binary) =>
        _socket.SendAsync(bytes, type, endOfMessage: true, CancellationToken.None);

    public async Task<RtcdFrame> NextAsync() => await TryNextAsync(Patience) ?? throw new InvalidOperationException("The socket has ended.");

    /// <returns>Null when the socket has ended.</returns>
    public async Task<RtcdFrame?> TryNextAsync(TimeSpan within)
    {
        using var bound = new CancellationTokenSource(within);
        var frame = _reading is null ? await ReceiveAsync(bound.Token)
            : await _frames.Reader.WaitToReadAsync(bound.Token) ? await _frames.Reader.ReadAsync(bound.Token)
            : null;
        if (frame is not null)
        {
            _passed.Add(frame);
        }

        return frame;
    }

    /// <summary>Goes away without a word.</summary>
    public void Abort() => _socket.Abort();

    public Task CloseAsync() => _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);

    public void Dispose()
    {
        _stop.Cancel();
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await ReceiveAsync(_stop.Token) is { } frame)
            {
                await _frames.Writer.WriteAsync(frame);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }

        _frames.Writer.Complete();
    }

    private async Task<RtcdFrame?> ReceiveAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            var received = await _socket.ReceiveAsync(buffer, cancellationToken);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            received.EndOfMessage.ShouldBeTrue();
            received.MessageType.ShouldBe(WebSocketMessageType.Binary);
            RtcdFrame.TryParse(buffer.AsSpan(0, received.Count), out var frame).ShouldBeTrue();
            return frame;
        }
        catch (WebSocketException)
        {
            return null;
        }
    }
}
