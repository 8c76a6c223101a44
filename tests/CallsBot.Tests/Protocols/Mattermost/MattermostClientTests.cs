using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using CallsBot.Protocols.Mattermost;
using CallsBot.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace CallsBot.Tests.Protocols.Mattermost;

public sealed class MattermostClientTests
{
    private const string Token = "s3cr3ts3cr3ts3cr3ts3cr3ts3";
    private const string Me = """{"id":"u","username":"callsbot"}""";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ManualTimeProvider _time = new();

    [Theory]
    [InlineData("/chat")]
    [InlineData("/chat/")]
    public async Task A_server_under_a_sub_path_is_asked_there(string subPath)
    {
        await using var server = await Requests.AnswerAsync((_, _) => Reply(200, Me));
        using var client = ClientOf(new Uri(server.Address, subPath));

        await client.Api.GetMeAsync(default);

        server.Seen.ShouldHaveSingleItem().Path.ShouldBe("/chat/api/v4/users/me");
    }

    [Theory]
    [InlineData("ftp://chat.example.com")]
    [InlineData("chat")]
    public void An_address_that_is_not_of_a_web_server_is_refused(string address) =>
        Should.Throw<ArgumentException>(() => ClientOf(new Uri(address, UriKind.RelativeOrAbsolute)));

    [Theory]
    [InlineData("Retry-After", "7")]
    [InlineData("X-RateLimit-Reset", "7")]
    public async Task The_rate_limit_is_waited_out_for_as_long_as_the_server_says(string header, string value)
    {
        await using var server = await Requests.AnswerAsync((count, _) =>
            count == 1 ? Reply(429, "limit exceeded", (header, value)) : Reply(200, "{}"));
        using var client = ClientOf(server.Address);

        var call = client.Api.OpenDialogAsync(Dialog(), default);
        await _time.WaitForTimerAsync(due => due == TimeSpan.FromSeconds(7)).WaitAsync(Patience);
        server.Seen.Count.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(7));

        await call.WaitAsync(Patience);
        server.Seen.Count.ShouldBe(2);
        server.Seen.Select(r => r.Body).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_date_to_wait_for_is_read_against_the_clock()
    {
        var until = _time.GetUtcNow().AddSeconds(9).ToString("R", CultureInfo.InvariantCulture);
        await using var server = await Requests.AnswerAsync((count, _) =>
            count == 1 ? Reply(429, "", ("Retry-After", until)) : Reply(200, Me));
        using var client = ClientOf(server.Address);

        var call = client.Api.GetMeAsync(default);
        await _time.WaitForTimerAsync(due => due == TimeSpan.FromSeconds(9)).WaitAsync(Patience);
        _time.Advance(TimeSpan.FromSeconds(9));

        (await call.WaitAsync(Patience)).Username.ShouldBe("callsbot");
    }

