using System.Net;
using CallsBot.Checks;
using CallsBot.Checks.Plugin;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Tests.Probes;

namespace CallsBot.Tests.Checks.Plugin;

public sealed class MattermostCallbacksCheckTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nok\n";

    [Theory]
    [InlineData("127.0.0.1", null)]
    [InlineData("127.0.0.0/8", null)]
    [InlineData("10.0.0.0/8 callsbot.internal", "callback-not-allowed")]
    [InlineData("", "callback-not-allowed")]
    public async Task Mattermost_calls_an_internal_address_only_when_its_setting_names_it(string allowed, string? code)
    {
        await using var bot = ScriptedPort.Answering(Ok);
        await using var server = await ServerAsync(allowed);

        var result = await Check(server.Installation(), bot.Url()).ResultAsync();

        result.ReasonCode.ShouldBe(code, result.Detail);
        if (code is not null)
        {
            result.NextSteps[0].Text.ShouldBe("Add 127.0.0.1 to System Console > Environment > Developer > Allow untrusted internal connections.");
            result.NextSteps[0].Command.ShouldBe($"mmctl config set ServiceSettings.AllowedUntrustedInternalConnections '{$"{allowed} 127.0.0.1".TrimStart()}'");
        }
    }

    [Fact]
    public async Task What_people_typed_into_the_setting_cannot_leave_the_quotes_of_a_command()
    {
        await using var server = await ServerAsync("x';reboot;'");

        var result = await Check(server.Installation(), "http://127.0.0.1:1").ResultAsync();

        result.NextSteps[0].Command.ShouldBe(@"mmctl config set ServiceSettings.AllowedUntrustedInternalConnections 'x'\'';reboot;'\'' 127.0.0.1'");
    }

    [Theory]
    [InlineData("8.8.8.8", "callback-does-not-answer")]
    [InlineData("10.1.2.3", "callback-not-allowed")]
    public async Task A_name_is_judged_by_its_addresses(string address, string code)
    {
        await using var server = await ServerAsync("");
        var callback = new CallbackAddress(new Uri("http://callsbot.example.com:8077"));

        // The probe's own resolver knows no name, so that nothing is sent to an address of the outside.
        var check = new MattermostCallbacksCheck(
            server.Installation(), callback, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(address)]), Http(RtcdProbing.NoName), TimeProvider.System);

        (await check.ResultAsync()).ReasonCode.ShouldBe(code);
    }

    [Fact]
    public async Task A_name_that_is_listed_is_not_looked_up()
    {
        await using var server = await ServerAsync("callsbot.localhost");
        await using var bot = ScriptedPort.Answering(Ok);

        var result = await Check(
            server.Installation(), $"http://callsbot.localhost:{bot.Port}", (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback])).ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Pass, null), result.Detail);
        result.Detail.ShouldNotBeNull().ShouldContain("callsbot.localhost is in ServiceSettings.AllowedUntrustedInternalConnections");
    }

    [Fact]
    public async Task A_name_that_nobody_here_knows_is_a_doubt_and_no_fault()
    {
        await using var server = await ServerAsync("");

        var result = await Check(server.Installation(), "http://callsbot.example.com:8077").ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Warn, "callback-name-not-found"));
    }

    [Theory]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData(null)]
    public async Task A_bot_that_does_not_answer_there_is_a_doubt(string? reply)
    {
        await using var bot = ScriptedPort.Answering(reply ?? "");
        await using var server = await ServerAsync("127.0.0.1");
        var url = reply is null ? $"http://127.0.0.1:{ScriptedPort.Closed()}" : bot.Url();

        var result = await Check(server.Installation(), url).ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Warn, "callback-does-not-answer"), result.Detail);
    }

    [Fact]
    public async Task Whoever_may_not_read_the_setting_is_told_where_to_look()
    {
        await using var server = await ServerAsync("");
        await using var refusing = await MattermostStub.StartAsync(asAdministrator: false);
        await using var partial = await MattermostStub.StartAsync(service: "{}");

        (await Check(server.Installation(withToken: false), "http://10.0.0.1:8077").ResultAsync()).ReasonCode.ShouldBe("no-admin-token");
        (await Check(refusing.Installation(), "http://10.0.0.1:8077").ResultAsync()).ReasonCode.ShouldBe("admin-token-refused");
        (await Check(partial.Installation(), "http://10.0.0.1:8077").ResultAsync()).ReasonCode.ShouldBe("configuration-unreadable");
        (await Check(server.Installation(), url: null).ResultAsync()).ReasonCode.ShouldBe("no-callback-address");
    }

    private static Task<MattermostStub> ServerAsync(string allowed) => MattermostStub.StartAsync(
        service: $$"""{"SiteURL":"https://x","AllowedUntrustedInternalConnections":"{{allowed}}"}""");

    private static MattermostCallbacksCheck Check(Installation installation, string? url, HostResolver? resolve = null) => new(
        installation,
        new CallbackAddress(url is null ? null : new Uri(url)),
        resolve ?? RtcdProbing.NoName,
        Http(resolve ?? RtcdProbing.NoName),
        TimeProvider.System);

    private static CheckedHttp Http(HostResolver resolve) => new(new TargetAddresses(resolve, TimeProvider.System), TimeProvider.System);
}
