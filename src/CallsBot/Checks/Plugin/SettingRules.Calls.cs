using System.Globalization;
using CallsBot.Probes;

namespace CallsBot.Checks.Plugin;

/// <summary>Rules about calls themselves, recordings, and the server's own settings that calls depend on.</summary>
internal static partial class SettingRules
{
    private static readonly string[] Models = ["tiny", "base", "small"];

    private static IEnumerable<SettingRule> Calls() =>
    [
        SettingRule.Of(
            "test-mode",
            "DefaultEnabled",
            Outcome.Warn,
            RuleScope.Any,
            SettingsPage,
            context => context.Settings.Flag("DefaultEnabled") != true && context.Licence?.IsCloud != true
                ? "is off, which is what the System Console calls test mode: only system administrators can start calls, except in channels where calls were turned on one by one"
                : null,
            "Set Test mode to off to let everybody start calls."),
        SettingRule.Of(
            "max-participants-negative",
            "MaxCallParticipants",
            Outcome.Fail,
            RuleScope.Any,
            SettingsPage,
            context => context.Settings.Number("MaxCallParticipants") is < 0 ? "is less than 0, and the plugin refuses all its settings then" : null,
            "Write 0 for no limit, or a number."),
        SettingRule.Of(
            "max-participants-high",
            "MaxCallParticipants",
            Outcome.Pass,
            RuleScope.Any,
            SettingsPage,
            context => (context.Settings.Number("MaxCallParticipants") ?? 0) switch
            {
                0 => "sets no limit; the documentation recommends at most 50 in a call",
                > 50 and var most => string.Create(CultureInfo.InvariantCulture, $"is {most}; the documentation recommends at most 50 in a call"),
                _ => null,
            },
            "Lower it when the media server runs out of processor time or bandwidth."),
        SettingRule.Of(
            "simulcast-with-av1",
            "EnableAV1",
            Outcome.Warn,
            RuleScope.Any,
            SettingsPage,
            context => context.Settings.Flag("EnableAV1") == true && context.Settings.Flag("EnableSimulcast") == true
                ? "is on together with EnableSimulcast; AV1 is not used then"
                : null,
            "Turn one of the two off."),
        SettingRule.Of(
            "screen-sharing-off",
            "AllowScreenSharing",
            Outcome.Pass,
            RuleScope.Any,
            SettingsPage,
            context => context.Settings.Flag("AllowScreenSharing") == false ? "is off: nobody can share a screen" : null,
            "Turn it on if people are to share their screens."),
    ];

