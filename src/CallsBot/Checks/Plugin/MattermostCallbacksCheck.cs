using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using CallsBot.Mattermost;
using CallsBot.Probes;
using RestEase;

namespace CallsBot.Checks.Plugin;

/// <summary>Will Mattermost call this bot back: does it allow the address, and does the bot answer there?</summary>
internal sealed class MattermostCallbacksCheck(
    Installation installation, CallbackAddress callback, HostResolver resolve, CheckedHttp http, TimeProvider time) : ICheck
{
    public const string NoCallback = "no-callback-address";
    public const string NoAdminToken = "no-admin-token";
    public const string AdminTokenRefused = "admin-token-refused";
    public const string ConfigUnreadable = "configuration-unreadable";
    public const string NotAllowed = "callback-not-allowed";
    public const string NameNotFound = "callback-name-not-found";
    public const string NotAnswering = "callback-does-not-answer";

    private const string Setting = "ServiceSettings.AllowedUntrustedInternalConnections";
    private const string Console = "System Console > Environment > Developer > Allow untrusted internal connections";

    private static readonly TimeSpan ResolveTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(3);

    private static readonly Reason Passed = new(
        Code: null,
        Outcome.Pass,
        "Mattermost may call the bot, and the bot answers.",
        "{callback}: {why}, and /healthz answers from here.");

    private static readonly FrozenDictionary<string, Reason> Reasons = new Reason[]
    {
        new(
            NoCallback,
            Outcome.Skipped,
            "Not checked: the address at which Mattermost calls the bot is not set.",
            "Conversations:CallbackUrl is not set in CallsBot's settings.",
            new NextStep("Set Conversations:CallbackUrl in CallsBot's settings.")),
        new(
            NoAdminToken,
            Outcome.Skipped,
            "Not checked: the bot has no administrator's token, and a bot account may not read which addresses Mattermost calls.",
            "{seen}",
            new NextStep($"Look at {Console}: {{host}} has to be in the list when its address is an internal one."),
            new NextStep("To have it checked, give CallsBot an administrator's token (Mattermost:AdminToken).")),
        new(
            AdminTokenRefused,
            Outcome.Skipped,
            "Not checked: the server does not accept the bot's administrator's token.",
            "{seen}",
            new NextStep("Make a new token for a system administrator, and give it to CallsBot (Mattermost:AdminToken).")),
        new(
            ConfigUnreadable,
            Outcome.Inconclusive,
            "The Mattermost server did not say which addresses it calls.",
            "{seen}",
            new NextStep("See whether the server answers CallsBot at all; its log has the failed request.")),
        new(
            NotAllowed,
            Outcome.Fail,
            "Mattermost refuses to call the bot, so buttons and commands do nothing.",
            "{callback}: {why}, and " + Setting + " does not name it.",
            new NextStep($"Add {{host}} to {Console}.", $"mmctl config set {Setting} {{list}}"),
            new NextStep("Press a button again; no restart is needed.")),
        new(
            NameNotFound,
            Outcome.Warn,
            "The name at which Mattermost calls the bot does not resolve here.",
            "{callback}: {why}. If its address is an internal one, " + Setting + " has to name it.",
            new NextStep("Look the name up on a Mattermost server.", "getent ahosts '{host}'")),
        new(
            NotAnswering,
            Outcome.Warn,
            "Mattermost may call the bot, but the bot does not answer at that address from here.",
            "{callback}: {why}. {seen} That is so while the bot is not running, or where only Mattermost can reach the address.",
            new NextStep("Ask from a Mattermost server.", "curl -gsSi -m 5 '{callback}/healthz'")),
        CheckSchedule.CheckFailedReason,
    }.ToFrozenDictionary(r => r.Code!, StringComparer.Ordinal);

    public string Id => "mattermost-callbacks";

    public string Title => "Callbacks";

    public CheckGroup Group => CheckGroup.Mattermost;

    public string Activity => "Looking whether Mattermost may call the bot";

    public IReadOnlyList<string> Covers { get; } = [];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } =
        Reasons.ToDictionary(r => r.Key, r => r.Value.Outcome, StringComparer.Ordinal);

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        if (callback.Url is not { } url)
        {
            return Reasons[NoCallback].ToResult(Id, Words(null), []);
        }

        var answer = await installation.ServerConfigAsync(cancellationToken);
        if (answer.Value?.AllowedConnections is not { } allowed)
        {
            var code = answer.Fault switch
            {
                AnswerFault.NotAsked => NoAdminToken,
                AnswerFault.Refused => AdminTokenRefused,
                _ => ConfigUnreadable,
            };
            var seen = answer.Seen.Length > 0 ? answer.Seen : $"The token's account may not read {Setting}.";
            return Reasons[code].ToResult(Id, Words(url, seen: seen), [new Evidence("Mattermost", seen)]);
        }

        return await JudgeAsync(url, allowed, cancellationToken);
    }

    private async Task<CheckResult> JudgeAsync(Uri url, AllowedConnections allowed, CancellationToken cancellationToken)
    {
        // Without the brackets of an IPv6 address, as the server compares it.
        var host = url.DnsSafeHost;
        var (addresses, problem) = allowed.Names(host) ? ([], "") : await AddressesAsync(host, cancellationToken);
        var refused = addresses.Where(address => AllowedConnections.Against(address) is not null && !allowed.Covers(address)).ToList();
        var why = allowed.Names(host) ? $"{host} is in {Setting}"
            : addresses.Count == 0 ? $"{host} has no address here ({problem})"
            : refused is [var first, ..] ? first.ToString() == host ? $"it is {AllowedConnections.Against(first)}" : $"its address {first} is {AllowedConnections.Against(first)}"
            : "its address is one that Mattermost calls";
        var evidence = new List<Evidence>
        {
            new("Callback", SafeText.From(url.ToString())),
            new("Addresses", addresses.Count > 0 ? string.Join(", ", addresses) : "not looked up or none"),
        };

        // One address that may be called is enough: the server tries them one after another.
        if (addresses.Count > 0 && refused.Count == addresses.Count)
        {
            return Reasons[NotAllowed].ToResult(Id, Words(url, why, list: allowed.With(host)), evidence);
        }

        if (addresses.Count == 0 && !allowed.Names(host))
        {
            return Reasons[NameNotFound].ToResult(Id, Words(url, why), evidence);
        }

        var answer = await AskHealthAsync(url, cancellationToken);
        evidence.Add(new Evidence("/healthz", answer ?? "ok"));
        return answer is null
            ? Passed.ToResult(Id, Words(url, why), evidence)
            : Reasons[NotAnswering].ToResult(Id, Words(url, why, $"/healthz: {answer}."), evidence);
    }

    private async Task<(IReadOnlyList<IPAddress> Addresses, string Problem)> AddressesAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal))
        {
            return ([literal], "");
        }

        using var timeout = new CancellationTokenSource(ResolveTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return (await resolve(host, either.Token).WaitAsync(either.Token), "");
        }
        catch (SocketException ex)
        {
            return ([], SafeText.From(ex.Message));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ([], "the name service does not answer");
        }
    }

    /// <returns>What came instead of the bot's answer; null when that came.</returns>
    private async Task<string?> AskHealthAsync(Uri url, CancellationToken cancellationToken)
    {
        if (!ProbeTarget.TryParse($"{url.Scheme}://{url.Host}:{url.Port}", out var target, out var fault))
        {
            return $"the address {fault}";
        }

        var path = $"{url.AbsolutePath.TrimEnd('/')}/healthz";
        var replies = await http.AskAsync(
            target,
            new HttpQuestion<string>(
                async (client, token) =>
                {
                    var response = await client.GetAsync(new Uri(path, UriKind.Relative), token);
                    var text = await response.Content.ReadAsStringAsync(token);
                    return new Response<string>(text, response, () => text.Trim() == "ok" ? text : throw new System.Text.Json.JsonException("It is not the bot's."));
                },
                "the bot's",
                _ => "ok",
                AnswerTimeout,
                AnswerTimeout),
            cancellationToken);
        return replies.Any(reply => reply.Value is not null) ? null : string.Join("; ", replies.Select(reply => reply.Seen));
    }

    private static Dictionary<string, string> Words(Uri? url, string why = "", string seen = "", string list = "") => new()
    {
        ["callback"] = url is null ? "" : SafeText.From(url.ToString().TrimEnd('/')),
        ["host"] = url?.DnsSafeHost ?? "",
        ["why"] = why,
        ["seen"] = seen,

        // For a shell: what is in the setting was typed by people.
        ["list"] = $"'{list.Replace("'", @"'\''", StringComparison.Ordinal)}'",
    };
}
