using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>What the server says of itself: configuration, licence, plugins, logs. Thread-safe.</summary>
internal sealed class ServerConfiguration
{
    private const string Masked = "********************************";

    // "secret" in the plugin's plugin.json.
    private static readonly string[] PluginSecrets = ["iceserversconfigs", "turnstaticauthsecret", "transcribeapiazurespeechkey"];

    private readonly Lock _gate = new();
    private readonly List<string> _logs = [];
    private JsonObject _config;
    private JsonObject _client;
    private JsonArray _pluginStatuses = [];
    private JsonObject _license = new() { ["IsLicensed"] = "false" };

    public ServerConfiguration(Uri siteUrl, Uri rtcd)
    {
        _config = Read("config.json");
        _client = Read("client-config.json");
        _config["ServiceSettings"]!["SiteURL"] = siteUrl.ToString().TrimEnd('/');
        var calls = _config["PluginSettings"]!["Plugins"]!["com.mattermost.calls"]!;
        calls["rtcdserviceurl"] = rtcd.ToString().TrimEnd('/');

        // The recorded server had recordings on and no job service, which is a fault.
        calls["enablerecordings"] = false;
    }

    public JsonObject Config
    {
        get
        {
            lock (_gate)
            {
                return _config.DeepClone().AsObject();
            }
        }
    }

    public JsonObject ClientConfig
    {
        get
        {
            lock (_gate)
            {
                return _client.DeepClone().AsObject();
            }
        }

        set
        {
            lock (_gate)
            {
                _client = value;
            }
        }
    }

    public JsonObject License
    {
        get
        {
            lock (_gate)
            {
                return _license.DeepClone().AsObject();
            }
        }

        set
        {
            lock (_gate)
            {
                _license = value;
            }
        }
    }

    public JsonArray PluginStatuses
    {
        get
        {
            lock (_gate)
            {
                return _pluginStatuses.DeepClone().AsArray();
            }
        }

        set
        {
            lock (_gate)
            {
                _pluginStatuses = value;
            }
        }
    }

    /// <summary>True writes asterisks for the secrets of plugins in <c>/api/v4/config</c>, as later servers do.</summary>
    public bool MasksPluginSecrets { get; set; }

    /// <summary>
    /// True tells everyone the licence's <c>SkuShortName</c>, as later servers do; 5.37 tells administrators alone
    /// (utils/license.go, GetSanitizedClientLicense).
    /// </summary>
    public bool ShowsSkuToEveryone { get; set; } = true;

    /// <summary>The configuration as <c>/api/v4/config</c> shows it to administrators.</summary>
    public JsonObject ShownConfig()
    {
        var config = Config;
        if (MasksPluginSecrets && config.Object("PluginSettings")?.Object("Plugins")?.Object(CallsPlugin.Id) is { } calls)
        {
            foreach (var name in calls.Select(setting => setting.Key).ToList())
            {
                if (PluginSecrets.Contains(name, StringComparer.OrdinalIgnoreCase) && calls.Text(name).Length > 0)
                {
                    calls[name] = Masked;
                }
            }
        }

        return config;
    }

    /// <summary>What clients are told: strangers less than those with a session (config/client.go).</summary>
    public JsonObject ClientConfigFor(Account? account)
    {
        var client = ClientConfig;
        if (account is not null && Config.Object("ServiceSettings") is { } service)
        {
            client["SiteURL"] = service.Text("SiteURL");
            client["EnableDeveloper"] = service.Flag("EnableDeveloper") ? "true" : "false";
            client["EnableTesting"] = service.Flag("EnableTesting") ? "true" : "false";
        }

        return client.Sorted();
    }

    /// <summary>The licence as clients see it: everything for administrators, without names and dates for others.</summary>
    public JsonObject LicenseFor(Account? account)
    {
        var license = License;
        if (account is not { IsAdministrator: true })
        {
            string[] hidden = ["Id", "Name", "Email", "IssuedAt", "StartsAt", "ExpiresAt", "SkuName", .. ShowsSkuToEveryone ? (string[])[] : ["SkuShortName"]];
            foreach (var name in hidden)
            {
                license.Remove(name);
            }
        }

        return license.Sorted();
    }

    /// <summary>Objects are merged, everything else is replaced.</summary>
    public JsonObject Patch(JsonObject patch)
    {
        lock (_gate)
        {
            _config = Merge(_config, patch);
            return Config;
        }
    }

    public void Log(string line)
    {
        lock (_gate)
        {
            _logs.Add(line);
        }
    }

    /// <summary>Oldest first, as in the file; page 0 is the end of it.</summary>
    public JsonArray Logs(int page, int perPage)
    {
        lock (_gate)
        {
            var end = Math.Max(0, _logs.Count - (page * perPage));
            var start = Math.Max(0, end - perPage);
            return Json.Array(_logs[start..end].Select(line => JsonValue.Create("\n" + line)));
        }
    }

    private static JsonObject Merge(JsonObject old, JsonObject patch)
    {
        var merged = old.DeepClone().AsObject();
        foreach (var (name, value) in patch)
        {
            merged[name] = value is JsonObject inner && merged[name] is JsonObject known ? Merge(known, inner) : value?.DeepClone();
        }

        return merged;
    }

    private static JsonObject Read(string name)
    {
        using var stream = typeof(ServerConfiguration).Assembly.GetManifestResourceStream($"Mattermost/{name}")!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}
