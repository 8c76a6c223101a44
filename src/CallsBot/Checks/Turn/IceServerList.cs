using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using CallsBot.Checks.Plugin;
using CallsBot.Probes;
using CallsBot.Probes.Turn;
using CallsBot.Protocols.Calls;

namespace CallsBot.Checks.Turn;

/// <summary>
/// The STUN and TURN servers that clients are told of, with what to log in to them with. Asked once in a run; lives in the
/// run's scope.
/// </summary>
internal sealed class IceServerList
{
    /// <summary>A list with more addresses than this gets its first ones asked.</summary>
    public const int MostAddresses = 8;

    /// <summary>Of credentials that are made here: they are used at once.</summary>
    private static readonly TimeSpan Validity = TimeSpan.FromMinutes(10);

    private readonly Installation _installation;
    private readonly RtcdTargets _rtcd;
    private readonly TargetAddresses _addresses;
    private readonly TimeProvider _time;
    private readonly Once<Answer<IceServerAddresses>> _servers;
    private readonly Once<MediaServerAddress> _mediaServer;

    public IceServerList(Installation installation, RtcdTargets rtcd, TargetAddresses addresses, TimeProvider time)
    {
        (_installation, _rtcd, _addresses, _time) = (installation, rtcd, addresses, time);
        _servers = new(FindServersAsync);
        _mediaServer = new(FindMediaServerAsync);
    }

    public Task<Answer<IceServerAddresses>> FindAsync(CancellationToken cancellationToken) => _servers.GetAsync(cancellationToken);

    /// <summary>An address that a TURN server has to relay to; null when none is known.</summary>
    public async Task<IPAddress?> MediaServerAsync(CancellationToken cancellationToken) => (await _mediaServer.GetAsync(cancellationToken)).Address;

    /// <summary>coturn's REST scheme, as the plugin uses it (rtcd, service/rtc/turn.go, genTURNCredentials).</summary>
    public static TurnCredentials ShortLived(string secret, string name, DateTimeOffset expiry, string source)
    {
        var username = $"{expiry.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}:{name}";
#pragma warning disable CA5350 // What TURN servers understand.
        var digest = HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(username));
#pragma warning restore CA5350
        return new TurnCredentials(username, Convert.ToBase64String(digest), source);
    }

    private async Task<Answer<IceServerAddresses>> FindServersAsync(CancellationToken cancellationToken)
    {
        var answer = await _installation.SettingsAsync(cancellationToken);
        if (answer.Value is not { } settings)
        {
            return new(null, answer.Fault, answer.Seen);
        }

        if (!settings.TryGetIceServers(out var servers, out var fault, out var partial))
        {
            return fault is null
                ? new(null, AnswerFault.Unreachable, "The server masks the setting ICE Servers Configurations, and the plugin did not answer.")
                : Answer<IceServerAddresses>.From(new IceServerAddresses([], $"The list {fault}."));
        }

        var secret = settings.TurnStaticAuthSecret;
        var asksPlugin = settings.IsSet("TURNStaticAuthSecret") && (secret.Length == 0 || partial);
        var made = asksPlugin ? (await _installation.TurnCredentialsAsync(cancellationToken)).Value ?? [] : [];
        List<IceServerAddress> found =
        [
            .. servers.SelectMany(server => server.Urls.Select(url => Address(url, CredentialsFor(server, url, secret, made)))),
            .. made.SelectMany(server => server.Urls.Where(url => !servers.Any(known => known.Urls.Contains(url)))
                .Select(url => Address(url, new TurnCredentials(server.Username, server.Credential, FromPlugin)))),
        ];
        return Answer<IceServerAddresses>.From(new IceServerAddresses(found, null));
    }

    private const string FromPlugin = "made by the plugin";

    private TurnCredentials? CredentialsFor(IceServer server, string url, string secret, IReadOnlyList<IceServer> made)
    {
        if (server.HasCredentials)
        {
            return new TurnCredentials(server.Username, server.Credential, "of its entry in the list");
        }

        if (secret.Length > 0)
        {
            return ShortLived(secret, "callsbot", _time.GetUtcNow() + Validity, "made with the TURN static auth secret");
        }

        return made.FirstOrDefault(entry => entry.Urls.Contains(url)) is { } fromPlugin
            ? new TurnCredentials(fromPlugin.Username, fromPlugin.Credential, FromPlugin)
            : null;
    }

    private static IceServerAddress Address(string text, TurnCredentials? credentials) =>
        IceServerUrl.TryParse(text, out var url, out var fault)
            ? new IceServerAddress(url, null, url.IsTurn ? credentials : null)
            : new IceServerAddress(null, fault, null);

    private async Task<MediaServerAddress> FindMediaServerAsync(CancellationToken cancellationToken)
    {
        var backend = await _installation.BackendAsync(cancellationToken);
        if (backend.Kind == CallsBackendKind.Integrated)
        {
            var settings = (await _installation.SettingsAsync(cancellationToken)).Value;
            return new(IPAddress.TryParse(settings?.IceHostOverride.Split(',')[0].Split('/')[0], out var address) ? address : null);
        }

        if (backend.Kind == CallsBackendKind.LiveKit
            || (await _rtcd.FindAsync(cancellationToken)).Value is not { } text
            || !ProbeTarget.TryParse(text, out var target, out _))
        {
            return new(null);
        }

        var resolved = await _addresses.ResolveAsync(target, cancellationToken);
        return new(resolved.Addresses.FirstOrDefault(found => found.Refusal is null && found.Address.AddressFamily == AddressFamily.InterNetwork)?.Address);
    }

    private sealed record MediaServerAddress(IPAddress? Address);
}

/// <param name="Servers">In the order of the list.</param>
/// <param name="Fault">What is wrong with the whole list, a sentence; null when nothing is.</param>
internal sealed record IceServerAddresses(IReadOnlyList<IceServerAddress> Servers, string? Fault)
{
    public IEnumerable<IceServerAddress> Stun => Servers.Where(server => server.Url is { IsTurn: false });

    public IEnumerable<IceServerAddress> Turn => Servers.Where(server => server.Url is { IsTurn: true });

    /// <summary>Addresses that cannot be read; they may have been meant as either.</summary>
    public IEnumerable<IceServerAddress> Unreadable => Servers.Where(server => server.Url is null);
}

/// <param name="Url">Null when there is a fault.</param>
/// <param name="Fault">As the end of a sentence that begins "The address"; null when there is none.</param>
/// <param name="Credentials">What to log in with; null for STUN, and where there are none.</param>
internal sealed record IceServerAddress(IceServerUrl? Url, string? Fault, TurnCredentials? Credentials);
