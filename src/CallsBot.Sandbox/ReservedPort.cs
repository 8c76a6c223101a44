using System.Net;
using System.Net.Sockets;

namespace CallsBot.Sandbox;

/// <summary>
/// Keeps a port of this machine for a server that stops and starts: bound, but not listening, so that callers are refused
/// while the server is down and nobody else is given the port.
/// </summary>
internal sealed class ReservedPort : IDisposable
{
    private readonly Socket _placeholder;

    private ReservedPort(Socket placeholder)
    {
        _placeholder = placeholder;
        EndPoint = (IPEndPoint)placeholder.LocalEndPoint!;
    }

    public IPEndPoint EndPoint { get; }

    /// <exception cref="SandboxException">The address is not a loopback address, or the port is taken.</exception>
    public static ReservedPort Take(IPAddress address, int port, string whatFor)
    {
        if (!IPAddress.IsLoopback(address))
        {
            throw new SandboxException(
                $"The sandbox listens on loopback only, because its tokens are public: {address} is refused. Leave the address out.");
        }

        return TakeAnywhere(address, port, whatFor);
    }

    /// <summary>For a server that gives nothing away, in a network that a test has made.</summary>
    /// <exception cref="SandboxException">The address is not this machine's, or the port is taken.</exception>
    public static ReservedPort TakeAnywhere(IPAddress address, int port, string whatFor)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(address, port));
            return new ReservedPort(socket);
        }
        catch (SocketException ex) when (ex.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            socket.Dispose();
            throw new SandboxException($"Port {port} for {whatFor} is taken. Stop what uses it, or choose another one.", ex);
        }
        catch (SocketException ex) when (ex.SocketErrorCode is SocketError.AddressNotAvailable)
        {
            socket.Dispose();
            throw new SandboxException($"{address} is not an address of this machine.", ex);
        }
    }

    public void Dispose() => _placeholder.Dispose();
}
