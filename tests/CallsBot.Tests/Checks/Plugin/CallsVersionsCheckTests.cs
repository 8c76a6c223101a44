using CallsBot.Checks;
using CallsBot.Checks.Plugin;
using CallsBot.Mattermost;
using CallsBot.Protocols.Rtcd;

namespace CallsBot.Tests.Checks.Plugin;

public sealed class CallsVersionsCheckTests
{
    [Fact]
    public void The_file_that_ships_is_sound_and_names_where_it_knows_things_from()
    {
        var compatibility = Compatibility.Current;

        compatibility.Rules.Count.ShouldBeGreaterThan(15);
        compatibility.Shipped["11.10"].ToString().ShouldBe("v1.12.2");
        foreach (var product in new[] { "server", "plugin", "rtcd", "offloader", "mobile", "chromium" })
        {
            compatibility.Rules.ShouldContain(rule => rule.When.ContainsKey(product) || rule.Needs.ContainsKey(product), product);
        }
    }

    [Theory]
    [InlineData("11.10.0", "1.12.2", "v1.2.6", CallsBackendKind.Rtcd, "")]
    [InlineData("10.11.3", "1.12.2", "v1.2.6", CallsBackendKind.Rtcd, "plugin-needs-server-11")]
    [InlineData("9.11.0", "1.4.0", null, CallsBackendKind.Integrated, "plugin-needs-server-10")]
    [InlineData("10.11.3", "1.10.0", "v0.16.0", CallsBackendKind.Rtcd, "rtcd-minimum")]
    [InlineData("11.10.0", "1.12.2", "v1.2.4", CallsBackendKind.Rtcd, "chromium-144-disconnects-rtcd")]
    [InlineData("11.10.0", "1.12.2", "v1.2.4", CallsBackendKind.Rtcd, "desktop-6.1-needs-rtcd-1.2.5")]
    [InlineData("10.11.0", "1.11.3", null, CallsBackendKind.Integrated, "chromium-144-disconnects-integrated")]
    [InlineData("10.11.0", "1.6.9", null, CallsBackendKind.Integrated, "mobile-2.27-cannot-unmute")]
    [InlineData("10.11.0", "1.5.0", null, CallsBackendKind.Integrated, "turn-secret-parsed-wrongly")]
    [InlineData("10.11.0", "1.4.9", "v1.2.6", CallsBackendKind.Rtcd, "stale-calls-stay")]
    internal void A_rule_is_broken_by_the_versions_it_is_about(string server, string plugin, string? rtcd, CallsBackendKind backend, string expected)
    {
        var versions = Versions(("server", server), ("plugin", plugin), ("rtcd", rtcd));

        var broken = Compatibility.Current.Rules.Where(rule => rule.Level != Outcome.Pass && rule.IsBroken(versions, backend) == true).Select(rule => rule.Id).ToList();

        if (expected.Length == 0)
        {
            broken.ShouldBeEmpty();
        }
        else
        {
            broken.ShouldContain(expected);
        }
    }

    [Fact]
    public void A_version_that_is_not_known_leaves_a_rule_undecided()
    {
        var rule = Compatibility.Current.Rules.Single(rule => rule.Id == "rtcd-minimum");

        rule.IsBroken(Versions(("plugin", "1.12.2")), CallsBackendKind.Rtcd).ShouldBeNull();
        rule.IsBroken(Versions(("plugin", "1.12.2"), ("rtcd", "v0.16.9")), CallsBackendKind.Unknown).ShouldBeNull();
        rule.IsBroken(Versions(("plugin", "1.12.2"), ("rtcd", "v0.16.9")), CallsBackendKind.Integrated).ShouldBe(false);
        rule.IsBroken(Versions(("plugin", "1.12.2"), ("rtcd", "v0.16.9")), CallsBackendKind.Rtcd).ShouldBe(true);
        rule.IsBroken(Versions(("plugin", "1.12.2"), ("rtcd", "v0.17.0")), CallsBackendKind.Rtcd).ShouldBe(false);
        rule.IsBroken(Versions(("plugin", "0.29.8"), ("rtcd", "v0.12.0")), CallsBackendKind.Rtcd).ShouldBe(false);
    }

