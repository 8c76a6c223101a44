using System.Net;
using CallsBot.Checks;
using CallsBot.Checks.Plugin;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Protocols.Mattermost;
using CallsBot.Tests.Probes;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Checks.Plugin;

public sealed class MattermostServerCheckTests
{
    private const string Pong = """{"status":"OK"}""";

    [Fact]
    public async Task A_server_that_answers_with_https_as_its_site_url_passes()
    {
        await using var server = await MattermostStub.StartAsync();

        var result = await Check(server.Installation(withToken: false)).ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Pass, null), result.Detail);
        result.Detail.ShouldBe($"{server.Address.ToString().TrimEnd('/')}: version 11.10.0. Site URL: {MattermostStub.SiteUrl}.");
        result.Inventory.ShouldBe([new Evidence("Mattermost", "11.10.0")]);
    }

    [Theory]
    [InlineData("", "site-url-missing")]
    [InlineData("http://chat.example.com", "site-url-not-https")]
    [InlineData("http://localhost:8065", null)]
    [InlineData("https://chat.example.com/sub", null)]
    public async Task The_site_url_has_to_be_one_that_browsers_give_a_microphone_to(string siteUrl, string? code)
    {
        await using var server = await MattermostStub.StartAsync(service: $$"""{"SiteURL":"{{siteUrl}}"}""");

        (await Check(server.Installation()).ResultAsync()).ReasonCode.ShouldBe(code);
    }

    [Fact]
    public async Task A_site_url_that_nobody_tells_is_no_fault()
    {
        await using var server = await MattermostStub.StartAsync();
        server.Replies["/api/v4/config/client"] = (200, """{"Version":"11.10.0"}""");

        (await Check(server.Installation(withToken: false)).ResultAsync()).Outcome.ShouldBe(Outcome.Pass);
    }

    [Theory]
    [InlineData(500, """{"status":"UNHEALTHY","database_status":"UNHEALTHY","filestore_status":"OK"}""")]
    [InlineData(200, """{"status":"OK","database_status":"OK","filestore_status":"UNHEALTHY"}""")]
    public async Task A_part_that_does_not_work_is_named(int status, string body)
    {
        await using var server = await LoopbackServer.StartAsync(async http =>
        {
            http.Response.StatusCode = http.Request.QueryString.HasValue ? status : 200;
            http.Response.ContentType = "application/json";
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(http.Response, http.Request.QueryString.HasValue ? body : Pong);
        });

        (await Check(Everyone(server.Address)).ResultAsync()).ReasonCode.ShouldBe("server-unhealthy");
    }

    [Fact]
    public async Task A_refused_connection_is_unreachable_and_says_so_at_once()
    {
        var result = await Check(Everyone(new Uri($"http://127.0.0.1:{ScriptedPort.Closed()}/"))).ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Fail, "server-unreachable"));
        result.Detail.ShouldNotBeNull().ShouldContain("127.0.0.1: Connection refused");
    }

    [Fact]
    public async Task A_name_without_an_address_is_named()
    {
        var result = await Check(Everyone(new Uri("http://chat.invalid:8065/"))).ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Fail, "name-not-found"), result.Detail);
    }

    [Theory]
    [InlineData("<html>proxy</html>", "text/html")]
    [InlineData("""{"hello":1}""", "application/json")]
    [InlineData("pong", "text/plain")]
    public async Task Something_else_at_the_address_is_not_mattermost(string body, string type)
    {
        await using var port = ScriptedPort.Answering(Http.Reply("200 OK", type, body));

        (await Check(Everyone(new Uri(port.Url()))).ResultAsync()).ReasonCode.ShouldBe("not-mattermost");
    }

    [Fact]
    public async Task A_port_that_takes_connections_and_is_silent_is_unreachable()
    {
        await using var port = ScriptedPort.Running((_, cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken));

        (await Check(Everyone(new Uri(port.Url()))).ResultAsync()).ReasonCode.ShouldBe("server-unreachable");
    }

    [Theory]
    [InlineData(true, "certificate-refused")]
    [InlineData(false, "tls-failed")]
    public async Task A_bad_certificate_and_no_tls_at_all_are_told_apart(bool withCertificate, string code)
    {
        using var certificate = Certificates.SelfSigned("127.0.0.1");
        await using var port = withCertificate
            ? ScriptedPort.AnsweringOverTls(certificate, Http.Json(Pong))
            : ScriptedPort.Running(async (socket, cancellationToken) =>
            {
                await socket.ReceiveAsync(new byte[1024], cancellationToken);
                await socket.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), cancellationToken);
            });

        (await Check(Everyone(new Uri(port.Url("https")))).ResultAsync()).ReasonCode.ShouldBe(code);
    }

    [Fact]
    public async Task A_certificate_that_ends_soon_is_a_warning_with_the_date()
    {
        await using var server = await MattermostStub.StartAsync();
        var (root, certificate) = Certificates.Issued("127.0.0.1");
        using (root)
        using (certificate)
        {
            await using var port = ScriptedPort.AnsweringOverTls(certificate, Http.Json(Pong));

            // The client has no such root, so it goes elsewhere; what is judged is what the probe sees.
            var installation = new Installation(
                new PublicAccess(new Uri(port.Url("https")), server.Everyone.Api!, server.Everyone.Calls!), AdministratorAccess.None, TimeProvider.System);
            var now = new ManualTimeProvider(new DateTimeOffset(2118, 12, 25, 0, 0, 0, TimeSpan.Zero));
            var http = new CheckedHttp(new TargetAddresses(RtcdProbing.NoName, TimeProvider.System), TimeProvider.System) { ExtraRoots = [root] };

            var result = await new MattermostServerCheck(installation, new MattermostPingProbe(http), now).ResultAsync();

            (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Warn, "certificate-expires-soon"), result.Detail);
            result.Detail.ShouldNotBeNull().ShouldContain("2119-01-01");
        }
    }

    [Fact]
    public async Task One_dead_address_of_two_is_a_warning()
    {
        await using var server = await MattermostStub.StartAsync();
        var address = new Uri($"http://chat.test:{server.Address.Port}/");
        var installation = new Installation(
            new PublicAccess(address, server.Everyone.Api!, server.Everyone.Calls!), AdministratorAccess.None, TimeProvider.System);
        var http = new CheckedHttp(new TargetAddresses((_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("127.0.0.1"), IPAddress.Parse("127.0.0.2")]), TimeProvider.System), TimeProvider.System);

        // A name that says "loopback" is the only one whose loopback addresses are connected to.
        var local = new Installation(
            new PublicAccess(new Uri($"http://chat.localhost:{server.Address.Port}/"), server.Everyone.Api!, server.Everyone.Calls!), AdministratorAccess.None, TimeProvider.System);

        (await new MattermostServerCheck(local, new MattermostPingProbe(http), TimeProvider.System).ResultAsync()).ReasonCode.ShouldBe("some-addresses-fail");
        (await new MattermostServerCheck(installation, new MattermostPingProbe(http), TimeProvider.System).ResultAsync()).Outcome
            .ShouldBe(Outcome.Pass, "addresses that probes may not go to are no failure of a server that answers");
    }

    [Fact]
    public async Task Without_an_address_it_is_skipped()
    {
        var result = await Check(new Installation(PublicAccess.None, AdministratorAccess.None, TimeProvider.System)).ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Skipped, "no-server-address"));
    }

    private static Installation Everyone(Uri address) => new(
        new PublicAccess(MattermostClient.Anonymous(address, TimeSpan.FromSeconds(10), TimeProvider.System)), AdministratorAccess.None, TimeProvider.System);

    private static MattermostServerCheck Check(Installation installation) => new(
        installation,
        new MattermostPingProbe(new CheckedHttp(new TargetAddresses(RtcdProbing.NoName, TimeProvider.System), TimeProvider.System)),
        TimeProvider.System);
}