    [Fact]
    public async Task A_wait_beyond_the_time_limit_is_not_begun()
    {
        await using var server = await Requests.AnswerAsync((_, _) => Reply(429, "", ("Retry-After", "31")));
        using var client = ClientOf(server.Address);

        var refusal = await Should.ThrowAsync<MattermostException>(client.Api.GetMeAsync(default)).WaitAsync(Patience);

        refusal.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        server.Seen.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_server_that_never_has_enough_is_asked_five_times()
    {
        await using var server = await Requests.AnswerAsync((_, _) => Reply(429, "", ("Retry-After", "2")));
        using var client = ClientOf(server.Address);

        var call = client.Api.GetMeAsync(default);
        for (var i = 0; i < 4; i++)
        {
            await _time.WaitForTimerAsync(due => due == TimeSpan.FromSeconds(2)).WaitAsync(Patience);
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        (await Should.ThrowAsync<MattermostException>(call).WaitAsync(Patience))
            .StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        server.Seen.Count.ShouldBe(5);
    }

    [Theory]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(0)]
    public async Task Reading_is_tried_again_when_a_proxy_or_the_network_is_at_fault(int status)
    {
        await using var server = await Requests.AnswerAsync((count, _) => count < 3 ? Reply(status, "down") : Reply(200, Me));
        using var client = ClientOf(server.Address);

        var me = await PassTimeAsync(client.Api.GetMeAsync(default));

        me.Id.ShouldBe("u");
        server.Seen.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(502)]
    [InlineData(0)]
    public async Task A_post_with_a_pending_id_is_tried_again_with_the_same_id(int status)
    {
        await using var server = await Requests.AnswerAsync((count, _) =>
            count == 1 ? Reply(status, "down") : Reply(201, PostJson("p1")));
        using var client = ClientOf(server.Address);

        var post = await PassTimeAsync(client.PostAsync(new PostDraft { ChannelId = "c", Message = "hello" }, default));

        post.Id.ShouldBe("p1");
        server.Seen.Count.ShouldBe(2);
        server.Seen.Select(PendingIdOf).Distinct().ShouldHaveSingleItem().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_post_that_the_server_is_still_saving_is_asked_for_again()
    {
        await using var server = await Requests.AnswerAsync((count, _) => count switch
        {
            1 => Reply(504, "gateway timeout"),
            2 => Reply(500, Error("api.post.deduplicate_create_post.pending", "another client is making the same request", 500)),
            _ => Reply(201, PostJson("p1")),
        });
        using var client = ClientOf(server.Address);

        var post = await PassTimeAsync(client.PostAsync(new PostDraft { ChannelId = "c", Message = "hello" }, default));

        post.Id.ShouldBe("p1");
        server.Seen.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(502)]
    [InlineData(0)]
    public async Task A_change_of_a_post_is_tried_again(int status)
    {
        await using var server = await Requests.AnswerAsync((count, _) => count == 1 ? Reply(status, "down") : Reply(200, PostJson("p1")));
        using var client = ClientOf(server.Address);

        var post = await PassTimeAsync(client.Api.PatchPostAsync("p1", new PostPatch { Message = "changed" }, default));

        post.Id.ShouldBe("p1");
        server.Seen.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(502)]
    [InlineData(0)]
    public async Task What_may_have_been_done_is_not_done_again(int status)
    {
        await using var server = await Requests.AnswerAsync((_, _) => Reply(status, "down"));
        using var client = ClientOf(server.Address);

        await Should.ThrowAsync<MattermostException>(client.Api.CreatePostAsync(
            new PostDraft { ChannelId = "c", Message = "no pending id" }, default)).WaitAsync(Patience);
        await Should.ThrowAsync<MattermostException>(client.Api.OpenDialogAsync(Dialog(), default)).WaitAsync(Patience);

        server.Seen.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(500)]
    public async Task A_refusal_is_not_argued_with(int status)
    {
        await using var server = await Requests.AnswerAsync((_, _) => Reply(status, Error("some.id", "No.", status)));
        using var client = ClientOf(server.Address);

        var refusal = await Should.ThrowAsync<MattermostException>(client.Api.GetMeAsync(default)).WaitAsync(Patience);

        ((int?)refusal.StatusCode).ShouldBe(status);
        refusal.ErrorId.ShouldBe("some.id");
        server.Seen.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_server_that_repeats_the_token_does_not_get_it_into_the_message()
    {
        await using var server = await Requests.AnswerAsync((_, _) =>
            Reply(400, Error("some.id", $"bad token {Token},\nsecond line", 400)));
        using var client = ClientOf(server.Address);

        var refusal = await Should.ThrowAsync<MattermostException>(client.Api.GetMeAsync(default)).WaitAsync(Patience);

        refusal.Message.ShouldBe($"GET {server.Address}api/v4/users/me: 400 some.id, bad token ***, second line");
        refusal.ToString().ShouldNotContain(Token);
    }

    [Fact]
    public async Task A_page_in_place_of_a_reply_is_named_as_such()
    {
        await using var server = await Requests.AnswerAsync((count, _) => count == 1
            ? Reply(403, new string('x', 200_000), ("Content-Type", "text/html"))
            : Reply(200, "<html>Sign in</html>", ("Content-Type", "text/html")));
        using var client = ClientOf(server.Address);

        var refusal = await Should.ThrowAsync<MattermostException>(client.Api.GetMeAsync(default)).WaitAsync(Patience);
        var page = await Should.ThrowAsync<MattermostException>(client.Api.GetMeAsync(default)).WaitAsync(Patience);

        refusal.Message.ShouldEndWith("/api/v4/users/me: 403, and the reply (text/html) is not Mattermost's.");
        refusal.ErrorId.ShouldBeNull();
        page.Message.ShouldContain("/api/v4/users/me: the reply (text/html) cannot be read.");
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.InnerException.ShouldBeOfType<JsonException>();
    }

    [Fact]
    public async Task A_redirect_is_told_and_not_followed()
    {
        await using var server = await Requests.AnswerAsync((_, _) =>
            Reply(301, "", ("Location", "https://chat.example.com/api/v4/users/me?code=secret")));
        using var client = ClientOf(server.Address);

        var refusal = await Should.ThrowAsync<MattermostException>(client.Api.GetMeAsync(default)).WaitAsync(Patience);

        refusal.Message.ShouldEndWith("It redirects to https://chat.example.com: use the address it ends at.");
        server.Seen.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_reply_without_end_is_cut_off()
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            var junk = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(junk, context.RequestAborted);
            }
        });
        using var client = ClientOf(server.Address);

        var fault = await Should.ThrowAsync<MattermostException>(client.Api.GetMeAsync(default)).WaitAsync(Patience);

        fault.StatusCode.ShouldBeNull();
        fault.InnerException.ShouldBeOfType<HttpRequestException>()
            .HttpRequestError.ShouldBe(HttpRequestError.ConfigurationLimitExceeded);
    }

