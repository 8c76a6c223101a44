namespace CallsBot.Analysis.Logs;

/// <summary>How logs are recognised: by how many of the first lines are of their form.</summary>
internal static class LogShapes
{
    private const int Looked = 400;

    // Callers in RTCD's own lines: folder and file of its source.
    private static readonly string[] RtcdCallers =
        ["service/", "rtc/", "ws/", "api/", "auth/", "rtcd/", "logger/", "perf/", "store/"];

    private static readonly string[] RtcdOnly =
        [
            "service: starting up", "rtcd: starting up", "service: mattermost client", "rtc: server is listening", "timed out signaling", "rtc connected!", "rtcd: failed to", "rtc: udp buffers",
            "generated remote/local addrs pairs", "ice candidate", "got public IP address for local interface", "service: authentication failed", "ws: auth callback failed", "authCb failed",
        ];

    private static readonly string[] OffloaderOnly =
        ["calls-offloader", "handleCreateJob", "handleInit", "handleStopJob", "handleDeleteJob", "docker/service.go", "kubernetes/service.go", "offloader: failed to", "jobs.max_concurrent_jobs"];

    private static readonly string[] JobOnly =
        [
            "cmd/recorder/", "cmd/transcriber/", "calls-recorder", "calls-transcriber", "jobID=", "recordingID=", "starting recording", "failed to start recording", "starting transcriber", "Xvfb", "chromedp",
            "transcrib", "browser connected, ready to record",
        ];

    private static readonly string[] Client =
        [
            "RTCPeer", "RTCMonitor", "ws open, sending join msg", "join ack received", "rtc connected", "rtc closed", "peer error", "ice candidate pair stats", "ws: ", "ws error", "ws close:", "creating new calls client",
            "a/v device change", "=== starting call", "=== joining call", "call_start: callID", "desktopAPI.", "new remote stream received",
        ];

    public static IReadOnlyList<Shape> All { get; } =
    [
        new(PieceKind.RtcdLog, Rtcd),
        new(PieceKind.MattermostLog, Mattermost),
        new(PieceKind.BrowserConsole, Browser),
        new(PieceKind.DesktopLog, Desktop),
        new(PieceKind.MobileLog, Mobile),
        new(PieceKind.CallLogs, CallLogs),
        new(PieceKind.OffloaderLog, Offloader),
        new(PieceKind.JobLog, Job),
    ];

    private static int Rtcd(Head head) => Sureness(
        head,
        line => IsLogr(line) && !line.Contains("plugin_id", StringComparison.Ordinal)
            && (HasCaller(line, RtcdCallers) || HasAny(line, RtcdOnly)) && !HasAny(line, OffloaderOnly) ? Mark.Own
            : line.Contains("rtcd: failed to ", StringComparison.Ordinal) || line.Contains("config file not found at", StringComparison.Ordinal) ? Mark.Own
            : HasAny(line, RtcdOnly) && HasLevel(line) ? Mark.Own
            : Mark.None,
        88);

    private static int Mattermost(Head head) => Sureness(
        head,
        line => line.Contains("com.mattermost.calls", StringComparison.Ordinal) && (line.Contains("plugin_id", StringComparison.Ordinal) || line.Contains("origin", StringComparison.Ordinal)) ? Mark.Own
            : line.Contains("\"caller\":\"", StringComparison.Ordinal) && line.Contains("\"msg\":\"", StringComparison.Ordinal)
                && (HasCaller(line, ["app/", "web/", "api4/", "sqlstore/", "jobs/", "plugin/", "platform/", "store/", "commands/", "plugins/", "mlog/", "api/", "i18n/", "config/", "cluster/", "searchlayer/", "slashcommands/", "scheduler/", "wsapi/", "telemetry/", "migrations/", "model/", "teams/", "users/", "bleveengine/", "localcachelayer/", "imageproxy/", "audit/"]) && !HasAny(line, RtcdOnly)) ? Mark.Own
            : IsLogr(line) && HasCaller(line, ["app/", "web/", "api4/", "sqlstore/", "platform/", "plugin/", "commands/", "jobs/", "slashcommands/"]) ? Mark.Own
            : Mark.None,
        86);

    private static int Browser(Head head) => Sureness(
        head,
        line => line.Contains("com.mattermost.calls:", StringComparison.Ordinal) && !line.Contains("plugin_id", StringComparison.Ordinal) && !IsCallLogs(line) && !IsElectron(line) ? Mark.Own
            : IsConsole(line) ? Mark.Like
            : HasAny(line, ["DOMException", "Uncaught (in promise)", "NotAllowedError", "net::ERR_", "getUserMedia"]) && !IsElectron(line) && !HasLevel(line) ? Mark.Like
            : Mark.None,
        84,
        likeSuffices: true);

    private static int Desktop(Head head) => Sureness(head, line => IsElectron(line) ? Mark.Own : Mark.None, 80);

    private static int Mobile(Head head) => Sureness(
        head, line => IsLogback(line) || (line.Contains("calls: ", StringComparison.Ordinal) && HasTime(line) && HasAny(line, Client)) ? Mark.Own : Mark.None, 78);

