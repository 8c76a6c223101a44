using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using CallsBot.Protocols.Dns;
using Microsoft.Extensions.Options;

namespace CallsBot.Probes;

/// <summary>
/// Asks a name server of the administrator's choice, over UDP, past the system's resolver: clients outside often get
/// another answer than servers inside.
/// </summary>
internal sealed class SecondResolver(IOptions<RtcdOptions> options, TimeProvider time)
{
    private const int Port = 53;

    /// <summary>Twice, since a datagram can be lost; in all as long as the system's resolver gets.</summary>
    private static readonly TimeSpan[] Waits = [TimeSpan.FromSeconds(0.7), TimeSpan.FromSeconds(1.3)];

    /// <summary>Null when none is configured.</summary>
    public IPEndPoint? Server =>
        options.Value.SecondResolver is { Length: > 0 } text && TryParse(text, out var server) ? server : null;

    /// <summary>An address, or an address and a port as in <c>10.0.0.53:53</c> or <c>[fd00::53]:53</c>.</summary>
    public static bool TryParse(string text, out IPEndPoint server)
    {
        server = new IPEndPoint(IPAddress.None, 0);
        if (!IPEndPoint.TryParse(text, out var parsed))
        {
            return false;
        }

        // IPEndPoint reads 1 as 0.0.0.1, and any base.
        var withPort = parsed.ToString();
        var isPlain = text == withPort || text == parsed.Address.ToString() || text == $"[{parsed.Address}]";
        server = new IPEndPoint(parsed.Address, parsed.Port == 0 ? Port : parsed.Port);
        return isPlain && AddressPolicy.RefusalOf(parsed.Address, loopbackAllowed: true) is null;
    }

    /// <summary>Throws <see cref="OperationCanceledException"/> when <paramref name="cancellationToken"/> is cancelled, and nothing else.</summary>
    /// <param name="server">Where to ask.</param>
    /// <param name="host">A name.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    public async Task<SecondAnswer> LookUpAsync(IPEndPoint server, string host, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(
            AskAsync(server, host, DnsRecordType.A, cancellationToken), AskAsync(server, host, DnsRecordType.Aaaa, cancellationToken));
        var problem = answers.FirstOrDefault(answer => answer.Problem is not null)?.Problem;
        return new SecondAnswer(server, problem is null ? [.. answers.SelectMany(answer => answer.Addresses).Distinct()] : [], problem);
    }

    private async Task<SecondAnswer> AskAsync(
        IPEndPoint server, string host, DnsRecordType type, CancellationToken cancellationToken)
    {
        // Any host name is one that can be asked for: ProbeTarget reads no other.
        var id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
        var query = DnsMessage.Query(id, host, type);
        SecondAnswer Problem(string problem) => new(server, [], problem);

        // Connected, so that only this server's datagrams come in and a closed port is told of.
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            await socket.ConnectAsync(server, cancellationToken);
            foreach (var wait in Waits)
            {
                await socket.SendAsync(query, cancellationToken);
                if (await AnswerToAsync(id, host, type, socket, wait, cancellationToken) is not { } answer)
                {
                    continue;
                }

                return answer.Code is not (DnsResponseCode.NoError or DnsResponseCode.NameError)
                    ? Problem(string.Create(CultureInfo.InvariantCulture, $"it answers with the error {(int)answer.Code} ({answer.Code})"))
                    : answer.IsTruncated ? Problem("its answer does not fit into a datagram")
                    : new SecondAnswer(server, answer.Addresses, null);
            }

            return Problem(string.Create(CultureInfo.InvariantCulture, $"it did not answer within {Waits.Sum(w => w.TotalSeconds):0.#} seconds"));
        }
        catch (SocketException ex)
        {
            return Problem(SafeText.From(ex.Message));
        }
    }

    private async Task<DnsAnswer?> AnswerToAsync(
        ushort id, string host, DnsRecordType type, Socket socket, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(wait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var buffer = new byte[DnsMessage.LongestOverUdp];
        try
        {
            while (true)
            {
                var length = await socket.ReceiveAsync(buffer, either.Token);
                if (DnsMessage.TryRead(buffer.AsSpan(0, length)) is { } answer
                    && answer.Id == id
                    && answer.Type == type
                    && answer.Host.Equals(host.TrimEnd('.'), StringComparison.OrdinalIgnoreCase))
                {
                    return answer;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}

/// <param name="Server">Who was asked.</param>
/// <param name="Addresses">Empty when the name has none there, or there is a problem.</param>
/// <param name="Problem">Why there is no answer, as the end of a sentence; null when there is one.</param>
internal sealed record SecondAnswer(IPEndPoint Server, IReadOnlyList<IPAddress> Addresses, string? Problem);
