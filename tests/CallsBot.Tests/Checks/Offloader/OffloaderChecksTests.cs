using System.Collections.Concurrent;
using CallsBot.Checks;
using CallsBot.Checks.Offloader;
using CallsBot.Checks.Plugin;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Protocols.Offloader;
using CallsBot.Tests.Checks.Plugin;
using CallsBot.Tests.Probes;
using CallsBot.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace CallsBot.Tests.Checks.Offloader;

public sealed class OffloaderChecksTests
{
    // As calls-offloader v0.9.5 answers (service/version.go, service/auth.go).
    private const string Version = """{"buildDate":"2026-03-06","buildVersion":"v0.9.5","buildHash":"9ad35ec","goVersion":"go1.24.6"}""";
    private const string LoggedIn = """{"bearerToken":"S3CRET-bearer-token","code":"200"}""";
    private const string WrongKey = """{"error":"login failed: authentication failed","code":"400"}""";
    private const string NotFound = """{"error":"login failed: authentication failed: error: not found","code":"400"}""";
    private const string Recording = """{"enablerecordings":true,"jobserviceurl":"http://id:S3CRET@offloader.test:4545"}""";

    private static readonly Installation Nobody = new(PublicAccess.None, AdministratorAccess.None, TimeProvider.System);

    [Fact]
    public async Task The_bots_setting_wins_over_the_plugins()
    {
        await using var server = await MattermostStub.StartAsync(calls: Recording);

        var mine = await Service(server.Installation(), "http://127.0.0.1:4545").FindAsync(CancellationToken.None);
        var its = await Service(server.Installation()).FindAsync(CancellationToken.None);

        mine.ToString().ShouldBe("http://127.0.0.1:4545 from CallsBot's setting Offloader:ServiceUrl");
        its.ToString().ShouldBe("http://offloader.test:4545 from the Calls plugin's setting Job service URL");
    }

    [Theory]
    [InlineData("{}", "no-offloader")]
    [InlineData("""{"enablerecordings":true}""", "offloader-url-missing")]
    [InlineData("""{"jobserviceurl":"offloader:S3CRET@x:4545"}""", "offloader-url-invalid")]
    [InlineData(Recording, "name-not-found")]
    [InlineData("""{"jobserviceurl":"http://169.254.169.254:4545"}""", "address-refused")]
    [InlineData("""{"jobserviceurl":"http://10.0.0.9:4545"}""", null)]
    public async Task A_target_is_judged_by_the_settings_and_its_name(string calls, string? code)
    {
        await using var server = await MattermostStub.StartAsync(calls: calls);

        var result = await Target(server.Installation()).ResultAsync();

        result.ReasonCode.ShouldBe(code, result.Detail);
    }

    [Fact]
    public async Task Recordings_that_the_licence_does_not_allow_need_no_job_service()
    {
        await using var server = await MattermostStub.StartAsync(
            calls: """{"enablerecordings":true}""", licence: """{"IsLicensed":"true","SkuShortName":"professional"}""");

        (await Target(server.Installation()).ResultAsync()).ReasonCode.ShouldBe("no-offloader");
    }

