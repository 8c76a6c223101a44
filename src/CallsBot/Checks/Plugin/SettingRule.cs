namespace CallsBot.Checks.Plugin;

/// <summary>For which installations a rule holds.</summary>
internal enum RuleScope
{
    Any,

    /// <summary>Calls version 1, with RTCD or without. Version 2 has none of these settings.</summary>
    Version1,

    /// <summary>Media inside the Mattermost server.</summary>
    Integrated,

    /// <summary>Media through RTCD.</summary>
    Rtcd,
}

/// <summary>What a rule is judged by. Null where it is not known.</summary>
internal sealed record SettingsContext(
    CallsSettings Settings, CallsBackend Backend, ServerConfig? Server, Licence? Licence, bool? DeveloperMode)
{
    /// <summary>Whether RTCD's address is set and the licence does not speak against it.</summary>
    public bool IsMeantForRtcd => Settings.RtcdServiceUrl.Length > 0 && Licence?.AllowsRtcd(DeveloperMode) != false;

    public bool IsIn(RuleScope scope) => scope switch
    {
        RuleScope.Any => true,
        RuleScope.Version1 => Backend.Kind != CallsBackendKind.LiveKit,
        RuleScope.Integrated => Backend.Kind != CallsBackendKind.LiveKit && Backend.Kind != CallsBackendKind.Rtcd && !IsMeantForRtcd,
        RuleScope.Rtcd => Backend.Kind == CallsBackendKind.Rtcd || (Backend.Kind != CallsBackendKind.LiveKit && IsMeantForRtcd),
        _ => throw new System.Diagnostics.UnreachableException(scope.ToString()),
    };
}

/// <summary>One thing that can be wrong with the settings of the Calls plugin.</summary>
/// <param name="Id">Kebab-case and stable: it is the reason code of what the rule finds.</param>
/// <param name="Level">Fail for what breaks something, warn for what may, pass for what is worth knowing.</param>
/// <param name="Scope">Where it holds.</param>
/// <param name="Documentation">Where more is written about it.</param>
/// <param name="Find">What it finds. Never throws.</param>
/// <param name="Fix">What to do, one sentence or two.</param>
internal sealed record SettingRule(
    string Id, Outcome Level, RuleScope Scope, string Documentation, Func<SettingsContext, IEnumerable<SettingHit>> Find, string Fix)
{
    /// <summary>A command that mends it or shows more; null when there is none.</summary>
    public string? Command { get; init; }

    /// <summary>A rule about one setting.</summary>
    /// <param name="find">What is wrong, as the end of a sentence that begins with the setting's name; null when nothing is.</param>
    public static SettingRule Of(
        string id, string setting, Outcome level, RuleScope scope, string documentation, Func<SettingsContext, string?> find, string fix) =>
        new(id, level, scope, documentation, context => find(context) is { } seen ? [new SettingHit(setting, seen)] : [], fix);

    public IEnumerable<SettingHit> HitsIn(SettingsContext context) => context.IsIn(Scope) ? Find(context) : [];
}

/// <param name="Setting">The name of the setting: the plugin's own, or the server's with its section.</param>
/// <param name="Seen">As the end of a sentence that begins with the name. No secret is in it.</param>
internal sealed record SettingHit(string Setting, string Seen);
