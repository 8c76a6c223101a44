using System.Globalization;
using System.Text.Json;
using CallsBot.Protocols.Calls;

namespace CallsBot.Checks.Plugin;

/// <summary>Where the value of a setting comes from.</summary>
internal enum SettingSource
{
    Default,
    SystemConsole,
    Environment,
}

/// <summary>
/// The settings of the Calls plugin, put together from what the server stores, what the plugin says is in force and what
/// comes from the environment. Values are as they will be when the plugin reads them next. <see cref="ToString"/> shows none.
/// </summary>
internal sealed class CallsSettings
{
    /// <summary>What the server gives in place of a secret (model/config.go, FakeSetting).</summary>
    public const string Mask = "********************************";

    /// <summary>mattermost-plugin-calls, plugin.json.</summary>
    private const string DefaultStunServer = "stun:stun.global.calls.mattermost.com:3478";

    private readonly Dictionary<string, Setting> _settings = new(StringComparer.OrdinalIgnoreCase);

    private CallsSettings()
    {
    }

    /// <summary>What is stored as <c>PluginSettings.Plugins["com.mattermost.calls"]</c> was read.</summary>
    public bool HasStored { get; private init; }

    /// <summary>What the running plugin answers to an administrator was read.</summary>
    public bool HasEffective { get; private init; }

    /// <summary>Which settings the environment overrides was read.</summary>
    public bool HasEnvironment { get; private init; }

    /// <summary>Names that are stored and that no Calls plugin of version 1 knows.</summary>
    public IReadOnlyList<string> UnknownNames { get; private init; } = [];

    /// <summary>Names that are stored twice, in different spellings.</summary>
    public IReadOnlyList<string> RepeatedNames { get; private init; } = [];

    /// <summary>Whether there is a setting that only version 2 has, which uses LiveKit.</summary>
    public bool HasLiveKit { get; private init; }

    public string RtcdServiceUrl => Text("RTCDServiceURL");

    public string IceHostOverride => Text("ICEHostOverride");

    public string JobServiceUrl => Text("JobServiceURL");

    public string TurnStaticAuthSecret => Text("TURNStaticAuthSecret");

    public bool RecordingsEnabled => Flag("EnableRecordings") ?? false;

    public bool TranscriptionsEnabled => Flag("EnableTranscriptions") ?? false;

    public bool LiveCaptionsEnabled => Flag("EnableLiveCaptions") ?? false;

    /// <param name="stored">Null when it could not be read.</param>
    /// <param name="effective">Null when it could not be read.</param>
    /// <param name="environment">Null when it could not be read.</param>
    public static CallsSettings From(JsonElement? stored, JsonElement? effective, JsonElement? environment)
    {
        var names = Names(stored);
        var settings = new CallsSettings
        {
            HasStored = stored is not null,
            HasEffective = Json.Member(effective, "UDPServerPort") is not null || Json.Member(effective, "RTCDServiceURL") is not null || HasLiveKitIn(effective),
            HasEnvironment = environment is { ValueKind: JsonValueKind.Object },
            UnknownNames = [.. names.Distinct(StringComparer.OrdinalIgnoreCase).Where(name => SettingDefinition.Find(name) is null)],
            RepeatedNames = [.. names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.First())],
            HasLiveKit = HasLiveKitIn(effective) || HasLiveKitIn(stored),
        };
        foreach (var definition in SettingDefinition.All)
        {
            settings._settings[definition.Name] = new Setting(
                definition,
                Given(Json.Member(stored, definition.Name)),
                Given(Json.Member(effective, definition.Name)),
                Json.Text(Json.Member(environment, definition.Name)));
        }

