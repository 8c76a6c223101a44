using CallsBot.Checks.Plugin;
using CallsBot.Probes;
using CallsBot.Protocols.Offloader;
using CallsBot.Protocols.Rtcd;
using Microsoft.Extensions.Options;

namespace CallsBot.Checks.Offloader;

/// <summary>
/// The job service that makes recordings: where it is, as CallsBot's settings say, else as the plugin's say; and which
/// version it has. Asked once in a run; lives in the run's scope.
/// </summary>
internal sealed class OffloaderService
{
    private readonly IOptions<OffloaderOptions> _options;
    private readonly Installation _installation;
    private readonly OffloaderProbe _probe;
    private readonly Once<OffloaderPlace> _place;
    private readonly Once<IReadOnlyList<HttpReply<RtcdVersion>>> _versions;

    public OffloaderService(IOptions<OffloaderOptions> options, Installation installation, OffloaderProbe probe)
    {
        (_options, _installation, _probe) = (options, installation, probe);
        _place = new(FindPlaceAsync);
        _versions = new(FindVersionsAsync);
    }

    public Task<OffloaderPlace> FindAsync(CancellationToken cancellationToken) => _place.GetAsync(cancellationToken);

    /// <summary>What each address said of its version; empty when there is no usable address.</summary>
    public Task<IReadOnlyList<HttpReply<RtcdVersion>>> VersionsAsync(CancellationToken cancellationToken) => _versions.GetAsync(cancellationToken);

    /// <summary>The version of the first address that told it; null when none did.</summary>
    public async Task<string?> VersionAsync(CancellationToken cancellationToken) =>
        (await VersionsAsync(cancellationToken)).FirstOrDefault(reply => reply.Value is not null)?.Value?.BuildVersion;

    /// <summary>
    /// What to log in with: the settings', else the URL's own. None is ever made up: where self-registration is allowed,
    /// the offloader would take whatever comes first.
    /// </summary>
    public (OffloaderCredentials Credentials, string Source)? CredentialsFor(OffloaderPlace place) =>
        _options.Value is { ClientId.Length: > 0, AuthKey.Length: > 0 } set
            ? (new OffloaderCredentials { ClientId = set.ClientId, AuthKey = set.AuthKey }, "from CallsBot's settings Offloader:ClientId and Offloader:AuthKey")
            : place.Text is { } text && FoundCredentials.In(new RtcdServiceUrl(text, place.Source)) is ({ } found, _)
                ? (new OffloaderCredentials { ClientId = found.ClientId, AuthKey = found.AuthKey }, $"in the URL {place.Source}")
                : null;

    private async Task<OffloaderPlace> FindPlaceAsync(CancellationToken cancellationToken)
    {
        if (_options.Value.ServiceUrl is { Length: > 0 } configured)
        {
            return OffloaderPlace.At(configured, "from CallsBot's setting Offloader:ServiceUrl");
        }

        var settings = await _installation.SettingsAsync(cancellationToken);
        return settings.Value switch
        {
            null => new OffloaderPlace(null, null, $"Offloader:ServiceUrl is not set in CallsBot's settings, and the plugin's could not be read: {settings.Seen}", null),
            { JobServiceUrl: { Length: > 0 } url } => OffloaderPlace.At(url, "from the Calls plugin's setting Job service URL"),
            var known => new OffloaderPlace(null, null, "Neither CallsBot's setting Offloader:ServiceUrl nor the Calls plugin's setting Job service URL is set.", known.RecordingsEnabled),
        };
    }

    private async Task<IReadOnlyList<HttpReply<RtcdVersion>>> FindVersionsAsync(CancellationToken cancellationToken) =>
        (await FindAsync(cancellationToken)).Url is { } url ? await _probe.AskVersionAsync(url, cancellationToken) : [];
}

/// <param name="Text">As it stands in the setting; may hold credentials. Null when there is none.</param>
/// <param name="Url">Null when there is none, or it cannot be used.</param>
/// <param name="Source">Where it was found, as it follows "The URL"; or a sentence that says why there is none.</param>
/// <param name="RecordingsEnabled">Whether recordings are on although there is none; null when that is not known.</param>
internal sealed record OffloaderPlace(string? Text, OffloaderUrl? Url, string Source, bool? RecordingsEnabled)
{
    /// <summary>What is wrong with the URL, as the end of a sentence that begins "The URL"; null when nothing is.</summary>
    public string? Fault { get; private init; }

    public static OffloaderPlace At(string text, string source) => OffloaderUrl.TryParse(text, out var url, out var fault)
        ? new OffloaderPlace(text, url, source, null)
        : new OffloaderPlace(text, null, source, null) { Fault = fault };

    public override string ToString() => Url is null ? Source : $"{Url} {Source}";
}
