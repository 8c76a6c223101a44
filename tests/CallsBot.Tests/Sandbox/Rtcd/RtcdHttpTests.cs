using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using CallsBot.Sandbox;
using CallsBot.Sandbox.Rtcd;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Sandbox.Rtcd;

/// <summary>The pretend RTCD's HTTP API: what was recorded from a real v0.11.3, and what the source of v1.2.6 says.</summary>
public sealed class RtcdHttpTests : IAsyncLifetime
{
    // The recorded client: the key of rtcd's own sample configuration.
    private const string RecordedKey = "Ey4-H_BJA00_TVByPi8DozE12ekN3S7A";

    private static readonly JsonArray Recorded =
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Vectors", "rtcd", "http.json")))!.AsArray();

    private readonly ManualTimeProvider _time = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private RunningSandbox _sandbox = null!;

    public static TheoryData<string> Exchanges { get; } = [.. Recorded.Select(exchange => exchange!["name"]!.GetValue<string>())];

    private RtcdSandbox Rtcd => _sandbox.Rtcd;

    private AuthenticationHeaderValue Good => Participant.Basic(Rtcd.ClientId, Rtcd.AuthKey);

    public async Task InitializeAsync() => _sandbox = await RunningSandbox.StartAsync(
        new SandboxSettings { Time = _time, Rtcd = new RtcdSettings { ClientId = "bot", AuthKey = RecordedKey } }, CancellationToken.None);

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Exchanges))]
    public async Task A_recorded_request_gets_the_recorded_answer(string recording)
    {
        await Rtcd.Is(RtcdFault.OldVersion);
        Rtcd.Clients.AllowsSelfRegistration = true;
        var exchange = Recorded.Single(exchange => exchange!["name"]!.GetValue<string>() == recording)!;
        var recorded = exchange["response"]!;

        using var request = RequestFor(recording, exchange["request"]);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        ((int)response.StatusCode).ShouldBe(recorded["status"]!.GetValue<int>());
        if (recorded["contentType"] is { } type)
        {
            response.Content.Headers.ContentType!.ToString().ShouldBe(type.GetValue<string>());
        }

        if (recorded["contentLength"] is { } length)
        {
            response.Content.Headers.ContentLength.ShouldBe(long.Parse(length.GetValue<string>(), provider: null));
        }

        if (recorded["body"]?.GetValue<string>() is { } text)
        {
            ShouldBeLike(text, await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task A_known_client_logs_in_and_its_token_opens_the_calls_until_the_next_login()
    {
        var first = await LoginAsync();
        first.Length.ShouldBe(32);
        (await StatusAsync("calls/x/sessions", new("Bearer", first))).ShouldBe(HttpStatusCode.NotFound);

        var second = await LoginAsync();

        (await StatusAsync("calls/x/sessions", new("Bearer", first))).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync("calls/x/sessions", new("Bearer", second))).ShouldBe(HttpStatusCode.NotFound);
        _time.Advance(TimeSpan.FromMinutes(1441));
        (await StatusAsync("calls/x/sessions", new("Bearer", second))).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("bot", RecordedKey, 404, "failed to get session configs: group not found\n")]
    [InlineData("bot", "wrongwrongwrongwrongwrongwrongwrong", 401, "unauthorized\n")]
    [InlineData("nobody", RecordedKey, 401, "unauthorized\n")]
    [InlineData("", RecordedKey, 401, "unauthorized\n")]
    [InlineData("anybody", "administrators-secret", 401, "unauthorized\n")]
    public async Task The_calls_tell_good_credentials_from_bad_ones_in_plain_text(string client, string key, int status, string body)
    {
        Rtcd.Clients.AdminSecret = "administrators-secret";

        var answer = await SendAsync(HttpMethod.Get, "calls/nobodys/sessions", Participant.Basic(client, key));

        (answer.Status, answer.Body, answer.Type).ShouldBe((status, body, "text/plain; charset=utf-8"));
    }

    [Fact]
    public async Task Without_self_registration_strangers_may_not_register_and_clients_may()
    {
        const string body = """{"clientID":"new","authKey":"0123456789abcdef0123456789abcdef"}""";
        (await SendAsync(HttpMethod.Post, "register", null, body)).ShouldBe(
            (401, """{"code":"401","error":"authentication failed: invalid auth header"}""" + "\n", "application/json"));
        (await SendAsync(HttpMethod.Post, "register", Participant.Basic("bot", "wrong"), body)).Body.ShouldContain("\"authentication failed\"");
        (await SendAsync(HttpMethod.Post, "register", new("Bearer", "x"), body)).Body.ShouldContain("token is invalid");

        (await SendAsync(HttpMethod.Post, "register", Good, body)).ShouldBe((201, """{"clientID":"new","code":"201"}""" + "\n", "application/json"));
        (await StatusAsync("calls/x/sessions", Participant.Basic("new", "0123456789abcdef0123456789abcdef"))).ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("", "EOF")]
    [InlineData("hello", "invalid character 'h' looking for beginning of value")]
    [InlineData("{", "unexpected EOF")]
    [InlineData("""{"clientID":1}""", "json: cannot unmarshal number into Go value of type string")]
    [InlineData("[]", "json: cannot unmarshal array into Go value of type map[string]string")]
    [InlineData("""{"authKey":"0123456789abcdef0123456789abcdef"}""", "registration failed: error: empty key")]
    [InlineData("""{"clientID":"bot","authKey":"0123456789abcdef0123456789abcdef"}""", "registration failed: already registered")]
    public async Task A_registration_is_refused_in_gos_words(string body, string why)
    {
        Rtcd.Clients.AllowsSelfRegistration = true;

        var answer = await SendAsync(HttpMethod.Post, "register", null, body);

        answer.Status.ShouldBe(400);
        JsonNode.Parse(answer.Body)!["error"]!.GetValue<string>().ShouldBe(why);
        JsonNode.Parse(answer.Body)!["code"]!.GetValue<string>().ShouldBe("400");
    }

    [Fact]
    public async Task Clients_unregister_themselves_alone_and_the_administrator_anybody()
    {
        const string own = """{"clientID":"bot"}""";
        (await SendAsync(HttpMethod.Post, "unregister", Good, own)).Body.ShouldContain("unregister not enabled");

        Rtcd.Clients.AdminSecret = "administrators-secret";
        Rtcd.Clients.Put("other", "0123456789abcdef0123456789abcdef");
        (await SendAsync(HttpMethod.Post, "unregister", Good, """{"clientID":"other"}""")).ShouldBe(
            (403, """{"code":"403","error":"client id not valid"}""" + "\n", "application/json"));
        (await SendAsync(HttpMethod.Post, "unregister", Good, "{}")).Body.ShouldContain("client id should not be empty");
        (await SendAsync(HttpMethod.Post, "unregister", Good, own)).ShouldBe((200, """{"code":"200"}""" + "\n", "application/json"));
        (await SendAsync(HttpMethod.Post, "unregister", Participant.Basic("", "administrators-secret"), own)).Body.ShouldContain("unregister failed: error: not found");
        (await SendAsync(HttpMethod.Post, "unregister", Participant.Basic("", "administrators-secret"), """{"clientID":"other"}""")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("v0.7.0", "login", "POST", 404)]
    [InlineData("v0.14.0", "system", "GET", 404)]
    [InlineData("v0.15.0", "system", "GET", 200)]
    [InlineData("v0.17.0", "calls/x/sessions", "GET", 404)]
    [InlineData("v1.0.0", "calls/x/sessions", "GET", 401)]
    [InlineData("v1.0.0", "calls/x/sessions", "POST", 404)]
    [InlineData("v1.0.0", "system", "POST", 404)]
    [InlineData("v1.0.0", "login", "GET", 404)]
    [InlineData("v1.0.0", "debug/pprof/heap", "GET", 200)]
    [InlineData("v1.0.0", "debug/pprof/", "GET", 404)]
    public async Task What_is_there_depends_on_the_version(string version, string path, string method, int status)
    {
        Rtcd.Version = version;

        (await SendAsync(HttpMethod.Parse(method), path, null, method == "POST" ? "{}" : null)).Status.ShouldBe(status);
        _sandbox.Unexpected.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_path_that_no_rtcd_has_is_a_404_and_is_remembered()
    {
        (await SendAsync(HttpMethod.Get, "health", null)).ShouldBe((404, "404 page not found\n", "text/plain; charset=utf-8"));

        _sandbox.Unexpected.ShouldBe(["RTCD GET /health"]);
    }

    [Theory]
    [InlineData("bot", "wrongwrongwrongwrongwrongwrongwrong")]
    [InlineData("nobody", RecordedKey)]
    public async Task A_socket_with_bad_credentials_gets_an_empty_200(string client, string key)
    {
        var refused = await Should.ThrowAsync<WebSocketException>(() => Participant.OpenAsync(Rtcd.Url, client, key));

        refused.Message.ShouldContain("'200'");
        Rtcd.Log.ShouldContain(line => line.Contains("ws: auth callback failed"));
    }

    [Fact]
    public async Task A_get_without_an_upgrade_leaves_the_gauge_below_zero()
    {
        (await SendAsync(HttpMethod.Get, "ws", Good)).ShouldBe((400, "Bad Request\n", "text/plain; charset=utf-8"));

        Rtcd.Metric("rtcd_ws_connections_total", "clientID=\"bot\"").ShouldBe(-1);
    }

    [Fact]
    public async Task The_metrics_count_what_has_happened()
    {
        (await MetricsAsync()).ShouldNotContain("rtcd_rtc_sessions_total");
        using var participant = await Participant.ConnectAsync(Rtcd);
        await participant.JoinAsync(candidates: 2);

        var during = await MetricsAsync();
        during.ShouldContain("# TYPE rtcd_rtc_sessions_total gauge\nrtcd_rtc_sessions_total{groupID=\"bot\"} 1\n");
        during.ShouldContain("\nrtcd_ws_connections_total{clientID=\"bot\"} 1\n");
        during.ShouldContain("\nrtcd_ws_messages_total{clientID=\"bot\",direction=\"in\",type=\"join\"} 1\n");
        during.ShouldContain("\nrtcd_process_open_fds ");
        await participant.LeaveAsync();

        var after = await MetricsAsync();
        after.ShouldContain("\nrtcd_rtc_sessions_total{groupID=\"bot\"} 0\n");
        after.ShouldContain("\nrtcd_rtc_conn_states_total{type=\"closed\"} 1\n");
    }

    private static void ShouldBeLike(string recorded, string body)
    {
        if (recorded.EndsWith('…'))
        {
            body.Split('\n').Where(line => line.StartsWith("go_info", StringComparison.Ordinal)).ShouldBe(["go_info{version=\"go1.19.8\"} 1"]);
            return;
        }

        if (recorded.StartsWith("{\"build", StringComparison.Ordinal))
        {
            // The recorded build had no stamps.
            JsonNode.Parse(body)!.AsObject().Select(field => field.Key).ShouldBe(JsonNode.Parse(recorded)!.AsObject().Select(field => field.Key));
            body.ShouldEndWith("}\n");
            return;
        }

        System.Text.RegularExpressions.Regex.Replace(body, "(?<=\"bearerToken\":\")[^\"]{32}", "TOKEN_OF_32_CHARACTERS").ShouldBe(recorded);
    }

    private HttpRequestMessage RequestFor(string recording, JsonNode? recorded)
    {
        var request = new HttpRequestMessage(
            HttpMethod.Parse(recorded?["method"]?.GetValue<string>() ?? "GET"), new Uri(Rtcd.Url, recorded?["path"]?.GetValue<string>() ?? "/ws"));
        if (recorded?["body"] is { } body)
        {
            request.Content = new StringContent(body.ToJsonString());
        }

        if (recorded?["headers"] is not null)
        {
            request.Headers.Authorization = Good;
        }

        if (!recording.StartsWith("ws upgrade", StringComparison.Ordinal))
        {
            return request;
        }

        request.Headers.Authorization = recording switch
        {
            "ws upgrade, wrong key" => Participant.Basic("bot", "wrongwrongwrongwrongwrongwrongwrong"),
            "ws upgrade, bad bearer" => new("Bearer", "nosuchtoken"),
            "ws upgrade, no auth" => null,
            _ => Good,
        };
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new ProductHeaderValue("websocket"));
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        if (recording.EndsWith("foreign Origin", StringComparison.Ordinal))
        {
            request.Headers.Add("Origin", "http://elsewhere.example");
        }

        return request;
    }

    private async Task<string> LoginAsync()
    {
        var answer = await SendAsync(HttpMethod.Post, "login", null, new JsonObject { ["clientID"] = Rtcd.ClientId, ["authKey"] = Rtcd.AuthKey }.ToJsonString());
        return JsonNode.Parse(answer.Body)!["bearerToken"]!.GetValue<string>();
    }

    private async Task<HttpStatusCode> StatusAsync(string path, AuthenticationHeaderValue authorization) =>
        (HttpStatusCode)(await SendAsync(HttpMethod.Get, path, authorization)).Status;

    private async Task<string> MetricsAsync() => (await SendAsync(HttpMethod.Get, "metrics", null)).Body;

    private async Task<(int Status, string Body, string? Type)> SendAsync(HttpMethod method, string path, AuthenticationHeaderValue? authorization, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Rtcd.Url, path));
        request.Headers.Authorization = authorization;
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8);
        using var response = await _http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentType?.ToString());
    }
}
