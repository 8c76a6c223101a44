using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace CallsBot.Probes;

/// <summary>
/// The address of calls-offloader, read as strictly as <see cref="ProbeTarget"/> reads RTCD's. Unlike RTCD it may stand
/// behind a path, and without a port it is at that of its scheme (calls-offloader v0.9.5, public/client.go, Parse).
/// </summary>
/// <param name="Target">Host and port. Credentials in the URL are dropped.</param>
/// <param name="Path">Without the slash at its end; empty for none.</param>
/// <param name="NamesPort">Whether the URL says the port itself.</param>
internal sealed record OffloaderUrl(ProbeTarget Target, string Path, bool NamesPort)
{
    private static readonly SearchValues<char> PathCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/");

    /// <param name="url">What the setting holds.</param>
    /// <param name="offloader">The address, when there is no fault.</param>
    /// <param name="fault">What is wrong, as the end of a sentence that begins "The URL". Quotes nothing.</param>
    public static bool TryParse(
        string url, [NotNullWhen(true)] out OffloaderUrl? offloader, [NotNullWhen(false)] out string? fault)
    {
        offloader = null;
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            fault = "does not begin with http:// or https://";
            return false;
        }

        var rest = url[(scheme + 3)..];
        var end = rest.IndexOfAny(['/', '?', '#']);
        var (authority, path) = end < 0 ? (rest, "") : (rest[..end], rest[end..].TrimEnd('/'));
        if (path.AsSpan().ContainsAnyExcept(PathCharacters))
        {
            fault = "goes on after the path, or has characters in the path that do not belong there; "
                + "a /, ? or # in the password has to be percent-encoded";
            return false;
        }

        var namesPort = authority[(authority.LastIndexOf('@') + 1)..] is var host
            && host.LastIndexOf(':') > host.IndexOf(']', StringComparison.Ordinal);
        var port = url.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? ":443" : ":80";
        if (!ProbeTarget.TryParse($"{url[..scheme]}://{authority}{(namesPort ? "" : port)}", out var target, out fault))
        {
            return false;
        }

        offloader = new OffloaderUrl(target, path, namesPort);
        return true;
    }

    public override string ToString() => $"{Target}{Path}";
}