    [Theory]
    [InlineData("when: { plugin: \"< 1.0.0\" }", "when: { plugin: \"1.0.0\" }", "'1.0.0' is no range of versions")]
    [InlineData("when: { plugin: \"< 1.0.0\" }", "when: { plugin: \">= 2.0.0 < 1.0.0\" }", "is no range of versions")]
    [InlineData("when: { plugin: \"< 1.0.0\" }", "when: { pluggin: \"< 1.0.0\" }", "there is no product 'pluggin'")]
    [InlineData("when: { plugin: \"< 1.0.0\" }", "when: {}", "when is empty")]
    [InlineData("when: { plugin: \"< 1.0.0\" }", "when: { backend: sfu }", "the backend is none of rtcd, integrated, livekit")]
    [InlineData("level: warn", "level: severe", "the level is none of fail, warn, pass")]
    [InlineData("says: Old.", "says: old", "says is no sentence")]
    [InlineData("fix: Upgrade.", "fix: upgrade", "fix is no sentence")]
    [InlineData("    reference: docs\n", "", "there is no reference")]
    [InlineData("id: some-rule", "id: Some rule", "the id is not lower-case words")]
    [InlineData("server: \"11.0\"", "server: \"11\"", "shipped: 11 with")]
    [InlineData("level: warn", "severity: warn", "severity")]
    [InlineData("shipped:", "shiped:", "shiped")]
    public void A_fault_in_the_file_is_named(string sound, string faulty, string words)
    {
        const string File = """
            rules:
              - id: some-rule
                when: { plugin: "< 1.0.0" }
                level: warn
                says: Old.
                fix: Upgrade.
                reference: docs
            shipped:
              - { server: "11.0", plugin: "1.11.0" }
            """;
        Compatibility.Parse(File).Rules.ShouldHaveSingleItem().Id.ShouldBe("some-rule");
        File.ShouldContain(sound);

        Should.Throw<FormatException>(() => Compatibility.Parse(File.Replace(sound, faulty, StringComparison.Ordinal)))
            .Message.ShouldContain(words);
    }

    [Fact]
    public async Task Versions_that_go_together_pass_and_are_listed()
    {
        await using var server = await MattermostStub.StartAsync(version: """{"version":"1.12.2","rtcd_version":"v1.2.6"}""");

        var result = await Check(server.Installation(withToken: false)).ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Pass, null), result.Detail);
        result.Detail.ShouldStartWith("Mattermost 11.10.0, Calls plugin 1.12.2, RTCD v1.2.6.");
    }

    [Theory]
    [InlineData("""{"version":"1.11.3"}""", "versions-incompatible", "chromium-144-disconnects-integrated")]
    [InlineData("""{"version":"1.12.1"}""", "versions-with-known-faults", "desktop-6.2.2-with-plugin-1.12.1")]
    [InlineData("""{"version":"1.12.0"}""", "versions-with-known-faults", "plugin-older-than-shipped")]
    public async Task What_is_broken_is_a_subject_with_its_reference_and_fix(string version, string code, string rule)
    {
        await using var server = await MattermostStub.StartAsync(version: version);

        var result = await Check(server.Installation()).ResultAsync();

        result.ReasonCode.ShouldBe(code, result.Detail);
        var subject = result.Subjects.First(subject => subject.ReasonCode == rule);
        subject.Subject.ShouldNotBeEmpty();
        result.NextSteps.ShouldContain(subject.NextSteps[0]);
        result.Detail.ShouldNotBeNull().ShouldContain(subject.Seen);
    }

    [Fact]
    public async Task Without_any_version_it_tells_nothing_and_without_a_server_it_is_skipped()
    {
        await using var server = await MattermostStub.StartAsync(version: null, statuses: "[]");
        server.Replies.Remove("/api/v4/config/client");

        (await Check(server.Installation()).ResultAsync()).ReasonCode.ShouldBe("versions-unknown");
        (await Check(new Installation(PublicAccess.None, AdministratorAccess.None, TimeProvider.System)).ResultAsync()).ReasonCode.ShouldBe("no-server-address");
    }

    private static CallsVersionsCheck Check(Installation installation) => new(installation, Offloader.OffloaderChecksTests.Service(installation), Compatibility.Current);

    private static Dictionary<string, RtcdSemver> Versions(params (string Product, string? Version)[] known) => known
        .Where(entry => entry.Version is not null)
        .ToDictionary(entry => entry.Product, entry => RtcdSemver.TryParse(entry.Version, out var version) ? version : throw new ArgumentException(entry.Version));
}
