using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CallsBot.Tests.Probes;

/// <summary>A TCP port on loopback that does to every connection what a script says.</summary>
internal sealed class ScriptedPort : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;

    private ScriptedPort(Func<Socket, CancellationToken, Task> script, IPEndPoint endPoint)
    {
        _listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(endPoint);
        _listener.Listen();
        _accepting = AcceptAsync(script);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>How many connections were accepted.</summary>
    public int Connections { get; private set; }

    /// <summary>The last request that <see cref="Answering(Func{string, string}, IPAddress?, int)"/> or <see cref="AnsweringOverTls"/> read.</summary>
    public string Request { get; private set; } = "";

    public string Url(string scheme = "http", string host = "127.0.0.1") => $"{scheme}://{host}:{Port}";

    public static ScriptedPort Running(Func<Socket, CancellationToken, Task> script, IPAddress? address = null, int port = 0) =>
        new(script, new IPEndPoint(address ?? IPAddress.Loopback, port));

    /// <summary>Reads a request, sends these bytes and closes.</summary>
    public static ScriptedPort Answering(string reply, IPAddress? address = null) => Answering(_ => reply, address);

    /// <summary>Reads each request, sends what it says to it and closes. The request comes with its method and path first.</summary>
    public static ScriptedPort Answering(Func<string, string> reply, IPAddress? address = null, int port = 0)
    {
        ScriptedPort? scripted = null;
        scripted = Running(
            async (socket, cancellationToken) =>
            {
                await using var stream = new NetworkStream(socket);
                var request = await ReadRequestAsync(stream, cancellationToken);
                scripted!.Request = request;
                await stream.WriteAsync(Encoding.UTF8.GetBytes(reply(request)), cancellationToken);
                await CloseAsync(socket, stream, cancellationToken);
            },
            address,
            port);
        return scripted;
    }

    public static ScriptedPort AnsweringOverTls(X509Certificate2 certificate, string reply)
    {
        ScriptedPort? port = null;
        port = Running(async (socket, cancellationToken) =>
        {
            await using var tls = new SslStream(new NetworkStream(socket));

            // Offline, so that this side does not fetch the certificate's issuer: whoever does so then is the client.
            var context = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificateContext = context }, cancellationToken);
            port!.Request = await ReadRequestAsync(tls, cancellationToken);
            await tls.WriteAsync(Encoding.UTF8.GetBytes(reply), cancellationToken);
            await CloseAsync(socket, tls, cancellationToken);
        });
        return port;
    }

    /// <summary>A port that was free a moment ago and that nothing listens on.</summary>
    public static int Closed()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public static async Task<string> ReadRequestAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[8192];
        var length = 0;
        while (!Encoding.ASCII.GetString(buffer, 0, length).Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (count == 0)
            {
                break;
            }

            length += count;
        }

        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting.WaitAsync(TimeSpan.FromSeconds(5));
        _stopping.Dispose();
    }

    /// <summary>Ends our side and waits for the other's, so that closing with unread input is not a reset.</summary>
    private static async Task CloseAsync(Socket socket, Stream stream, CancellationToken cancellationToken)
    {
        await stream.FlushAsync(cancellationToken);
        socket.Shutdown(SocketShutdown.Send);
        var rest = new byte[1024];
        while (await socket.ReceiveAsync(rest, cancellationToken) > 0)
        {
        }
    }

    private async Task AcceptAsync(Func<Socket, CancellationToken, Task> script)
    {
        var running = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_stopping.Token);
                Connections++;
                running.Add(PlayAsync(script, socket));
            }
        }
        catch (Exception ex) when (ex is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(running);
        }
    }

    private async Task PlayAsync(Func<Socket, CancellationToken, Task> script, Socket socket)
    {
        using (socket)
        {
            try
            {
                await script(socket, _stopping.Token);
            }
            catch (Exception ex) when (ex is OperationCanceledException or IOException or SocketException
                or System.Security.Authentication.AuthenticationException or ObjectDisposedException)
            {
                // The client hung up, or the test is over.
            }
        }
    }
}
