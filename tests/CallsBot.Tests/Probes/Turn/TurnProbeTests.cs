using System.Net;
using System.Net.Sockets;
using CallsBot.Probes;
using CallsBot.Probes.Turn;
using CallsBot.Protocols.Stun;

namespace CallsBot.Tests.Probes.Turn;

public sealed class TurnProbeTests
{
    private static readonly TurnCredentials Login = new("ana", "S3CRET", "of the test");

    [Fact]
    public async Task A_silent_server_gets_three_requests_and_no_more()
    {
        await using var server = new ScriptedStunServer((_, _) => null);

        var reply = await RelayAsync(server);

        (reply.Failure, reply.Sent).ShouldBe((TurnFailure.Silent, 3));
        server.Requests.Count.ShouldBe(3);
        server.Requests.Select(request => Convert.ToHexString(request.TransactionId.Span)).Distinct().Count().ShouldBe(1, "the same request again");
    }

    [Fact]
    public async Task A_closed_port_says_so_at_once()
    {
        int port;
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        }

        var reply = await BindAsync($"stun:127.0.0.1:{port}", TurnTransport.Udp);

        (reply.Failure, reply.Sent).ShouldBe((TurnFailure.ConnectionRefused, 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(700)]
    public async Task Anything_but_stun_is_named_as_such(int length)
    {
        await using var server = new ScriptedStunServer((_, _) => [.. Enumerable.Repeat((byte)0x55, length)]);

        (await RelayAsync(server)).Failure.ShouldBe(TurnFailure.NotStun);
    }

    [Fact]
    public async Task An_answer_to_somebody_else_is_none()
    {
        await using var server = new ScriptedStunServer((request, from) =>
            new StunMessageBuilder(StunClass.Success, request.Method).XorMappedAddress(from).Build().Bytes.ToArray());

        (await BindAsync($"stun:127.0.0.1:{server.Port}", TurnTransport.Udp)).Failure.ShouldBe(TurnFailure.Silent);
    }

    [Theory]
    [InlineData(300, TurnFailure.SentElsewhere)]
    [InlineData(400, TurnFailure.Refused)]
    [InlineData(401, TurnFailure.WrongCredentials)]
    [InlineData(403, TurnFailure.Refused)]
    [InlineData(437, TurnFailure.QuotaReached)]
    [InlineData(441, TurnFailure.WrongCredentials)]
    [InlineData(442, TurnFailure.Refused)]
    [InlineData(486, TurnFailure.QuotaReached)]
    [InlineData(508, TurnFailure.NoCapacity)]
    [InlineData(500, TurnFailure.Refused)]
    internal async Task What_the_server_says_to_an_allocation_is_told_apart(int code, TurnFailure failure)
    {
        await using var server = new ScriptedStunServer((request, _) =>
            request.Username is null ? ScriptedStunServer.Challenge(request) : ScriptedStunServer.Refuse(request, code, "No\nway"));

        var reply = await RelayAsync(server);

        reply.Failure.ShouldBe(failure);
        reply.Seen.ShouldBe($"{code} No way");
        reply.Sent.ShouldBe(2);
    }

    [Fact]
    public async Task Requests_are_signed_with_the_credentials_and_carry_none()
    {
        await using var server = new ScriptedStunServer((request, _) =>
            request.Username is null ? ScriptedStunServer.Challenge(request) : ScriptedStunServer.Refuse(request, 486));

        await RelayAsync(server);

        var signed = server.Requests.Last();
        (signed.Username, signed.Realm, signed.Nonce).ShouldBe(("ana", "test", "nonce-1"));
        signed.IsSignedWith(StunKey.LongTerm("ana", "test", "S3CRET")).ShouldBeTrue();
        System.Text.Encoding.ASCII.GetString(signed.Bytes.Span).ShouldNotContain("S3CRET");
        $"{Login}".ShouldNotContain("S3CRET");
    }

    [Fact]
    public async Task A_new_nonce_is_taken_once()
    {
        await using var fresh = new ScriptedStunServer((request, _) => request.Nonce switch
        {
            null => ScriptedStunServer.Challenge(request),
            "nonce-1" => ScriptedStunServer.Challenge(request, "nonce-2", 438),
            _ => ScriptedStunServer.Refuse(request, 508),
        });
        await using var stale = new ScriptedStunServer((request, _) => ScriptedStunServer.Challenge(request, "n", request.Nonce is null ? 401 : 438));

        (await RelayAsync(fresh)).Failure.ShouldBe(TurnFailure.NoCapacity);
        var again = await RelayAsync(stale);
        (again.Failure, again.Sent).ShouldBe((TurnFailure.Refused, 3));
    }

    [Fact]
    public async Task A_challenge_without_realm_or_nonce_is_no_turn_server()
    {
        await using var server = new ScriptedStunServer((request, _) => ScriptedStunServer.Refuse(request, 401));

        (await RelayAsync(server)).Failure.ShouldBe(TurnFailure.NotStun);
    }

    [Theory]
    [InlineData("169.254.169.254", TurnFailure.RelayRefused)]
    [InlineData("224.0.0.1", TurnFailure.RelayRefused)]
    internal async Task Nothing_is_sent_to_a_relayed_address_that_is_refused(string relayed, TurnFailure failure)
    {
        await using var server = Relaying(new IPEndPoint(IPAddress.Parse(relayed), 50_000));

        var reply = await RelayAsync(server);

        reply.Failure.ShouldBe(failure, reply.Seen);

        // A request that is sent again, because its answer was late, is the same one.
        server.Requests.DistinctBy(request => Convert.ToHexString(request.TransactionId.Span)).Select(request => request.Method)
            .ShouldBe([StunMethod.Allocate, StunMethod.Allocate, StunMethod.Refresh]);
        server.Requests.Last().Lifetime.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_relay_that_swallows_everything_is_no_echo_within_ten_packets_and_is_given_back()
    {
        using var nobody = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var server = Relaying((IPEndPoint)nobody.LocalEndPoint!);

        var reply = await RelayAsync(server);

        reply.Failure.ShouldBe(TurnFailure.NoEcho, reply.Seen);
        reply.Sent.ShouldBeLessThanOrEqualTo(StunConnection.MostPackets);
        server.Requests.Last().Method.ShouldBe(StunMethod.Refresh);
    }

    [Fact]
    public async Task A_server_that_loses_most_packets_gets_ten_and_still_its_relay_back()
    {
        using var nobody = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var count = 0;
        await using var server = new ScriptedStunServer((request, from) => request.Method switch
        {
            // Every other allocation is lost, and so is each permission for the media server.
            StunMethod.Allocate when ++count % 2 != 0 => null,
            StunMethod.Allocate when request.Username is null => ScriptedStunServer.Challenge(request),
            StunMethod.Allocate => ScriptedStunServer.Allocated(request, from, (IPEndPoint)nobody.LocalEndPoint!),
            StunMethod.CreatePermission when IPAddress.IsLoopback(request.XorPeerAddress!.Address) => ScriptedStunServer.Agree(request),
            _ => null,
        });

        var reply = await RelayAsync(server, IPAddress.Parse("10.0.0.5"));

        reply.Sent.ShouldBe(StunConnection.MostPackets);
        server.Requests.Count.ShouldBeLessThanOrEqualTo(StunConnection.MostPackets);
        server.Requests.Last().Method.ShouldBe(StunMethod.Refresh);
    }

    [Theory]
    [InlineData("stun:169.254.169.254")]
    [InlineData("stun:rtcd.test")]
    [InlineData("stun:[::ffff:127.0.0.1]")]
    [InlineData("stun:0.0.0.0")]
    public async Task Addresses_that_no_server_can_have_get_nothing(string url)
    {
        // The name leads to this machine, which only a name that says so may.
        var reply = await BindAsync(url, TurnTransport.Udp, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));

        (reply.Failure, reply.Sent).ShouldBe((TurnFailure.AddressRefused, 0));
    }

    [Fact]
    public async Task A_name_without_an_address_is_named() =>
        (await BindAsync("stun:stun.test", TurnTransport.Udp)).Failure.ShouldBe(TurnFailure.NameNotFound);

    [Fact]
    public async Task What_a_stream_can_do_wrong_is_told_apart()
    {
        await using var closing = ScriptedPort.Running((_, _) => Task.CompletedTask);
        await using var web = ScriptedPort.Running(async (socket, token) =>
        {
            await socket.ReceiveAsync(new byte[64], token);
            await socket.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), token);
        });
        await using var silent = ScriptedPort.Running((_, token) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token));

        (await BindAsync($"stun:127.0.0.1:{closing.Port}", TurnTransport.Tcp)).Failure.ShouldBe(TurnFailure.ConnectionClosed);
        (await BindAsync($"stun:127.0.0.1:{web.Port}", TurnTransport.Tcp)).Failure.ShouldBe(TurnFailure.NotStun);
        (await BindAsync($"stuns:127.0.0.1:{web.Port}", TurnTransport.Tls)).Failure.ShouldBe(TurnFailure.TlsFailed);
        (await BindAsync($"stun:127.0.0.1:{silent.Port}", TurnTransport.Tcp)).Failure.ShouldBe(TurnFailure.Silent);
        (await BindAsync($"stuns:127.0.0.1:{silent.Port}", TurnTransport.Tls)).Failure.ShouldBe(TurnFailure.TlsFailed);
        (await BindAsync($"stun:127.0.0.1:{ScriptedPort.Closed()}", TurnTransport.Tcp)).Failure.ShouldBe(TurnFailure.ConnectionRefused);
    }

    [Fact]
    public async Task Whoever_gives_up_gets_a_cancellation()
    {
        await using var server = new ScriptedStunServer((_, _) => null);
        using var caller = new CancellationTokenSource();
        var running = Probe(RtcdProbing.NoName).BindAsync(Url($"stun:127.0.0.1:{server.Port}"), TurnTransport.Udp, caller.Token);
        await caller.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(running.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    private static ScriptedStunServer Relaying(IPEndPoint relayed) => new((request, from) => request.Method switch
    {
        StunMethod.Allocate when request.Username is null => ScriptedStunServer.Challenge(request),
        StunMethod.Allocate => ScriptedStunServer.Allocated(request, from, relayed),
        _ when request.Class == StunClass.Request => ScriptedStunServer.Agree(request),
        _ => null,
    });

    private static async Task<TurnReply> RelayAsync(ScriptedStunServer server, IPAddress? mediaServer = null) =>
        (await Probe(RtcdProbing.NoName).RelayAsync(Url($"turn:127.0.0.1:{server.Port}"), Login, mediaServer, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20)))
        .ShouldHaveSingleItem();

    private static async Task<TurnReply> BindAsync(string url, TurnTransport transport, HostResolver? resolve = null) =>
        (await Probe(resolve ?? RtcdProbing.NoName).BindAsync(Url(url), transport, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20)))
        .ShouldHaveSingleItem();

    private static TurnProbe Probe(HostResolver resolve) => new(new TargetAddresses(resolve, TimeProvider.System), TimeProvider.System);

    private static IceServerUrl Url(string text)
    {
        IceServerUrl.TryParse(text, out var url, out var fault).ShouldBeTrue(fault);
        return url.ShouldNotBeNull();
    }
}
