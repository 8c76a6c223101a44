using System.Text.Json;
using CallsBot.Mattermost;
using CallsBot.Protocols.Calls;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Checks.Plugin;

/// <summary>
/// What is known of Mattermost and the Calls plugin, asked once in a run, with the administrator's token and without. Lives
/// in the run's scope. Nothing here throws, except when the run is cancelled.
/// </summary>
internal sealed class Installation
{
    /// <summary>Short: checks of RTCD wait for what follows from the answers, and share the deadline.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private const string NoServer = "Mattermost:Server is not set in CallsBot's settings.";
    private const string NoToken = "Mattermost:AdminToken is not set in CallsBot's settings.";

    private readonly PublicAccess _everyone;
    private readonly AdministratorAccess _administrator;
    private readonly TimeProvider _time;
    private readonly Once<Answer<SystemPing>> _ping;
    private readonly Once<Answer<IReadOnlyDictionary<string, string>>> _clientConfig;
    private readonly Once<Answer<Licence>> _licence;
    private readonly Once<Answer<IReadOnlyList<PluginStatus>>> _statuses;
    private readonly Once<Answer<CallsVersion>> _version;
    private readonly Once<Answer<ServerConfig>> _config;
    private readonly Once<Answer<CallsSettings>> _settings;
    private readonly Once<Answer<IReadOnlyList<IceServer>>> _turnCredentials;
    private readonly Once<CallsBackend> _backend;

    public Installation(PublicAccess everyone, AdministratorAccess administrator, TimeProvider time)
    {
        (_everyone, _administrator, _time) = (everyone, administrator, time);
        _ping = new(FindPingAsync);
        _clientConfig = new(FindClientConfigAsync);
        _licence = new(FindLicenceAsync);
        _statuses = new(FindStatusesAsync);
        _version = new(FindVersionAsync);
        _config = new(FindConfigAsync);
        _settings = new(FindSettingsAsync);
        _turnCredentials = new(FindTurnCredentialsAsync);
        _backend = new(FindBackendAsync);
    }

    /// <summary>Whether there is anybody to ask at all.</summary>
    public bool HasServer => _everyone.Api is not null || _administrator.Api is not null;

    /// <summary>The server's address; null when it is not set.</summary>
    public Uri? Server => _everyone.Server;

    public bool HasAdministrator => _administrator.Api is not null;

    public Task<Answer<SystemPing>> PingAsync(CancellationToken cancellationToken) => _ping.GetAsync(cancellationToken);

    /// <summary>What clients may know of the configuration. Without a session it is less.</summary>
    public Task<Answer<IReadOnlyDictionary<string, string>>> ClientConfigAsync(CancellationToken cancellationToken) =>
        _clientConfig.GetAsync(cancellationToken);

    public Task<Answer<Licence>> LicenceAsync(CancellationToken cancellationToken) => _licence.GetAsync(cancellationToken);

    /// <summary>All plugins on all nodes. Needs the administrator's token.</summary>
    public Task<Answer<IReadOnlyList<PluginStatus>>> PluginStatusesAsync(CancellationToken cancellationToken) => _statuses.GetAsync(cancellationToken);

    /// <summary>What the Calls plugin says of itself. <see cref="AnswerFault.NotFound"/> when none runs.</summary>
    public Task<Answer<CallsVersion>> CallsVersionAsync(CancellationToken cancellationToken) => _version.GetAsync(cancellationToken);

    /// <summary>Needs the administrator's token.</summary>
    public Task<Answer<ServerConfig>> ServerConfigAsync(CancellationToken cancellationToken) => _config.GetAsync(cancellationToken);

    /// <summary>
    /// The plugin's settings, from what the server stores and what the plugin answers; one of the two is enough. Needs the
    /// administrator's token.
    /// </summary>
    public Task<Answer<CallsSettings>> SettingsAsync(CancellationToken cancellationToken) => _settings.GetAsync(cancellationToken);

    /// <summary>TURN servers with credentials that the plugin made. Needs the administrator's token.</summary>
    public Task<Answer<IReadOnlyList<IceServer>>> TurnCredentialsAsync(CancellationToken cancellationToken) => _turnCredentials.GetAsync(cancellationToken);

    public Task<CallsBackend> BackendAsync(CancellationToken cancellationToken) => _backend.GetAsync(cancellationToken);

    /// <summary>Whether licence limits are lifted; null when that is not known.</summary>
    public async Task<bool?> DeveloperModeAsync(CancellationToken cancellationToken)
    {
        if ((await ServerConfigAsync(cancellationToken)).Value?.DeveloperMode is { } stored)
        {
            return stored;
        }

        var client = (await ClientConfigAsync(cancellationToken)).Value;
        return (client?.GetValueOrDefault("EnableDeveloper"), client?.GetValueOrDefault("EnableTesting")) switch
        {
            ("false", _) or (_, "false") => false,
            ("true", "true") => true,
            _ => null,
        };
    }

    private Task<Answer<SystemPing>> FindPingAsync(CancellationToken cancellationToken) =>
        AskAsync(_everyone.Api ?? _administrator.Api, (api, token) => api.PingAsync(token), NoServer, cancellationToken);

