using Org.BouncyCastle.Tls;

namespace CallsBot.Protocols.Dtls;

/// <summary>
/// Between BouncyCastle, whose handshake blocks a thread, and a path that awaits: packets in are handed over by whoever
/// reads the socket, packets out go to a queue. What does not fit is dropped, as on the wire.
/// </summary>
/// <remarks>
/// BouncyCastle sends record by record. Those of one flight go out together, as browsers send them: pion's client, which
/// RTCD is, ends a handshake with internal_error when single messages of a flight are missing (seen with rtcd v0.11.3).
/// </remarks>
internal sealed class DtlsPath(Action<byte[]> send) : DatagramTransport
{
    // What comes from a peer fits into an Ethernet frame; what we send stays below the least MTU that WebRTC counts on.
    private const int ReceiveLimit = 2048;
    private const int SendLimit = 1200;
    private const int MostWaiting = 64;

    private readonly object _lock = new();
    private readonly Queue<byte[]> _waiting = new();
    private readonly List<byte> _flight = [];
    private bool _closed;

    public bool TryDeliver(ReadOnlySpan<byte> packet)
    {
        lock (_lock)
        {
            if (_closed || _waiting.Count >= MostWaiting)
            {
                return false;
            }

            _waiting.Enqueue(packet.ToArray());
            Monitor.Pulse(_lock);
            return true;
        }
    }

    public int GetReceiveLimit() => ReceiveLimit;

    public int GetSendLimit() => SendLimit;

    public int Receive(byte[] buf, int off, int len, int waitMillis) => Receive(buf.AsSpan(off, len), waitMillis);

    /// <summary>Throws <see cref="IOException"/> once the path is closed.</summary>
    public int Receive(Span<byte> buffer, int waitMillis)
    {
        // Whoever waits has said what there was to say.
        Flush();

        // Zero means for ever to BouncyCastle.
        var wait = waitMillis > 0 ? waitMillis : Timeout.Infinite;
        lock (_lock)
        {
            if (!_closed && _waiting.Count == 0)
            {
                Monitor.Wait(_lock, wait);
            }

            if (_closed)
            {
                throw new IOException("The path is closed.");
            }

            if (!_waiting.TryDequeue(out var packet))
            {
                return -1;
            }

            var length = Math.Min(packet.Length, buffer.Length);
            packet.AsSpan(0, length).CopyTo(buffer);
            return length;
        }
    }

    public void Send(byte[] buf, int off, int len) => Send(buf.AsSpan(off, len));

    public void Send(ReadOnlySpan<byte> buffer)
    {
        lock (_lock)
        {
            if (_flight.Count + buffer.Length > SendLimit)
            {
                Flush();
            }

            _flight.AddRange(buffer);
        }
    }

    public void Flush()
    {
        lock (_lock)
        {
            if (_flight.Count > 0)
            {
                send([.. _flight]);
                _flight.Clear();
            }
        }
    }

    public void Close()
    {
        lock (_lock)
        {
            Flush();
            _closed = true;
            Monitor.PulseAll(_lock);
        }
    }
}
