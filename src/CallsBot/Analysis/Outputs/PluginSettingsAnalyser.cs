using System.Globalization;
using System.Text.Json;

namespace CallsBot.Analysis.Outputs;

/// <summary>Reads the settings of the Calls plugin: alone, or within a whole configuration of Mattermost. Their keys may be in any case (plugin.json).</summary>
internal sealed class PluginSettingsAnalyser(FindingCatalog findings) : OutputAnalyser(findings)
{
    private const string PluginId = "com.mattermost.calls";

    private static readonly string[] Marks = ["\"rtcdserviceurl\"", "\"icehostoverride\"", "\"iceserversconfigs\"", "\"defaultenabled\"", "\"maxcallparticipants\"", "\"udpserverport\"", "\"jobserviceurl\""];

    public override IReadOnlyList<Shape> Shapes { get; } = [new(PieceKind.PluginSettings, Recognise)];

    protected override PieceReading Read(OutputText text)
    {
        if (JsonParts.Find(text.Raw, IsSettings) is not { } root)
        {
            return new PieceReading { Trouble = "The settings are cut off, or are no JSON." };
        }

        var found = new List<Finding>();
        var configuration = root.Member("PluginSettings");
        var plugins = configuration ?? root;
        if (configuration is not null)
        {
            Server(root, configuration, text, found);
        }

        var calls = plugins.Member("Plugins").Member(PluginId) ?? root.Member(PluginId) ?? (configuration is null ? root : null);
        if (calls is not null)
        {
            Address(calls, text, found);
            Limits(calls, text, found);
            Media(calls, text, found);
            Recording(calls, text, found);
        }

        if (found.TrueForAll(finding => finding.Outcome == Checks.Outcome.Inconclusive))
        {
            found.Add(Findings.Found("config-plugin-well"));
        }

        return new PieceReading { Findings = [.. found.DistinctBy(finding => finding.Id)] };
    }

    private void Server(JsonElement root, JsonElement? plugins, OutputText text, List<Finding> found)
    {
        if (plugins.Member("Enable").Truth() == false || plugins.Member("PluginStates").Member(PluginId).Member("Enable").Truth() == false)
        {
            found.Add(Findings.Found("config-plugin-off", QuoteOf(text, PluginId)));
        }

        if (root.Member("ServiceSettings").Member("SiteURL").Text() is { } site && site.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            && Uri.TryCreate(site, UriKind.Absolute, out var url) && !InnerAddress.IsLoopback(url.Host))
        {
            found.Add(Findings.Found("config-site-not-https", QuoteOf(text, "SiteURL")));
        }
    }

    private void Address(JsonElement? calls, OutputText text, List<Finding> found)
    {
        var address = Setting(calls, "rtcdserviceurl").Text() ?? "";
        if (address.Length == 0)
        {
            if (Setting(calls, "icehostoverride").Text() is { Length: > 0 } host && InnerAddress.IsLoopback(host))
            {
                found.Add(Findings.Found("config-override-loopback", QuoteOf(text, "icehostoverride")));
            }

            return;
        }

        var hasScheme = address.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || address.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        if (!hasScheme || !Uri.TryCreate(address, UriKind.Absolute, out var url))
        {
            found.Add(Findings.Found("config-url-not-http", QuoteOf(text, "rtcdserviceurl")));
        }
        else
        {
            var host = address[(address.IndexOf("//", StringComparison.Ordinal) + 2)..].TrimEnd('/');
            host = host[(host.LastIndexOf('@') + 1)..];
            if (!char.IsAsciiDigit(host[^1]) || host.LastIndexOf(':') <= host.LastIndexOf(']') || host.LastIndexOf(':') < 0)
            {
                found.Add(Findings.Found("config-url-without-port", QuoteOf(text, "rtcdserviceurl")));
            }
            else if (url.Port == CallPorts.Media)
            {
                found.Add(Findings.Found("config-url-media-port", QuoteOf(text, "rtcdserviceurl")));
            }
        }

        if (Setting(calls, "icehostoverride").Text() is { Length: > 0 })
        {
            found.Add(Findings.Found("config-override-without-effect", QuoteOf(text, "icehostoverride")));
        }
    }

