using System.Globalization;
using CallsBot.Probes;

namespace CallsBot.Conversations;

/// <summary>Puts this installation's addresses into the commands of a tree's text for administrators.</summary>
internal static class Placeholders
{
    private const string RtcdServer = "YOUR_RTCD_SERVER";
    private const string RtcdApiPort = ":8045";
    private const string OffloaderServer = "YOUR_OFFLOADER_SERVER";
    private const string OffloaderPort = ":4545";
    private const string MattermostServer = "YOUR_MATTERMOST_SERVER";
    private const string MediaPort = "YOUR_MEDIA_PORT";

    /// <param name="text">The text, with a placeholder where an address belongs.</param>
    /// <param name="addresses">What is known; where an address is not, the placeholder stays.</param>
    public static string Fill(string text, InstallationAddresses addresses)
    {
        if (!text.Contains("YOUR_", StringComparison.Ordinal))
        {
            return text;
        }

        text = text.Replace(MediaPort, addresses.MediaPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        if (addresses.Rtcd is { } rtcd)
        {
            text = FillService(text, RtcdServer, RtcdApiPort, rtcd);
        }

        if (addresses.Offloader is { } offloader)
        {
            text = FillService(text, OffloaderServer, OffloaderPort, offloader);
        }

        return addresses.Mattermost is { } mattermost ? text.Replace(MattermostServer, mattermost, StringComparison.Ordinal) : text;
    }

    // With the scheme, because a plain request to a port with TLS fails.
    private static string FillService(string text, string server, string port, ProbeTarget target) => text
        .Replace($"http://{server}{port}", $"{target.Scheme}://{target.Authority}", StringComparison.Ordinal)
        .Replace(server + port, target.Authority, StringComparison.Ordinal)
        .Replace(server, target.Host, StringComparison.Ordinal);
}

/// <summary>Where the parts of this installation are, as far as that is known.</summary>
internal sealed record InstallationAddresses
{
    public const int DefaultMediaPort = 8443;

    public static readonly InstallationAddresses Unknown = new();

    public ProbeTarget? Rtcd { get; init; }

    /// <summary>The host name of the Mattermost server.</summary>
    public string? Mattermost { get; init; }

    public ProbeTarget? Offloader { get; init; }

    /// <summary>The port of the media, UDP and TCP.</summary>
    public int MediaPort { get; init; } = DefaultMediaPort;
}
