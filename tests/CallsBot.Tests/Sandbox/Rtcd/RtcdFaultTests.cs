using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Text.Json.Nodes;
using CallsBot.Sandbox;
using CallsBot.Sandbox.Rtcd;

namespace CallsBot.Tests.Sandbox.Rtcd;

/// <summary>What the faults of the whole HTTP API do.</summary>
public sealed class RtcdFaultTests : IAsyncLifetime
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private RunningSandbox _sandbox = null!;

    private RtcdSandbox Rtcd => _sandbox.Rtcd;

    private Uri Version => new(Rtcd.Url, "version");

    public async Task InitializeAsync() => _sandbox = await RunningSandbox.StartAsync(new SandboxSettings(), CancellationToken.None);

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task A_healthy_rtcd_tells_its_version_and_load()
    {
        var version = JsonNode.Parse(await _http.GetStringAsync(Version))!;
        version["buildVersion"]!.GetValue<string>().ShouldBe("v1.2.6");
        version["goOS"]!.GetValue<string>().ShouldBe("linux");

        var system = JsonNode.Parse(await _http.GetStringAsync(new Uri(Rtcd.Url, "system")))!;
        system["cpu_load"]!.GetValue<double>().ShouldBe(0.27);
    }

    [Fact]
    public async Task A_stopped_rtcd_refuses_and_comes_back_on_the_same_port()
    {
        var before = Version;
        await Rtcd.Is(RtcdFault.Stopped);

        var refused = await Should.ThrowAsync<HttpRequestException>(() => _http.GetStringAsync(before));
        refused.HttpRequestError.ShouldBe(HttpRequestError.ConnectionError);

        await Rtcd.Is(RtcdFault.Healthy);
        (await _http.GetStringAsync(before)).ShouldContain("v1.2.6");
    }

    [Fact]
    public async Task A_silent_rtcd_takes_the_connection_and_never_answers()
    {
        await Rtcd.Is(RtcdFault.Silent);
        using var impatient = new HttpClient { Timeout = TimeSpan.FromMilliseconds(300) };

        await Should.ThrowAsync<TaskCanceledException>(() => impatient.GetStringAsync(Version));
    }

    [Fact]
    public async Task A_silent_request_ends_when_the_fault_is_lifted()
    {
        await Rtcd.Is(RtcdFault.Silent);
        var waiting = _http.GetStringAsync(Version);
        await Rtcd.Asked(times: 1);

        await Rtcd.Is(RtcdFault.Healthy);

        await Should.ThrowAsync<HttpRequestException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task A_slow_rtcd_answers_rightly_in_the_end()
    {
        Rtcd.SlowFor = TimeSpan.FromMilliseconds(200);
        await Rtcd.Is(RtcdFault.Slow);
        var started = TimeProvider.System.GetTimestamp();

        (await _http.GetStringAsync(Version)).ShouldContain("v1.2.6");

        TimeProvider.System.GetElapsedTime(started).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(150));
    }

    [Theory]
    [InlineData(RtcdFault.ProxyError, HttpStatusCode.BadGateway, "text/html", "502 Bad Gateway")]
    [InlineData(RtcdFault.ProxyPage, HttpStatusCode.OK, "text/html", "<html>")]
    [InlineData(RtcdFault.WrongJson, HttpStatusCode.OK, "application/json", "\"status\"")]
    [InlineData(RtcdFault.EmptyVersion, HttpStatusCode.OK, "application/json", "\"buildVersion\":\"\"")]
    [InlineData(RtcdFault.OldVersion, HttpStatusCode.OK, "application/json", "\"buildVersion\":\"v0.11.3\"")]
    [InlineData(RtcdFault.ServerError, HttpStatusCode.InternalServerError, "text/plain", "Internal Server Error")]
    internal async Task A_fault_shows_in_the_answer(RtcdFault fault, HttpStatusCode status, string mediaType, string content)
    {
        await Rtcd.Is(fault);

        using var response = await _http.GetAsync(Version);

        response.StatusCode.ShouldBe(status);
        response.Content.Headers.ContentType!.MediaType.ShouldBe(mediaType);
        (await response.Content.ReadAsStringAsync()).ShouldContain(content);
    }

    [Fact]
    public async Task A_redirect_leads_elsewhere()
    {
        await Rtcd.Is(RtcdFault.Redirect);

        using var response = await _http.GetAsync(Version);

        response.StatusCode.ShouldBe(HttpStatusCode.Found);
        response.Headers.Location!.Host.ShouldBe("login.example.test");
    }

    [Fact]
    public async Task With_tls_plain_http_breaks_and_the_certificate_is_nobodys()
    {
        await Rtcd.Is(RtcdFault.Tls);
        var secure = new UriBuilder(Version) { Scheme = "https" }.Uri;

        await Should.ThrowAsync<HttpRequestException>(() => _http.GetStringAsync(Version));
        var refused = await Should.ThrowAsync<HttpRequestException>(() => _http.GetStringAsync(secure));
        refused.InnerException.ShouldBeOfType<AuthenticationException>();

        using var trusting = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=rtcd.example.test" },
        });
        (await trusting.GetStringAsync(secure)).ShouldContain("v1.2.6");
    }

    [Fact]
    public async Task Snake_case_keys_are_there_on_demand()
    {
        Rtcd.SnakeCaseKeys = true;

        (await _http.GetStringAsync(Version)).ShouldContain("\"build_version\":\"v1.2.6\"");
    }
}
