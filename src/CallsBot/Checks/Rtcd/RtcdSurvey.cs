using System.Globalization;
using CallsBot.Checks.Plugin;
using CallsBot.Probes;

namespace CallsBot.Checks.Rtcd;

/// <summary>
/// Which RTCD a run looks at, and what each of its addresses answers to the first question. Asked once in a run: the
/// replies tell checks of the name, the port, TLS, the version and the clock what they need.
/// </summary>
internal sealed class RtcdSurvey
{
    private readonly RtcdTargets _targets;
    private readonly Installation _installation;
    private readonly RtcdVersionProbe _probe;
    private readonly Once<RtcdWhere> _where;
    private readonly Once<RtcdVersionReplies?> _replies;

    public RtcdSurvey(RtcdTargets targets, Installation installation, RtcdVersionProbe probe)
    {
        (_targets, _installation, _probe) = (targets, installation, probe);
        _where = new Once<RtcdWhere>(FindOnceAsync);
        _replies = new Once<RtcdVersionReplies?>(AskOnceAsync);
    }

    public Task<RtcdWhere> FindAsync(CancellationToken cancellationToken) => _where.GetAsync(cancellationToken);

    /// <returns>Null when there is no RTCD to ask: see <see cref="FindAsync"/>.</returns>
    public Task<RtcdVersionReplies?> AskAsync(CancellationToken cancellationToken) => _replies.GetAsync(cancellationToken);

    /// <summary>What to log in with; null when nothing is configured.</summary>
    public async Task<FoundCredentials?> FindCredentialsAsync(CancellationToken cancellationToken) =>
        _targets.CredentialsFor(await _targets.FindAsync(cancellationToken));

    private async Task<RtcdWhere> FindOnceAsync(CancellationToken cancellationToken)
    {
        var finding = _targets.FindAsync(cancellationToken);
        var forCallsV2 = _targets.AreForCallsV2Async(cancellationToken);
        var backend = _installation.BackendAsync(cancellationToken);
        await Task.WhenAll(finding, forCallsV2, backend);
        var url = await finding;
        if (await forCallsV2)
        {
            return new RtcdWhere(null, url.Source, RtcdVersionReasons.CallsV2, "");
        }

        if (url.Value is null)
        {
            return new RtcdWhere(null, url.Source, RtcdVersionReasons.NoRtcdUrl, url.Source);
        }

        if (url.IsPlugins && (await backend).RulesOutRtcd)
        {
            return new RtcdWhere(null, url.Source, RtcdVersionReasons.NotInUse, "");
        }

        return ProbeTarget.TryParse(url.Value, out var target, out var fault)
            ? new RtcdWhere(target, url.Source, null, null)
            : new RtcdWhere(null, url.Source, RtcdVersionReasons.UrlInvalid, fault);
    }

    private async Task<RtcdVersionReplies?> AskOnceAsync(CancellationToken cancellationToken) =>
        (await FindAsync(cancellationToken)).Target is { } target ? await _probe.AskAsync(target, cancellationToken) : null;
}

/// <param name="Target">Null when there is none, or none that can be used.</param>
/// <param name="Source">Where the URL was found, as it follows "The URL".</param>
/// <param name="ReasonCode">Why there is no target, as a code of <see cref="RtcdVersionReasons"/>.</param>
/// <param name="Fault">What is wrong with the URL, or why there is none.</param>
internal sealed record RtcdWhere(ProbeTarget? Target, string Source, string? ReasonCode, string? Fault)
{
    /// <summary>
    /// The end of a check that was run though there is nothing for it to look at. The schedule does not let it come to that.
    /// </summary>
    public CheckResult Nothing(string checkId) =>
        ReasonCode is null
            ? AddressFindings.NotAsked.ToResult(checkId, new Dictionary<string, string> { ["seen"] = "The name of RTCD did not resolve" }, [])
            : ToResult(checkId);

    /// <summary>Why there is nothing to look at, as the end of a check.</summary>
    public CheckResult ToResult(string checkId)
    {
        var words = new Dictionary<string, string> { ["source"] = Source, ["fault"] = Fault ?? "" };
        return RtcdVersionReasons.All[ReasonCode!].ToResult(
            checkId,
            words,
            ReasonCode == RtcdVersionReasons.UrlInvalid
                ? [new Evidence("URL", $"{Source}; not shown, because a broken URL can hold a password anywhere")]
                : []);
    }

    /// <summary>The placeholders that are about the target: url, scheme, host, port, authority, source.</summary>
    public Dictionary<string, string> Words() => Target is not { } target ? [] : new()
    {
        ["url"] = target.ToString(),
        ["scheme"] = target.Scheme,
        ["host"] = target.Host,
        ["port"] = target.Port.ToString(CultureInfo.InvariantCulture),
        ["authority"] = target.Authority,
        ["source"] = Source,
    };
}
