using System.Net;

namespace CallsBot.Analysis.Logs;

/// <summary>The addresses that RTCD and the clients offered each other for media. Bounded.</summary>
internal sealed class MediaAddresses
{
    private const int Most = 200;
    private const int MostQuotes = 3;

    private readonly HashSet<IPAddress> _server = [];
    private readonly HashSet<IPAddress> _clients = [];
    private readonly List<Quote> _quotes = [];

    /// <summary>Takes <c>Ping STUN from udp4 host A:8443 … to udp4 host B:port</c>, as pion writes it at the level TRACE.</summary>
    public void SeePing(LogLine line, Quote quote)
    {
        var text = line.Text;
        var from = text.IndexOf("STUN from ", StringComparison.OrdinalIgnoreCase);
        var to = from < 0 ? -1 : text.IndexOf(" to ", from, StringComparison.Ordinal);
        if (to < 0)
        {
            return;
        }

        var server = AddressIn(text.AsSpan(from + 10, to - from - 10));
        var client = AddressIn(text.AsSpan(to + 4));
        if (server is not null && client is not null)
        {
            Add(_server, server);
            Add(_clients, client);
            if (_quotes.Count < MostQuotes)
            {
                _quotes.Add(quote);
            }
        }
    }

    public IReadOnlyList<Finding> Conclude(FindingCatalog findings)
    {
        if (_server.Count == 0)
        {
            return [];
        }

        return _server.Any(address => !InnerAddress.Is(address)) ? []
            : _clients.Any(address => !InnerAddress.Is(address)) ? [findings.Found("rtcd-private-addresses", [.. _quotes])]
            : [findings.Found("rtcd-inner-network", [.. _quotes])];
    }

    private static void Add(HashSet<IPAddress> set, IPAddress address)
    {
        if (set.Count < Most)
        {
            set.Add(address);
        }
    }

    /// <summary>The first address with a port.</summary>
    private static IPAddress? AddressIn(ReadOnlySpan<char> text)
    {
        foreach (var range in text[..Math.Min(text.Length, 200)].Split(' '))
        {
            if (IPEndPoint.TryParse(text[range].TrimEnd(",\")"), out var endpoint) && endpoint.Port > 0)
            {
                return endpoint.Address;
            }
        }

        return null;
    }
}
