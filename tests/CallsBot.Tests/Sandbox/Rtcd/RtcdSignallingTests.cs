using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using CallsBot.Protocols.Rtcd;
using CallsBot.Sandbox;
using CallsBot.Sandbox.Rtcd;
using CallsBot.Tests.Protocols.Rtcd;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Sandbox.Rtcd;

/// <summary>The pretend RTCD's WebSocket: what was recorded from a real one, and what its source says.</summary>
public sealed class RtcdSignallingTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private RunningSandbox _sandbox = null!;

    private RtcdSandbox Rtcd => _sandbox.Rtcd;

    public async Task InitializeAsync() => _sandbox = await RunningSandbox.StartAsync(new SandboxSettings { Time = _time }, CancellationToken.None);

    public async Task DisposeAsync() => await _sandbox.DisposeAsync();

    [Fact]
    public async Task A_session_goes_as_recorded()
    {
        using var participant = await Participant.ConnectAsync(Rtcd);
        await participant.JoinAsync(candidates: 2);
        await participant.LeaveAsync();

        var recorded = RtcdVectors.Frames("rtcd->client").Select(frame => frame.Decoded).ToList();
        var kinds = participant.Frames.Select(frame => frame.GetType().Name).ToList();
        kinds.ShouldBe(["Hello", "Rtc", "Rtc", "Rtc", "Close"]);
        participant.Hello.ClientId.ShouldBe(Rtcd.ClientId);
        participant.Hello.ConnId.Length.ShouldBe(recorded[0].GetProperty("connID").GetString()!.Length);

        var messages = participant.Frames.OfType<RtcdFrame.Rtc>().Select(frame => frame.Message).ToList();
        messages.ShouldAllBe(message => message.GroupId == Rtcd.ClientId && message.UserId == "probe" && message.CallId == participant.CallId);
        var recordedAnswer = recorded[1].GetProperty("data").GetProperty("sdp").GetString()!;
        Names(participant.AnswerSdp).Intersect(Names(recordedAnswer)).ShouldBe(Names(recordedAnswer), "every recorded line is there, in the recorded order");
        participant.Answer.Setup.ShouldBe("active");
        participant.Answer.Ice.Ufrag.Length.ShouldBe(16);
        participant.Answer.Ice.Password.Length.ShouldBe(32);

        foreach (var (message, like) in messages.Skip(1).Zip(recorded.Skip(2)))
        {
            var here = JsonNode.Parse(message.Data.Span)!;
            var there = JsonNode.Parse(like.GetProperty("data").GetRawText())!;
            Keys(here).ShouldBe(Keys(there));
            Keys(here["candidate"]!).ShouldBe(Keys(there["candidate"]!));
            here["candidate"]!["sdpMid"]!.GetValue<string>().ShouldBe(there["candidate"]!["sdpMid"]!.GetValue<string>());
            var words = here["candidate"]!["candidate"]!.GetValue<string>().Split(' ');
            var recordedWords = there["candidate"]!["candidate"]!.GetValue<string>().Split(' ');
            (words[2], words.Length, words[^1]).ShouldBe((recordedWords[2], recordedWords.Length, recordedWords[^1]));
        }

        Rtcd.Sessions.ShouldBe(0);
        _sandbox.Unexpected.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_recorded_messages_of_a_client_are_understood()
    {
        using var participant = await Participant.ConnectAsync(Rtcd);
        foreach (var frame in RtcdVectors.Frames("client->rtcd").Take(2))
        {
            await participant.SendAsync(frame.Bytes);
        }

        var answer = ((RtcdFrame.Rtc)await participant.NextAsync()).Message;
        answer.Type.ShouldBe(RtcdMessageType.Sdp);
        answer.SessionId.ShouldBe("probeb662b48df48eb01fb7be");
        await participant.SendAsync(RtcdVectors.Frames("client->rtcd")[^1].Bytes);
        await Rtcd.Until(rtcd => rtcd.Sessions == 0, "no session");
        _sandbox.Unexpected.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_session_is_seen_over_http_until_it_has_left()
    {
        using var participant = await Participant.ConnectAsync(Rtcd);
        await participant.JoinAsync(candidates: 2);

        var sessions = await GetAsync(participant, $"calls/{participant.CallId}/sessions");
        JsonDocument.Parse(sessions.Body).RootElement[0].GetRawText().ShouldBe(
            $$$"""{"GroupID":"{{{Rtcd.ClientId}}}","CallID":"{{{participant.CallId}}}","UserID":"probe","SessionID":"{{{participant.SessionId}}}","Props":{"av1Support":false,"channelID":"channel","dcSignaling":true}}""");
        var one = await GetAsync(participant, $"calls/{participant.CallId}/sessions/{participant.SessionId}");
        JsonNode.Parse(one.Body)!["SessionID"]!.GetValue<string>().ShouldBe(participant.SessionId);
        (await GetAsync(participant, $"calls/{participant.CallId}/sessions/other")).ShouldBe((HttpStatusCode.NotFound, "failed to get session config: session not found\n"));
        (await GetAsync(participant, "calls/other/sessions")).ShouldBe((HttpStatusCode.NotFound, "failed to get session configs: call not found\n"));

        await participant.LeaveAsync();
        (await GetAsync(participant, $"calls/{participant.CallId}/sessions")).ShouldBe((HttpStatusCode.NotFound, "failed to get session configs: group not found\n"));
    }

    [Fact]
    public async Task Without_an_offer_in_ten_seconds_the_session_is_closed()
    {
        using var participant = await Participant.ConnectAsync(Rtcd);
        await participant.SendAsync(new RtcdFrame.Join(participant.CallId, "probe", participant.SessionId));
        await Rtcd.Until(rtcd => rtcd.Sessions == 1, "a session");

        // One tick short of it, and then the tick.
        _time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Rtcd.Sessions.ShouldBe(1);
        _time.Advance(TimeSpan.FromTicks(1));

        await participant.ClosedAsync();
        Rtcd.Metric("rtcd_rtc_errors_total", $"groupID=\"{Rtcd.ClientId}\",type=\"signaling\"").ShouldBe(1);
        Rtcd.Log.ShouldContain(line => line.Contains("timed out signaling"));
    }

    [Fact]
    public async Task With_an_offer_the_ten_seconds_do_not_count()
    {
        using var participant = await Participant.ConnectAsync(Rtcd);
        await participant.JoinAsync(candidates: 2);

        _time.Advance(TimeSpan.FromSeconds(15));

        Rtcd.Sessions.ShouldBe(1);
    }

    [Fact]
    public async Task A_path_that_never_works_fails_after_thirty_seconds()
    {
        using var participant = await Participant.ConnectAsync(Rtcd);
        await participant.JoinAsync(candidates: 2);

        await PassAsync(TimeSpan.FromSeconds(20));
        _time.Advance(TimeSpan.FromSeconds(9.8));
        Rtcd.Sessions.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(0.2));

        await participant.ClosedAsync();
        Rtcd.Metric("rtcd_rtc_conn_states_total", "type=\"failed\"").ShouldBe(1);
        Rtcd.Metric("rtcd_rtc_conn_states_total", "type=\"closed\"").ShouldBe(1);
        Rtcd.Metric("rtcd_rtc_sessions_total", $"groupID=\"{Rtcd.ClientId}\"").ShouldBe(0);
    }

    [Fact]
    public async Task Sessions_outlive_their_socket_and_can_be_left_from_another()
    {
        using var first = await Participant.ConnectAsync(Rtcd);
        await first.JoinAsync(candidates: 2);
        first.Abort();
        await Rtcd.Until(rtcd => rtcd.Sockets == 0, "no socket");
        Rtcd.Sessions.ShouldBe(1);

        using var second = await Participant.ConnectAsync(Rtcd);
        await second.SendAsync(new RtcdFrame.Leave(first.SessionId));

        await Rtcd.Until(rtcd => rtcd.Sessions == 0, "no session");
        Rtcd.Log.ShouldContain(line => line.Contains("ws: failed to get conn for sending"), "its close went to the socket that joined");
    }

    [Fact]
    public async Task After_a_reconnect_the_answer_comes_on_the_new_socket_and_the_close_on_the_old()
    {
        using var old = await Participant.ConnectAsync(Rtcd);
        using var fresh = await Participant.ConnectAsync(Rtcd);
        await old.SendAsync(new RtcdFrame.Join(old.CallId, "probe", old.SessionId));
        await Rtcd.Until(rtcd => rtcd.Sessions == 1, "a session");

        await fresh.SendAsync(new RtcdFrame.Reconnect(old.SessionId));
        await fresh.SendAsync(new RtcdFrame.Rtc(new RtcdMessage(old.SessionId, RtcdMessageType.Sdp, new RtcdDescription("offer", RtcdVectors.OfferSdp()).ToBytes())));
        ((RtcdFrame.Rtc)await fresh.NextAsync()).Message.Type.ShouldBe(RtcdMessageType.Sdp);

        await fresh.SendAsync(new RtcdFrame.Leave(old.SessionId));
        await old.ClosedAsync();
    }

    [Fact]
    public async Task Pings_come_every_ten_seconds_and_a_client_that_answers_stays()
    {
        using var participant = await Participant.ConnectAsync(Rtcd);

        await PassAsync(TimeSpan.FromSeconds(60));

        (Rtcd.Sockets, Rtcd.Pongs).ShouldBe((1, 6));
    }

    [Fact]
    public async Task Who_does_not_answer_pings_is_dropped_after_twenty_seconds_without_a_word()
    {
        using var participant = await Participant.ConnectAsync(Rtcd, reads: false);

        // Nothing reads, so nothing answers; that it sends changes nothing.
        await participant.SendAsync(new RtcdFrame.Leave("nobody"));
        _time.Advance(TimeSpan.FromSeconds(10));
        Rtcd.Sockets.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(10));

        await Rtcd.Until(rtcd => rtcd.Sockets == 0, "no socket");
        (await participant.TryNextAsync(Participant.Patience)).ShouldBeNull();
        participant.CloseStatus.ShouldBeNull("there was no closing handshake");
    }

    [Fact]
    public async Task A_closing_handshake_is_answered()
    {
        using var participant = await Participant.ConnectAsync(Rtcd);

        await participant.CloseAsync().WaitAsync(Participant.Patience);

        participant.CloseStatus.ShouldBe(WebSocketCloseStatus.NormalClosure);
        await Rtcd.Until(rtcd => rtcd.Sockets == 0, "no socket");
    }

    [Fact]
    public async Task Text_noise_and_unknown_messages_leave_the_socket_open_and_are_remembered()
    {
        using var participant = await Participant.ConnectAsync(Rtcd);
        await participant.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text);
        await participant.SendAsync([0xc1, 0xff, 0x00]);
        await participant.SendAsync(new RtcdFrame.Unknown("dance"));
        await participant.SendAsync(new RtcdFrame.Rtc(new RtcdMessage("nobody", RtcdMessageType.Sdp, new byte[] { 1 })));

        await participant.JoinAsync(candidates: 2);

        _sandbox.Unexpected.Order().ShouldBe(["RTCD WebSocket dance", "RTCD WebSocket message of 3 bytes that is none", "RTCD WebSocket text message"]);
        Rtcd.Log.ShouldContain(line => line.Contains("unexpected client message type: dance"));
        Rtcd.Log.ShouldContain(line => line.Contains("session not found"));
    }

    [Theory]
    [InlineData("a=mid:0\r\n", "remoteDescription contained media section without mid value")]
    [InlineData("a=ice-ufrag:prbe\r\n", "SetRemoteDescription called with no ice-ufrag")]
    [InlineData("a=ice-pwd:probeprobeprobeprobeprob\r\n", "SetRemoteDescription called with no ice-pwd")]
    [InlineData("t=0 0\r\n", "sdp: invalid syntax")]
    public async Task An_offer_that_pion_refuses_ends_the_session(string without, string why)
    {
        using var participant = await Participant.ConnectAsync(Rtcd);
        await participant.SendAsync(new RtcdFrame.Join(participant.CallId, "probe", participant.SessionId));
        var sdp = RtcdVectors.OfferSdp();
        sdp.ShouldContain(without);

        await participant.SendAsync(RtcdMessageType.Sdp, new RtcdDescription("offer", sdp.Replace(without, "", StringComparison.Ordinal)).ToBytes());

        await participant.ClosedAsync();
        Rtcd.Log.ShouldContain(line => line.Contains("failed to signal") && line.Contains(why));
    }

    [Fact]
    public async Task A_session_id_can_be_used_once_and_the_gauge_leaks()
    {
        using var participant = await Participant.ConnectAsync(Rtcd);
        await participant.JoinAsync(candidates: 2);
        await participant.SendAsync(new RtcdFrame.Join(participant.CallId, "probe", participant.SessionId));
        await participant.LeaveAsync();

        Rtcd.Log.ShouldContain(line => line.Contains("user session already exists"));
        Rtcd.Metric("rtcd_rtc_sessions_total", $"groupID=\"{Rtcd.ClientId}\"").ShouldBe(1);
        Rtcd.Sessions.ShouldBe(0);
    }

    [Fact]
    public async Task The_administrator_may_connect_but_not_join()
    {
        Rtcd.Clients.AdminSecret = "administrators-secret-of-32-chars";
        using var participant = await Participant.OpenAsync(Rtcd.Url, "anybody", "administrators-secret-of-32-chars");
        ((RtcdFrame.Hello)await participant.NextAsync()).ClientId.ShouldBeEmpty();

        await participant.SendAsync(new RtcdFrame.Join(participant.CallId, "probe", participant.SessionId));

        await Rtcd.Until(rtcd => rtcd.Log.Any(line => line.Contains("invalid GroupID value: should not be empty")), "a line in the log");
        Rtcd.Sessions.ShouldBe(0);
    }

    [Fact]
    public async Task A_restart_forgets_sessions_and_counters_but_keeps_both_ports_and_clients()
    {
        using var before = await Participant.ConnectAsync(Rtcd);
        await before.JoinAsync(candidates: 2);
        var port = Rtcd.MediaPort;

        await Rtcd.Is(RtcdFault.Stopped);
        (await before.TryNextAsync(Participant.Patience)).ShouldBeNull();
        await Rtcd.Is(RtcdFault.Healthy);

        (Rtcd.Sessions, Rtcd.MediaPort).ShouldBe((0, port));
        Rtcd.Metric("rtcd_ws_connections_total", $"clientID=\"{Rtcd.ClientId}\"").ShouldBe(0);
        using var after = await Participant.ConnectAsync(Rtcd);
        await after.JoinAsync(candidates: 2);
        after.Candidates.ShouldAllBe(candidate => candidate.Port == port);
    }

    /// <summary>Lets time go by for one client, which answers each ping before the next one.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += RtcdConnection.PingInterval)
        {
            var pongs = Rtcd.Pongs;
            _time.Advance(RtcdConnection.PingInterval);
            await Rtcd.Until(rtcd => rtcd.Pongs > pongs, "a pong");
        }
    }

    private static async Task<(HttpStatusCode Status, string Body)> GetAsync(Uri url, string authorization)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var response = await http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private Task<(HttpStatusCode Status, string Body)> GetAsync(Participant participant, string path) =>
        GetAsync(new Uri(Rtcd.Url, path), participant.Authorization);

    /// <summary>The lines of an answer without what differs from session to session.</summary>
    private static List<string> Names(string sdp) =>
        [.. sdp.Split("\r\n").Select(line => line.StartsWith("a=", StringComparison.Ordinal) && line is not ("a=setup:active" or "a=sendrecv") ? line.Split(':')[0] : line.StartsWith("o=", StringComparison.Ordinal) ? "o=" : line)];

    private static List<string> Keys(JsonNode node) => [.. node.AsObject().Select(field => field.Key)];
}
