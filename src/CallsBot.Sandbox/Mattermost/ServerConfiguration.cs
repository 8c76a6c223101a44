using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>What the server says of itself: configuration, plugins, logs. Thread-safe.</summary>
internal sealed class ServerConfiguration
{
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
        _config["PluginSettings"]!["Plugins"]!["com.mattermost.calls"]!["rtcdserviceurl"] = rtcd.ToString().TrimEnd('/');
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
