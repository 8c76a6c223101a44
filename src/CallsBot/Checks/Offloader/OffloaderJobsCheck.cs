using System.Collections.Frozen;
using System.Text.Json;
using CallsBot.Checks.Plugin;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Checks.Offloader;

/// <summary>
/// Has the plugin got the job service ready? It does so once, when it starts, and tells nobody but the log; what the log
/// does not say, only a recording shows.
/// </summary>
internal sealed class OffloaderJobsCheck(
    OffloaderService offloader, Installation installation, AdministratorAccess administrator, TimeProvider time) : ICheck
{
    public const string RecordingsOff = "recordings-off";
    public const string NotLicensed = "recordings-not-licensed";
    public const string InitialisationFailed = "initialisation-failed";
    public const string PluginNotRunning = "plugin-not-running";
    public const string NeedsPerson = "needs-a-person";

    private const int LinesRead = 1_000;

    // mattermost-plugin-calls v1.12.2, server/activate.go; the second is written at debug level.
    private const string FailedWords = "failed to initialize job service";
    private const string DoneWords = "job service initialized successfully";

    private static readonly NextStep TryIt = new(
        "Start a call in a test channel, record it for a minute (/call recording start, /call recording stop), and see whether the recording appears in the thread.");

    private static readonly NextStep Restart = new(
        "The plugin does not try again by itself. Restart it when no call is running.",
        $"mmctl plugin disable {CallsPlugin.Id} && sleep 5 && mmctl plugin enable {CallsPlugin.Id}");

    private static readonly Reason Passed = new(
        Code: null,
        Outcome.Pass,
        "The plugin has got the job service ready for recordings.",
        "Mattermost's log: \"{seen}\".",
        TryIt);

    private static readonly FrozenDictionary<string, Reason> Reasons = new Reason[]
    {
        new(
            RecordingsOff,
            Outcome.Skipped,
            "Recordings are turned off, so the plugin does not use the job service.",
            "EnableRecordings is off.",
            new NextStep("Turn it on in System Console > Plugins > Calls > Enable call recordings if calls are to be recorded, and restart the plugin.", Restart.Command)),
        new(
            NotLicensed,
            Outcome.Skipped,
            "The licence does not allow recordings, so the plugin does not use the job service.",
            "Recordings need Enterprise or Enterprise Advanced.",
            new NextStep("See it in System Console > About > Edition and License.")),
        new(
            InitialisationFailed,
            Outcome.Warn,
            "The plugin could not get the job service ready when it started, so no recording can start.",
            "The last that Mattermost's log says of it is: \"{seen}\". If the plugin was restarted since, this may be over.",
            Restart,
            TryIt)
        { IsInferred = true },
        new(
            PluginNotRunning,
            Outcome.Skipped,
            "The Calls plugin does not run, so nobody uses the job service.",
            "The plugin gets the job service ready when it starts.",
            new NextStep("Get the plugin to run first.", "mmctl plugin list")),
        new(
            NeedsPerson,
            Outcome.Skipped,
            "Whether a recording comes about cannot be seen from here: somebody has to make one.",
            "{seen}",
            TryIt,
            new NextStep("Look for what the plugin wrote when it started.", "mmctl logs --number 1000 | grep 'job service'"),
            new NextStep("On the offloader's machine, look whether recorders end with an error.", "docker ps -a --filter status=exited --format '{{.Image}} {{.Status}}' | grep calls-")),
        CheckSchedule.CheckFailedReason,
    }.ToFrozenDictionary(r => r.Code!, StringComparer.Ordinal);

    public string Id => "offloader-jobs";

    public string Title => "Recordings";

    public CheckGroup Group => CheckGroup.Offloader;

    public string Activity => "Looking whether recordings can start";

    public IReadOnlyList<string> Covers { get; } = ["T6"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } =
        Reasons.ToDictionary(r => r.Key, r => r.Value.Outcome, StringComparer.Ordinal);

    /// <remarks>Builds on no other: that recordings are off is to be told above all where no job service is set.</remarks>
    public IReadOnlyList<string> ExplainedBy { get; } = ["offloader-target", "offloader-version", "offloader-credentials"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var place = await offloader.FindAsync(cancellationToken);
        var evidence = new List<Evidence> { new("Job service", place.Url?.ToString() ?? "none") };
        if ((await installation.SettingsAsync(cancellationToken)).Value is { RecordingsEnabled: false })
        {
            return Result(RecordingsOff, "", evidence);
        }

        if ((await installation.LicenceAsync(cancellationToken)).Value is { } licence
            && licence.AllowsRecordings(await installation.DeveloperModeAsync(cancellationToken)) == false)
        {
            return Result(NotLicensed, "", evidence);
        }

        if ((await installation.BackendAsync(cancellationToken)).Kind is CallsBackendKind.PluginAbsent or CallsBackendKind.PluginFailed or CallsBackendKind.PluginOff)
        {
            return Result(PluginNotRunning, "", evidence);
        }

        if (administrator.Api is not { } api)
        {
            return Result(NeedsPerson, "There is no administrator's token to read Mattermost's log with.", evidence);
        }

        try
        {
            var lines = await AdministratorReads.AskAsync(
                token => api.GetLogsAsync(page: 0, LinesRead, token), Installation.Patience, time, cancellationToken);
            return Judge(lines, evidence);
        }
        catch (MattermostException ex)
        {
            return Result(NeedsPerson, SafeText.From(ex.Message), evidence);
        }
    }

    private CheckResult Judge(IReadOnlyList<string> lines, List<Evidence> evidence)
    {
        var last = lines.Select(MessageOf).LastOrDefault(IsAboutJobs);
        if (last is null)
        {
            return Result(NeedsPerson, $"The last {LinesRead} lines of Mattermost's log say nothing of the job service, which is so as well when it is ready and the log level is above DEBUG.", evidence);
        }

        var seen = SafeText.From(last);
        evidence.Add(new Evidence("Mattermost's log", seen));
        return last.Contains(FailedWords, StringComparison.Ordinal)
            ? Result(InitialisationFailed, seen, evidence)
            : Passed.ToResult(Id, new Dictionary<string, string> { ["seen"] = seen }, evidence);
    }

    private static bool IsAboutJobs(string? message) =>
        message is not null && (message.Contains(FailedWords, StringComparison.Ordinal) || message.Contains(DoneWords, StringComparison.Ordinal));

    /// <returns>The message and the error of a log line of the Calls plugin; null for any other line.</returns>
    private static string? MessageOf(string line)
    {
        // Most lines are somebody else's: do not parse them.
        if (!line.Contains("job service", StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(line);
            var message = Json.Text(Json.Member(document.RootElement, "msg"));
            var plugin = Json.Text(Json.Member(document.RootElement, "plugin_id"));
            var error = Json.Text(Json.Member(document.RootElement, "err")) ?? Json.Text(Json.Member(document.RootElement, "error"));
            return plugin is not null and not CallsPlugin.Id ? null
                : error is null || message?.Contains(error, StringComparison.Ordinal) == true ? message
                : $"{message}: {error}";
        }
        catch (JsonException)
        {
            // A server whose log is plain text gives its lines as they are.
            return line.Trim();
        }
    }

    private CheckResult Result(string code, string seen, IReadOnlyList<Evidence> evidence) =>
        Reasons[code].ToResult(Id, new Dictionary<string, string> { ["seen"] = seen }, evidence);
}
