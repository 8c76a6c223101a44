using System.Net;
using System.Net.Sockets;

namespace CallsBot.Tests.Probes;

/// <summary>A name server on loopback that gives every name the same addresses, or answers what a script says.</summary>
internal sealed class ScriptedNameServer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Func<byte[], byte[]?> _script;

    /// <param name="addresses">For each name.</param>
    public ScriptedNameServer(params IPAddress[] addresses)
        : this(query => Answer(query, addresses))
    {
    }

    /// <param name="script">Null for no answer.</param>
    public ScriptedNameServer(Func<byte[], byte[]?> script)
    {
        _script = script;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _ = ServeAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    public int Queries { get; private set; }

    /// <summary>The question again, then a record for each address of the family that is asked for, by a pointer to its name.</summary>
    public static byte[] Answer(byte[] query, params IPAddress[] addresses)
    {
        var type = query[^3];
        var fitting = addresses.Where(a => a.AddressFamily == (type == 28 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork)).ToList();
        var answer = new List<byte>(query) { [2] = 0x81, [3] = 0x80, [7] = (byte)fitting.Count };
        foreach (var address in fitting.Select(a => a.GetAddressBytes()))
        {
            answer.AddRange([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, (byte)address.Length, .. address]);
        }

        return [.. answer];
    }

    public void Dispose() => _socket.Dispose();

    private async Task ServeAsync()
    {
        var buffer = new byte[512];
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                Queries++;
                if (_script(buffer[..received.ReceivedBytes]) is { } answer)
                {
                    await _socket.SendToAsync(answer, received.RemoteEndPoint);
                }
            }
        }
        catch (Exception ex) when (ex is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