    private static int CallLogs(Head head) =>
        head.Text.Contains("--- Call Stats ---", StringComparison.Ordinal) || head.Text.Contains("[... older logs truncated ...]", StringComparison.Ordinal)
            ? 92
            : Sureness(head, line => IsCallLogs(line) ? Mark.Own : Mark.None, 85);

    private static int Offloader(Head head) => Sureness(
        head,
        line => HasAny(line, OffloaderOnly) && (IsLogr(line) || HasLevel(line) || line.Contains("offloader: failed to", StringComparison.Ordinal)) ? Mark.Own
            : IsLogr(line) && HasCaller(line, ["service/", "api/", "docker/", "kubernetes/", "auth/"]) ? Mark.Like
            : Mark.None,
        89);

    private static int Job(Head head) => Sureness(
        head,
        line => IsSlog(line) && HasAny(line, JobOnly) ? Mark.Own
            : IsSlog(line) ? Mark.Like
            : HasAny(line, ["cmd/recorder/", "cmd/transcriber/"]) ? Mark.Own
            : Mark.None,
        87);

    /// <summary>
    /// How sure: nothing without a line of its own; then by the share of lines that are of its form. Stacks and other programs'
    /// lines among them are usual.
    /// </summary>
    private static int Sureness(Head head, Func<string, Mark> mark, int most, bool likeSuffices = false)
    {
        if (!head.IsText)
        {
            return 0;
        }

        var (own, like, all) = (0, 0, 0);
        foreach (var line in head.Lines.Take(Looked))
        {
            if (line.Length == 0)
            {
                continue;
            }

            all++;
            switch (mark(line))
            {
                case Mark.Own:
                    own++;
                    break;
                case Mark.Like:
                    like++;
                    break;
            }
        }

        if (own == 0)
        {
            return likeSuffices && like >= 2 && like * 2 >= all ? Shape.Enough : 0;
        }

        // 60 counts. One line of its own in three suffices, or one in thirty of a log that is like it.
        var share = (own + (like * 0.5)) / all;
        var sure = share >= 0.3 ? most - 10 + (int)(10 * share)
            : own >= 3 && share >= 0.02 ? 62 + (int)(30 * share)
            : 0;
        return Math.Min(sure, most);
    }

    private static bool HasAny(string line, string[] words) => Array.Exists(words, word => line.Contains(word, StringComparison.Ordinal));

    private static bool HasCaller(string line, string[] folders)
    {
        var at = line.IndexOf("caller", StringComparison.Ordinal);
        if (at < 0)
        {
            return false;
        }

        var rest = line.AsSpan(at + 6).TrimStart("\\\":= ");
        foreach (var folder in folders)
        {
            if (rest.StartsWith(folder, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>JSON with timestamp, level and msg, or <c>level [time] text</c>, after any prefix.</summary>
    private static bool IsLogr(string line) =>
        (line.Contains("timestamp\"", StringComparison.Ordinal) || line.Contains("timestamp\\\"", StringComparison.Ordinal))
            && line.Contains("level", StringComparison.Ordinal) && line.Contains("msg", StringComparison.Ordinal)
        || (HasTime(line) && HasLevel(line) && line.Contains("caller=", StringComparison.Ordinal));

    private static bool IsCallLogs(string line)
    {
        foreach (var level in (ReadOnlySpan<string>)["error [", "warn [", "info [", "debug ["])
        {
            if (line.StartsWith(level, StringComparison.Ordinal) && line.Length > level.Length + 24
                && line[level.Length + 10] == 'T' && line.AsSpan(level.Length).IndexOf("Z] ") is > 0 and < 30
                && !line.Contains("caller=", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary><c>[2026-11-22 06:18:00.123] [info]  text</c>, electron-log's default form of files.</summary>
    private static bool IsElectron(string line) =>
        line.Length > 30 && line[0] == '[' && line.StartsWith("[20", StringComparison.Ordinal) && line[5] == '-' && line[24] == ']' && line[26] == '[';

    /// <summary><c>2026/11/22 06:18:00.123 +0000 INFO  text</c>: react-native-turbo-log's pattern.</summary>
    private static bool IsLogback(string line) =>
        line.Length > 36 && line.StartsWith("20", StringComparison.Ordinal) && line[4] == '/' && line[10] == ' ' && line[19] == '.' && line[24] is '+' or '-' && HasLevel(line);

    private static bool IsSlog(string line) =>
        line.Contains("time=20", StringComparison.Ordinal) && line.Contains(" level=", StringComparison.Ordinal) && line.Contains(" msg=", StringComparison.Ordinal);

    /// <summary><c>main.js:123 text</c>, as Chromium saves a console, or <c>-12345.log</c>'s <c>text main.js:123:45</c> of Firefox.</summary>
    private static bool IsConsole(string line)
    {
        var at = line.IndexOf(".js:", StringComparison.Ordinal);
        at = at < 0 ? line.IndexOf(".ts:", StringComparison.Ordinal) : at;
        return at > 0 && at + 4 < line.Length && char.IsAsciiDigit(line[at + 4]);
    }

    private static bool HasLevel(string line) => LogLine.Parse(line.Length > 200 ? line[..200] : line).Level is not null;

    private static bool HasTime(string line) => LogLine.Parse(line.Length > 200 ? line[..200] : line).At is not null;

    private enum Mark
    {
        None,
        Like,
        Own,
    }
}
