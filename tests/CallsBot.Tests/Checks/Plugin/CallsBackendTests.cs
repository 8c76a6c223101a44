using CallsBot.Checks.Plugin;
using CallsBot.Protocols.Calls;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Tests.Checks.Plugin;

public sealed class CallsBackendTests
{
    private static readonly Licence None = new(IsLicensed: false, null, IsCloud: false, null);
    private static readonly Licence Professional = new(IsLicensed: true, "professional", IsCloud: false, null);
    private static readonly Licence Enterprise = new(IsLicensed: true, "enterprise", IsCloud: false, null);
    private static readonly Licence UnknownSku = new(IsLicensed: true, null, IsCloud: false, null);

    private const string WithRtcd = """{"rtcdserviceurl":"http://rtcd:8045"}""";

    [Theory]
    [InlineData("1.12.2", "v1.2.6", WithRtcd, "enterprise", "Rtcd", "backend-rtcd", false)]
    [InlineData("1.12.2", "v1.2.6", null, null, "Rtcd", "backend-rtcd", false)]
    [InlineData("1.12.2", "", "{}", "enterprise", "Integrated", "backend-integrated", false)]
    [InlineData("1.12.2", "", null, "none", "Integrated", "backend-integrated-probably", true)]
    [InlineData("1.12.2", "", WithRtcd, "none", "Integrated", "rtcd-ignored-for-lack-of-licence", false)]
    [InlineData("1.12.2", "", WithRtcd, "professional", "Integrated", "rtcd-ignored-for-lack-of-licence", false)]
    [InlineData("1.12.2", "", WithRtcd, "enterprise", "Rtcd", "rtcd-not-in-use", true)]
    [InlineData("1.12.2", "", WithRtcd, "unknown", "Rtcd", "rtcd-not-in-use", true)]
    [InlineData("2.0.1", "", "{}", "enterprise", "LiveKit", "backend-livekit", false)]
    [InlineData("1.99.0", "", """{"livekiturl":"wss://livekit.example.com"}""", "enterprise", "LiveKit", "backend-livekit", false)]
    [InlineData(null, "", WithRtcd, "enterprise", "Rtcd", "backend-rtcd-configured", true)]
    [InlineData(null, "", "{}", "enterprise", "Integrated", "backend-integrated", true)]
    [InlineData(null, "", null, null, "Unknown", "backend-unknown", true)]
    internal void The_backend_follows_from_what_is_known(
        string? plugin, string rtcd, string? stored, string? licence, string kind, string code, bool inferred)
    {
        var backend = CallsBackend.Of(
            statuses: null,
            plugin is null ? new(null, AnswerFault.Unreachable, "down") : Answer<CallsVersion>.From(new CallsVersion { Version = plugin, RtcdVersion = rtcd }),
            stored is null ? null : CallsSettingsTests.From(stored),
            licence switch { null => null, "none" => None, "professional" => Professional, "enterprise" => Enterprise, _ => UnknownSku },
            developerMode: false);

        (backend.Kind.ToString(), backend.ReasonCode, backend.IsInferred).ShouldBe((kind, code, inferred));
    }

    [Fact]
    public void Developer_mode_lifts_the_licence()
    {
        var backend = CallsBackend.Of(
            null, Answer<CallsVersion>.From(new CallsVersion { Version = "1.12.2" }), CallsSettingsTests.From(WithRtcd), None, developerMode: true);

        backend.ReasonCode.ShouldBe(CallsBackendReasons.RtcdNotInUse);
    }

    [Theory]
    [InlineData(null, "PluginAbsent", "plugin-not-installed")]
    [InlineData(PluginState.NotRunning, "PluginOff", "plugin-not-running")]
    [InlineData(PluginState.Stopping, "PluginOff", "plugin-not-running")]
    [InlineData(PluginState.FailedToStart, "PluginFailed", "plugin-failed-to-start")]
    [InlineData(PluginState.FailedToStayRunning, "PluginFailed", "plugin-failed-to-start")]
    internal void A_plugin_that_does_not_answer_is_judged_by_its_state(PluginState? state, string kind, string code)
    {
        PluginStatus[] statuses = state is { } known
            ? [new PluginStatus { PluginId = "com.mattermost.calls", State = known, Version = "1.12.2" }]
            : [new PluginStatus { PluginId = "com.mattermost.nps", State = PluginState.Running }];

        var backend = CallsBackend.Of(statuses, new(null, AnswerFault.NotFound, "404"), CallsSettingsTests.From("{}"), Enterprise, false);

        (backend.Kind.ToString(), backend.ReasonCode, backend.IsInferred).ShouldBe((kind, code, false));
    }

    [Fact]
    public void A_plugin_that_nobody_can_list_and_that_is_not_found_is_not_there()
    {
        var backend = CallsBackend.Of(null, new(null, AnswerFault.NotFound, "404"), null, Enterprise, false);

        (backend.Kind, backend.ReasonCode, backend.IsInferred).ShouldBe((CallsBackendKind.PluginOff, CallsBackendReasons.PluginNotThere, true));
    }

    [Theory]
    [InlineData("LiveKit", false, true)]
    [InlineData("Integrated", false, true)]
    [InlineData("Integrated", true, false)]
    [InlineData("Rtcd", false, false)]
    [InlineData("PluginFailed", false, false)]
    [InlineData("Unknown", true, false)]
    public void Only_certainty_rules_rtcd_out(string kind, bool inferred, bool rulesOut) =>
        new CallsBackend(Enum.Parse<CallsBackendKind>(kind), "x", null, null, inferred).RulesOutRtcd.ShouldBe(rulesOut);
}