    private static IEnumerable<SettingRule> Recordings() =>
    [
        SettingRule.Of(
            "recordings-without-job-service",
            "JobServiceURL",
            Outcome.Fail,
            RuleScope.Any,
            OffloaderPage,
            context => context.Settings.RecordingsEnabled && context.Settings.JobServiceUrl.Length == 0
                ? "is empty while recordings are on: no recording can start"
                : null,
            "Write the address of calls-offloader, such as http://offloader.internal:4545, or turn recordings off."),
        SettingRule.Of(
            "job-service-url-invalid",
            "JobServiceURL",
            Outcome.Fail,
            RuleScope.Any,
            OffloaderPage,
            context => context.Settings.JobServiceUrl is { Length: > 0 } url && !OffloaderUrl.TryParse(url, out _, out var fault) ? fault : null,
            "Write it as http://name:4545 or https://name:4545."),
        SettingRule.Of(
            "job-service-url-without-port",
            "JobServiceURL",
            Outcome.Warn,
            RuleScope.Any,
            OffloaderPage,
            context => OffloaderUrl.TryParse(context.Settings.JobServiceUrl, out var offloader, out _) && !offloader.NamesPort
                ? string.Create(CultureInfo.InvariantCulture, $"has no port, so the plugin goes to port {offloader.Target.Port}; calls-offloader listens on 4545 unless told otherwise")
                : null,
            "Write the port, such as http://name:4545, unless a proxy in front of calls-offloader listens on that port."),
        SettingRule.Of(
            "job-service-credentials-in-url",
            "JobServiceURL",
            Outcome.Warn,
            RuleScope.Any,
            OffloaderPage,
            context => HasCredentials(context.Settings.JobServiceUrl)
                ? "holds a client id and a key, which everybody can read who may read the settings, and which end up in support packets"
                : null,
            "Set MM_CALLS_JOB_SERVICE_CLIENT_ID and MM_CALLS_JOB_SERVICE_AUTH_KEY in the environment of the Mattermost servers, and take the part up to the @ out of the URL."),
        SettingRule.Of(
            "job-service-without-recordings",
            "JobServiceURL",
            Outcome.Pass,
            RuleScope.Any,
            OffloaderPage,
            context => context.Settings.JobServiceUrl.Length > 0 && !context.Settings.RecordingsEnabled
                ? "is set while recordings are off, so the plugin does not use it"
                : null,
            "Turn recordings on if there are to be any."),
        SettingRule.Of(
            "recordings-not-licensed",
            "EnableRecordings",
            Outcome.Warn,
            RuleScope.Any,
            OffloaderPage,
            context => context.Settings.RecordingsEnabled && context.Licence is { } licence && licence.AllowsRecordings(context.DeveloperMode) == false
                ? $"is on, but the licence ({licence.Name}) does not allow recordings: who starts one is refused"
                : null,
            "Apply an Enterprise licence, or turn recordings off."),
        SettingRule.Of(
            "transcriptions-without-recordings",
            "EnableTranscriptions",
            Outcome.Warn,
            RuleScope.Any,
            SettingsPage,
            context => context.Settings.TranscriptionsEnabled && !context.Settings.RecordingsEnabled
                ? "is on while recordings are off: only recordings are transcribed"
                : null,
            "Turn recordings on, or transcriptions off."),
        SettingRule.Of(
            "live-captions-without-transcriptions",
            "EnableLiveCaptions",
            Outcome.Warn,
            RuleScope.Any,
            SettingsPage,
            context => context.Settings.LiveCaptionsEnabled && !(context.Settings.TranscriptionsEnabled && context.Settings.RecordingsEnabled)
                ? "is on while recordings or transcriptions are off: there are no captions without both"
                : null,
            "Turn recordings and transcriptions on, or live captions off."),
        SettingRule.Of(
            "recording-duration-out-of-range",
            "MaxRecordingDuration",
            Outcome.Fail,
            RuleScope.Any,
            SettingsPage,
            context => context.Settings.Number("MaxRecordingDuration") is < 15 or > 180
                ? "is not between 15 and 180 minutes, and the plugin refuses all its settings then"
                : null,
            "Write a number of minutes from 15 to 180."),
        SettingRule.Of(
            "recording-duration",
            "MaxRecordingDuration",
            Outcome.Pass,
            RuleScope.Any,
            SettingsPage,
            context => context.Settings.RecordingsEnabled && (context.Settings.Number("MaxRecordingDuration") ?? 60) is >= 15 and < 180 and var minutes
                ? string.Create(CultureInfo.InvariantCulture, $"is {minutes}: a recording ends by itself after that many minutes")
                : null,
            "Raise it, up to 180, if recordings of longer calls are wanted."),
        SettingRule.Of(
            "recording-quality-unknown",
            "RecordingQuality",
            Outcome.Fail,
            RuleScope.Any,
            SettingsPage,
            context => OneOf(context, "RecordingQuality", ["low", "medium", "high"]),
            "Choose low, medium or high."),
        SettingRule.Of(
            "transcriber-model-unknown",
            "TranscriberModelSize",
            Outcome.Fail,
            RuleScope.Any,
            SettingsPage,
            context => Transcribes(context) ? OneOf(context, "TranscriberModelSize", Models) : null,
            "Choose tiny, base or small."),
        SettingRule.Of(
            "transcriber-api-unknown",
            "TranscribeAPI",
            Outcome.Fail,
            RuleScope.Any,
            SettingsPage,
            context => Transcribes(context) ? OneOf(context, "TranscribeAPI", ["whisper.cpp", "azure"]) : null,
            "Choose whisper.cpp or azure."),
        SettingRule.Of(
            "azure-without-key-or-region",
            "TranscribeAPI",
            Outcome.Fail,
            RuleScope.Any,
            SettingsPage,
            context => Transcribes(context) && context.Settings.Text("TranscribeAPI") == "azure"
                && (!context.Settings.IsSet("TranscribeAPIAzureSpeechKey") || context.Settings.Text("TranscribeAPIAzureSpeechRegion").Length == 0)
                ? "is azure, and the Azure key or region is missing: every transcription fails"
                : null,
            "Fill in both Azure settings, or choose whisper.cpp."),
        SettingRule.Of(
            "transcriber-threads-not-positive",
            "TranscriberNumThreads",
            Outcome.Fail,
            RuleScope.Any,
            SettingsPage,
            context => Transcribes(context) && context.Settings.Number("TranscriberNumThreads") is <= 0 ? NotPositive : null,
            "Write 2, or another number up to the processor cores of the offloader."),
        SettingRule.Of(
            "captions-model-unknown",
            "LiveCaptionsModelSize",
            Outcome.Fail,
            RuleScope.Any,
            SettingsPage,
            context => Captions(context) ? OneOf(context, "LiveCaptionsModelSize", Models) : null,
            "Choose tiny or base."),
        SettingRule.Of(
            "captions-model-slow",
            "LiveCaptionsModelSize",
            Outcome.Warn,
            RuleScope.Any,
            SettingsPage,
            context => Captions(context) && context.Settings.Text("LiveCaptionsModelSize") == "small"
                ? "is small, which is more than the documentation advises: captions need ten seconds of speech done within two"
                : null,
            "Choose tiny or base."),
        new(
            "captions-threads-not-positive",
            Outcome.Fail,
            RuleScope.Any,
            SettingsPage,
            context => Captions(context)
                ? Hits(context, ["LiveCaptionsNumTranscribers", "LiveCaptionsNumThreadsPerTranscriber"], name => context.Settings.Number(name) is <= 0 ? NotPositive : null)
                : [],
            "Write 1 transcriber and 2 threads, or more; the two multiplied are not to exceed the processor cores of the offloader."),
        SettingRule.Of(
            "captions-language-invalid",
            "LiveCaptionsLanguage",
            Outcome.Fail,
            RuleScope.Any,
            SettingsPage,
            context => Captions(context) && context.Settings.Text("LiveCaptionsLanguage").Length is not (0 or 2)
                ? "is no code of two letters, and the plugin refuses all its settings then"
                : null,
            "Write en, de, fr or another code of two letters (ISO 639-1)."),
    ];

