using System.Net.Sockets;
using CallsBot.Protocols.Dtls;
using CallsBot.Protocols.Sdp;
using CallsBot.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace CallsBot.Tests.Protocols.Dtls;

public sealed class DtlsSessionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly DtlsCertificate ServerCertificate = DtlsCertificate.New(TimeProvider.System);
    private static readonly DtlsCertificate ClientCertificate = DtlsCertificate.New(TimeProvider.System);

    [Fact]
    public async Task Client_and_server_agree_and_carry_data_both_ways()
    {
        await using var pair = new DtlsPair(ServerCertificate, ClientCertificate);

        var (server, client) = await pair.HandshakeAsync();

        server.Outcome.ShouldBe(DtlsOutcome.Completed);
        client.Outcome.ShouldBe(DtlsOutcome.Completed);
        (server.CipherSuite, server.SrtpProfile).ShouldBe(("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "SRTP_AEAD_AES_128_GCM"));
        (client.CipherSuite, client.SrtpProfile).ShouldBe((server.CipherSuite, server.SrtpProfile));
        (server.PeerFingerprint, client.PeerFingerprint).ShouldBe((ClientCertificate.Fingerprint, ServerCertificate.Fingerprint));
        (server.Alert, client.Alert).ShouldBe((null, null));
        (server.PacketsReceived, client.PacketsReceived).ShouldBe((2, 2), "each flight is one packet");
        pair.Client.TrySend([1, 2, 3]).ShouldBeTrue();
        (await pair.Server.ReceiveAsync(Patience, default)).ShouldBe([1, 2, 3]);
        pair.Server.TrySend([4]).ShouldBeTrue();
        (await pair.Client.ReceiveAsync(Patience, default)).ShouldBe([4]);
        pair.Server.TrySend(new byte[5_000]).ShouldBeFalse();
    }

    [Fact]
    public async Task A_certificate_that_the_SDP_does_not_announce_is_refused_by_the_server()
    {
        await using var pair = new DtlsPair(ServerCertificate, ClientCertificate, serverExpects: ServerCertificate.Fingerprint);

        var (server, client) = await pair.HandshakeAsync();

        (server.Outcome, server.Alert, server.PeerFingerprint)
            .ShouldBe((DtlsOutcome.FingerprintMismatch, "bad_certificate", ClientCertificate.Fingerprint));
        (client.Outcome, client.Alert).ShouldBe((DtlsOutcome.AlertReceived, "bad_certificate"));
        pair.Server.TrySend([1]).ShouldBeFalse();
    }

    [Fact]
    public async Task A_certificate_that_the_SDP_does_not_announce_is_refused_by_the_client()
    {
        await using var pair = new DtlsPair(ServerCertificate, ClientCertificate, clientExpects: ClientCertificate.Fingerprint);

        var (server, client) = await pair.HandshakeAsync();

        (client.Outcome, client.Alert, client.PeerFingerprint)
            .ShouldBe((DtlsOutcome.FingerprintMismatch, "bad_certificate", ServerCertificate.Fingerprint));
        (server.Outcome, server.Alert).ShouldBe((DtlsOutcome.AlertReceived, "bad_certificate"));
    }

    [Fact]
    public async Task Packets_that_get_lost_are_sent_again()
    {
        await using var pair = new DtlsPair(
            ServerCertificate, ClientCertificate, serverLoses: number => number == 1, clientLoses: number => number is 1 or 3);

        var (server, client) = await pair.HandshakeAsync();

        (server.Outcome, client.Outcome).ShouldBe((DtlsOutcome.Completed, DtlsOutcome.Completed));
    }

    [Fact]
    public async Task A_last_flight_that_got_lost_is_sent_again_while_the_server_reads_on()
    {
        await using var pair = new DtlsPair(ServerCertificate, ClientCertificate, serverLoses: number => number == 2);

        var (server, client) = await pair.HandshakeAsync();

        (server.Outcome, client.Outcome).ShouldBe((DtlsOutcome.Completed, DtlsOutcome.Completed));
    }

    [Fact]
    public async Task A_server_that_hears_nothing_says_silent()
    {
        var time = new ManualTimeProvider();
        await using var server = Alone(DtlsRole.Server, time, out _);

        var handshake = server.HandshakeAsync(TimeSpan.FromSeconds(3), default);
        time.Advance(TimeSpan.FromSeconds(3));

        var result = await handshake.WaitAsync(Patience);
        (result.Outcome, result.PacketsReceived, result.LastHeard).ShouldBe((DtlsOutcome.Silent, 0, null));
        result.Duration.ShouldBe(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task A_server_whose_answers_vanish_says_how_far_it_came()
    {
        var time = new ManualTimeProvider();
        await using var client = Alone(DtlsRole.Client, TimeProvider.System, out var fromClient);
        await using var server = Alone(DtlsRole.Server, time, out var fromServer);
        var handshake = server.HandshakeAsync(TimeSpan.FromSeconds(3), default);
        var never = client.HandshakeAsync(Patience, default);

        server.Deliver(await fromClient.NextAsync()).ShouldBeTrue();
        await fromServer.NextAsync();
        time.Advance(TimeSpan.FromSeconds(3));

        var result = await handshake.WaitAsync(Patience);
        (result.Outcome, result.PacketsReceived, result.LastHeard).ShouldBe((DtlsOutcome.Stalled, 1, "ClientHello"));
        result.PacketsSent.ShouldBeGreaterThan(0);
        never.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_fatal_alert_ends_the_handshake_and_is_named()
    {
        await using var client = Alone(DtlsRole.Client, TimeProvider.System, out var sent);
        var handshake = client.HandshakeAsync(Patience, default);
        await sent.NextAsync();

        client.Deliver(DtlsRecords.FatalAlert(40)).ShouldBeTrue();

        var result = await handshake.WaitAsync(Patience);
        (result.Outcome, result.Alert, result.LastHeard).ShouldBe((DtlsOutcome.AlertReceived, "handshake_failure", "Alert"));
    }

    [Fact]
    public async Task A_path_that_refuses_to_send_says_so()
    {
        await using var client = new DtlsSession(
            DtlsRole.Client, ClientCertificate, ServerCertificate.Fingerprint,
            (_, _) => throw new SocketException((int)SocketError.ConnectionRefused), TimeProvider.System);

        (await client.HandshakeAsync(Patience, default)).Outcome.ShouldBe(DtlsOutcome.SendFailed);
    }

    [Fact]
    public async Task A_cancelled_handshake_ends_at_once()
    {
        using var cancel = new CancellationTokenSource();
        await using var server = Alone(DtlsRole.Server, TimeProvider.System, out _);
        var handshake = server.HandshakeAsync(Patience, cancel.Token);

        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => handshake.WaitAsync(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task A_session_that_is_disposed_says_goodbye()
    {
        await using var pair = new DtlsPair(ServerCertificate, ClientCertificate);
        await pair.HandshakeAsync();
        var waiting = pair.Client.ReceiveAsync(Patience, default);

        await pair.Server.DisposeAsync();

        (await waiting).ShouldBeNull();
        pair.ToClient.ShouldBe(DtlsPair.Encrypted + "Alert");
    }

    [Fact]
    public async Task A_session_that_never_shook_hands_is_disposed()
    {
        var session = Alone(DtlsRole.Server, TimeProvider.System, out _);

        await session.DisposeAsync().AsTask().WaitAsync(Patience);

        session.TrySend([1]).ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_no_DTLS_is_not_taken()
    {
        await using var server = Alone(DtlsRole.Server, TimeProvider.System, out _);

        server.Deliver([]).ShouldBeFalse();
        server.Deliver(Convert.FromHexString("000100002112a442000000000000000000000000")).ShouldBeFalse();
        server.Deliver(new byte[100]).ShouldBeFalse();
    }

    [Fact]
    public async Task More_packets_than_anybody_sends_are_dropped()
    {
        await using var server = Alone(DtlsRole.Server, TimeProvider.System, out _);
        var packet = DtlsRecords.FatalAlert(0);

        Enumerable.Range(0, 100).Count(_ => server.Deliver(packet)).ShouldBe(64);
    }

    [Fact]
    public async Task Damaged_packets_never_break_a_handshake_out()
    {
        // Whatever comes of it, it ends by itself or at the limit, as a result.
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            await using var pair = new DtlsPair(ServerCertificate, ClientCertificate, damages: packet => packet[random.Next(packet.Length)] ^= (byte)(1 << random.Next(8)));

            var (server, client) = await pair.HandshakeAsync(TimeSpan.FromMilliseconds(100));

            server.Outcome.ShouldBeOneOf(DtlsOutcome.Silent, DtlsOutcome.Stalled, DtlsOutcome.Failed, DtlsOutcome.AlertReceived, DtlsOutcome.FingerprintMismatch);
            client.Outcome.ShouldNotBe(DtlsOutcome.SendFailed);
        }
    }

    [Fact]
    public void Descriptions_never_throw()
    {
        byte[][] good = [DtlsRecords.FatalAlert(40), [22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 22, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1]];
        DtlsRecords.Describe(good[0]).ShouldBe("Alert");
        DtlsRecords.Describe(good[1]).ShouldBe("Finished");
        DtlsRecords.Describe(good[1].AsSpan(0, 14)).ShouldBe("ClientHello");

        Prop.ForAll(Noise.Around(good), bytes => DtlsRecords.Describe(bytes) is null or { Length: > 0 })
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    [Fact]
    public void Each_certificate_is_new() =>
        DtlsCertificate.New(TimeProvider.System).Fingerprint.ShouldNotBe(ServerCertificate.Fingerprint);

    private static DtlsSession Alone(DtlsRole role, TimeProvider time, out PacketLog sent)
    {
        var log = sent = new PacketLog();
        return new DtlsSession(role, ServerCertificate, CertificateFingerprint.Of([]), log.SendAsync, time);
    }
}
