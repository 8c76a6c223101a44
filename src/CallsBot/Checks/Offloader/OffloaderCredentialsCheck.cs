using System.Collections.Frozen;
using System.Globalization;
using CallsBot.Probes;
using CallsBot.Protocols.Offloader;

namespace CallsBot.Checks.Offloader;

/// <summary>Does calls-offloader take the credentials that are configured? Asked by logging in, which registers nobody.</summary>
internal sealed class OffloaderCredentialsCheck(OffloaderService offloader, OffloaderProbe probe) : ICheck
{
    public const string NoCredentials = "no-credentials";
    public const string WrongKey = "wrong-key";
    public const string UnknownClient = "unknown-client";
    public const string LoginNotThere = "login-not-there";

    private static readonly NextStep Align = new(
        "Make MM_CALLS_JOB_SERVICE_CLIENT_ID and MM_CALLS_JOB_SERVICE_AUTH_KEY of the Mattermost servers, or the part before the @ in the Job service URL, agree with what is registered, and restart the plugin when no call is running.");

    private static readonly Reason Passed = new(
        Code: null,
        Outcome.Pass,
        "The job service takes the credentials.",
        "{url} takes the credentials {source}.");

    private static readonly FrozenDictionary<string, Reason> Reasons = ((Reason[])
    [
        new(
            NoCredentials,
            Outcome.Skipped,
            "Not checked: no credentials for the job service are configured.",
            "There are none in CallsBot's settings and none in the URL. The plugin may well have made its own and registered itself; those cannot be read, and none are made up here.",
            new NextStep("Set Offloader:ClientId and Offloader:AuthKey in CallsBot's settings to those of the plugin, if it has any in its environment.")),
        new(
            WrongKey,
            Outcome.Fail,
            "The job service knows the client, but not with this key.",
            "{url} refuses the credentials {source}: {seen}.",
            Align,
            new NextStep("If nobody knows the key any more, unregister the client at calls-offloader with its admin key, and register it again.")),
        new(
            UnknownClient,
            Outcome.Warn,
            "The job service does not know the client yet, or any more.",
            "{url} refuses the credentials {source}: {seen}. Where api.security.allow_self_registration is on, the plugin registers itself with its first job; otherwise every recording fails.",
            new NextStep("Turn api.security.allow_self_registration on if calls-offloader is on a private network, or register the client with its admin key."),
            new NextStep("If it was registered once, its data store was lost: keep store.data_source on a disk that survives a restart.")),
        new(
            LoginNotThere,
            Outcome.Inconclusive,
            "The job service's address does not take logins, so the credentials could not be tested.",
            "{url}/login: {seen}. A proxy that passes only some paths on does this.",
            new NextStep("Ask from a Mattermost server.", "curl -gsSi -m 5 -X POST '{url}/login' -d '{}'")),
        .. OffloaderReasons.Unanswered.Where(reason => reason.Code != OffloaderReasons.NotTheOffloader),
        CheckSchedule.CheckFailedReason,
    ]).ToFrozenDictionary(r => r.Code!, StringComparer.Ordinal);

    public string Id => "offloader-credentials";

    public string Title => "Job service credentials";

    public CheckGroup Group => CheckGroup.Offloader;

    public string Activity => "Logging in to the job service";

    public IReadOnlyList<string> Covers { get; } = ["T6"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } =
        Reasons.ToDictionary(r => r.Key, r => r.Value.Outcome, StringComparer.Ordinal);

    public IReadOnlyList<string> Needs { get; } = ["offloader-version"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var place = await offloader.FindAsync(cancellationToken);
        if (place.Url is not { } url || offloader.CredentialsFor(place) is not var (credentials, source))
        {
            return Reasons[NoCredentials].ToResult(Id, Words(null, "", ""), []);
        }

        var replies = await probe.LogInAsync(url, credentials, cancellationToken);

        // One refusal counts more than any address that did not answer.
        var deciding = replies.FirstOrDefault(IsRefusal) ?? replies.FirstOrDefault(reply => reply.Value is not null) ?? replies.MaxBy(reply => reply.Failure)!;
        var seen = IsRefusal(deciding) ? $"\"{WordsOf(deciding)}\"" : deciding.Seen;
        return ReasonOf(deciding).ToResult(
            Id,
            Words(url, source, seen),
            [new Evidence("Credentials", source), .. replies.Select(reply => new Evidence(reply.Address is null ? "Name service" : $"Address {reply.Address}", reply.Seen))]);
    }

    private static Reason ReasonOf(HttpReply<OffloaderLogin> reply) => reply switch
    {
        { Value: not null } => Passed,
        _ when IsRefusal(reply) => Reasons[WordsOf(reply).Contains("not found", StringComparison.Ordinal) ? UnknownClient : WrongKey],
        _ => OffloaderReasons.CodeOf(reply.Failure!.Value) is not OffloaderReasons.NotTheOffloader and var code ? Reasons[code] : Reasons[LoginNotThere],
    };

    /// <summary>calls-offloader v0.9.5, service/auth.go, loginClient: 400 for an unknown client and for a wrong key.</summary>
    private static bool IsRefusal(HttpReply<OffloaderLogin> reply) =>
        reply.Status is 400 or 401 && reply.BodyStart?.Contains("authentication failed", StringComparison.Ordinal) == true;

    private static string WordsOf(HttpReply<OffloaderLogin> reply) => reply.BodyStart is { } body && body.IndexOf("login failed", StringComparison.Ordinal) is >= 0 and var start
        ? body[start..].Split('"')[0]
        : "authentication failed";

    private static Dictionary<string, string> Words(OffloaderUrl? url, string source, string seen) => new()
    {
        ["url"] = url?.ToString() ?? "",
        ["host"] = url?.Target.Host ?? "",
        ["port"] = url?.Target.Port.ToString(CultureInfo.InvariantCulture) ?? "",
        ["source"] = source,
        ["seen"] = seen,
    };
}