    private void Limits(JsonElement? calls, OutputText text, List<Finding> found)
    {
        if (Setting(calls, "defaultenabled").Truth() == false)
        {
            found.Add(Findings.Found("config-test-mode", QuoteOf(text, "defaultenabled")));
        }

        // The bounds of the plugin's own check (configuration.go).
        foreach (var (key, low, high, zero) in new[]
        {
            ("udpserverport", 80.0, 49151.0, false), ("tcpserverport", 80.0, 49151.0, false), ("icehostportoverride", 80.0, 49151.0, true),
            ("maxcallparticipants", 0.0, 100_000.0, true), ("maxrecordingduration", 15.0, 180.0, false), ("turncredentialsexpirationminutes", 0.0, 1e9, true),
        })
        {
            if (Setting(calls, key).Number() is { } value && !(value == 0 && zero) && (value < low || value > high))
            {
                found.Add(Findings.Found("config-out-of-range", QuoteOf(text, key)) with { Words = Words(("setting", key), ("value", value.ToString(CultureInfo.InvariantCulture))) });
            }
        }
    }

    private void Media(JsonElement? calls, OutputText text, List<Finding> found)
    {
        if (Setting(calls, "iceserversconfigs") is not { } servers || servers.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        // A setting of this kind is a text that holds JSON; a sanitised one holds asterisks.
        var content = servers.ValueKind == JsonValueKind.String ? ((JsonElement?)servers).Text() ?? "" : null;
        if (content is not null && (content.Trim().Length == 0 || content.All(letter => letter == '*')))
        {
            return;
        }

        var list = content is null ? servers : JsonParts.Parse(content);
        var secret = Setting(calls, "turnstaticauthsecret").Text() is { Length: > 0 };
        foreach (var id in list is { } json ? IceServerFaults.Of(json, secret) : ["config-ice-servers-invalid"])
        {
            found.Add(Findings.Found(id, QuoteOf(text, "iceserversconfigs")));
        }
    }

    private void Recording(JsonElement? calls, OutputText text, List<Finding> found)
    {
        var recordings = Setting(calls, "enablerecordings").Truth();
        if (recordings == true && calls.Member("jobserviceurl") is { } url && string.IsNullOrWhiteSpace(((JsonElement?)url).Text()))
        {
            found.Add(Findings.Found("config-recording-without-service", QuoteOf(text, "jobserviceurl")));
        }

        var transcriptions = Setting(calls, "enabletranscriptions").Truth();
        if ((transcriptions == true && recordings == false) || (Setting(calls, "enablelivecaptions").Truth() == true && transcriptions == false))
        {
            found.Add(Findings.Found("config-text-without-recording", QuoteOf(text, "enabletranscriptions")));
        }
    }

    private static JsonElement? Setting(JsonElement? calls, string name) => calls.Member(name);

    private static Quote[] QuoteOf(OutputText text, string key) =>
        [.. text.Lines.Where(line => line.Text.Contains(key, StringComparison.OrdinalIgnoreCase)).Take(1).Select(line => Quote.Of(text.Piece.Name, line.Number, Around(line.Text, key)))];

    /// <summary>All settings may stand in one line.</summary>
    private static string Around(string line, string key)
    {
        var at = line.IndexOf(key, StringComparison.OrdinalIgnoreCase);
        return line.Length <= 200 ? line : line.Substring(Math.Max(0, at - 1), Math.Min(120, line.Length - Math.Max(0, at - 1)));
    }

    private static bool IsSettings(JsonElement json) =>
        json.Member("PluginSettings") is not null || json.Member(PluginId) is not null || json.Member("Plugins").Member(PluginId) is not null
        || json.Member("rtcdserviceurl") is not null || json.Member("iceserversconfigs") is not null || json.Member("icehostoverride") is not null;

    private static int Recognise(Head head)
    {
        bool Has(string part) => head.Text.Contains(part, StringComparison.OrdinalIgnoreCase);
        if (!head.Lines.Take(40).Any(line => line.TrimStart('`', ' ', '\t', 'j', 's', 'o', 'n').StartsWith('{')) || Has("\"timestamp\""))
        {
            return 0;
        }

        if (Has("\"PluginSettings\"") && (Has("\"ServiceSettings\"") || Has("\"PluginStates\"")))
        {
            return 93;
        }

        var keys = Marks.Count(Has);
        return keys >= 2 ? 90 : keys == 1 ? 70 : Has("\"ServiceSettings\"") && Has("\"SiteURL\"") ? 70 : 0;
    }
}
