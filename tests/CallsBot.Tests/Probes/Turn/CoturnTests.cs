using System.Net;
using CallsBot.Checks.Turn;
using CallsBot.Probes;
using CallsBot.Probes.Turn;

namespace CallsBot.Tests.Probes.Turn;

/// <summary>Against a TURN server that is not ours.</summary>
public sealed class CoturnTests
{
    private static readonly string[] Users = ["lt-cred-mech", $"user={Coturn.User}:{Coturn.Password}", "allow-loopback-peers"];
    private static readonly string[] Rest = ["use-auth-secret", $"static-auth-secret={Coturn.Secret}", "allow-loopback-peers"];
    private static readonly TurnCredentials Static = new(Coturn.User, Coturn.Password, "of the test");

    [CoturnTheory]
    [InlineData("turn:127.0.0.1:{0}", TurnTransport.Udp)]
    [InlineData("turn:127.0.0.1:{0}?transport=tcp", TurnTransport.Tcp)]
    [InlineData("turns:127.0.0.1:{1}?transport=tcp", TurnTransport.Tls)]
    internal async Task A_packet_goes_there_and_back_over_each_transport_and_the_relay_is_given_back(string url, TurnTransport transport)
    {
        // One allocation for each user: a second run fails unless the first gave its relay back.
        await using var server = await Coturn.StartAsync([.. Users, "user-quota=1"]);

        for (var run = 0; run < 2; run++)
        {
            var reply = await RelayAsync(server, url, Static);
            for (var wait = 0; run > 0 && reply.Failure == TurnFailure.QuotaReached && wait < 20; wait++)
            {
                // coturn clears a relay away a moment after it was given back; by itself it would keep it for ten minutes.
                await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, CancellationToken.None);
                reply = await RelayAsync(server, url, Static);
            }

            reply.Failure.ShouldBeNull(reply.Seen);
            reply.Transport.ShouldBe(transport);
            reply.Seen.ShouldBe($"relays at {reply.Relayed}, there and back");
            reply.Relayed.ShouldNotBeNull().Address.ShouldBe(IPAddress.Loopback);
            reply.Mapped.ShouldNotBeNull().Address.ShouldBe(IPAddress.Loopback);
            reply.Software.ShouldNotBeNull().ShouldStartWith("Coturn");
            reply.Sent.ShouldBeLessThanOrEqualTo(StunConnection.MostPackets);
            reply.IsOpenRelay.ShouldBeFalse();
        }
    }

    [CoturnFact]
    public async Task Short_lived_credentials_are_taken_until_they_expire()
    {
        await using var server = await Coturn.StartAsync(Rest);
        var now = TimeProvider.System.GetUtcNow();

        var good = await RelayAsync(server, "turn:127.0.0.1:{0}", IceServerList.ShortLived(Coturn.Secret, "callsbot", now.AddMinutes(10), ""));
        var expired = await RelayAsync(server, "turn:127.0.0.1:{0}", IceServerList.ShortLived(Coturn.Secret, "callsbot", now.AddMinutes(-1), ""));
        var wrong = await RelayAsync(server, "turn:127.0.0.1:{0}", IceServerList.ShortLived("another secret", "callsbot", now.AddMinutes(10), ""));

        good.Failure.ShouldBeNull(good.Seen);
        expired.Failure.ShouldBe(TurnFailure.WrongCredentials, expired.Seen);
        wrong.Failure.ShouldBe(TurnFailure.WrongCredentials, wrong.Seen);
        wrong.Seen.ShouldBe("401 Unauthorized");
    }

    [CoturnTheory]
    [InlineData("ana", "wrong")]
    [InlineData("nobody", "correct-horse")]
    public async Task Wrong_credentials_are_refused(string user, string password)
    {
        await using var server = await Coturn.StartAsync(Users);

        (await RelayAsync(server, "turn:127.0.0.1:{0}?transport=tcp", new TurnCredentials(user, password, ""))).Failure.ShouldBe(TurnFailure.WrongCredentials);
    }

    [CoturnFact]
    public async Task A_server_that_refuses_to_relay_to_us_is_told_from_one_that_does_not_relay()
    {
        await using var server = await Coturn.StartAsync(Users[..2]);

        var reply = await RelayAsync(server, "turn:127.0.0.1:{0}", Static);

        reply.Failure.ShouldBe(TurnFailure.PeerForbidden, reply.Seen);
        reply.Seen.ShouldContain("but not to 127.0.0.1: 403 Forbidden IP");
        reply.Relayed.ShouldNotBeNull();
    }

    [CoturnFact]
    public async Task A_denied_range_shows_for_the_media_server_and_no_other()
    {
        await using var server = await Coturn.StartAsync([.. Users, "denied-peer-ip=10.0.0.0-10.255.255.255"]);

        (await RelayAsync(server, "turn:127.0.0.1:{0}", Static, "10.0.0.5")).ForbidsMediaServer.ShouldBe(true);
        (await RelayAsync(server, "turn:127.0.0.1:{0}", Static, "192.168.0.5")).ForbidsMediaServer.ShouldBe(false);
        (await RelayAsync(server, "turn:127.0.0.1:{0}", Static, "fd00::5")).ForbidsMediaServer.ShouldBeNull();
    }

    [CoturnFact]
    public async Task A_server_without_authentication_is_an_open_relay()
    {
        await using var server = await Coturn.StartAsync("no-auth", "allow-loopback-peers");

        var reply = await RelayAsync(server, "turn:127.0.0.1:{0}", Static);

        (reply.Failure, reply.IsOpenRelay).ShouldBe((null, true), reply.Seen);
    }

    [CoturnFact]
    public async Task A_certificate_that_is_not_trusted_or_for_another_name_is_a_fault_of_tls()
    {
        await using var server = await Coturn.StartAsync(Users);

        var untrusted = await RelayAsync(server, "turns:127.0.0.1:{1}", Static, trusting: false);
        var misnamed = await RelayAsync(server, "turns:turn.localhost:{1}", Static);
        var plain = await RelayAsync(server, "turns:127.0.0.1:{0}", Static);

        untrusted.Failure.ShouldBe(TurnFailure.TlsFailed, untrusted.Seen);
        untrusted.Seen.ShouldStartWith("the certificate is CN=");
        misnamed.Failure.ShouldBe(TurnFailure.TlsFailed, misnamed.Seen);

        // coturn tells TLS from plain by the first bytes, and takes both on either port.
        plain.Failure.ShouldBeNull(plain.Seen);
        untrusted.Certificate.ShouldNotBeNull();
    }

    [CoturnTheory]
    [InlineData("stun:127.0.0.1:{0}", TurnTransport.Udp)]
    [InlineData("stun:127.0.0.1:{0}", TurnTransport.Tcp)]
    [InlineData("stuns:127.0.0.1:{1}", TurnTransport.Tls)]
    internal async Task A_binding_says_where_we_are_seen(string url, TurnTransport transport)
    {
        await using var server = await Coturn.StartAsync(Users);

        var reply = (await Probe(server.Root).BindAsync(Url(server, url), transport, CancellationToken.None)).ShouldHaveSingleItem();

        reply.Failure.ShouldBeNull(reply.Seen);
        reply.Mapped.ShouldNotBeNull().Address.ShouldBe(IPAddress.Loopback);
        reply.RoundTrip.ShouldNotBeNull();
        reply.Sent.ShouldBeLessThanOrEqualTo(3);
    }

    private static async Task<TurnReply> RelayAsync(
        Coturn server, string url, TurnCredentials credentials, string? mediaServer = null, bool trusting = true)
    {
        var replies = await Probe(trusting ? server.Root : null)
            .RelayAsync(Url(server, url), credentials, mediaServer is null ? null : IPAddress.Parse(mediaServer), CancellationToken.None)
            .WaitAsync(TimeSpan.FromSeconds(20));
        return replies.ShouldHaveSingleItem();
    }

    private static TurnProbe Probe(System.Security.Cryptography.X509Certificates.X509Certificate2? root) =>
        new(new TargetAddresses((_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]), TimeProvider.System), TimeProvider.System)
        {
            ExtraRoots = root is null ? [] : [root],
        };

    private static IceServerUrl Url(Coturn server, string text)
    {
        IceServerUrl.TryParse(string.Format(System.Globalization.CultureInfo.InvariantCulture, text, server.Port, server.TlsPort), out var url, out var fault).ShouldBeTrue(fault);
        return url.ShouldNotBeNull();
    }
}