    private static IEnumerable<SettingRule> Server() =>
    [
        SettingRule.Of(
            "site-url-missing",
            "ServiceSettings.SiteURL",
            Outcome.Fail,
            RuleScope.Any,
            ServerPage,
            context => context.Server?.SiteUrl is "" ? "is empty: links, the desktop app and recordings do not work without it" : null,
            "Write the address that people open in the browser, with https."),
        SettingRule.Of(
            "site-url-not-https",
            "ServiceSettings.SiteURL",
            Outcome.Fail,
            RuleScope.Any,
            ServerPage,
            context => SiteUrls.IsInsecure(context.Server?.SiteUrl)
                ? "does not begin with https: browsers give no page a microphone that is neither https nor localhost"
                : null,
            "Serve Mattermost over https and change the Site URL."),
        SettingRule.Of(
            "site-url-loopback",
            "ServiceSettings.SiteURL",
            Outcome.Warn,
            RuleScope.Any,
            OffloaderPage,
            context => context.Settings.RecordingsEnabled && SiteUrls.IsLoopback(context.Server?.SiteUrl)
                ? "names the machine itself: recorders join calls at this address, from containers of their own"
                : null,
            "Change the Site URL, or set MM_CALLS_RECORDER_SITE_URL and MM_CALLS_TRANSCRIBER_SITE_URL in the environment of the Mattermost servers."),
        SettingRule.Of(
            "developer-mode",
            "ServiceSettings.EnableDeveloper",
            Outcome.Warn,
            RuleScope.Any,
            ServerPage,
            context => context.Server?.DeveloperMode == true
                ? "is on together with EnableTesting: Calls takes the server for one under development and checks no licence"
                : null,
            "Turn both off in System Console > Environment > Developer on a server that people work with. Calls then need the licence again."),
        SettingRule.Of(
            "plugins-off",
            "PluginSettings.Enable",
            Outcome.Fail,
            RuleScope.Any,
            ServerPage,
            context => context.Server?.PluginsEnabled == false ? "is off: no plugin runs, and so there are no calls" : null,
            "Turn it on in System Console > Plugins > Plugin Management."),
        SettingRule.Of(
            "calls-off",
            "PluginSettings.PluginStates",
            Outcome.Fail,
            RuleScope.Any,
            SettingsPage,
            context => context.Server is { CallsEnabled: false, PluginsEnabled: not false } ? $"has {CallsPlugin.Id} turned off" : null,
            "Turn it on in System Console > Plugins > Plugin Management.") with
        {
            Command = "mmctl plugin enable " + CallsPlugin.Id,
        },
    ];

    private const string NotPositive = "is not greater than 0, and the plugin refuses all its settings then";

    private static bool Transcribes(SettingsContext context) => context.Settings is { RecordingsEnabled: true, TranscriptionsEnabled: true };

    private static bool Captions(SettingsContext context) => Transcribes(context) && context.Settings.LiveCaptionsEnabled;

    private static string? OneOf(SettingsContext context, string name, string[] known) =>
        context.Settings.Text(name) is { Length: > 0 } text && !known.Contains(text)
            ? $"is \"{SafeText.From(text, 40)}\", which is none of {string.Join(", ", known)}; the plugin refuses all its settings then"
            : null;
}