    [Fact]
    public async Task Without_a_token_the_target_says_what_to_set()
    {
        var result = await Target(Nobody).ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Skipped, "no-offloader"));
        result.Detail.ShouldNotBeNull().ShouldContain("Offloader:ServiceUrl is not set");
    }

    [Theory]
    [InlineData(Version, null)]
    [InlineData("""{"buildVersion":"0.9.0"}""", null)]
    [InlineData("""{"buildVersion":"v0.8.9"}""", "version-too-old")]
    [InlineData("""{"buildVersion":"v0.9.0-dev1"}""", "version-too-old")]
    [InlineData("""{"buildVersion":""}""", "version-unknown")]
    [InlineData("""{"buildVersion":"master"}""", "version-unknown")]
    [InlineData("""{"buildVersion":"v1.2.6","goVersion":"go1.24","goOS":"linux","goArch":"amd64"}""", "address-is-rtcd")]
    [InlineData("""{"version":"1.12.2"}""", "not-the-offloader")]
    [InlineData("<html></html>", "not-the-offloader")]
    public async Task A_version_is_compared_with_what_the_plugin_needs(string body, string? code)
    {
        await using var port = ScriptedPort.Answering(Http.Json(body));

        var result = await VersionCheck(port.Url()).ResultAsync();

        result.ReasonCode.ShouldBe(code, result.Detail);
        port.Request.ShouldStartWith("GET /version HTTP/1.1\r\n");
    }

    [Fact]
    public async Task A_path_in_the_url_is_kept()
    {
        await using var port = ScriptedPort.Answering(Http.Json(Version));

        var result = await VersionCheck($"{port.Url()}/offloader/").ResultAsync();

        result.Outcome.ShouldBe(Outcome.Pass, result.Detail);
        port.Request.ShouldStartWith("GET /offloader/version HTTP/1.1\r\n");
        result.Inventory.ShouldBe([new Evidence("calls-offloader", "v0.9.5")]);
    }

    [Fact]
    public async Task What_keeps_it_from_answering_is_told_apart()
    {
        await using var silent = ScriptedPort.Running((_, cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken));
        await using var closing = ScriptedPort.Running((_, _) => Task.CompletedTask);
        using var certificate = Certificates.SelfSigned("127.0.0.1");
        await using var secure = ScriptedPort.AnsweringOverTls(certificate, Http.Json(Version));
        await using var moved = ScriptedPort.Answering(Http.Reply("302 Found", "text/html", "", "Location: http://169.254.169.254/\r\n"));

        (await VersionCheck($"http://127.0.0.1:{ScriptedPort.Closed()}").ResultAsync()).ReasonCode.ShouldBe("connection-refused");
        (await VersionCheck(silent.Url()).ResultAsync()).ReasonCode.ShouldBe("no-answer");
        (await VersionCheck(closing.Url()).ResultAsync()).ReasonCode.ShouldBe("no-answer");
        (await VersionCheck(secure.Url("https")).ResultAsync()).ReasonCode.ShouldBe("tls-failed");
        (await VersionCheck(moved.Url()).ResultAsync()).ReasonCode.ShouldBe("not-the-offloader");
        (await VersionCheck("http://offloader.test:4545").ResultAsync()).ReasonCode.ShouldBe("name-not-found");
        (await VersionCheck("http://169.254.169.254").ResultAsync()).ReasonCode.ShouldBe("address-refused");
        (await VersionCheck(url: null).ResultAsync()).ReasonCode.ShouldBe("no-offloader");
        moved.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task One_address_that_does_not_answer_is_a_warning()
    {
        await using var port = ScriptedPort.Answering(Http.Json(Version));
        var service = Service(Nobody, $"http://offloader.localhost:{port.Port}", RtcdProbing.Resolving("127.0.0.1", "127.0.0.2"));

        var result = await new OffloaderVersionCheck(service).ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Warn, "some-addresses-fail"), result.Detail);
        result.Subjects.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("200 OK", LoggedIn, null)]
    [InlineData("400 Bad Request", WrongKey, "wrong-key")]
    [InlineData("400 Bad Request", NotFound, "unknown-client")]
    [InlineData("404 Not Found", "404 page not found", "login-not-there")]
    [InlineData("400 Bad Request", "no", "login-not-there")]
    [InlineData("200 OK", "{}", "login-not-there")]
    public async Task Credentials_are_tried_by_logging_in(string status, string body, string? code)
    {
        await using var port = ScriptedPort.Answering(Http.Reply(status, "application/json", body));

        var result = await CredentialsCheck(Service(Nobody, $"http://client-a:S3CRET@127.0.0.1:{port.Port}")).ResultAsync();

        result.ReasonCode.ShouldBe(code, result.Detail);
        port.Request.ShouldStartWith("POST /login HTTP/1.1\r\n");
        port.Request.ShouldNotContain("Authorization");
    }

    [Fact]
    public async Task What_is_sent_is_the_configured_credentials_and_nothing_that_registers()
    {
        var asked = new ConcurrentQueue<string>();
        await using var server = await LoopbackServer.StartAsync(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            asked.Enqueue($"{http.Request.Method} {http.Request.Path} {await reader.ReadToEndAsync()}");
            await http.Response.WriteAsync(LoggedIn);
        });

        var options = new OffloaderOptions { ServiceUrl = $"http://other:S3CRET@127.0.0.1:{server.Address.Port}", ClientId = "client-a", AuthKey = "S3CRET-key" };
        var result = await CredentialsCheck(Service(Nobody, options)).ResultAsync();

        result.Outcome.ShouldBe(Outcome.Pass, result.Detail);
        asked.ShouldBe(["""POST /login {"clientID":"client-a","authKey":"S3CRET-key"}"""]);
    }

    [Fact]
    public async Task Without_credentials_nothing_is_sent()
    {
        await using var port = ScriptedPort.Answering(Http.Json(LoggedIn));

        var result = await CredentialsCheck(Service(Nobody, port.Url())).ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Skipped, "no-credentials"));
        port.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task A_login_is_kept_out_of_every_text()
    {
        await using var port = ScriptedPort.Answering(Http.Json(LoggedIn));
        OffloaderUrl.TryParse(port.Url(), out var url, out _).ShouldBeTrue();
        var credentials = new OffloaderCredentials { ClientId = "a", AuthKey = "S3CRET" };

        var replies = await Probe(RtcdProbing.NoName).LogInAsync(url!, credentials, CancellationToken.None);

        replies.ShouldHaveSingleItem().Value.ShouldNotBeNull().BearerToken.ShouldBe("S3CRET-bearer-token");
        $"{replies[0]} {credentials}".ShouldNotContain("S3CRET");
    }

    [Theory]
    [InlineData("""["\n{\"level\":\"error\",\"msg\":\"failed to initialize job service: failed to get job service version info: http request failed: http://id:S3CRET@offloader:4545\",\"plugin_id\":\"com.mattermost.calls\"}"]""", "initialisation-failed")]
    [InlineData("""["{\"level\":\"debug\",\"msg\":\"job service initialized successfully\",\"plugin_id\":\"com.mattermost.calls\"}"]""", null)]
    [InlineData("""["{\"msg\":\"failed to initialize job service\",\"plugin_id\":\"com.mattermost.calls\"}","{\"msg\":\"job service initialized successfully\",\"plugin_id\":\"com.mattermost.calls\"}"]""", null)]
    [InlineData("""["{\"msg\":\"failed to initialize job service\",\"plugin_id\":\"com.example.other\"}"]""", "needs-a-person")]
    [InlineData("""["error [2026-11-22] failed to initialize job service: unauthorized"]""", "initialisation-failed")]
    [InlineData("""["{\"msg\":\"something else\"}"]""", "needs-a-person")]
    [InlineData("[]", "needs-a-person")]
    public async Task The_last_word_of_the_log_on_the_job_service_counts(string logs, string? code)
    {
        await using var server = await MattermostStub.StartAsync(calls: Recording);
        server.Replies["/api/v4/logs as administrator"] = (200, logs);

        var result = await Jobs(server.Installation(), server.Administrator).ResultAsync();

        result.ReasonCode.ShouldBe(code, result.Detail);
    }

    [Theory]
    [InlineData("""{"jobserviceurl":"http://o:4545"}""", "enterprise", true, "recordings-off")]
    [InlineData(Recording, "professional", true, "recordings-not-licensed")]
    [InlineData(Recording, "enterprise", false, "plugin-not-running")]
    public async Task Where_nobody_records_there_is_nothing_to_get_ready(string calls, string licence, bool runs, string code)
    {
        await using var server = await MattermostStub.StartAsync(
            version: runs ? """{"version":"1.12.2"}""" : null,
            calls: calls,
            licence: $$"""{"IsLicensed":"true","SkuShortName":"{{licence}}"}""",
            statuses: runs ? null : """[{"plugin_id":"com.mattermost.calls","state":3}]""");

        var result = await Jobs(server.Installation(), server.Administrator).ResultAsync();

        (result.Outcome, result.ReasonCode).ShouldBe((Outcome.Skipped, code), result.Detail);
    }

    [Fact]
    public async Task Without_a_log_to_read_a_person_has_to_record()
    {
        await using var server = await MattermostStub.StartAsync(calls: Recording);

        (await Jobs(server.Installation(), server.Administrator).ResultAsync()).ReasonCode.ShouldBe("needs-a-person");
        (await Jobs(Nobody, AdministratorAccess.None).ResultAsync()).ReasonCode.ShouldBe("needs-a-person");
    }

    [Fact]
    public async Task The_version_of_the_offloader_is_among_the_versions_that_are_compared()
    {
        await using var server = await MattermostStub.StartAsync();
        await using var port = ScriptedPort.Answering(Http.Json("""{"buildVersion":"v0.8.0"}"""));

        var result = await new CallsVersionsCheck(server.Installation(), Service(server.Installation(), port.Url()), Compatibility.Current).ResultAsync();

        result.Subjects.ShouldContain(subject => subject.ReasonCode == "offloader-minimum");
    }

    internal static OffloaderService Service(Installation installation, string? url = null, HostResolver? resolve = null) =>
        Service(installation, new OffloaderOptions { ServiceUrl = url }, resolve);

    private static OffloaderService Service(Installation installation, OffloaderOptions options, HostResolver? resolve = null) =>
        new(Options.Create(options), installation, Probe(resolve ?? RtcdProbing.NoName));

    private static OffloaderProbe Probe(HostResolver resolve) =>
        new(new CheckedHttp(new TargetAddresses(resolve, TimeProvider.System), TimeProvider.System));

    private static OffloaderTargetCheck Target(Installation installation) =>
        new(Service(installation), installation, new TargetAddresses(RtcdProbing.NoName, TimeProvider.System));

    private static OffloaderVersionCheck VersionCheck(string? url) => new(Service(Nobody, url));

    private static OffloaderCredentialsCheck CredentialsCheck(OffloaderService service) => new(service, Probe(RtcdProbing.NoName));

    private static OffloaderJobsCheck Jobs(Installation installation, AdministratorAccess administrator) =>
        new(Service(installation), installation, administrator, TimeProvider.System);
}
