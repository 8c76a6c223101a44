using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using CallsBot.Sandbox;
using CallsBot.Sandbox.Offloader;
using CallsBot.Tests.Sandbox.Rtcd;

namespace CallsBot.Tests.Sandbox.Offloader;

public sealed class OffloaderSandboxTests : IAsyncLifetime
{
    private const string Runners = """{"Runners":["mattermost/calls-recorder:v0.8.13","mattermost/calls-transcriber:v0.7.2"]}""";

    private readonly HttpClient _http = new();
    private RunningSandbox _sandbox = null!;

    private OffloaderSandbox Offloader => _sandbox.Offloader;

    private AuthenticationHeaderValue Good => Participant.Basic(Offloader.ClientId, Offloader.AuthKey);

    public async Task InitializeAsync() => _sandbox = await RunningSandbox.StartAsync(new SandboxSettings(), CancellationToken.None);

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Theory]
    [InlineData(OffloaderFault.Healthy, "v0.9.5")]
    [InlineData(OffloaderFault.OldVersion, "v0.8.0")]
    [InlineData(OffloaderFault.EmptyVersion, "")]
    internal async Task Anyone_reads_the_version(OffloaderFault fault, string version)
    {
        await Offloader.Is(fault);

        var answer = await SendAsync(HttpMethod.Get, "version", null);

        answer.Status.ShouldBe(200);
        JsonNode.Parse(answer.Body)!.AsObject().Select(field => field.Key).ShouldBe(["buildDate", "buildVersion", "buildHash", "goVersion"]);
        JsonNode.Parse(answer.Body)!["buildVersion"]!.GetValue<string>().ShouldBe(version);
    }

    [Fact]
    public async Task A_known_client_logs_in_and_initialises_with_an_empty_200()
    {
        var login = await SendAsync(HttpMethod.Post, "login", null, $$"""{"clientID":"{{Offloader.ClientId}}","authKey":"{{Offloader.AuthKey}}"}""");
        var token = JsonNode.Parse(login.Body)!["bearerToken"]!.GetValue<string>();

        (await SendAsync(HttpMethod.Post, "jobs/init", new("Bearer", token), Runners)).ShouldBe((200, ""));
        (await SendAsync(HttpMethod.Post, "jobs/init", Good, Runners)).ShouldBe((200, ""));

        Offloader.Runners.ShouldBe(["mattermost/calls-recorder:v0.8.13", "mattermost/calls-transcriber:v0.7.2"]);
        Offloader.Requests.ShouldBe(["POST /login", "POST /jobs/init", "POST /jobs/init"]);
    }

    [Theory]
    [InlineData("", "failed to decode request body: EOF")]
    [InlineData("[]", "failed to decode request body: json: cannot unmarshal array into Go value of type job.ServiceConfig")]
    [InlineData("{}", "invalid job service config: invalid empty Runners")]
    [InlineData("""{"Runners":["docker.io/calls-recorder:v0.8.13"]}""", "invalid job service config: failed to validate runner \"docker.io/calls-recorder:v0.8.13\"")]
    [InlineData("""{"Runners":["mattermost/calls-recorder:v0.5.9"]}""", "invalid job service config: actual version (0.5.9) is lower than minimum supported version (0.6.0)")]
    public async Task An_initialisation_is_refused_with_its_reason(string body, string why)
    {
        var answer = await SendAsync(HttpMethod.Post, "jobs/init", Good, body);

        answer.Status.ShouldBe(400);
        JsonNode.Parse(answer.Body)!.ToJsonString().ShouldBe(new JsonObject { ["code"] = "400", ["error"] = why }.ToJsonString());
        Offloader.Runners.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(OffloaderFault.Unauthorized, "login failed: authentication failed: error: not found")]
    [InlineData(OffloaderFault.WrongKey, "login failed: authentication failed")]
    internal async Task A_client_that_is_not_known_is_refused_and_known_again_afterwards(OffloaderFault fault, string why)
    {
        await Offloader.Is(fault);
        var body = $$"""{"clientID":"{{Offloader.ClientId}}","authKey":"{{Offloader.AuthKey}}"}""";

        var login = await SendAsync(HttpMethod.Post, "login", null, body);
        (login.Status, JsonNode.Parse(login.Body)!["error"]!.GetValue<string>()).ShouldBe((400, why));
        (await SendAsync(HttpMethod.Post, "jobs/init", Good, Runners)).ShouldBe((401, """{"code":"401","error":"authentication failed"}""" + "\n"));
        (await SendAsync(HttpMethod.Post, "register", null, body)).Status.ShouldBe(401);

        await Offloader.Is(OffloaderFault.Healthy);
        (await SendAsync(HttpMethod.Post, "login", null, body)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task With_self_registration_whoever_authenticates_is_registered_by_that()
    {
        Offloader.Clients.AllowsSelfRegistration = true;
        var fresh = Participant.Basic("fresh", "0123456789abcdef0123456789abcdef");

        (await SendAsync(HttpMethod.Get, "jobs/abcdefghijkl", fresh)).Status.ShouldBe(404);
        (await SendAsync(HttpMethod.Get, "jobs/abcdefghijkl", Participant.Basic("fresh", "another-key-of-thirty-two-letters"))).Status.ShouldBe(401);
        (await SendAsync(HttpMethod.Get, "jobs/abcdefghijkl", Participant.Basic("other", "short"))).Body.ShouldContain("\"unauthorized\"");
    }

    [Fact]
    public async Task An_image_that_cannot_be_pulled_fails_the_initialisation()
    {
        await Offloader.Is(OffloaderFault.PullFails);

        var answer = await SendAsync(HttpMethod.Post, "jobs/init", Good, Runners);

        answer.Status.ShouldBe(500);
        answer.Body.ShouldContain("failed to update job runner: failed to pull docker image: ");
    }

    [Fact]
    public async Task A_stopped_one_refuses_and_comes_back_on_the_same_port()
    {
        await Offloader.Is(OffloaderFault.Stopped);
        (await Should.ThrowAsync<HttpRequestException>(() => SendAsync(HttpMethod.Get, "version", null))).HttpRequestError.ShouldBe(HttpRequestError.ConnectionError);

        await Offloader.Is(OffloaderFault.Healthy);
        (await SendAsync(HttpMethod.Get, "version", null)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_silent_one_never_answers_and_hangs_up_when_the_fault_is_lifted()
    {
        await Offloader.Is(OffloaderFault.Silent);
        using var impatient = new HttpClient { Timeout = TimeSpan.FromMilliseconds(300) };
        await Should.ThrowAsync<TaskCanceledException>(() => impatient.GetStringAsync(new Uri(Offloader.Url, "version")));

        var waiting = SendAsync(HttpMethod.Get, "version", null);
        await Offloader.Asked(times: 2);
        await Offloader.Is(OffloaderFault.Healthy);
        await Should.ThrowAsync<HttpRequestException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task A_proxys_page_stands_in_for_everything()
    {
        await Offloader.Is(OffloaderFault.ProxyError);

        (await SendAsync(HttpMethod.Get, "version", null)).Status.ShouldBe(502);
    }

    [Theory]
    [InlineData("GET", "login", 404)]
    [InlineData("POST", "version", 404)]
    [InlineData("GET", "jobs/init", 405)]
    [InlineData("GET", "jobs", 405)]
    [InlineData("GET", "debug/pprof/heap", 200)]
    [InlineData("GET", "jobs/abcdefghijkl", 404)]
    public async Task Paths_and_methods_are_as_in_the_real_one(string method, string path, int status)
    {
        (await SendAsync(HttpMethod.Parse(method), path, Good)).Status.ShouldBe(status);
        _sandbox.Unexpected.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("POST", "jobs", 501)]
    [InlineData("GET", "metrics", 404)]
    public async Task A_job_and_a_path_that_none_has_are_unexpected(string method, string path, int status)
    {
        (await SendAsync(HttpMethod.Parse(method), path, Good)).Status.ShouldBe(status);

        _sandbox.Unexpected.ShouldBe([$"Offloader {method} /{path}"]);
    }

    private async Task<(int Status, string Body)> SendAsync(HttpMethod method, string path, AuthenticationHeaderValue? authorization, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Offloader.Url, path));
        request.Headers.Authorization = authorization;
        request.Content = body is null ? null : new StringContent(body);
        using var response = await _http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
