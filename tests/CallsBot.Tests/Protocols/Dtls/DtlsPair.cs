using System.Threading.Channels;
using CallsBot.Protocols.Dtls;
using CallsBot.Protocols.Sdp;

namespace CallsBot.Tests.Protocols.Dtls;

/// <summary>A client and a server, each of whose packets go straight to the other, unless they are lost on the way.</summary>
internal sealed class DtlsPair : IAsyncDisposable
{
    public const string Encrypted = "encrypted ";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private int _fromServer;
    private int _fromClient;

    /// <param name="serverLoses">By the number of a packet, the first being 1, whether it is lost.</param>
    public DtlsPair(
        DtlsCertificate server,
        DtlsCertificate client,
        CertificateFingerprint? serverExpects = null,
        CertificateFingerprint? clientExpects = null,
        Func<int, bool>? serverLoses = null,
        Func<int, bool>? clientLoses = null,
        Action<byte[]>? damages = null)
    {
        Server = new DtlsSession(
            DtlsRole.Server, server, serverExpects ?? client.Fingerprint,
            (packet, _) =>
            {
                if (serverLoses?.Invoke(++_fromServer) != true)
                {
                    ToClient = packet.Span[0] == 21 && packet.Span[4] == 1 ? Encrypted + "Alert" : "";
                    Client!.Deliver(Damaged(packet));
                }

                return ValueTask.CompletedTask;
            },
            TimeProvider.System);
        Client = new DtlsSession(
            DtlsRole.Client, client, clientExpects ?? server.Fingerprint,
            (packet, _) =>
            {
                if (clientLoses?.Invoke(++_fromClient) != true)
                {
                    Server.Deliver(Damaged(packet));
                }

                return ValueTask.CompletedTask;
            },
            TimeProvider.System);

        byte[] Damaged(ReadOnlyMemory<byte> packet)
        {
            var copy = packet.ToArray();
            damages?.Invoke(copy);
            return copy;
        }
    }

    public DtlsSession Server { get; }

    public DtlsSession Client { get; }

    /// <summary>What the last packet to the client was, when it was an encrypted alert.</summary>
    public string ToClient { get; private set; } = "";

    public async Task<(DtlsResult Server, DtlsResult Client)> HandshakeAsync(TimeSpan? limit = null)
    {
        var server = Server.HandshakeAsync(limit ?? Patience, default);
        var client = Client.HandshakeAsync(limit ?? Patience, default);
        return (await server, await client);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }
}

/// <summary>Keeps what a session sends, and delivers it to nobody.</summary>
internal sealed class PacketLog
{
    private readonly Channel<byte[]> _packets = Channel.CreateUnbounded<byte[]>();

    public ValueTask SendAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken) =>
        _packets.Writer.WriteAsync(packet.ToArray(), cancellationToken);

    public async Task<byte[]> NextAsync() => await _packets.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
}
