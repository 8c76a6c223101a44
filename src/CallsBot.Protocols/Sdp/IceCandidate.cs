using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CallsBot.Protocols.Sdp;

public enum IceTransport
{
    Udp,
    Tcp,
}

public enum IceCandidateType
{
    Host,
    ServerReflexive,
    PeerReflexive,
    Relay,
}

/// <summary>One candidate line (RFC 8839 §5.1, RFC 6544 §4.5).</summary>
/// <param name="Foundation">One to 32 characters.</param>
/// <param name="Component">1 is RTP and all that is bundled with it, 2 is RTCP.</param>
/// <param name="Host">As it was written: an address, or a name.</param>
public sealed record IceCandidate(
    string Foundation, int Component, IceTransport Transport, uint Priority, string Host, int Port, IceCandidateType Type)
{
    private const string Prefix = "candidate:";
    private const int MostTokens = 64;

    /// <summary>"passive", "active" or "so"; null for UDP.</summary>
    public string? TcpType { get; init; }

    /// <summary>Where a reflexive or relayed candidate was made from, as it was written.</summary>
    public string? RelatedHost { get; init; }

    public int? RelatedPort { get; init; }

    /// <summary>
    /// Null when <see cref="Host"/> is a name. Only the usual spelling is an address: what some resolvers take for one,
    /// such as 0x7f.1, counts as a name.
    /// </summary>
    public IPAddress? Address =>
        IPAddress.TryParse(Host, out var address)
        && (address.AddressFamily == AddressFamily.InterNetwork
            ? address.ToString() == Host
            : Host.AsSpan().IndexOfAny('[', ']', '%') < 0)
            ? address
            : null;

    /// <param name="text">With or without "a=" and "candidate:". Pairs after the type that are not known are skipped.</param>
    /// <returns>False for any text that is not one.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out IceCandidate? candidate)
    {
        candidate = null;
        if (text is null or { Length: > 2048 })
        {
            return false;
        }

        var body = text.StartsWith("a=", StringComparison.Ordinal) ? text[2..] : text;
        body = body.StartsWith(Prefix, StringComparison.Ordinal) ? body[Prefix.Length..] : body;
        var tokens = body.TrimEnd('\r', '\n').Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (tokens.Length is < 8 or > MostTokens || tokens[0].Length > 32 || tokens[6] != "typ"
            || !TryNumber(tokens[1], 1, 256, out var component)
            || TransportOf(tokens[2]) is not { } transport
            || !uint.TryParse(tokens[3], NumberStyles.None, CultureInfo.InvariantCulture, out var priority)
            || tokens[4].Length > 255
            || !TryNumber(tokens[5], 0, IPEndPoint.MaxPort, out var port)
            || TypeOf(tokens[7]) is not { } type)
        {
            return false;
        }

        candidate = new IceCandidate(tokens[0], component, transport, priority, tokens[4], port, type);
        for (var i = 8; i + 1 < tokens.Length; i += 2)
        {
            candidate = tokens[i] switch
            {
                "tcptype" => candidate with { TcpType = tokens[i + 1] },
                "raddr" => candidate with { RelatedHost = tokens[i + 1] },
                "rport" when TryNumber(tokens[i + 1], 0, IPEndPoint.MaxPort, out var related) => candidate with { RelatedPort = related },
                _ => candidate,
            };
        }

        return true;
    }

    /// <summary>The line as it stands in a trickled candidate; in SDP, "a=" comes before it.</summary>
    public override string ToString()
    {
        var line = new StringBuilder().Append(
            CultureInfo.InvariantCulture, $"{Prefix}{Foundation} {Component} {NameOf(Transport)} {Priority} {Host} {Port} typ {NameOf(Type)}");
        if (RelatedHost is not null)
        {
            line.Append(" raddr ").Append(RelatedHost);
        }

        if (RelatedPort is { } port)
        {
            line.Append(CultureInfo.InvariantCulture, $" rport {port}");
        }

        if (TcpType is not null)
        {
            line.Append(" tcptype ").Append(TcpType);
        }

        return line.ToString();
    }

    private static bool TryNumber(string text, int least, int most, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most;

    private static IceTransport? TransportOf(string token) =>
        token.Equals("udp", StringComparison.OrdinalIgnoreCase) ? IceTransport.Udp
        : token.Equals("tcp", StringComparison.OrdinalIgnoreCase) ? IceTransport.Tcp
        : null;

    private static string NameOf(IceTransport transport) => transport == IceTransport.Tcp ? "tcp" : "udp";

    private static IceCandidateType? TypeOf(string token) => token switch
    {
        "host" => IceCandidateType.Host,
        "srflx" => IceCandidateType.ServerReflexive,
        "prflx" => IceCandidateType.PeerReflexive,
        "relay" => IceCandidateType.Relay,
        _ => null,
    };

    private static string NameOf(IceCandidateType type) => type switch
    {
        IceCandidateType.ServerReflexive => "srflx",
        IceCandidateType.PeerReflexive => "prflx",
        IceCandidateType.Relay => "relay",
        _ => "host",
    };
}