    private Task<Answer<IReadOnlyDictionary<string, string>>> FindClientConfigAsync(CancellationToken cancellationToken) =>
        AskBothAsync((api, token) => api.GetClientConfigAsync(token), cancellationToken);

    private async Task<Answer<Licence>> FindLicenceAsync(CancellationToken cancellationToken) =>
        (await AskBothAsync((api, token) => api.GetClientLicenseAsync(token), cancellationToken)).Select(Licence.Of);

    private Task<Answer<IReadOnlyList<PluginStatus>>> FindStatusesAsync(CancellationToken cancellationToken) =>
        AskAsync(_administrator.Api, (api, token) => api.GetPluginStatusesAsync(token), NoToken, cancellationToken);

    private Task<Answer<CallsVersion>> FindVersionAsync(CancellationToken cancellationToken) =>
        AskAsync(_everyone.Calls ?? _administrator.Calls, (calls, token) => calls.GetVersionAsync(token), NoServer, cancellationToken);

    private async Task<Answer<ServerConfig>> FindConfigAsync(CancellationToken cancellationToken) =>
        await AskAsync(
            _administrator.Api, async (api, token) => ServerConfig.Of(await api.GetConfigAsync(token)), NoToken, cancellationToken);

    private async Task<Answer<CallsSettings>> FindSettingsAsync(CancellationToken cancellationToken)
    {
        var stored = ServerConfigAsync(cancellationToken);
        var effective = AskJsonAsync((calls, token) => calls.GetConfigAsync(token), cancellationToken);
        var environment = AskJsonAsync((calls, token) => calls.GetEnvironmentAsync(token), cancellationToken);
        await Task.WhenAll(stored, effective, environment);
        if ((await stored).Value is not { } config)
        {
            return (await effective).Value is { Element: var alone }
                ? Answer<CallsSettings>.From(CallsSettings.From(stored: null, alone, (await environment).Value?.Element))
                : new Answer<CallsSettings>(null, (await stored).Fault, (await stored).Seen);
        }

        // Without an entry every setting has its default.
        return Answer<CallsSettings>.From(CallsSettings.From(
            config.StoredCalls ?? JsonSerializer.SerializeToElement(new Dictionary<string, string>()),
            (await effective).Value?.Element,
            (await environment).Value?.Element));
    }

    private async Task<Answer<IReadOnlyList<IceServer>>> FindTurnCredentialsAsync(CancellationToken cancellationToken)
    {
        var answer = await AskJsonAsync((calls, token) => calls.GetTurnCredentialsAsync(token), cancellationToken);
        return answer.Value is { } list && !IceServer.TryReadList(list.Element, out _, out var fault)
            ? new(null, AnswerFault.Unreachable, $"The plugin's list of TURN credentials {fault}.")
            : answer.Select(found => IceServer.TryReadList(found.Element, out var servers, out _) ? servers : []);
    }

    private async Task<CallsBackend> FindBackendAsync(CancellationToken cancellationToken)
    {
        var statuses = PluginStatusesAsync(cancellationToken);
        var version = CallsVersionAsync(cancellationToken);
        var settings = SettingsAsync(cancellationToken);
        var licence = LicenceAsync(cancellationToken);
        var developerMode = DeveloperModeAsync(cancellationToken);
        await Task.WhenAll(statuses, version, settings, licence, developerMode);
        return CallsBackend.Of(
            (await statuses).Value, await version, (await settings).Value, (await licence).Value, await developerMode);
    }

    /// <summary>An administrator is told more; whose token is refused still learns what anyone may know.</summary>
    private async Task<Answer<T>> AskBothAsync<T>(Func<IMattermostApi, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
        where T : class
    {
        var everyone = AskAsync(_everyone.Api, ask, NoServer, cancellationToken);
        var administrator = AskAsync(_administrator.Api, ask, NoToken, cancellationToken);
        await Task.WhenAll(everyone, administrator);
        return (await administrator).Value is not null || _everyone.Api is null ? await administrator : await everyone;
    }

    private Task<Answer<Found>> AskJsonAsync(Func<ICallsApi, CancellationToken, Task<JsonElement>> ask, CancellationToken cancellationToken) =>
        AskAsync(_administrator.Calls, async (calls, token) => new Found(await ask(calls, token)), NoToken, cancellationToken);

    private async Task<Answer<T>> AskAsync<TApi, T>(
        TApi? api, Func<TApi, CancellationToken, Task<T>> ask, string nobody, CancellationToken cancellationToken)
        where TApi : class
        where T : class
    {
        if (api is null)
        {
            return Answer<T>.NotAsked(nobody);
        }

        try
        {
            return Answer<T>.From(await AdministratorReads.AskAsync(token => ask(api, token), Patience, _time, cancellationToken));
        }
        catch (MattermostException ex)
        {
            return Answer<T>.From(ex);
        }
    }

    private sealed record Found(JsonElement Element)
    {
        public override string ToString() => nameof(Found);
    }
}