        return settings;
    }

    public SettingSource SourceOf(string name) => Get(name).Source;

    /// <summary>Empty when it is not set, masked or no text. Without white space around it, as the plugin reads it.</summary>
    public string Text(string name) =>
        Get(name).Value is { ValueKind: JsonValueKind.String } text && text.GetString() is { } value && value != Mask ? value.Trim() : "";

    /// <summary>Null when it is not set or no number that the plugin takes.</summary>
    public int? Number(string name) =>
        Get(name).Value is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value) ? value : null;

    /// <summary>Null when it is not set.</summary>
    public bool? Flag(string name) => Json.Flag(Get(name).Value);

    /// <summary>Whether there is a value, even one that may not be read.</summary>
    public bool IsSet(string name) => Get(name).Value is { } value && !(value.ValueKind == JsonValueKind.String && value.GetString() is "" or null);

    /// <summary>Whether the value may not be read: the server masks secrets.</summary>
    public bool IsMasked(string name) => Get(name).Value is { ValueKind: JsonValueKind.String } text && text.GetString() == Mask;

    /// <summary>Whether the value is of a kind that the plugin cannot read: then it keeps its former settings, or does not start.</summary>
    public bool IsOfWrongKind(string name)
    {
        var (definition, value) = (Get(name).Definition, Get(name).Value);
        return value is { } given && (definition.Kind, given.ValueKind) switch
        {
            (_, JsonValueKind.Null) => false,
            (SettingKind.Flag, JsonValueKind.True or JsonValueKind.False) => false,
            (SettingKind.Number, JsonValueKind.Number) => !given.TryGetInt32(out _),
            (SettingKind.Text, JsonValueKind.String) => false,
            (SettingKind.IceServers, JsonValueKind.String or JsonValueKind.Array) => false,
            (SettingKind.Text, JsonValueKind.Array) => definition.Name != "ICEServers",
            _ => true,
        };
    }

    /// <summary>
    /// Whether what is stored differs from what the plugin says is in force, and the environment is not why. False when one
    /// of them is not known.
    /// </summary>
    public bool IsNotInForce(string name)
    {
        var setting = Get(name);
        return HasEffective && HasEnvironment && setting.Variable is null && !setting.Definition.IsSecret
            && setting.Stored is { } stored && setting.Effective is { } effective
            && (stored.ValueKind, effective.ValueKind) is (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False,
                JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
            && Words(stored) != Words(effective);
    }

    /// <summary>The value as it may be shown.</summary>
    public string Shown(string name) => Get(name) switch
    {
        { Definition.IsSecret: true } => "***",
        { Value: { } value } => ShownValue(name, value),
        _ => "not set",
    };

    /// <summary>Where the value comes from, as words in brackets would say it.</summary>
    public string Whence(string name) => SourceOf(name) switch
    {
        SettingSource.Environment => $"from the environment variable {Get(name).Definition.Variable}",
        SettingSource.SystemConsole => "from the System Console",
        _ => "the default",
    };

    /// <summary>
    /// The STUN and TURN servers, as the plugin gets them. TURN servers without credentials of their own are missing when
    /// the stored text is masked: then <paramref name="partial"/> is true.
    /// </summary>
    /// <param name="servers">Null when there is a fault, or nothing is known.</param>
    /// <param name="fault">What is wrong with the list, as the end of a sentence that begins "The list"; null when nothing is.</param>
    /// <param name="partial">Whether some may be missing.</param>
    public bool TryGetIceServers(out IReadOnlyList<IceServer> servers, out string? fault, out bool partial)
    {
        var setting = Get("ICEServersConfigs");
        (servers, fault, partial) = ([], null, false);
        var text = setting.Variable ?? (setting.Stored is { ValueKind: JsonValueKind.String } stored && stored.GetString() != Mask ? stored.GetString() : null);
        if (text is not null)
        {
            return text.Length == 0 || TryRead(text, out servers, out fault);
        }

        if (setting.Effective is { ValueKind: JsonValueKind.Array } list)
        {
            partial = setting.Stored is not null;
            if (IceServer.TryReadList(list, out var found, out fault))
            {
                servers = found;
                return true;
            }

            return false;
        }

        if (HasStored && setting.Stored is null && !HasEffective)
        {
            // Mattermost fills in the defaults of the plugin's manifest when the plugin reads its settings.
            servers = [new IceServer([DefaultStunServer], "", "")];
            return true;
        }

        // The plugin answers null for an empty list.
        return HasEffective;
    }

    public override string ToString() => $"settings of the Calls plugin (stored {HasStored}, in force {HasEffective}, environment {HasEnvironment})";

    private static bool TryRead(string text, out IReadOnlyList<IceServer> servers, out string? fault)
    {
        servers = [];
        try
        {
            using var document = JsonDocument.Parse(text);
            if (!IceServer.TryReadList(document.RootElement, out var found, out fault))
            {
                return false;
            }

            servers = found;
            return true;
        }
        catch (JsonException ex)
        {
            fault = string.Create(
                CultureInfo.InvariantCulture,
                $"is not JSON: the first thing that does not fit is at character {(ex.BytePositionInLine ?? 0) + 1} of line {(ex.LineNumber ?? 0) + 1}");
            return false;
        }
    }

    private static List<string> Names(JsonElement? stored) =>
        stored is { ValueKind: JsonValueKind.Object } found ? [.. found.EnumerateObject().Select(property => property.Name)] : [];

    private static bool HasLiveKitIn(JsonElement? settings) =>
        Json.Text(Json.Member(settings, "LiveKitURL")) is { Length: > 0 };

    private static JsonElement? Given(JsonElement? value) => value is { ValueKind: JsonValueKind.Null } ? null : value;

    private static string Words(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()!.Trim() : value.GetRawText();

    private static string ShownValue(string name, JsonElement value) => name.EndsWith("URL", StringComparison.OrdinalIgnoreCase)
        ? "a URL"
        : Probes.SafeText.From(Words(value), 60) is { Length: > 0 } words ? words : "empty";

    private Setting Get(string name) => _settings[SettingDefinition.Get(name).Name];

    private sealed record Setting(SettingDefinition Definition, JsonElement? Stored, JsonElement? Effective, string? Variable)
    {
        public SettingSource Source => Variable is not null ? SettingSource.Environment
            : Stored is not null ? SettingSource.SystemConsole
            : SettingSource.Default;

        public JsonElement? Value => Variable is not null ? Effective ?? FromVariable
            : Stored is { ValueKind: JsonValueKind.String } masked && masked.GetString() == Mask ? Effective ?? Stored
            : Stored ?? Effective;

        /// <summary>The plugin only names variables that it could read.</summary>
        private JsonElement? FromVariable => Definition.Kind switch
        {
            SettingKind.Flag => JsonSerializer.SerializeToElement(Variable is "1" or "t" or "T" or "true" or "TRUE" or "True"),
            SettingKind.Number when int.TryParse(Variable, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) =>
                JsonSerializer.SerializeToElement(number),
            _ => JsonSerializer.SerializeToElement(Variable),
        };

        public override string ToString() => $"{Definition.Name} from {Source}";
    }
}
