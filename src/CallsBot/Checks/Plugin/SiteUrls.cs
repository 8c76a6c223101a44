using CallsBot.Probes;

namespace CallsBot.Checks.Plugin;

/// <summary>Judges the address under which people open Mattermost.</summary>
internal static class SiteUrls
{
    /// <summary>Whether browsers give no microphone to the page: it is neither https nor this very machine (W3C Secure Contexts §3.1).</summary>
    /// <returns>False when the address is empty or not known.</returns>
    public static bool IsInsecure(string? siteUrl) =>
        !string.IsNullOrEmpty(siteUrl) && !siteUrl.StartsWith("https://", StringComparison.OrdinalIgnoreCase) && !IsLoopback(siteUrl);

    public static bool IsLoopback(string? siteUrl) =>
        Uri.TryCreate(siteUrl, UriKind.Absolute, out var url)
        && ProbeTarget.TryParse($"{url.Scheme}://{url.Authority}{(url.IsDefaultPort ? $":{url.Port}" : "")}", out var target, out _)
        && target.NamesLoopback;
}
