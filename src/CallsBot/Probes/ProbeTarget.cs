using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CallsBot.Probes;

/// <summary>
/// A service URL that has been read strictly: what is left is safe to print and to put into a shell command. Credentials
/// in the URL are dropped, not kept.
/// </summary>
/// <remarks>
/// Read by hand, not with <see cref="Uri"/>: that accepts 0x7f.1 and 2130706433 as 127.0.0.1 and circled digits as
/// digits, all of which are ways past an address list, and none of which the Calls plugin would understand.
/// </remarks>
internal sealed record ProbeTarget
{
    private ProbeTarget(string scheme, string host, int port, IPAddress? address)
    {
        Scheme = scheme;
        Host = host;
        Port = port;
        Address = address;
    }

    /// <summary>"http" or "https".</summary>
    public string Scheme { get; }

    /// <summary>A name, or an address without brackets.</summary>
    public string Host { get; }

    public int Port { get; }

    /// <summary>The address, when the URL names one instead of a host.</summary>
    public IPAddress? Address { get; }

    public bool IsTls => Scheme == "https";

    /// <summary>Host and port as they stand in a URL.</summary>
    public string Authority =>
        string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");

    public Uri Uri => new($"{Scheme}://{Authority}/");

    /// <summary>The configuration itself points at this machine, in so many words.</summary>
    public bool NamesLoopback =>
        Address is not null
            ? !Address.IsIPv4MappedToIPv6 && IPAddress.IsLoopback(Address)
            : Host.TrimEnd('.') is var name
              && (name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                  || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase));

    /// <param name="url">What the setting holds.</param>
    /// <param name="target">The target, when there is no fault.</param>
    /// <param name="fault">What is wrong, as the end of a sentence that begins "The URL". Quotes nothing: a password in a
    /// broken URL can stand anywhere in it.</param>
    public static bool TryParse(
        string url, [NotNullWhen(true)] out ProbeTarget? target, [NotNullWhen(false)] out string? fault)
    {
        target = null;
        fault = FaultOf(url, out var scheme, out var authority);
        if (fault is not null)
        {
            return false;
        }

        // The last @, as in Go's net/url: a password may hold one.
        var at = authority.LastIndexOf('@');
        var hostAndPort = authority[(at + 1)..];
        var colon = hostAndPort.LastIndexOf(':');
        if (colon < 0 || colon < hostAndPort.IndexOf(']'))
        {
            fault = "has no port. The Calls plugin needs one; RTCD listens on 8045 unless told otherwise";
            return false;
        }

        if (!int.TryParse(hostAndPort[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is < 1 or > 65535)
        {
            fault = "has a port that is not a number from 1 to 65535";
            return false;
        }

        if (!TryReadHost(hostAndPort[..colon], out var host, out var address, out fault))
        {
            return false;
        }

        target = new ProbeTarget(scheme, host, port, address);
        return true;
    }

    public override string ToString() => $"{Scheme}://{Authority}";

    private static string? FaultOf(string url, out string scheme, out string authority)
    {
        scheme = url.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? "https" : "http";
        authority = "";
        if (url.Length == 0)
        {
            return "is empty";
        }

        if (url.Length > 2048)
        {
            return "is longer than 2,048 characters";
        }

        if (url.AsSpan().ContainsAnyExceptInRange('!', '~') || url.Contains('\\', StringComparison.Ordinal))
        {
            return "holds a space, a backslash or a character outside ASCII";
        }

        if (!url.StartsWith(scheme + "://", StringComparison.OrdinalIgnoreCase))
        {
            return "does not begin with http:// or https://";
        }

        var rest = url[(scheme.Length + 3)..];
        var end = rest.IndexOfAny(['/', '?', '#']);
        if (end >= 0 && rest[end..] != "/")
        {
            return "goes on after the port. RTCD's WebSocket is always at /ws, so it cannot be behind a path; "
                + "a /, ? or # in the password has to be percent-encoded";
        }

        authority = end < 0 ? rest : rest[..end];
        return null;
    }

    private static bool TryReadHost(
        string text, out string host, out IPAddress? address, [NotNullWhen(false)] out string? fault)
    {
        host = text;
        address = null;
        fault = null;
        if (text.StartsWith('[') && text.EndsWith(']'))
        {
            host = text[1..^1];
            if (host.Contains('%', StringComparison.Ordinal)
                || !IPAddress.TryParse(host, out address)
                || address.AddressFamily != AddressFamily.InterNetworkV6)
            {
                fault = "has brackets around something that is not an IPv6 address";
                return false;
            }

            host = address.ToString();
            return true;
        }

        if (!IsName(text))
        {
            fault = "has a host that is neither a name nor an address";
            return false;
        }

        // "Ends in a number" (WHATWG URL, section 3.5): some resolvers take such a name for an address.
        var last = text.TrimEnd('.').Split('.')[^1];
        if (last.All(char.IsAsciiDigit) || last.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            if (!IPAddress.TryParse(text, out address) || address.ToString() != text)
            {
                fault = "has an address that is not written as four decimal numbers";
                return false;
            }
        }

        return true;
    }

    private static bool IsName(string text)
    {
        var name = text.EndsWith('.') ? text[..^1] : text;
        return name.Length is > 0 and <= 253
            && name.Split('.').All(label => label.Length is > 0 and <= 63
                && !label.StartsWith('-')
                && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
    }
}