    [Fact]
    public async Task A_silent_server_is_given_up_after_the_time_limit()
    {
        await using var server = await LoopbackServer.StartAsync(
            context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        using var client = ClientOf(server.Address);

        var call = client.Api.GetMeAsync(default);
        await _time.WaitForTimerAsync(due => due == Limit).WaitAsync(Patience);
        _time.Advance(Limit);

        var fault = await Should.ThrowAsync<MattermostException>(call).WaitAsync(Patience);
        fault.Message.ShouldEndWith("/api/v4/users/me: no reply within 30 s.");
    }

    [Fact]
    public async Task A_caller_who_gives_up_gets_a_cancellation_and_not_a_fault()
    {
        await using var server = await LoopbackServer.StartAsync(
            context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        using var client = ClientOf(server.Address);
        using var caller = new CancellationTokenSource();

        var call = client.Api.GetMeAsync(caller.Token);
        await _time.WaitForTimerAsync(due => due == Limit).WaitAsync(Patience);
        await caller.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(call).WaitAsync(Patience);
    }

    [Fact]
    public async Task A_closed_port_is_named()
    {
        using var client = ClientOf(new Uri($"http://127.0.0.1:{ClosedPort()}"));

        var fault = await Should.ThrowAsync<MattermostException>(PassTimeAsync(client.Api.GetMeAsync(default)));

        fault.StatusCode.ShouldBeNull();
        fault.Message.ShouldContain("/api/v4/users/me: Connection refused");
    }

    [Fact]
    public async Task A_list_that_go_writes_as_null_is_empty()
    {
        await using var server = await Requests.AnswerAsync((_, _) => Reply(200, "null"));
        using var client = ClientOf(server.Address);

        (await client.Api.GetMyTeamsAsync(default)).ShouldBeEmpty();
        await Should.ThrowAsync<MattermostException>(client.Api.GetMeAsync(default));
    }

    [Fact]
    public async Task A_long_message_becomes_several_posts_with_the_attachments_under_the_last()
    {
        await using var server = await Requests.AnswerAsync((count, _) => Reply(201, PostJson($"p{count}")));
        using var client = ClientOf(server.Address);
        var line = new string('x', 99) + "\n";
        var draft = new PostDraft
        {
            ChannelId = "c",
            RootId = "root",
            Message = string.Concat(Enumerable.Repeat(line, 400)),
            FileIds = ["f"],
            Props = new PostProps { Attachments = [new Attachment { Title = "Next" }] },
        };

        var last = await client.PostAsync(draft, default);

        var sent = server.Seen.Select(r => JsonNode.Parse(r.Body)!.AsObject()).ToList();
        last.Id.ShouldBe("p3");
        string.Concat(sent.Select(p => p["message"]!.GetValue<string>())).ShouldBe(draft.Message);
        sent.ShouldAllBe(p => p["message"]!.GetValue<string>().Length <= MattermostClient.MaxMessageLength);
        sent.ShouldAllBe(p => p["root_id"]!.GetValue<string>() == "root");
        sent.Select(p => p.ContainsKey("props")).ShouldBe([false, false, true]);
        sent.Select(p => p.ContainsKey("file_ids")).ShouldBe([false, false, true]);
        sent.Select(p => p["pending_post_id"]!.GetValue<string>()).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task The_same_draft_sent_twice_has_the_same_pending_ids()
    {
        await using var server = await Requests.AnswerAsync((count, _) => Reply(201, PostJson($"p{count}")));
        using var client = ClientOf(server.Address);
        var draft = new PostDraft { ChannelId = "c", Message = new string('x', 20_000), PendingPostId = "mine" };

        await client.PostAsync(draft, default);
        await client.PostAsync(draft, default);

        server.Seen.Select(PendingIdOf).ShouldBe(["mine-1", "mine", "mine-1", "mine"]);
    }

    [Fact]
    public async Task A_message_of_more_than_five_posts_becomes_a_file_with_an_excerpt()
    {
        await using var server = await Requests.AnswerAsync((_, request) => request.Path.EndsWith("/files", StringComparison.Ordinal)
            ? Reply(201, """{"file_infos":[{"id":"whole","name":"message.md"}]}""")
            : Reply(201, PostJson("p1")));
        using var client = ClientOf(server.Address);
        var message = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"line {i}\n"));

        await client.PostAsync(new PostDraft { ChannelId = "c", Message = message, FileIds = ["other"] }, default);

        server.Seen.Count.ShouldBe(2);
        server.Seen[0].Body.ShouldContain(message);
        server.Seen[0].Body.ShouldContain("message.md");
        var post = JsonSerializer.Deserialize(server.Seen[1].Body, MattermostJson.Default.PostDraft)!;
        post.FileIds.ShouldBe(["whole", "other"]);
        post.Message.Length.ShouldBeInRange(1_000, 2_010);
        post.Message.ShouldStartWith("line 0\nline 1\n");
        post.Message.ShouldEndWith("\n…");
    }

    [Fact]
    public async Task An_upload_is_sent_whole_again_after_the_rate_limit()
    {
        await using var server = await Requests.AnswerAsync((count, _) => count == 1
            ? Reply(429, "", ("Retry-After", "1"))
            : Reply(201, """{"file_infos":[{"id":"f","name":"a.log"}]}"""));
        using var client = ClientOf(server.Address);

        var file = await PassTimeAsync(client.UploadFileAsync(
            "c", new OpenGate().File("a.log", "the log"), default));

        file.Id.ShouldBe("f");
        server.Seen.Count.ShouldBe(2);
        server.Seen.ShouldAllBe(r => r.Body.Contains("the log"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_longer_than_allowed_is_not_taken(bool announced)
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.ContentLength = announced ? 100_000 : null;
            await context.Response.Body.WriteAsync(new byte[100_000], context.RequestAborted);
        });
        using var client = ClientOf(server.Address);
        using var content = new MemoryStream();

        var fault = await Should.ThrowAsync<MattermostException>(
            client.DownloadFileAsync("f", content, maxBytes: 99_999, default)).WaitAsync(Patience);

        fault.Message.ShouldEndWith("/api/v4/files/f: the file is longer than 99999 bytes.");
        content.Length.ShouldBeLessThan(100_000);
    }

    [Fact]
    public async Task A_file_of_just_the_length_allowed_is_copied()
    {
        var sent = Enumerable.Range(0, 300_000).Select(i => (byte)i).ToArray();
        await using var server = await LoopbackServer.StartAsync(
            context => context.Response.Body.WriteAsync(sent, context.RequestAborted).AsTask());
        using var client = ClientOf(server.Address);
        using var content = new MemoryStream();

        (await client.DownloadFileAsync("f", content, maxBytes: 300_000, default)).ShouldBe(300_000);

        content.ToArray().ShouldBe(sent);
    }

    [Fact]
    public async Task A_download_that_stalls_is_given_up()
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            await context.Response.Body.WriteAsync(new byte[10], context.RequestAborted);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        using var client = ClientOf(server.Address);
        using var content = new NotingStream();

        var call = client.DownloadFileAsync("f", content, maxBytes: 1_000, default);
        await content.Written.Task.WaitAsync(Patience);
        await _time.WaitForTimerAsync(due => due == Limit).WaitAsync(Patience);
        _time.Advance(Limit);

        (await Should.ThrowAsync<MattermostException>(call).WaitAsync(Patience)).Message.ShouldEndWith("nothing came for 30 s.");
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_a_refusal()
    {
        await using var server = await Requests.AnswerAsync((_, _) => Reply(404, Error("app.file.missing", "No.", 404)));
        using var client = ClientOf(server.Address);

        var refusal = await Should.ThrowAsync<MattermostException>(
            client.DownloadFileAsync("f", Stream.Null, maxBytes: 10, default));

        refusal.ErrorId.ShouldBe("app.file.missing");
    }

    [Theory]
    [InlineData("https://evil.example/hooks/commands/abc", "/hooks/commands/abc")]
    [InlineData("http://chat.example.com:8065/sub/hooks/commands/abc", "/hooks/commands/abc")]
    public async Task A_late_answer_goes_to_the_configured_server_whatever_the_url_names(string responseUrl, string path)
    {
        await using var server = await Requests.AnswerAsync((_, _) => Reply(200, "ok"));
        using var client = ClientOf(server.Address);

        await client.RespondAsync(responseUrl, new SlashCommandResponse { Text = "late" }, default);

        server.Seen.ShouldHaveSingleItem().Path.ShouldBe(path);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a url")]
    [InlineData("/hooks/commands/abc")]
    [InlineData("http://chat.example.com/hooks/commands/")]
    [InlineData("http://chat.example.com/hooks/commands/abc/more")]
    [InlineData("http://chat.example.com/api/v4/users/me")]
    [InlineData("http://chat.example.com/hooks/commands/..%2Fabc")]
    [InlineData("http://chat.example.com/xhooks/commands/abc")]
    [InlineData("file:///hooks/commands/abc")]
    public async Task A_response_url_of_another_shape_is_not_used(string responseUrl)
    {
        await using var server = await Requests.AnswerAsync((_, _) => Reply(200, "ok"));
        using var client = ClientOf(server.Address);

        var fault = await Should.ThrowAsync<MattermostException>(
            client.RespondAsync(responseUrl, new SlashCommandResponse { Text = "late" }, default));

        fault.Message.ShouldNotContain("abc");
        server.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refused_late_answer_does_not_print_its_address()
    {
        await using var server = await Requests.AnswerAsync((_, _) => Reply(404, Error("some.id", "Expired.", 404)));
        using var client = ClientOf(server.Address);

        var refusal = await Should.ThrowAsync<MattermostException>(client.RespondAsync(
            "http://chat.example.com/hooks/commands/rw76usmh", new SlashCommandResponse { Text = "late" }, default));

        refusal.Message.ShouldBe($"POST {server.Address}hooks/commands/***: 404 some.id, Expired.");
    }

    private static OpenDialogRequest Dialog() => new()
    {
        TriggerId = "t",
        Url = "http://127.0.0.1/dialog",
        Dialog = new Dialog { CallbackId = "c", Title = "x", Elements = [], State = "s" },
    };

    private static string PostJson(string id) => $$"""{"id":"{{id}}","user_id":"u","channel_id":"c"}""";

    private static string Error(string id, string message, int status) => new JsonObject
    {
        ["id"] = id,
        ["message"] = message,
        ["detailed_error"] = $"token={Token}",
        ["status_code"] = status,
    }.ToJsonString();

    private static string? PendingIdOf(SeenRequest request) =>
        JsonSerializer.Deserialize(request.Body, MattermostJson.Default.PostDraft)!.PendingPostId;

    private static Answer Reply(int status, string body, params (string Name, string Value)[] headers) =>
        new(status, body, headers);

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private MattermostClient ClientOf(Uri server) => new(server, "Mattermost:BotToken", Token, Limit, _time, gate: new OpenGate());

    /// <summary>Lets every wait between attempts pass; the clock stays well under the time limit.</summary>
    private async Task<T> PassTimeAsync<T>(Task<T> call)
    {
        while (!call.IsCompleted)
        {
            var wait = _time.WaitForTimerAsync(due => due <= TimeSpan.FromSeconds(4));
            if (await Task.WhenAny(call, wait).WaitAsync(Patience) == wait)
            {
                _time.Advance(await wait);
            }
        }

        return await call;
    }

    /// <param name="Status">0 breaks the connection instead.</param>
    private sealed record Answer(int Status, string Body, (string Name, string Value)[] Headers);

    private sealed record SeenRequest(string Path, string Body);

    private sealed class Requests : IAsyncDisposable
    {
        private readonly ConcurrentQueue<SeenRequest> _seen = [];
        private LoopbackServer? _server;

        public Uri Address => _server!.Address;

        public IReadOnlyList<SeenRequest> Seen => [.. _seen];

        public static async Task<Requests> AnswerAsync(Func<int, SeenRequest, Answer> answer)
        {
            var requests = new Requests();
            requests._server = await LoopbackServer.StartAsync(async context =>
            {
                using var reader = new StreamReader(context.Request.Body);
                var seen = new SeenRequest(context.Request.Path, await reader.ReadToEndAsync());
                requests._seen.Enqueue(seen);
                var (status, body, headers) = answer(requests._seen.Count, seen);
                if (status == 0)
                {
                    context.Abort();
                    return;
                }

                context.Response.StatusCode = status;
                foreach (var (name, value) in headers)
                {
                    context.Response.Headers[name] = value;
                }

                await context.Response.WriteAsync(body);
            });
            return requests;
        }

        public async ValueTask DisposeAsync() => await _server!.DisposeAsync();
    }

    private sealed class NotingStream : MemoryStream
    {
        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await base.WriteAsync(buffer, cancellationToken);
            Written.TrySetResult();
        }
    }
}
