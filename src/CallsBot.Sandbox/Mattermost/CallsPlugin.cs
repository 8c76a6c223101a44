using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>
/// The Calls plugin as far as administrators ask it: version, settings, environment, statistics, TURN credentials
/// (mattermost-plugin-calls v1.12.2, server/api.go and server/configuration.go). Its settings are those of the server's
/// configuration. Thread-safe but for its properties, which are set before it is asked.
/// </summary>
internal sealed class CallsPlugin(ServerConfiguration configuration, TimeProvider time)
{
    public const string Id = "com.mattermost.calls";

    // server/api.go, checkAPIRateLimits.
    private const int Burst = 10;

    private static readonly Setting[] ServerSettings =
    [
        new("ICEHostOverride", ""),
        new("ICEHostPortOverride", null),
        new("UDPServerAddress", ""),
        new("TCPServerAddress", ""),
        new("UDPServerPort", 8443),
        new("TCPServerPort", 8443),
        new("RTCDServiceURL", ""),
        new("TURNStaticAuthSecret", ""),
        new("TURNCredentialsExpirationMinutes", 240),
        new("ServerSideTURN", false),
        new("JobServiceURL", ""),
        new("RecordingQuality", "medium"),
        new("EnableIPv6", false),
        new("TranscriberModelSize", "base"),
        new("TranscribeAPI", "whisper.cpp"),
        new("TranscribeAPIAzureSpeechKey", ""),
        new("TranscribeAPIAzureSpeechRegion", ""),
        new("TranscriberNumThreads", 2),
        new("LiveCaptionsModelSize", "tiny"),
        new("LiveCaptionsNumTranscribers", 1),
        new("LiveCaptionsNumThreadsPerTranscriber", 2),
        new("LiveCaptionsLanguage", "en"),
    ];

    private static readonly Setting[] ClientSettings =
    [
        new("DefaultEnabled", false),
        new("MaxCallParticipants", 0),
        new("AllowScreenSharing", true),
        new("EnableRecordings", false),
        new("EnableTranscriptions", false),
        new("EnableLiveCaptions", false),
        new("MaxRecordingDuration", 60),
        new("EnableSimulcast", false),
        new("EnableRinging", false),
        new("EnableAV1", false),
        new("EnableDCSignaling", false),
        new("EnableVideo", false),
    ];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (double Left, long At)> _allowances = [];

    public string Version { get; set; } = "1.12.2";

    public string Build { get; set; } = "eb708b4c2ea2ccbd7d99ef6b1b067a4a0bdfdeb5";

    /// <summary>
    /// The version of RTCD that the plugin met when it started; empty when it met none. Null for what follows from the
    /// rest: <see cref="Rtcd.RtcdSandbox.CurrentVersion"/> with a service URL and a licence for it, else none.
    /// </summary>
    public string? RtcdVersion { get; set; }

    public string RtcdBuild { get; set; } = "b3dee597998db880193b2fe863752cbfae8cdc89";

    /// <summary>
    /// What environment variables set, by the name of the field, such as <c>RTCDServiceURL</c>: overrides the server's
    /// configuration and is told by <c>/env</c>.
    /// </summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>What <c>/stats</c> answers (server/public/stats.go).</summary>
    public JsonObject Stats { get; set; } = new()
    {
        ["total_calls"] = 412,
        ["total_active_calls"] = 0,
        ["total_active_sessions"] = 0,
        ["calls_by_day"] = new JsonObject { ["2026-11-20"] = 9, ["2026-11-21"] = 4 },
        ["calls_by_month"] = new JsonObject { ["2026-10"] = 190, ["2026-11"] = 131 },
        ["calls_by_channel_type"] = new JsonObject { ["D"] = 230, ["G"] = 21, ["O"] = 90, ["P"] = 71 },
        ["avg_duration"] = 1260,
        ["avg_participants"] = 3,
        ["avg_video_duration"] = 0,
        ["total_video_duration"] = 0,
        ["total_video_calls"] = 0,
        ["total_screen_share_calls"] = 57,
        ["recording_jobs_by_day"] = new JsonObject(),
        ["recording_jobs_by_month"] = new JsonObject(),
    };

    /// <summary>A plugin that does not run serves nothing; the server answers in its place.</summary>
    public bool IsRunning => configuration.PluginStatuses.OfType<JsonObject>()
        .Any(status => status.Text("plugin_id") == Id && status["state"]?.GetValue<int>() == (int)PluginState.Running);

    /// <summary>An RTCD service of its own needs an Enterprise licence (server/enterprise/license.go, RTCDAllowed).</summary>
    public bool MayUseRtcd => HasLicense("enterprise", "advanced") || configuration.License.Text("Cloud") == "true";

    /// <summary>Sets one of the plugin's settings as the System Console does: the key in lower case.</summary>
    public void Set(string name, JsonNode? value) => configuration.Patch(new JsonObject
    {
        ["PluginSettings"] = new JsonObject
        {
            ["Plugins"] = new JsonObject { [Id] = new JsonObject { [name.ToLowerInvariant()] = value } },
        },
    });

    public JsonObject VersionInfo()
    {
        var info = new JsonObject { ["version"] = Version, ["build"] = Build };
        var rtcdVersion = RtcdVersion ?? (MayUseRtcd && Settings().Text("rtcdserviceurl").Length > 0 ? Rtcd.RtcdSandbox.CurrentVersion : "");
        if (rtcdVersion.Length > 0)
        {
            info["rtcd_version"] = rtcdVersion;
            info["rtcd_build"] = RtcdBuild;
        }

        return info;
    }

