namespace CallsBot.Checks.Plugin;

internal enum SettingKind
{
    Text,
    Flag,
    Number,

    /// <summary>Text that holds a JSON list; the plugin's own answer has the list itself.</summary>
    IceServers,
}

/// <summary>One setting of the Calls plugin (mattermost-plugin-calls v1.12.2, plugin.json and server/configuration.go).</summary>
/// <param name="Name">As the plugin writes it. The System Console stores it in lower case.</param>
/// <param name="Kind">What its value is.</param>
/// <param name="Label">What the System Console calls it.</param>
/// <param name="NeedsRestart">Whether the plugin reads it only when it starts.</param>
/// <param name="IsSecret">Whether its value is never shown.</param>
internal sealed record SettingDefinition(
    string Name, SettingKind Kind, string Label, bool NeedsRestart = false, bool IsSecret = false)
{
    private static readonly Dictionary<string, SettingDefinition> ByName = new SettingDefinition[]
    {
        new("DefaultEnabled", SettingKind.Flag, "Test mode"),
        new("AllowEnableCalls", SettingKind.Flag, "Enable on specific channels"),
        new("MaxCallParticipants", SettingKind.Number, "Max call participants"),
        new("AllowScreenSharing", SettingKind.Flag, "Allow screen sharing", NeedsRestart: true),
        new("EnableSimulcast", SettingKind.Flag, "Enable simulcast for screen sharing"),
        new("EnableRinging", SettingKind.Flag, "Enable call ringing"),
        new("EnableAV1", SettingKind.Flag, "Enable AV1 codec for screen sharing"),
        new("EnableDCSignaling", SettingKind.Flag, "Use data channels for signaling"),
        new("EnableVideo", SettingKind.Flag, "Enable video calls in DMs"),
        new("RTCDServiceURL", SettingKind.Text, "RTCD service URL", NeedsRestart: true),
        new("UDPServerAddress", SettingKind.Text, "RTC Server Address (UDP)", NeedsRestart: true),
        new("TCPServerAddress", SettingKind.Text, "RTC Server Address (TCP)", NeedsRestart: true),
        new("UDPServerPort", SettingKind.Number, "RTC Server Port (UDP)", NeedsRestart: true),
        new("TCPServerPort", SettingKind.Number, "RTC Server Port (TCP)", NeedsRestart: true),
        new("EnableIPv6", SettingKind.Flag, "Enable IPv6 support", NeedsRestart: true),
        new("ICEHostOverride", SettingKind.Text, "ICE Host Override", NeedsRestart: true),
        new("ICEHostPortOverride", SettingKind.Number, "ICE Host Port Override", NeedsRestart: true),
        new("ICEServers", SettingKind.Text, "ICE Servers"),
        new("ICEServersConfigs", SettingKind.IceServers, "ICE Servers Configurations", IsSecret: true),
        new("TURNStaticAuthSecret", SettingKind.Text, "TURN Static Auth Secret", IsSecret: true),
        new("TURNCredentialsExpirationMinutes", SettingKind.Number, "TURN Credentials Expiration (minutes)"),
        new("ServerSideTURN", SettingKind.Flag, "Server Side TURN", NeedsRestart: true),
        new("EnableRecordings", SettingKind.Flag, "Enable call recordings", NeedsRestart: true),
        new("JobServiceURL", SettingKind.Text, "Job service URL", NeedsRestart: true),
        new("MaxRecordingDuration", SettingKind.Number, "Maximum call recording duration"),
        new("RecordingQuality", SettingKind.Text, "Call recording quality"),
        new("EnableTranscriptions", SettingKind.Flag, "Enable call transcriptions", NeedsRestart: true),
        new("TranscribeAPI", SettingKind.Text, "Call transcriber API"),
        new("TranscriberModelSize", SettingKind.Text, "Call transcriber model size"),
        new("TranscriberNumThreads", SettingKind.Number, "Call transcriber threads"),
        new("TranscribeAPIAzureSpeechKey", SettingKind.Text, "Azure API Key", IsSecret: true),
        new("TranscribeAPIAzureSpeechRegion", SettingKind.Text, "Azure API Region"),
        new("EnableLiveCaptions", SettingKind.Flag, "Enable live captions"),
        new("LiveCaptionsModelSize", SettingKind.Text, "Live captions: Model size"),
        new("LiveCaptionsNumTranscribers", SettingKind.Number, "Live captions: Number of transcribers used per call"),
        new("LiveCaptionsNumThreadsPerTranscriber", SettingKind.Number, "Live captions: Number of threads per transcriber"),
        new("LiveCaptionsLanguage", SettingKind.Text, "Live captions language"),
    }.ToDictionary(definition => definition.Name, StringComparer.OrdinalIgnoreCase);

    public static IReadOnlyCollection<SettingDefinition> All => ByName.Values;

    /// <summary>Where it is in the System Console.</summary>
    public string ConsolePath => $"System Console > Plugins > Calls > {Label}";

    /// <summary>The environment variable that overrides it, since v1.8.0.</summary>
    public string Variable => VariableOf(Name);

    /// <param name="name">In any case.</param>
    public static SettingDefinition? Find(string name) => ByName.GetValueOrDefault(name);

    /// <exception cref="KeyNotFoundException">There is no such setting: a bug.</exception>
    public static SettingDefinition Get(string name) => ByName[name];

    /// <summary>
    /// As server/environment.go, fieldNameToEnvKey: an underscore before a capital that follows a small letter or a digit,
    /// and before one that a small letter follows. EnableIPv6 so becomes MM_CALLS_ENABLE_I_PV6.
    /// </summary>
    private static string VariableOf(string name)
    {
        var variable = new System.Text.StringBuilder("MM_CALLS_");
        for (var i = 0; i < name.Length; i++)
        {
            var afterSmall = i > 0 && char.IsAsciiLetterUpper(name[i]) && !char.IsAsciiLetterUpper(name[i - 1]);
            var beforeSmall = i > 0 && i + 1 < name.Length && char.IsAsciiLetterUpper(name[i])
                && char.IsAsciiLetterUpper(name[i - 1]) && char.IsAsciiLetterLower(name[i + 1]);
            if (afterSmall || beforeSmall)
            {
                variable.Append('_');
            }

            variable.Append(char.ToUpperInvariant(name[i]));
        }

        return variable.ToString();
    }
}
