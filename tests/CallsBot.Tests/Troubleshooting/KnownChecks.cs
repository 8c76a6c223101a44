using CallsBot.Checks;
using CallsBot.Troubleshooting;

namespace CallsBot.Tests.Troubleshooting;

/// <summary>The signatures that the shipped trees are written against.</summary>
internal static class KnownChecks
{
    public static readonly CheckSignature RtcdVersion = Signature(
        "rtcd-version",
        (Outcome.Warn, ["version-unknown", "some-addresses-fail", "no-ipv4-address"]),
        (Outcome.Fail,
        [
            "name-not-found", "connection-refused", "connect-timeout", "response-timeout", "unreachable", "connection-reset",
            "tls-on-plain-port", "plain-on-tls-port", "certificate-untrusted", "certificate-expired",
            "certificate-name-mismatch", "tls-failed", "html-response", "not-json", "unexpected-json", "http-status",
            "redirected", "version-too-old", "address-refused", "url-invalid",
        ]),
        (Outcome.Inconclusive, ["check-failed", "response-too-large"]),
        (Outcome.Skipped, ["no-rtcd-url", "calls-v2"]));

    public static readonly CheckSignature CallsPlugin = Signature(
        "calls-plugin",
        (Outcome.Warn, ["plugin-versions-differ"]),
        (Outcome.Fail, ["plugin-not-installed", "plugin-not-running", "plugin-not-on-every-node"]),
        (Outcome.Inconclusive, ["mattermost-unreachable", "check-failed"]),
        (Outcome.Skipped, ["no-admin-token", "admin-token-refused"]));

    public static readonly IReadOnlyCollection<CheckSignature> All = [RtcdVersion, CallsPlugin];

    public static CheckSignature Signature(string id, params (Outcome Outcome, string[] Codes)[] reasons) => new(
        id,
        new HashSet<Outcome>([Outcome.Pass, .. reasons.Select(reason => reason.Outcome)]),
        reasons.SelectMany(reason => reason.Codes.Select(code => (code, reason.Outcome)))
            .ToDictionary(pair => pair.code, pair => pair.Outcome));
}