    /// <summary>The settings in force: administrators see all of them, secrets included, others what their clients need.</summary>
    public JsonObject ConfigFor(Account account)
    {
        var settings = Settings();
        var config = new JsonObject();
        if (account.IsAdministrator)
        {
            Add(config, ServerSettings, settings);
        }

        var servers = IceServers(settings);
        config["ICEServers"] = settings.Text("iceservers") is { Length: > 0 } urls ? Json.Array(urls.Split(',').Select(url => JsonValue.Create(url))) : null;
        config["ICEServersConfigs"] = OrNull(servers.Where(server => !NeedsCredentials(server)).Select(server => server.DeepClone()));
        config["AllowEnableCalls"] = true;
        config["NeedsTURNCredentials"] = settings.Text("turnstaticauthsecret").Length > 0 && servers.Any(NeedsCredentials);
        Add(config, ClientSettings, settings);
        config["sku_short_name"] = configuration.License.Text("SkuShortName") is { Length: > 0 } sku ? sku : "starter";
        config["HostControlsAllowed"] = HasLicense("professional", "enterprise", "advanced");
        config["GroupCallsAllowed"] = HasLicense("professional", "enterprise", "advanced");
        return config;
    }

    public JsonObject EnvironmentOverrides()
    {
        var overrides = new JsonObject();
        foreach (var (name, value) in Environment.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            overrides[name] = value;
        }

        return overrides;
    }

    /// <returns>The reason in <c>Refusal</c> when there is nothing to make credentials for.</returns>
    public (JsonArray? Servers, string Refusal) TurnCredentialsFor(Account account)
    {
        var settings = Settings();
        var secret = settings.Text("turnstaticauthsecret");
        if (secret.Length == 0)
        {
            return (null, "TURNStaticAuthSecret should be set");
        }

        var servers = IceServers(settings).Where(NeedsCredentials).ToList();
        if (servers.Count == 0)
        {
            return (null, "No TURN server was configured");
        }

        var minutes = settings["turncredentialsexpirationminutes"] is JsonValue value && value.TryGetValue<int>(out var set) ? set : 240;
        var expires = time.GetUtcNow().AddMinutes(minutes).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var username = $"{expires}:{account.Username}";

        // coturn's REST scheme, which fixes SHA-1 (rtcd, service/rtc/turn.go).
#pragma warning disable CA5350
        var credential = Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(username)));
#pragma warning restore CA5350
        return (Json.Array(servers.Select(server => new JsonObject
        {
            ["urls"] = server["urls"]?.DeepClone(),
            ["username"] = username,
            ["credential"] = credential,
        })), "");
    }

    /// <summary>One request a second and ten at once for each account.</summary>
    public bool TryTake(string accountId)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var (left, at) = _allowances.GetValueOrDefault(accountId, (Burst, now));
            left = Math.Min(Burst, left + time.GetElapsedTime(at, now).TotalSeconds);
            _allowances[accountId] = left >= 1 ? (left - 1, now) : (left, now);
            return left >= 1;
        }
    }

    private static void Add(JsonObject config, IEnumerable<Setting> known, JsonObject settings)
    {
        foreach (var setting in known)
        {
            var key = setting.Name.ToLowerInvariant();
            config[setting.Name] = settings.ContainsKey(key) && settings[key] is { } value ? value.DeepClone() : setting.Default?.DeepClone();
        }
    }

    // A Go slice without elements that was never made is null in JSON.
    private static JsonArray? OrNull(IEnumerable<JsonNode?> items) => Json.Array(items) is { Count: > 0 } array ? array : null;

    // service/rtc/config.go, IsTURN.
    private static bool NeedsCredentials(JsonObject server) =>
        server["urls"].Texts("urls") is { Count: > 0 } urls
        && urls.All(url => url.StartsWith("turn:", StringComparison.Ordinal) || url.StartsWith("turns:", StringComparison.Ordinal))
        && server.Text("username").Length == 0 && server.Text("credential").Length == 0;

    /// <summary>A list in a string. One that is broken keeps a real plugin from loading its settings; here it counts as empty.</summary>
    private static List<JsonObject> IceServers(JsonObject settings)
    {
        try
        {
            return JsonNode.Parse(settings.Text("iceserversconfigs") is { Length: > 0 } text ? text : "[]") is JsonArray list ? [.. list.OfType<JsonObject>()] : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static JsonNode? Typed(string name, string text)
    {
        var known = ServerSettings.Concat(ClientSettings).FirstOrDefault(setting => setting.Name == name)?.Default?.GetValueKind();
        return known switch
        {
            JsonValueKind.True or JsonValueKind.False => text is "true" or "1",
            JsonValueKind.Number => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0,
            _ => text,
        };
    }

    /// <summary>By name in lower case: the configuration has them so, or as they are written in Go.</summary>
    private JsonObject Settings()
    {
        var settings = new JsonObject();
        foreach (var (name, value) in configuration.Config.Object("PluginSettings")?.Object("Plugins")?.Object(Id) ?? [])
        {
            settings[name.ToLowerInvariant()] = value?.DeepClone();
        }

        foreach (var (name, text) in Environment)
        {
            settings[name.ToLowerInvariant()] = Typed(name, text);
        }

        return settings;
    }

    private bool HasLicense(params string[] skus)
    {
        var service = configuration.Config.Object("ServiceSettings");
        return skus.Contains(configuration.License.Text("SkuShortName"))
            || (service is not null && service.Flag("EnableDeveloper") && service.Flag("EnableTesting"));
    }

    /// <param name="Name">As the Go field is called.</param>
    /// <param name="Default">Null where the field has no value by default.</param>
    private sealed record Setting(string Name, JsonNode? Default);
}
