using System.Diagnostics;
using CallsBot.Probes;

namespace CallsBot.Checks.Rtcd;

/// <summary>Does every address of RTCD take the credentials that checks log in with?</summary>
internal sealed class RtcdCredentialsCheck(RtcdSurvey survey, RtcdLoginProbe probe) : ICheck
{
    private static readonly NextStep SeeTheLog = new(
        "On the RTCD server, read what it logged about it.", "sudo journalctl -u rtcd -n 500 --no-pager | grep -i 'auth\\|regist'");

    private static readonly NextStep WhoseCredentials = new(
        "The Calls plugin's own client can be used: on a Mattermost server look for these variables, and in the RTCD Service URL for credentials before the @. Where there are neither, the plugin registered itself and keeps its key to itself.",
        "tr '\\0' '\\n' </proc/\"$(pgrep -xo mattermost)\"/environ | grep -o '^MM_CALLS_RTCD[A-Z_]*'");

    private static readonly NextStep Register = new(
        "Register a client for CallsBot; keys have 32 characters or more. As it stands the command works where RTCD's api.security.allow_self_registration is on; with api.security.enable_admin add -u admin, and enter the admin_secret_key as the password.",
        "KEY=$(openssl rand -hex 16); curl -gsS -m 5 -H 'Content-Type: application/json' -d \"{\\\"clientID\\\":\\\"callsbot\\\",\\\"authKey\\\":\\\"$KEY\\\"}\" '{url}/register'; echo \"key: $KEY\"");

    private static readonly NextStep Configure = new(
        "Then set Rtcd:ClientId and Rtcd:AuthKey in CallsBot's settings, or as environment variables.",
        "export CALLSBOT_Rtcd__ClientId=callsbot CALLSBOT_Rtcd__AuthKey=\"$KEY\"");

    private static readonly NextStep ClientsAreLost = new(
        "On the RTCD server, see where it keeps its clients: store.data_source, by default /tmp/rtcd_db. In a container without a volume there they are gone after a restart.",
        "grep -n data_source /opt/rtcd/rtcd.toml; env | grep RTCD_STORE_DATASOURCE");

    private static readonly Reason Passed = new(
        Code: null, Outcome.Pass, "The call server accepts the credentials.", "{seen}. The credentials are those {whose}.");

    private static readonly Reason NotConfigured = new(
        "no-credentials",
        Outcome.Skipped,
        "The bot has no credentials for the call server, so nothing behind its login could be tested.",
        "Neither CallsBot's settings Rtcd:ClientId and Rtcd:AuthKey nor the URL {source} hold credentials. Calls need no such setting; a test of the media path does.",
        Register,
        Configure,
        WhoseCredentials);

    private static readonly Reason UnknownClient = new(
        "unknown-client",
        Outcome.Fail,
        "The call server does not know the client that the bot logs in as.",
        "{failed}. The credentials are those {whose}. If they are CallsBot's own, calls may work all the same: the plugin logs in with its own.",
        ClientsAreLost,
        Register,
        SeeTheLog);

    private static readonly Reason WrongKey = new(
        "wrong-key",
        Outcome.Fail,
        "The call server refuses the key that the bot logs in with.",
        "{failed}. The credentials are those {whose}. If they are CallsBot's own, calls may work all the same: the plugin logs in with its own.",
        new NextStep("Compare the key with the one that the client was registered with. RTCD keeps only a hash of it, so a lost key cannot be had back: register another client, or remove this one and register it again."),
        new NextStep("To remove it, with RTCD's api.security.enable_admin on (the password is admin_secret_key).", "curl -gsS -m 5 -u admin -H 'Content-Type: application/json' -d '{\"clientID\":\"CLIENT_ID\"}' '{url}/unregister'"),
        WhoseCredentials,
        SeeTheLog);

    private static readonly Reason Refused = new(
        "credentials-refused",
        Outcome.Fail,
        "The call server refuses the credentials that the bot logs in with.",
        "{failed}. The credentials are those {whose}.",
        WhoseCredentials,
        Register,
        SeeTheLog);

