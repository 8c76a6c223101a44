using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using CallsBot.Protocols.Stun;

namespace CallsBot.Tests.Probes.Turn;

/// <summary>A UDP port on loopback that answers each packet as a script says, and remembers what came.</summary>
internal sealed class ScriptedStunServer : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    /// <param name="answer">Null for none. Packets that are not STUN go unanswered.</param>
    public ScriptedStunServer(Func<StunMessage, IPEndPoint, byte[]?> answer)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _running = RunAsync(answer);
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public ConcurrentQueue<StunMessage> Requests { get; } = [];

    public static byte[] Challenge(StunMessage request, string nonce = "nonce-1", int code = 401) =>
        StunMessageBuilder.ErrorOf(request, code, "Refused").Realm("test").Nonce(nonce).Build().Bytes.ToArray();

    public static byte[] Refuse(StunMessage request, int code, string reason = "Refused") =>
        StunMessageBuilder.ErrorOf(request, code, reason).Build().Bytes.ToArray();

    public static byte[] Allocated(StunMessage request, IPEndPoint from, IPEndPoint relayed) =>
        StunMessageBuilder.SuccessOf(request).XorRelayedAddress(relayed).XorMappedAddress(from).Lifetime(TimeSpan.FromMinutes(10)).Build().Bytes.ToArray();

    public static byte[] Agree(StunMessage request) => StunMessageBuilder.SuccessOf(request).Build().Bytes.ToArray();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _socket.Dispose();
        await _running.WaitAsync(TimeSpan.FromSeconds(5));
        _stopping.Dispose();
    }

    private async Task RunAsync(Func<StunMessage, IPEndPoint, byte[]?> answer)
    {
        var buffer = new byte[2048];
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stopping.Token);
                if (!StunMessage.TryParse(buffer.AsSpan(0, received.ReceivedBytes), out var request))
                {
                    continue;
                }

                Requests.Enqueue(request);
                if (answer(request, (IPEndPoint)received.RemoteEndPoint) is { } reply)
                {
                    await _socket.SendToAsync(reply, received.RemoteEndPoint, _stopping.Token);
                }
            }
        }
        catch (Exception ex) when (ex is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
