using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using CallsBot.Protocols.Mattermost;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Protocols.Mattermost;

public sealed class EventStreamTests : IDisposable
{
    private const string Challenge = "authentication_challenge";
    private const string Pong = """{"status":"OK","data":{"text":"pong"},"seq_reply":2}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly string[] Recorded = File.ReadAllLines(Recording.PathOf("websocket-as-bot.jsonl"));

    private readonly ManualTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();
    private IAsyncEnumerator<StreamEvent>? _events;

    [Fact]
    public async Task The_recorded_stream_is_told_in_order()
    {
        await using var server = await ScriptedSocketServer.StartAsync(SocketScript.Expects(Challenge).Sends(Recorded));

        Read(server);

        await Sees(new StreamEvent.Connected(Complete: false));
        var told = new List<StreamEvent>();
        for (var i = 0; i < 12; i++)
        {
            told.Add(await NextAsync());
        }

        told.Select(e => e.GetType().Name).ShouldBe(
        [
            "Posted", "Posted", "PostEdited", "Posted", "Posted", "PostEdited", "Posted", "Posted", "Posted", "PostEdited",
            "Posted", "PostDeleted",
        ]);
        told[4].ShouldBeOfType<StreamEvent.Posted>().Post.Message.ShouldBe("help, I cannot hear anyone");
        told[11].ShouldBeOfType<StreamEvent.PostDeleted>().Post.Id.ShouldBe("tymuasoswfgrubod9bje1djk1w");
        server.Handshakes.ShouldBe([("/api/v4/websocket", "")]);
        server.TokenChecks.ShouldBe(0);
    }

    [Theory]
    [InlineData("http://chat.example.com", "ws://chat.example.com/api/v4/websocket")]
    [InlineData("https://chat.example.com/sub", "wss://chat.example.com/sub/api/v4/websocket")]
    [InlineData("https://chat.example.com:8443/sub/", "wss://chat.example.com:8443/sub/api/v4/websocket")]
    public void The_address_keeps_scheme_port_and_sub_path(string server, string address) =>
        StreamOf(new Uri(server)).AddressFor(position: null).ShouldBe(new Uri(address));

    [Fact]
    public async Task A_bad_token_ends_the_stream_and_names_the_setting()
    {
        var recorded = JsonNode.Parse(File.ReadAllText(Recording.PathOf("websocket-bad-token.json")))![0]!;
        recorded["close"]!.GetValue<int>().ShouldBe(1006, "closed without a close frame");
        await using var server = await ScriptedSocketServer.StartAsync(SocketScript.Expects(Challenge).Drops());
        server.Me = "users-me-bad-token.json";

        Read(server);

        var refusal = await Should.ThrowAsync<MattermostException>(NextAsync());
        refusal.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        refusal.Message.ShouldContain("Mattermost:BotToken");
        refusal.Message.ShouldNotContain("BOT_TOKEN");
        server.TokenChecks.ShouldBe(1);
    }

    [Fact]
    public async Task A_token_refused_in_words_or_at_the_handshake_is_checked_too()
    {
        foreach (var script in new[]
        {
            SocketScript.Expects(Challenge).Sends("""{"status":"FAIL","error":{"id":"x"},"seq_reply":1}"""),
            SocketScript.RefusesWith(401),
            SocketScript.Expects(Challenge).Closes(WebSocketCloseStatus.PolicyViolation),
        })
        {
            await using var server = await ScriptedSocketServer.StartAsync(script);
            server.Me = "users-me-bad-token.json";

            Read(server);

            (await Should.ThrowAsync<MattermostException>(NextAsync())).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task A_close_before_hello_with_a_good_token_is_only_a_loss()
    {
        await using var server = await ScriptedSocketServer.StartAsync(
            SocketScript.Expects(Challenge).Drops(),
            SocketScript.Expects(Challenge).Sends(Hello("a")));

        Read(server);

        await Sees(new StreamEvent.Disconnected("The server closed the connection before it said hello."));
        server.TokenChecks.ShouldBe(1);
        await PassBackOffAsync(NextAsync(), new StreamEvent.Connected(Complete: false));
    }

    [Fact]
    public async Task A_gap_in_the_count_is_told_before_the_event_that_shows_it()
    {
        await using var server = await ScriptedSocketServer.StartAsync(
            SocketScript.Expects(Challenge).Sends(Hello("a"), Posted(1, "one"), Posted(4, "four"), Posted(5, "five")));

        Read(server);

        await Sees(new StreamEvent.Connected(Complete: false));
        await SeesPost("one");
        await Sees(new StreamEvent.Connected(Complete: false));
        await SeesPost("four");
        await SeesPost("five");
    }

    [Fact]
    public async Task Events_of_no_interest_count_but_are_not_told()
    {
        await using var server = await ScriptedSocketServer.StartAsync(SocketScript.Expects(Challenge).Sends(
            Hello("a"), """{"event":"typing","data":{"parent_id":""},"seq":1}""", """{"status":"OK","seq_reply":1}""", Posted(2, "two")));

        Read(server);

        await Sees(new StreamEvent.Connected(Complete: false));
        await SeesPost("two");
    }

    [Fact]
    public async Task Garbage_is_passed_over_and_a_garbled_event_shows_as_a_gap()
    {
        await using var server = await ScriptedSocketServer.StartAsync(SocketScript.Expects(Challenge)
            .Sends("hello?", Hello("a"), "", "{", "[]", "\"\"", """{"event":7}""")
            .SendsBinary([0x00, 0xff, 0xfe])
            .Sends(Posted(1, "one"), "{\"event\":\"posted\",\"se", Posted(3, "three")));

        Read(server);

        await Sees(new StreamEvent.Connected(Complete: false));
        await SeesPost("one");
        await Sees(new StreamEvent.Connected(Complete: false));
        await SeesPost("three");
    }

    [Fact]
    public async Task A_frame_over_the_cap_is_dropped_and_counts_as_a_gap()
    {
        await using var server = await ScriptedSocketServer.StartAsync(SocketScript.Expects(Challenge)
            .Sends(Hello("a"), Posted(1, "one")).SendsLong(EventConnection.MaxFrame + 1).Sends(Posted(3, "three")));

        Read(server);

        await Sees(new StreamEvent.Connected(Complete: false));
        await SeesPost("one");
        await Sees(new StreamEvent.Connected(Complete: false));
        await SeesPost("three");
    }

    [Fact]
    public async Task A_frame_of_nearly_the_cap_is_read()
    {
        var message = new string('x', EventConnection.MaxFrame - 1_000);
        await using var server = await ScriptedSocketServer.StartAsync(
            SocketScript.Expects(Challenge).Sends(Hello("a"), Posted(1, message), Posted(2, "two")));

        Read(server);

        await Sees(new StreamEvent.Connected(Complete: false));
        await SeesPost(message);
        await SeesPost("two");
    }

    [Fact]
    public async Task A_connection_that_the_server_resumes_without_hello_is_complete()
    {
        await using var server = await ScriptedSocketServer.StartAsync(
            SocketScript.Expects(Challenge).Sends(Hello("conn1"), Posted(1, "one")).Drops(),
            SocketScript.Expects(Challenge).ThenExpects("ping").Sends(Posted(2, "missed"), Pong, Posted(3, "three")));

        Read(server);

        await Sees(new StreamEvent.Connected(Complete: false));
        await SeesPost("one");
        (await NextAsync()).ShouldBeOfType<StreamEvent.Disconnected>();
        await PassBackOffAsync(NextAsync(), new StreamEvent.Connected(Complete: true));
        await SeesPost("missed");
        await SeesPost("three");
        server.Handshakes[1].ShouldBe(("/api/v4/websocket?connection_id=conn1&sequence_number=2", "Bearer BOT_TOKEN"));
    }

    [Fact]
    public async Task A_resumed_connection_on_which_nothing_was_missed_is_known_by_its_pong()
    {
        await using var server = await ScriptedSocketServer.StartAsync(
            SocketScript.Expects(Challenge).Sends(Hello("conn1")).Drops(),
            SocketScript.Expects(Challenge).ThenExpects("ping").Sends(Pong));

        Read(server);

        await Sees(new StreamEvent.Connected(Complete: false));
        (await NextAsync()).ShouldBeOfType<StreamEvent.Disconnected>();
        await PassBackOffAsync(NextAsync(), new StreamEvent.Connected(Complete: true));
        server.Handshakes[1].Target.ShouldEndWith("sequence_number=1");
    }

    [Fact]
    public async Task A_hello_with_the_same_id_and_the_next_number_is_complete()
    {
        await using var server = await ScriptedSocketServer.StartAsync(
            SocketScript.Expects(Challenge).Sends(Hello("conn1"), Posted(1, "one")).Drops(),
            SocketScript.Expects(Challenge).Sends(Hello("conn1", 2), Posted(3, "three")));

        Read(server);

        await Sees(new StreamEvent.Connected(Complete: false));
        await SeesPost("one");
        (await NextAsync()).ShouldBeOfType<StreamEvent.Disconnected>();
        await PassBackOffAsync(NextAsync(), new StreamEvent.Connected(Complete: true));
        await SeesPost("three");
    }

    [Theory]
    [InlineData("conn2", 0)]
    [InlineData("conn2", 2)]
    [InlineData("conn1", 0)]
    [InlineData("conn1", 5)]
    public async Task Any_other_hello_is_not_complete(string id, int sequence)
    {
        await using var server = await ScriptedSocketServer.StartAsync(
            SocketScript.Expects(Challenge).Sends(Hello("conn1"), Posted(1, "one")).Drops(),
            SocketScript.Expects(Challenge).Sends(Hello(id, sequence), Posted(sequence + 1, "next")));

        Read(server);

        await Sees(new StreamEvent.Connected(Complete: false));
        await SeesPost("one");
        (await NextAsync()).ShouldBeOfType<StreamEvent.Disconnected>();
        await PassBackOffAsync(NextAsync(), new StreamEvent.Connected(Complete: false));
        await SeesPost("next");
    }

    [Fact]
    public async Task A_resumed_connection_that_lost_events_is_not_complete()
    {
        await using var server = await ScriptedSocketServer.StartAsync(
            SocketScript.Expects(Challenge).Sends(Hello("conn1"), Posted(1, "one")).Drops(),
            SocketScript.Expects(Challenge).Sends(Posted(9, "nine")));

        Read(server);

        await Sees(new StreamEvent.Connected(Complete: false));
        await SeesPost("one");
        (await NextAsync()).ShouldBeOfType<StreamEvent.Disconnected>();
        await PassBackOffAsync(NextAsync(), new StreamEvent.Connected(Complete: false));
        await SeesPost("nine");
    }

    [Fact]
    public async Task A_position_that_the_server_does_not_like_is_not_brought_again()
    {
        await using var server = await ScriptedSocketServer.StartAsync(
            SocketScript.Expects(Challenge).Sends(Hello("conn1")).Drops(),
            SocketScript.SaysNothing().Drops(),
            SocketScript.Expects(Challenge).Sends(Hello("conn2")));

        Read(server);

        await Sees(new StreamEvent.Connected(Complete: false));
        (await NextAsync()).ShouldBeOfType<StreamEvent.Disconnected>();
        await PassBackOffAsync(NextAsync(), new StreamEvent.Disconnected("The server closed the connection before it said hello."));
        await PassBackOffAsync(NextAsync(), new StreamEvent.Connected(Complete: false));
        server.Handshakes[2].ShouldBe(("/api/v4/websocket", ""));
    }

    [Fact]
    public async Task A_restart_of_the_server_is_survived()
    {
        await using var server = await ScriptedSocketServer.StartAsync(
            SocketScript.Expects(Challenge).Sends(Hello("conn1"), Posted(1, "before"))
                .Closes(WebSocketCloseStatus.EndpointUnavailable, "restart"),
            SocketScript.RefusesWith(502),
            SocketScript.RefusesWith(502),
            SocketScript.Expects(Challenge).Sends(Hello("conn2"), Posted(1, "after")));

        Read(server);

        await Sees(new StreamEvent.Connected(Complete: false));
        await SeesPost("before");
        await Sees(new StreamEvent.Disconnected("The server closed the connection (1001 restart)."));
        await PassBackOffAsync(NextAsync(), new StreamEvent.Disconnected("The WebSocket handshake was answered with HTTP 502."));
        await PassBackOffAsync(NextAsync(), new StreamEvent.Connected(Complete: false));
        await SeesPost("after");
        server.TokenChecks.ShouldBe(0);
        server.Handshakes[3].Target.ShouldContain("connection_id=conn1", customMessage: "a 502 says nothing about the position");
    }

    [Fact]
    public async Task The_waits_between_attempts_double_to_half_a_minute_and_the_reason_is_told_once()
    {
        await using var server = await ScriptedSocketServer.StartAsync(
            [.. Enumerable.Repeat(SocketScript.RefusesWith(503), 9), SocketScript.Expects(Challenge).Sends(Hello("a"))]);

        Read(server);

        await Sees(new StreamEvent.Disconnected("The WebSocket handshake was answered with HTTP 503."));
        var connected = NextAsync();
        foreach (var longest in new[] { 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30 })
        {
            var wait = await BackOffAsync();
            wait.ShouldBeInRange(TimeSpan.FromSeconds(longest / 2), TimeSpan.FromSeconds(longest));
            _time.Advance(wait);
        }

        (await connected).ShouldBe(new StreamEvent.Connected(Complete: false));
    }

    [Theory]
    [InlineData(29, true)]
    [InlineData(31, false)]
    public async Task A_connection_that_lasted_starts_the_waits_anew(int lasted, bool waits)
    {
        var drop = new TaskCompletionSource();
        await using var server = await ScriptedSocketServer.StartAsync(
            SocketScript.Expects(Challenge).Sends(Hello("a")).Then((_, _) => drop.Task.WaitAsync(Patience)).Drops(),
            SocketScript.Expects(Challenge).Sends(Hello("b")));

        Read(server);
        await Sees(new StreamEvent.Connected(Complete: false));
        _time.Advance(TimeSpan.FromSeconds(lasted));
        drop.SetResult();
        (await NextAsync()).ShouldBeOfType<StreamEvent.Disconnected>();

        if (waits)
        {
            await PassBackOffAsync(NextAsync(), new StreamEvent.Connected(Complete: false));
        }
        else
        {
            await Sees(new StreamEvent.Connected(Complete: false));
        }
    }

    [Fact]
    public async Task A_server_that_never_says_hello_is_given_up()
    {
        var challenged = new TaskCompletionSource();
        await using var server = await ScriptedSocketServer.StartAsync(SocketScript.Expects(Challenge).Then((_, _) =>
        {
            challenged.SetResult();
            return Task.CompletedTask;
        }));

        Read(server);
        var lost = NextAsync();
        await challenged.Task.WaitAsync(Patience);
        _time.Advance(TimeSpan.FromSeconds(10));

        (await lost).ShouldBe(new StreamEvent.Disconnected("The server did not say hello within 10 s."));
    }

    [Fact]
    public async Task A_dead_connection_is_noticed_by_the_pong_that_does_not_come()
    {
        var end = new TaskCompletionSource();
        await using var server = await ScriptedSocketServer.StartAsync(
            SocketScript.Expects(Challenge).Sends(Hello("a")).Then((_, _) => end.Task.WaitAsync(Patience)));

        _events = StreamOf(server.Address, keepAlive: TimeSpan.FromMilliseconds(100)).ReadAsync(_stop.Token)
            .GetAsyncEnumerator();

        await Sees(new StreamEvent.Connected(Complete: false));
        (await NextAsync()).ShouldBeOfType<StreamEvent.Disconnected>();
        end.SetResult();
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_told_and_tried_again()
    {
        Uri address;
        await using (var gone = await ScriptedSocketServer.StartAsync())
        {
            address = gone.Address;
        }

        _events = StreamOf(address).ReadAsync(_stop.Token).GetAsyncEnumerator();

        (await NextAsync()).ShouldBeOfType<StreamEvent.Disconnected>().Reason.ShouldContain("Connection refused");
        var next = NextAsync();
        _time.Advance(await BackOffAsync());
        await BackOffAsync();
        next.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Nothing_is_read_ahead_of_a_busy_receiver()
    {
        var filler = new string('x', 500_000);
        var sent = 0;
        var script = SocketScript.Expects(Challenge).Sends(Hello("a"));
        for (var i = 1; i <= 50; i++)
        {
            var frame = Posted(i, filler);
            script = script.Sends(frame).Then((_, _) =>
            {
                Interlocked.Increment(ref sent);
                return Task.CompletedTask;
            });
        }

        await using var server = await ScriptedSocketServer.StartAsync(script);

        Read(server);
        await Sees(new StreamEvent.Connected(Complete: false));
        await SeesPost(filler);
        Volatile.Read(ref sent).ShouldBeLessThan(50, "25 MB do not fit in the buffers of two sockets");
        for (var i = 2; i <= 50; i++)
        {
            await SeesPost(filler);
        }
    }

    [Fact]
    public async Task Cancelling_ends_the_stream_and_the_connection()
    {
        var left = new TaskCompletionSource();
        await using var server = await ScriptedSocketServer.StartAsync(SocketScript.Expects(Challenge).Sends(Hello("a"))
            .Then((_, context) =>
            {
                context.RequestAborted.Register(left.SetResult);
                return Task.CompletedTask;
            }));

        Read(server);
        await Sees(new StreamEvent.Connected(Complete: false));
        var next = NextAsync();
        await _stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(next);
        await _events!.DisposeAsync();
        await left.Task.WaitAsync(Patience);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private static string Hello(string id, int sequence = 0) =>
        $$"""{"event":"hello","data":{"connection_id":"{{id}}"},"seq":{{sequence}}}""";

    private static string Posted(int sequence, string message)
    {
        var post = new JsonObject { ["id"] = $"p{sequence}", ["user_id"] = "u", ["channel_id"] = "c", ["message"] = message };
        return new JsonObject
        {
            ["event"] = "posted",
            ["data"] = new JsonObject { ["channel_type"] = "D", ["post"] = post.ToJsonString() },
            ["seq"] = sequence,
        }.ToJsonString();
    }

    private void Read(ScriptedSocketServer server) =>
        _events = StreamOf(server.Address).ReadAsync(_stop.Token).GetAsyncEnumerator();

    private EventStream StreamOf(Uri server, TimeSpan? keepAlive = null) =>
        new(server, "Mattermost:BotToken", "BOT_TOKEN", _time) { KeepAlive = keepAlive ?? TimeSpan.FromMinutes(1) };

    private async Task<StreamEvent> NextAsync()
    {
        (await _events!.MoveNextAsync().AsTask().WaitAsync(Patience)).ShouldBeTrue();
        return _events.Current;
    }

    private async Task Sees(StreamEvent expected) => (await NextAsync()).ShouldBe(expected);

    private async Task SeesPost(string message) =>
        (await NextAsync()).ShouldBeOfType<StreamEvent.Posted>().Post.Message.ShouldBe(message);

    /// <summary>The wait that the stream is in between two attempts; its other timer is the ten seconds for hello.</summary>
    private Task<TimeSpan> BackOffAsync() =>
        _time.WaitForTimerAsync(due => due != TimeSpan.FromSeconds(10)).WaitAsync(Patience);

    private async Task PassBackOffAsync(Task<StreamEvent> next, StreamEvent expected)
    {
        while (!next.IsCompleted)
        {
            var wait = BackOffAsync();
            if (await Task.WhenAny(next, wait) == wait)
            {
                _time.Advance(await wait);
            }
        }

        (await next).ShouldBe(expected);
    }
}