    private static readonly Reason SomeRefuse = new(
        "some-addresses-refuse",
        Outcome.Warn,
        "Some of the call servers refuse the credentials.",
        "{seen}. The credentials are those {whose}. Each RTCD server keeps its own list of clients, and these do not accept them: {failed}. The Calls plugin logs in to each and does not start while one refuses it.",
        new NextStep("Register the client on those servers with the same key: give the address in place of the name, in this command.", "curl -gsS -m 5 -H 'Content-Type: application/json' -d '{\"clientID\":\"CLIENT_ID\",\"authKey\":\"KEY\"}' '{scheme}://ADDRESS:{port}/register'"),
        SeeTheLog);

    private static readonly Reason AnsweredByAnother = new(
        "answered-by-another",
        Outcome.Fail,
        "Something between the bot and the call server answers in its place when somebody logs in.",
        "{seen}. RTCD answers 401 or 404 to this question, in plain text. A proxy that wants a login of its own, or that lets only some paths through, answers like this; the Calls plugin would get the same.",
        new NextStep("Look at the whole answer, headers included: they often name the proxy.", "curl -gsSi -m 5 -u CLIENT_ID:KEY '{url}/calls/none/sessions'"),
        new NextStep("Point the RTCD Service URL (System Console > Plugins > Calls) straight at RTCD's API port, past any proxy or load balancer."));

    private static readonly Reason NoAnswer = new(
        "login-unanswered",
        Outcome.Inconclusive,
        "The call server did not answer when the bot logged in.",
        "{seen}. RTCD lets logins wait when many come at once (12 a second for each processor core).",
        new NextStep("Try again in a minute."),
        SeeTheLog);

    private static readonly Reason CannotTell = new(
        "too-old-to-tell",
        Outcome.Warn,
        "The call server is too old to be asked about credentials; its WebSocket tells.",
        "{seen}. RTCD has such a question since v0.8.0, and the Calls plugin needs a newer one still.",
        new NextStep("Upgrade RTCD when no call is running on it."));

    public string Id => "rtcd-credentials";

    public string Title => "RTCD credentials";

    public CheckGroup Group => CheckGroup.Rtcd;

    public string Activity => "Logging in to RTCD";

    public IReadOnlyList<string> Covers { get; } = ["A3.2"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } = Reason.CodesOf(
        NotConfigured, UnknownClient, WrongKey, Refused, SomeRefuse, AnsweredByAnother, NoAnswer, CannotTell, AddressFindings.NotAsked);

    public IReadOnlyList<string> Needs { get; } = ["rtcd-tls"];

    public IReadOnlyList<string> ExplainedBy { get; } = ["rtcd-version"];

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var where = await survey.FindAsync(cancellationToken);
        if (await survey.AskAsync(cancellationToken) is not { Resolved.Problem: null } replies)
        {
            return where.Nothing(Id);
        }

        if (await survey.FindCredentialsAsync(cancellationToken) is not ({ } credentials, { } source))
        {
            return NotConfigured.ToResult(Id, where.Words(), []);
        }

        var found = await AddressFindings.AskAsync(
            replies,
            async (address, _) =>
                Judge(await probe.AskAsync(replies.Target, address, credentials, cancellationToken)));
        return new AddressFindings(where, found).ToResult(
            Id, Passed, SomeRefuse, [new("whose", source)], [new Evidence("Credentials", source)]);
    }

    private static AtAddress Judge(RtcdLoginReply reply) => AtAddress.From(reply.Reply, reply.Result switch
    {
        RtcdLoginResult.Accepted => Passed,
        RtcdLoginResult.UnknownClient => UnknownClient,
        RtcdLoginResult.WrongKey => WrongKey,
        RtcdLoginResult.Refused => Refused,
        RtcdLoginResult.AnsweredByAnother => AnsweredByAnother,
        RtcdLoginResult.NoAnswer => NoAnswer,
        RtcdLoginResult.CannotTell => CannotTell,
        var other => throw new UnreachableException(other.ToString()),
    });
}
