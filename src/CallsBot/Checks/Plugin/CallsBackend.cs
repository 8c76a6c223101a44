using CallsBot.Protocols.Calls;
using CallsBot.Protocols.Mattermost;
using CallsBot.Protocols.Rtcd;

namespace CallsBot.Checks.Plugin;

/// <summary>What carries the media of calls.</summary>
internal enum CallsBackendKind
{
    /// <summary>It cannot be told.</summary>
    Unknown,

    /// <summary>The plugin is not installed.</summary>
    PluginAbsent,

    /// <summary>The plugin is installed and does not run, or nothing says which of the two.</summary>
    PluginOff,

    /// <summary>The plugin was started and failed.</summary>
    PluginFailed,

    /// <summary>Calls version 1, media inside the Mattermost server.</summary>
    Integrated,

    /// <summary>Calls version 1 with RTCD.</summary>
    Rtcd,

    /// <summary>Calls version 2, which uses LiveKit.</summary>
    LiveKit,
}

/// <summary>Why a kind was chosen: the reason code that <see cref="CallsBackendCheck"/> ends in.</summary>
/// <param name="Kind">What carries the media.</param>
/// <param name="ReasonCode">One of <see cref="CallsBackendReasons"/>.</param>
/// <param name="PluginVersion">Null when it is not known.</param>
/// <param name="RtcdVersion">As the plugin says; null when it says none.</param>
/// <param name="IsInferred">Concluded from what was missing.</param>
internal sealed record CallsBackend(
    CallsBackendKind Kind, string ReasonCode, string? PluginVersion, string? RtcdVersion, bool IsInferred)
{
    /// <summary>
    /// It is certain that calls go through no RTCD, so that there is none to look at unless somebody names one. False while
    /// that is only likely.
    /// </summary>
    public bool RulesOutRtcd => Kind == CallsBackendKind.LiveKit || (Kind == CallsBackendKind.Integrated && !IsInferred);

    public bool IsVersion1 => Kind is CallsBackendKind.Integrated or CallsBackendKind.Rtcd;

    /// <param name="statuses">All plugins of all nodes; null when they could not be read.</param>
    /// <param name="version">What the plugin says.</param>
    /// <param name="settings">Null when none could be read.</param>
    /// <param name="licence">Null when it is not known.</param>
    /// <param name="developerMode">Null when it is not known.</param>
    public static CallsBackend Of(
        IReadOnlyList<PluginStatus>? statuses,
        Answer<CallsVersion> version,
        CallsSettings? settings,
        Licence? licence,
        bool? developerMode)
    {
        var nodes = statuses?.Where(status => status.PluginId == CallsPlugin.Id).ToList();
        var pluginVersion = version.Value?.Version is { Length: > 0 } said ? said
            : nodes?.FirstOrDefault(node => node.Version.Length > 0)?.Version;
        if (IsVersion2(pluginVersion) || settings is { HasLiveKit: true })
        {
            return new CallsBackend(CallsBackendKind.LiveKit, CallsBackendReasons.LiveKit, pluginVersion, null, IsInferred: false);
        }

        if (version.Value is null && NotRunning(nodes, version.Fault) is var (kind, code))
        {
            return new CallsBackend(kind, code, pluginVersion, null, IsInferred: nodes is null);
        }

        return OfRunning(version.Value, settings, licence?.AllowsRtcd(developerMode), pluginVersion);
    }

    private static (CallsBackendKind Kind, string Code)? NotRunning(List<PluginStatus>? nodes, AnswerFault fault) => nodes switch
    {
        { Count: 0 } => (CallsBackendKind.PluginAbsent, CallsBackendReasons.PluginAbsent),
        not null when nodes.Exists(node => node.State == PluginState.Running) => null,
        not null when nodes.Exists(node => node.State is PluginState.FailedToStart or PluginState.FailedToStayRunning) =>
            (CallsBackendKind.PluginFailed, CallsBackendReasons.PluginFailed),
        not null => (CallsBackendKind.PluginOff, CallsBackendReasons.PluginOff),
        null when fault == AnswerFault.NotFound => (CallsBackendKind.PluginOff, CallsBackendReasons.PluginNotThere),
        null => null,
    };

    private static CallsBackend OfRunning(
        CallsVersion? version, CallsSettings? settings, bool? licensed, string? pluginVersion)
    {
        CallsBackend Be(CallsBackendKind kind, string code, bool inferred) =>
            new(kind, code, pluginVersion, version?.RtcdVersion is { Length: > 0 } said ? said : null, inferred);

        if (version is { RtcdVersion.Length: > 0 } or { RtcdBuild.Length: > 0 })
        {
            return Be(CallsBackendKind.Rtcd, CallsBackendReasons.Rtcd, inferred: false);
        }

        if (settings is null || !(settings.HasStored || settings.HasEffective))
        {
            // A build of RTCD without a version looks the same.
            return version is null
                ? Be(CallsBackendKind.Unknown, CallsBackendReasons.Unknown, inferred: true)
                : Be(CallsBackendKind.Integrated, CallsBackendReasons.IntegratedBySilence, inferred: true);
        }

        var url = settings.RtcdServiceUrl;
        return (url.Length, licensed) switch
        {
            // The plugin's own answer has what the environment overrides; what is stored has not.
            (0, _) => Be(CallsBackendKind.Integrated, CallsBackendReasons.Integrated, inferred: !settings.HasEffective && version is null),
            (_, false) => Be(CallsBackendKind.Integrated, CallsBackendReasons.IntegratedForLackOfLicence, inferred: false),
            _ when version is null => Be(CallsBackendKind.Rtcd, CallsBackendReasons.RtcdConfigured, inferred: true),
            _ => Be(CallsBackendKind.Rtcd, CallsBackendReasons.RtcdNotInUse, inferred: true),
        };
    }

    private static bool IsVersion2(string? version) =>
        RtcdSemver.TryParse(version, out var parsed) && parsed.Major >= 2;
}
