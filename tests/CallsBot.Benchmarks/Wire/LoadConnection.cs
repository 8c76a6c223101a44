using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CallsBot.Benchmarks.Wire;

/// <param name="Status">The status code.</param>
/// <param name="Body">Good until the next exchange on the same connection.</param>
internal readonly record struct HttpReply(int Status, ReadOnlyMemory<byte> Body);

/// <summary>
/// One HTTP/1.1 connection, one request at a time. HttpClient takes a good part of what the servers under measurement
/// take, on the same cores; this takes next to nothing, and reads no more of HTTP than Kestrel writes.
/// </summary>
internal sealed class LoadConnection : IAsyncDisposable
{
    private readonly Socket _socket;
    private byte[] _buffer = new byte[16 * 1024];

    private LoadConnection(Socket socket)
    {
        _socket = socket;
    }

    public static async Task<LoadConnection> OpenAsync(int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return new LoadConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request and waits for the last byte of the reply.</summary>
    public async ValueTask<HttpReply> ExchangeAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        await _socket.SendAsync(request, SocketFlags.None, cancellationToken);
        var length = 0;
        while (true)
        {
            if (length == _buffer.Length)
            {
                Array.Resize(ref _buffer, 2 * length);
            }

            var received = await _socket.ReceiveAsync(_buffer.AsMemory(length), SocketFlags.None, cancellationToken);
            if (received == 0)
            {
                throw new IOException("The connection was closed in the middle of a reply.");
            }

            length += received;
            if (TryRead(_buffer.AsMemory(0, length)) is { } reply)
            {
                return reply;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private static HttpReply? TryRead(Memory<byte> received)
    {
        var bytes = received.Span;
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return null;
        }

        var head = bytes[..end];
        var status = int.Parse(head.Slice("HTTP/1.1 ".Length, 3), NumberStyles.None, CultureInfo.InvariantCulture);
        var body = received[(end + 4)..];
        var at = head.IndexOf("\r\nContent-Length: "u8);
        if (at >= 0)
        {
            var length = Number(head[(at + "\r\nContent-Length: ".Length)..], 'D');
            return body.Length >= length ? new HttpReply(status, body[..length]) : null;
        }

        if (head.IndexOf("\r\nTransfer-Encoding: chunked"u8) < 0)
        {
            throw new IOException("The reply has neither a length nor chunks.");
        }

        // The bodies are JSON, in which no bare line end occurs, so this cannot be inside one.
        return body.Span.EndsWith("\r\n0\r\n\r\n"u8) ? new HttpReply(status, Joined(body)) : null;
    }

    private static Memory<byte> Joined(Memory<byte> chunks)
    {
        var bytes = chunks.Span;
        var length = 0;
        for (var at = 0; ;)
        {
            var line = bytes[at..].IndexOf("\r\n"u8);
            var size = Number(bytes.Slice(at, line), 'x');
            if (size == 0)
            {
                return chunks[..length];
            }

            bytes.Slice(at + line + 2, size).CopyTo(bytes[length..]);
            length += size;
            at += line + 2 + size + 2;
        }
    }

    private static int Number(ReadOnlySpan<byte> text, char format) =>
        Utf8Parser.TryParse(text, out int number, out _, format) ? number : throw new IOException("A length is not a number.");
}
