using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CallsBot.Probes.Turn;

/// <summary>How a STUN or TURN server is reached.</summary>
internal enum TurnTransport
{
    Udp,
    Tcp,
    Tls,
}

/// <summary>
/// The address of a STUN or TURN server (RFC 7064, RFC 7065), read as strictly as <see cref="ProbeTarget"/> reads a URL:
/// what is left is safe to print and to put into a shell command.
/// </summary>
/// <param name="Scheme">"stun", "stuns", "turn" or "turns".</param>
/// <param name="Target">Host and port; its scheme means nothing here.</param>
/// <param name="Transport">As the address says; UDP for stun and turn that say none, TLS for stuns and turns.</param>
/// <param name="NamesTransport">Whether the address says it itself. A browser tries one that does not over UDP alone.</param>
internal sealed record IceServerUrl(string Scheme, ProbeTarget Target, TurnTransport Transport, bool NamesTransport)
{
    private const int DefaultPort = 3478;
    private const int DefaultTlsPort = 5349;

    private static readonly string[] Schemes = ["stun", "stuns", "turn", "turns"];

    public bool IsTurn => Scheme is "turn" or "turns";

    /// <param name="text">What the list of ICE servers holds.</param>
    /// <param name="url">The address, when there is no fault.</param>
    /// <param name="fault">What is wrong, as the end of a sentence that begins "The address". Quotes nothing but the scheme.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out IceServerUrl? url, [NotNullWhen(false)] out string? fault)
    {
        url = null;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var scheme = colon < 0 ? "" : text[..colon].ToLowerInvariant();
        if (!Schemes.Contains(scheme))
        {
            fault = "does not begin with stun:, stuns:, turn: or turns:";
            return false;
        }

        var rest = text[(colon + 1)..];
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            fault = $"has // after {scheme}:, which browsers refuse";
            return false;
        }

        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var (authority, query) = question < 0 ? (rest, "") : (rest[..question], rest[(question + 1)..]);
        if (authority.IndexOfAny(['/', '#']) >= 0)
        {
            fault = "goes on after host and port";
            return false;
        }

        if (authority.Contains('@', StringComparison.Ordinal))
        {
            fault = "holds credentials, which belong into \"username\" and \"credential\"";
            return false;
        }

        if (!TryReadTransport(scheme, query, out var transport, out fault))
        {
            return false;
        }

        var host = authority;
        var port = scheme is "stuns" or "turns" ? DefaultTlsPort : DefaultPort;
        var last = authority.LastIndexOf(':');
        if (last > authority.IndexOf(']', StringComparison.Ordinal))
        {
            host = authority[..last];
            if (!int.TryParse(authority[(last + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port))
            {
                fault = "has a port that is not a number from 1 to 65535";
                return false;
            }
        }

        if (!ProbeTarget.TryParse(string.Create(CultureInfo.InvariantCulture, $"http://{host}:{port}"), out var target, out fault))
        {
            return false;
        }

        url = new IceServerUrl(scheme, target, transport, query.Length > 0);
        return true;
    }

    public override string ToString() => NamesTransport
        ? $"{Scheme}:{Target.Authority}?transport={(Transport == TurnTransport.Udp ? "udp" : "tcp")}"
        : $"{Scheme}:{Target.Authority}";

    private static bool TryReadTransport(
        string scheme, string query, out TurnTransport transport, [NotNullWhen(false)] out string? fault)
    {
        var secure = scheme is "stuns" or "turns";
        transport = secure ? TurnTransport.Tls : TurnTransport.Udp;
        fault = null;
        switch (query)
        {
            case "":
                return true;
            case "transport=tcp" when scheme is "turn" or "turns":
                transport = secure ? TurnTransport.Tls : TurnTransport.Tcp;
                return true;
            case "transport=udp" when scheme == "turn":
                return true;
            case "transport=udp" when scheme == "turns":
                fault = "asks for DTLS (turns over UDP), which browsers do not speak";
                return false;
            default:
                fault = scheme is "turn" or "turns"
                    ? "has something after ? that is neither transport=udp nor transport=tcp"
                    : "has a ?, which only turn: and turns: may have; browsers refuse it";
                return false;
        }
    }
}
