using System.Net;
using System.Net.Sockets;
using CallsBot.Setup;
using CallsBot.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace CallsBot.Tests.Setup;

public sealed class CallbackStepsTests
{
    private readonly StringWriter _output = new();
    private readonly ManualTimeProvider _time = new();
    private readonly Dictionary<string, string[]> _names = new()
    {
        ["chat.example.com"] = ["8.8.4.4"],
        ["bot.example.com"] = ["8.8.8.8"],
        ["mixed.example.com"] = ["10.0.0.1", "8.8.8.8"],
        ["inside.example.com"] = ["10.0.0.1"],
        ["same.example.com"] = ["8.8.4.4"],
    };

    [Theory]
    [InlineData("http://bot.example.com:8077", "")]
    [InlineData("http://mixed.example.com:8077", "")]
    [InlineData("http://inside.example.com", "inside.example.com")]
    [InlineData("http://inside.example.com", "10.0.0.0/8")]
    [InlineData("http://127.0.0.1:8077", "127.0.0.1 localhost")]
    [InlineData("http://LOCALHOST:8077", "127.0.0.1 localhost")]
    [InlineData("http://2130706433:8077", "127.0.0.1")]
    [InlineData("http://[fd00::1]:8077", "fd00::1")]
    [InlineData("http://unknown-name:8077", "unknown-name")]
    public async Task What_the_server_will_call_is_well(string callback, string allowed) =>
        (await JudgeAsync(callback, allowed)).ShouldHaveSingleItem().Outcome.ShouldBe(SetupOutcome.Ok);

    [Theory]
    [InlineData("http://inside.example.com", "10.0.0.1", "inside.example.com")]
    [InlineData("http://127.0.0.1:8077", "localhost", "127.0.0.1")]
    [InlineData("http://localhost:8077", "127.0.0.1", "localhost")]
    [InlineData("http://bot.localhost:8077", "", "bot.localhost")]
    [InlineData("http://[::1]:8077", "127.0.0.1", "::1")]
    [InlineData("http://169.254.169.254", "10.0.0.0/8", "169.254.169.254")]
    [InlineData("http://callsbot:8077", "", "callsbot")]
    [InlineData("http://callsbot.internal:8077", "", "callsbot.internal")]
    public async Task What_the_server_will_not_call_is_for_an_administrator_to_allow(string callback, string allowed, string missing)
    {
        var step = (await JudgeAsync(callback, allowed)).ShouldHaveSingleItem();

        step.Outcome.ShouldBe(SetupOutcome.ByHand);
        step.Text.ShouldContain("System Console > Environment > Developer > Allow untrusted internal connections");
        step.Text.ShouldEndWith($"mmctl config set ServiceSettings.AllowedUntrustedInternalConnections '{$"{allowed} {missing}".Trim()}'");
    }

    [Fact]
    public async Task The_command_to_copy_cannot_be_broken_out_of() =>
        (await JudgeAsync("http://inside.example.com", "it's")).ShouldHaveSingleItem().Text.ShouldEndWith(@"'it'\''s inside.example.com'");

    [Fact]
    public async Task Without_the_servers_list_nothing_is_offered_that_would_shorten_it()
    {
        var step = (await JudgeAsync("http://inside.example.com", allowed: null)).ShouldHaveSingleItem();

        step.Outcome.ShouldBe(SetupOutcome.ByHand);
        step.Text.ShouldNotContain("mmctl");
    }

    [Fact]
    public async Task A_public_name_that_is_not_known_here_is_not_judged() =>
        (await JudgeAsync("http://nowhere.example.com", "")).ShouldHaveSingleItem().Outcome.ShouldBe(SetupOutcome.Note);

    [Fact]
    public async Task The_address_of_the_server_itself_is_pointed_out() =>
        (await JudgeAsync("http://same.example.com", "")).Select(step => step.Outcome).ShouldBe([SetupOutcome.Ok, SetupOutcome.Note]);

    [Fact]
    public async Task A_name_server_that_is_silent_does_not_hold_up_setup()
    {
        var report = new SetupReport(_output, checkOnly: false);
        var steps = new CallbackSteps(
            Plans.Of(Plans.Good),
            report,
            async (_, cancellationToken) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken);
                return [];
            },
            _time);

        var judging = steps.JudgeAddressAsync("", CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(5));
        await judging.WaitAsync(TimeSpan.FromSeconds(5));

        report.Steps.ShouldHaveSingleItem().Outcome.ShouldBe(SetupOutcome.Note);
    }

    [Theory]
    [InlineData(200, "ok\n", true)]
    [InlineData(200, "<html>welcome</html>", false)]
    [InlineData(404, "ok", false)]
    [InlineData(302, "ok", false)]
    public async Task The_bot_is_known_by_its_answer(int status, string body, bool isTheBot)
    {
        await using var server = await ServeAsync(status, body);

        var step = await TryAsync(server.Address + "bot");

        step.Outcome.ShouldBe(isTheBot ? SetupOutcome.Ok : SetupOutcome.Note);
        step.Text.ShouldContain("/bot/healthz");
    }

    [Fact]
    public async Task An_endless_answer_is_not_read_to_its_end()
    {
        await using var server = await ServeAsync(200, new string('o', 100_000));

        (await TryAsync(server.Address.ToString())).Outcome.ShouldBe(SetupOutcome.Note);
    }

    [Fact]
    public async Task A_bot_that_is_not_running_is_no_fault()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = listener.LocalEndpoint;
        listener.Stop();

        var step = await TryAsync($"http://{address}");

        step.Outcome.ShouldBe(SetupOutcome.Note);
        step.IsSettled.ShouldBeTrue();
    }

    [Fact]
    public async Task A_bot_that_is_silent_is_given_up_after_five_seconds()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        var trying = TryAsync($"http://{listener.LocalEndpoint}");
        using var connection = await listener.AcceptTcpClientAsync().WaitAsync(TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(5));

        (await trying.WaitAsync(TimeSpan.FromSeconds(5))).Text.ShouldContain("within 5 s");
    }

    private static Task<LoopbackServer> ServeAsync(int status, string body) => LoopbackServer.StartAsync(context =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    });

    private async Task<IReadOnlyList<SetupStep>> JudgeAsync(string callback, string? allowed)
    {
        var report = new SetupReport(_output, checkOnly: false);
        var steps = new CallbackSteps(Plans.Of(Plans.Good with { CallbackUrl = callback }), report, ResolveAsync, _time);
        await steps.JudgeAddressAsync(allowed, CancellationToken.None);
        return report.Steps;
    }

    private async Task<SetupStep> TryAsync(string callback)
    {
        var report = new SetupReport(_output, checkOnly: false);
        await new CallbackSteps(Plans.Of(Plans.Good with { CallbackUrl = callback }), report, ResolveAsync, _time).TryAsync(CancellationToken.None);
        return report.Steps.ShouldHaveSingleItem();
    }

    private Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) =>
        _names.TryGetValue(host, out var addresses)
            ? Task.FromResult(addresses.Select(IPAddress.Parse).ToArray())
            : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
}
