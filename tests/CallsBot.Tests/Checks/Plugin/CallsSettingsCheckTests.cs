using CallsBot.Checks;
using CallsBot.Checks.Plugin;
using CallsBot.Mattermost;

namespace CallsBot.Tests.Checks.Plugin;

public sealed class CallsSettingsCheckTests
{
    private const string Sound = """{"defaultenabled":true,"maxcallparticipants":50,"icehostoverride":"8.8.8.8"}""";

    [Fact]
    public async Task Sound_settings_pass_and_say_how_much_was_looked_at()
    {
        await using var server = await MattermostStub.StartAsync(calls: Sound);

        var result = await new CallsSettingsCheck(server.Installation()).ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Pass, null), result.Detail);
        result.Subjects.ShouldBeEmpty();
        result.Detail.ShouldBe($"None of {SettingRules.All.Count} rules found a fault.");
    }

    [Fact]
    public async Task Each_hit_is_a_subject_with_its_source_a_fix_and_a_page_to_read()
    {
        await using var server = await MattermostStub.StartAsync(
            calls: """{"defaultenabled":false,"udpserverport":70,"icehostoverride":"8.8.8.8"}""",
            effective: """{"UDPServerPort":70,"MaxRecordingDuration":200}""",
            environment: """{"MaxRecordingDuration":"200"}""");

        var result = await new CallsSettingsCheck(server.Installation()).ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Fail, "settings-faulty"));
        var port = result.Subjects.Single(subject => subject.ReasonCode == "server-port-out-of-range");
        (port.Subject, port.Outcome).ShouldBe(("UDPServerPort", Outcome.Fail));
        port.Seen.ShouldEndWith("(from the System Console)");
        port.NextSteps[0].Text.ShouldContain("System Console > Plugins > Calls > RTC Server Port (UDP)");
        port.NextSteps[0].Text.ShouldContain("https://docs.mattermost.com/");
        port.NextSteps[1].Command.ShouldNotBeNull().ShouldStartWith("mmctl plugin disable com.mattermost.calls");
        var duration = result.Subjects.Single(subject => subject.ReasonCode == "recording-duration-out-of-range");
        duration.Seen.ShouldEndWith("(from the environment variable MM_CALLS_MAX_RECORDING_DURATION)");
        duration.NextSteps[0].Text.ShouldContain("It is set by MM_CALLS_MAX_RECORDING_DURATION in the environment");
        result.Subjects.ShouldContain(subject => subject.ReasonCode == "test-mode" && subject.Outcome == Outcome.Warn);
        result.Subjects.Select(subject => subject.Outcome).ShouldBeInOrder(SortDirection.Descending);
        result.NextSteps.ShouldAllBe(step => !step.Text.StartsWith("DefaultEnabled", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Doubts_alone_are_a_warning_and_notes_alone_are_none()
    {
        await using var doubtful = await MattermostStub.StartAsync(calls: """{"defaultenabled":false,"icehostoverride":"8.8.8.8"}""");
        await using var noted = await MattermostStub.StartAsync(calls: """{"defaultenabled":true,"icehostoverride":"8.8.8.8"}""");

        (await new CallsSettingsCheck(doubtful.Installation()).ResultAsync()).ReasonCode.ShouldBe("settings-doubtful");
        var result = await new CallsSettingsCheck(noted.Installation()).ResultAsync();
        (result.Outcome, result.Subjects.Single().ReasonCode).ShouldBe((Outcome.Pass, "max-participants-high"));
    }

    [Fact]
    public async Task No_secret_of_any_setting_is_in_the_result()
    {
        await using var server = await MattermostStub.StartAsync(
            calls: """{"rtcdserviceurl":"ftp://id:S3CRET@rtcd","jobserviceurl":"http://id:S3CRET@o","turnstaticauthsecret":"S3CRET","iceserversconfigs":"[{\"urls\":[\"turn:u:S3CRET@t\"],\"username\":\"S3CRET\",\"credentials\":\"S3CRET\"}]","S3CRET-name":1,"enabletranscriptions":true,"transcribeapiazurespeechkey":"S3CRET"}""".Replace("S3CRET-name", "typo", StringComparison.Ordinal),
            environment: """{"TURNStaticAuthSecret":"S3CRET"}""");

        var result = await new CallsSettingsCheck(server.Installation()).ResultAsync();

        result.Subjects.Count.ShouldBeGreaterThan(6);
        Judging.AllText(result).ShouldNotContain("S3CRET");
    }

    [Fact]
    public async Task Stored_settings_are_enough_when_the_plugin_does_not_run()
    {
        await using var server = await MattermostStub.StartAsync(
            version: null, calls: """{"udpserverport":70}""", statuses: """[{"plugin_id":"com.mattermost.calls","state":3,"version":"1.12.2"}]""");

        var result = await new CallsSettingsCheck(server.Installation()).ResultAsync();

        result.Subjects.ShouldContain(subject => subject.ReasonCode == "server-port-out-of-range");
        result.Evidence.ShouldContain(new Evidence("Environment", "not read, so it is not known whether it overrides something"));
    }

    [Fact]
    public async Task Without_a_token_or_with_a_wrong_one_it_says_what_to_give()
    {
        await using var server = await MattermostStub.StartAsync(asAdministrator: false);

        (await new CallsSettingsCheck(server.Installation(withToken: false)).ResultAsync()).ReasonCode.ShouldBe("no-admin-token");
        var refused = await new CallsSettingsCheck(server.Installation()).ResultAsync();
        (refused.Outcome, refused.ReasonCode).ShouldBe((Outcome.Skipped, "admin-token-refused"));
        Judging.AllText(refused).ShouldNotContain("a-token-that-is-not-taken");
    }

    [Fact]
    public async Task A_server_that_breaks_is_no_statement_about_the_settings()
    {
        await using var server = await MattermostStub.StartAsync(version: null);
        server.Replies["/api/v4/config as administrator"] = (500, "broken");

        var result = await new CallsSettingsCheck(server.Installation()).ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Inconclusive, "settings-unreadable"));
    }

    [Fact]
    public async Task Without_a_server_there_is_nobody_to_ask() =>
        (await new CallsSettingsCheck(new Installation(PublicAccess.None, AdministratorAccess.None, TimeProvider.System)).ResultAsync())
            .ReasonCode.ShouldBe("no-admin-token");
}
