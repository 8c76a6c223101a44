using System.Net;
using System.Net.Sockets;

namespace CallsBot.Benchmarks.Wire;

/// <summary>
/// A port on loopback where connection requests vanish: its queue of one is full and nobody takes from it, so Linux
/// drops what comes, as a firewall does.
/// </summary>
internal sealed class BlackHole : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _plug = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public BlackHole()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(0);
        _plug.Connect(_listener.LocalEndPoint!);
    }

    public string Url => $"http://{_listener.LocalEndPoint}";

    public void Dispose()
    {
        _plug.Dispose();
        _listener.Dispose();
    }
}
