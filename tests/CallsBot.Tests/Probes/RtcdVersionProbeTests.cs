using System.Net;
using System.Net.Sockets;
using System.Text;
using CallsBot.Probes;
using CallsBot.Tests.Protocols.Rtcd;
using CallsBot.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CallsBot.Tests.Probes;

public sealed class RtcdVersionProbeTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_healthy_rtcd_gives_its_version()
    {
        await using var rtcd = ScriptedPort.Answering(Http.Json(Http.Version));

        var reply = await RtcdProbing.Probe().AskAsync(rtcd.Url());

        reply.Failure.ShouldBeNull(reply.Seen);
        reply.Value.ShouldNotBeNull().BuildVersion.ShouldBe("v1.2.6");
        reply.Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_request_is_a_plain_get_without_the_credentials_of_the_url()
    {
        await using var rtcd = ScriptedPort.Answering(Http.Json(Http.Version));

        await RtcdProbing.Probe().AskAsync($"http://clientA:S3CRET@127.0.0.1:{rtcd.Port}/");

        rtcd.Request.ShouldStartWith("GET /version HTTP/1.1\r\n");
        rtcd.Request.ShouldContain($"Host: 127.0.0.1:{rtcd.Port}\r\n");
        rtcd.Request.ShouldNotContain("Authorization");
        rtcd.Request.ShouldNotContain("clientA");
    }

    [Fact]
    public async Task An_rtcd_on_ipv6_loopback_is_asked_too()
    {
        await using var rtcd = ScriptedPort.Answering(Http.Json(Http.Version), IPAddress.IPv6Loopback);

        var reply = await RtcdProbing.Probe().AskAsync(rtcd.Url(host: "[::1]"));

        reply.Failure.ShouldBeNull(reply.Seen);
        reply.Address.ShouldBe(IPAddress.IPv6Loopback);
    }

    [Theory]
    [InlineData("version", null)]
    [InlineData("unknown path", HttpFailure.HttpStatus)]
    [InlineData("login wrong key", HttpFailure.HttpStatus)]
    [InlineData("login ok", HttpFailure.UnexpectedJson)]
    [InlineData("metrics", HttpFailure.NotJson)]
    [InlineData("ws without upgrade", HttpFailure.HttpStatus)]
    internal async Task Replies_recorded_from_a_real_rtcd_are_told_apart(string name, HttpFailure? failure)
    {
        var recorded = RtcdVectors.Http(name);
        await using var rtcd = ScriptedPort.Answering(Http.Reply(
            $"{recorded.GetProperty("status").GetInt32()} Recorded",
            recorded.GetProperty("contentType").GetString()!,
            recorded.GetProperty("body").GetString()!));

        var reply = await RtcdProbing.Probe().AskAsync(rtcd.Url());

        reply.Failure.ShouldBe(failure, reply.Seen);
        (reply.Value?.GoVersion).ShouldBe(failure is null ? "go1.19.8" : null);
    }

    [Fact]
    public async Task A_closed_port_refuses()
    {
        var reply = await RtcdProbing.Probe().AskAsync($"http://127.0.0.1:{ScriptedPort.Closed()}");

        reply.Failure.ShouldBe(HttpFailure.ConnectionRefused);
    }

    [Fact]
    public async Task A_name_that_is_not_known_is_not_found()
    {
        var reply = await RtcdProbing.Probe(resolve: RtcdProbing.NoName).AskAsync("http://rtcd.test:8045");

        reply.Failure.ShouldBe(HttpFailure.NameNotFound);
        reply.Address.ShouldBeNull();
    }

    [Fact]
    public async Task A_name_without_addresses_is_not_found()
    {
        var reply = await RtcdProbing.Probe(resolve: RtcdProbing.Resolving()).AskAsync("http://rtcd.test:8045");

        reply.Failure.ShouldBe(HttpFailure.NameNotFound);
    }

    [Fact]
    public async Task A_name_service_that_is_silent_and_heeds_no_token_is_left_after_two_seconds()
    {
        var time = new ManualTimeProvider();
        var silent = new TaskCompletionSource<IPAddress[]>();
        var asking = RtcdProbing.Probe(time, (_, _) => silent.Task).AskAsync("http://rtcd.test:8045");

        await time.WaitForTimerAsync(due => due == TimeSpan.FromSeconds(2));
        time.Advance(TimeSpan.FromSeconds(2));

        var reply = await asking;
        reply.Failure.ShouldBe(HttpFailure.NameNotFound);
        reply.Seen.ShouldContain("did not answer within 2 seconds");
        reply.Duration.ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_full_listen_queue_that_drops_connection_requests_times_out_after_three_seconds()
    {
        var time = new ManualTimeProvider();
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(listener.LocalEndPoint!);

        var asking = RtcdProbing.Probe(time).AskAsync($"http://{listener.LocalEndPoint}");
        await time.WaitForTimerAsync(due => due == TimeSpan.FromSeconds(3));
        asking.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(3));

        var reply = await asking;
        reply.Failure.ShouldBe(HttpFailure.ConnectTimeout, reply.Seen);
        reply.Duration.ShouldBe(TimeSpan.FromSeconds(3));
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task A_port_that_accepts_and_stays_silent_times_out_after_five_seconds(string scheme)
    {
        var time = new ManualTimeProvider();
        var heard = new TaskCompletionSource();
        await using var rtcd = ScriptedPort.Running(async (socket, cancellationToken) =>
        {
            var request = new byte[1];
            await socket.ReceiveAsync(request, cancellationToken);
            heard.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        });

        var asking = RtcdProbing.Probe(time).AskAsync(rtcd.Url(scheme));
        await heard.Task.WaitAsync(Bound);
        time.Advance(TimeSpan.FromSeconds(4.999));
        asking.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(0.001));

        var reply = await asking;
        reply.Failure.ShouldBe(HttpFailure.ResponseTimeout, reply.Seen);
        reply.Seen.ShouldContain(scheme == "http" ? "no answer" : "TLS handshake");
    }

    [Fact]
    public async Task An_answer_that_drips_is_cut_off_by_the_deadline_however_regularly_it_drips()
    {
        await using var rtcd = ScriptedPort.Running(async (socket, cancellationToken) =>
        {
            await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{"u8.ToArray());
            using var drip = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            while (await drip.WaitForNextTickAsync(cancellationToken))
            {
                await socket.SendAsync(" "u8.ToArray(), cancellationToken);
            }
        });
        var options = new RtcdOptions { ResponseTimeout = TimeSpan.FromSeconds(1.5) };

        var reply = await RtcdProbing.Probe(options: options).AskAsync(rtcd.Url());

        reply.Failure.ShouldBe(HttpFailure.ResponseTimeout, reply.Seen);
        reply.Seen.ShouldContain("bytes had come");
    }

    [Fact]
    public async Task A_reset_is_a_reset()
    {
        await using var rtcd = ScriptedPort.Running(async (socket, cancellationToken) =>
        {
            await socket.ReceiveAsync(new byte[4096], cancellationToken);
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        });

        var reply = await RtcdProbing.Probe().AskAsync(rtcd.Url());

        reply.Failure.ShouldBe(HttpFailure.ConnectionReset, reply.Seen);
    }

    [Theory]
    [InlineData("", "without an answer")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "in the middle")]
    public async Task A_connection_closed_before_the_answer_is_whole_counts_as_dropped(string sent, string seen)
    {
        await using var rtcd = ScriptedPort.Answering(sent);

        var reply = await RtcdProbing.Probe().AskAsync(rtcd.Url());

        reply.Failure.ShouldBe(HttpFailure.ConnectionReset, reply.Seen);
        reply.Seen.ShouldContain(seen);
    }

    [Fact]
    public async Task An_address_without_a_route_is_unreachable()
    {
        // The broadcast address of the loopback network: Linux has no route there for TCP, and no packet leaves the machine.
        var reply = await RtcdProbing.Probe().AskAsync("http://127.255.255.255:8045");

        reply.Failure.ShouldBe(HttpFailure.Unreachable, reply.Seen);
    }

    [Fact]
    public async Task A_trusted_certificate_lets_the_version_through()
    {
        var (root, server) = Certificates.Issued("127.0.0.1");
        using (root)
        using (server)
        {
            await using var rtcd = ScriptedPort.AnsweringOverTls(server, Http.Json(Http.Version));

            var reply = await RtcdProbing.Probe(root: root).AskAsync(rtcd.Url("https"));

            reply.Failure.ShouldBeNull(reply.Seen);
            reply.Certificate.ShouldNotBeNull().Issuer.ShouldBe("CN=CallsBot test root");
        }
    }

    [Fact]
    public async Task The_name_of_the_url_is_what_a_certificate_has_to_be_for()
    {
        var (root, server) = Certificates.Issued("rtcd.localhost");
        using (root)
        using (server)
        {
            await using var rtcd = ScriptedPort.AnsweringOverTls(server, Http.Json(Http.Version));
            var probe = RtcdProbing.Probe(resolve: RtcdProbing.Resolving("127.0.0.1"), root: root);

            (await probe.AskAsync(rtcd.Url("https", "rtcd.localhost"))).Failure.ShouldBeNull();
            var reply = await probe.AskAsync(rtcd.Url("https", "other.localhost"));

            reply.Failure.ShouldBe(HttpFailure.CertificateNameMismatch);
            reply.Seen.ShouldContain("for rtcd.localhost");
            reply.Certificate.ShouldNotBeNull().Untrusted.ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_self_signed_certificate_is_untrusted()
    {
        using var certificate = Certificates.SelfSigned("127.0.0.1");
        await using var rtcd = ScriptedPort.AnsweringOverTls(certificate, Http.Json(Http.Version));

        var reply = await RtcdProbing.Probe().AskAsync(rtcd.Url("https"));

        reply.Failure.ShouldBe(HttpFailure.CertificateUntrusted, reply.Seen);
        reply.Seen.ShouldContain("CN=rtcd");
        rtcd.Request.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_certificate_past_its_date_is_expired_whatever_else_is_wrong_with_it()
    {
        using var certificate = Certificates.Expired("other.example");
        await using var rtcd = ScriptedPort.AnsweringOverTls(certificate, Http.Json(Http.Version));

        var reply = await RtcdProbing.Probe().AskAsync(rtcd.Url("https"));

        reply.Failure.ShouldBe(HttpFailure.CertificateExpired, reply.Seen);
        reply.Seen.ShouldContain("to 2021-01-01");
    }

    [Fact]
    public async Task An_expired_certificate_from_a_trusted_authority_counts_as_expired_only()
    {
        using var certificate = Certificates.Expired("127.0.0.1");
        await using var rtcd = ScriptedPort.AnsweringOverTls(certificate, Http.Json(Http.Version));

        var reply = await RtcdProbing.Probe(root: certificate).AskAsync(rtcd.Url("https"));

        reply.Failure.ShouldBe(HttpFailure.CertificateExpired, reply.Seen);
        reply.Certificate.ShouldNotBeNull().Untrusted.ShouldBeFalse();
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request")]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n")]
    public async Task Tls_to_a_port_that_answers_in_plain_text_is_named(string answer)
    {
        await using var rtcd = ScriptedPort.Running(async (socket, cancellationToken) =>
        {
            await socket.ReceiveAsync(new byte[4096], cancellationToken);
            await socket.SendAsync(Encoding.ASCII.GetBytes(answer), cancellationToken);
            socket.Shutdown(SocketShutdown.Send);
            await socket.ReceiveAsync(new byte[4096], cancellationToken);
        });

        var reply = await RtcdProbing.Probe().AskAsync(rtcd.Url("https"));

        reply.Failure.ShouldBe(HttpFailure.TlsOnPlainPort, reply.Seen);
        reply.Seen.ShouldContain(answer[..8]);
    }

    [Fact]
    public async Task Tls_to_a_plain_kestrel_is_named()
    {
        await using var kestrel = await StartKestrelAsync(tls: false);

        var reply = await RtcdProbing.Probe().AskAsync($"https://127.0.0.1:{PortOf(kestrel)}");

        reply.Failure.ShouldBe(HttpFailure.TlsOnPlainPort, reply.Seen);
    }

    [Fact]
    public async Task Plain_http_to_a_tls_kestrel_is_named_though_it_closes_without_a_word()
    {
        await using var kestrel = await StartKestrelAsync(tls: true);

        var reply = await RtcdProbing.Probe().AskAsync($"http://127.0.0.1:{PortOf(kestrel)}");

        reply.Failure.ShouldBe(HttpFailure.PlainOnTlsPort, reply.Seen);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task A_certificate_that_names_a_url_for_its_issuer_gets_nobody_to_ask_there(string scheme)
    {
        await using var elsewhere = ScriptedPort.Answering(Http.Reply("404 Not Found", "text/plain", ""));
        var (root, server) = Certificates.Issued(new Uri(elsewhere.Url() + "/issuer.crt"), "127.0.0.1");
        using (root)
        using (server)
        {
            await using var rtcd = ScriptedPort.AnsweringOverTls(server, Http.Json(Http.Version));

            var reply = await RtcdProbing.Probe().AskAsync(rtcd.Url(scheme));

            reply.Failure.ShouldBe(
                scheme == "http" ? HttpFailure.PlainOnTlsPort : HttpFailure.CertificateUntrusted, reply.Seen);
            elsewhere.Connections.ShouldBe(0);
        }
    }

    [Theory]
    [InlineData("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Type: text/html; charset=iso-8859-1\r\nConnection: close\r\n\r\nReason: You're speaking plain HTTP to an SSL-enabled server port.<br />")]
    [InlineData("\u0015\u0003\u0001\0\u0002\u0002\u0046")]
    public async Task Plain_http_to_a_tls_port_is_named_by_what_common_servers_answer(string answer)
    {
        await using var rtcd = ScriptedPort.Answering(answer);

        var reply = await RtcdProbing.Probe().AskAsync(rtcd.Url());

        reply.Failure.ShouldBe(HttpFailure.PlainOnTlsPort, reply.Seen);
    }

    [Fact]
    public async Task Tls_that_fails_for_another_reason_says_so()
    {
        // An alert: handshake_failure (RFC 8446 §6).
        await using var rtcd = ScriptedPort.Running(async (socket, cancellationToken) =>
        {
            await socket.ReceiveAsync(new byte[4096], cancellationToken);
            await socket.SendAsync(new byte[] { 21, 3, 3, 0, 2, 2, 40 }, cancellationToken);
            socket.Shutdown(SocketShutdown.Send);
            await socket.ReceiveAsync(new byte[4096], cancellationToken);
        });

        var reply = await RtcdProbing.Probe().AskAsync(rtcd.Url("https"));

        reply.Failure.ShouldBe(HttpFailure.TlsFailed, reply.Seen);
        reply.Seen.ShouldNotBeNullOrWhiteSpace();
    }

    [Fact]
    public async Task A_port_that_closes_on_a_tls_greeting_fails_in_tls()
    {
        await using var rtcd = ScriptedPort.Running(async (socket, cancellationToken) =>
        {
            await socket.ReceiveAsync(new byte[4096], cancellationToken);
            socket.Shutdown(SocketShutdown.Send);
            await socket.ReceiveAsync(new byte[4096], cancellationToken);
        });

        var reply = await RtcdProbing.Probe().AskAsync(rtcd.Url("https"));

        reply.Failure.ShouldBe(HttpFailure.TlsFailed, reply.Seen);
        reply.Seen.ShouldContain("closed on the TLS greeting");
    }

    [Theory]
    [InlineData("200 OK", "text/html; charset=utf-8", "<p>Sign in</p>")]
    [InlineData("200 OK", "text/plain", "\n <!DOCTYPE html><title>Login</title>")]
    [InlineData("502 Bad Gateway", "text/html", "<html><h1>502 Bad Gateway</h1></html>")]
    [InlineData("404 Not Found", "text/html", "<HTML>nginx</HTML>")]
    public async Task A_web_page_is_told_from_an_answer_of_rtcd(string status, string contentType, string body)
    {
        await using var proxy = ScriptedPort.Answering(Http.Reply(status, contentType, body));

        var reply = await RtcdProbing.Probe().AskAsync(proxy.Url());

        reply.Failure.ShouldBe(HttpFailure.HtmlResponse, reply.Seen);
        reply.Status.ShouldBe(int.Parse(status[..3], System.Globalization.CultureInfo.InvariantCulture));
        reply.BodyStart.ShouldBe(body.Trim());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"buildVersion":null,"buildHash":null}""")]
    [InlineData("""{"version":"1.12.2","build":"x"}""")]
    [InlineData("""{"buildVersion":{"major":1}}""")]
    public async Task Json_of_another_shape_is_not_taken_for_a_version(string json)
    {
        await using var other = ScriptedPort.Answering(Http.Json(json));

        var reply = await RtcdProbing.Probe().AskAsync(other.Url());

        reply.Failure.ShouldBe(HttpFailure.UnexpectedJson, reply.Seen);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ok")]
    [InlineData("""{"buildVersion":"v1.2.6" """)]
    [InlineData("""{"buildVersion":"v1.2.6"}{}""")]
    public async Task A_body_that_is_no_json_is_not_taken_for_a_version(string body)
    {
        await using var other = ScriptedPort.Answering(Http.Reply("200 OK", "application/json; charset=no-such-set", body));

        var reply = await RtcdProbing.Probe().AskAsync(other.Url());

        reply.Failure.ShouldBe(HttpFailure.NotJson, reply.Seen);
    }

    [Fact]
    public async Task A_port_that_does_not_speak_http_is_told_by_its_first_bytes()
    {
        await using var ssh = ScriptedPort.Answering("SSH-2.0-OpenSSH_9.6\r\n");

        var reply = await RtcdProbing.Probe().AskAsync(ssh.Url());

        reply.Failure.ShouldBe(HttpFailure.NotJson, reply.Seen);
        reply.Seen.ShouldContain("SSH-2.0-");
    }

    [Theory]
    [InlineData("500 Internal Server Error")]
    [InlineData("401 Unauthorized")]
    [InlineData("201 Created")]
    [InlineData("304 Not Modified")]
    public async Task Any_status_but_200_is_an_error_whatever_the_body_says(string status)
    {
        await using var other = ScriptedPort.Answering(Http.Reply(status, "application/json", Http.Version));

        var reply = await RtcdProbing.Probe().AskAsync(other.Url());

        reply.Failure.ShouldBe(HttpFailure.HttpStatus, reply.Seen);
    }

    [Fact]
    public async Task A_redirect_is_reported_and_not_followed()
    {
        await using var elsewhere = ScriptedPort.Answering(Http.Json(Http.Version));
        var location = $"Location: http://clientA:S3CRET@127.0.0.1:{elsewhere.Port}/version\r\n";
        await using var proxy = ScriptedPort.Answering(Http.Reply("302 Found", "text/html", "<html></html>", location));

        var reply = await RtcdProbing.Probe().AskAsync(proxy.Url());

        reply.Failure.ShouldBe(HttpFailure.Redirected, reply.Seen);
        reply.Seen.ShouldContain($"http://***@127.0.0.1:{elsewhere.Port}/version");
        elsewhere.Connections.ShouldBe(0);
    }

    [Theory]
    [InlineData(64 * 1024, false)]
    [InlineData((64 * 1024) + 1, true)]
    public async Task A_body_is_read_up_to_64_kib(int length, bool tooLarge)
    {
        var body = Http.Version + new string(' ', length - Http.Version.Length);
        await using var rtcd = ScriptedPort.Answering(Http.Reply("200 OK", "application/json", body));

        var reply = await RtcdProbing.Probe().AskAsync(rtcd.Url());

        reply.Failure.ShouldBe(tooLarge ? HttpFailure.ResponseTooLarge : null, reply.Seen);
    }

    [Fact]
    public async Task A_body_without_end_is_left_at_the_limit()
    {
        await using var endless = ScriptedPort.Running(async (socket, cancellationToken) =>
        {
            await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"u8.ToArray());
            while (true)
            {
                await socket.SendAsync(new byte[4096], cancellationToken);
            }
        });

        var reply = await RtcdProbing.Probe().AskAsync(endless.Url());

        reply.Failure.ShouldBe(HttpFailure.ResponseTooLarge, reply.Seen);
        reply.BodyStart.ShouldNotBeNull().Length.ShouldBeLessThanOrEqualTo(201);
    }

    [Fact]
    public async Task Headers_without_end_are_left_at_the_limit()
    {
        var headers = string.Concat(Enumerable.Range(0, 1000).Select(i => $"X-{i}: {new string('x', 100)}\r\n"));
        await using var rtcd = ScriptedPort.Answering(Http.Reply("200 OK", "application/json", Http.Version, headers));

        var reply = await RtcdProbing.Probe().AskAsync(rtcd.Url());

        reply.Failure.ShouldBe(HttpFailure.ResponseTooLarge, reply.Seen);
        reply.Seen.ShouldContain("headers");
    }

    [Fact]
    public async Task A_refused_address_gets_no_connection_and_the_others_are_still_asked()
    {
        await using var rtcd = ScriptedPort.Answering(Http.Json(Http.Version));
        var probe = RtcdProbing.Probe(resolve: RtcdProbing.Resolving("169.254.169.254", "127.0.0.1"));

        var replies = await probe.AskAsync(RtcdProbing.Target(rtcd.Url(host: "localhost")), CancellationToken.None);

        replies.Replies.Select(r => r.Failure).ShouldBe([HttpFailure.AddressRefused, null]);
    }

    [Fact]
    public async Task A_name_that_changes_after_the_check_is_looked_up_once_and_the_checked_address_is_asked()
    {
        await using var local = ScriptedPort.Answering(Http.Json(Http.Version));
        var asked = 0;
        Task<IPAddress[]> Rebinding(string host, CancellationToken cancellationToken) =>
            Task.FromResult(new[] { IPAddress.Parse(++asked == 1 ? "127.0.0.2" : "127.0.0.1") });

        var reply = await RtcdProbing.Probe(resolve: Rebinding).AskAsync(local.Url(host: "localhost"));

        reply.Failure.ShouldBe(HttpFailure.ConnectionRefused, reply.Seen);
        reply.Address.ShouldBe(IPAddress.Parse("127.0.0.2"));
        asked.ShouldBe(1);
        local.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task A_name_that_leads_to_loopback_without_saying_so_is_refused()
    {
        await using var local = ScriptedPort.Answering(Http.Json(Http.Version));

        var reply = await RtcdProbing.Probe(resolve: RtcdProbing.Resolving("127.0.0.1")).AskAsync(local.Url(host: RtcdProbing.Host));

        reply.Failure.ShouldBe(HttpFailure.AddressRefused);
        local.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task Every_address_is_asked_and_keeps_its_own_result()
    {
        await using var rtcd = ScriptedPort.Answering(Http.Json(Http.Version));
        var probe = RtcdProbing.Probe(resolve: RtcdProbing.Resolving("127.0.0.1", "127.0.0.2", "127.0.0.1"));

        var replies = await probe.AskAsync(RtcdProbing.Target(rtcd.Url(host: "localhost")), CancellationToken.None);

        replies.Replies.Select(r => (r.Address!.ToString(), r.Failure)).ShouldBe(
            [("127.0.0.1", null), ("127.0.0.2", HttpFailure.ConnectionRefused)]);
    }

    [Fact]
    public async Task A_caller_who_gives_up_gets_a_cancellation_and_not_a_result()
    {
        var heard = new TaskCompletionSource();
        using var caller = new CancellationTokenSource();
        await using var rtcd = ScriptedPort.Running(async (socket, cancellationToken) =>
        {
            await socket.ReceiveAsync(new byte[1], cancellationToken);
            heard.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        });
        var asking = RtcdProbing.Probe().AskAsync(RtcdProbing.Target(rtcd.Url()), caller.Token);

        await heard.Task.WaitAsync(Bound);
        await caller.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(asking.WaitAsync(Bound));
        await Should.ThrowAsync<OperationCanceledException>(
            RtcdProbing.Probe().AskAsync(RtcdProbing.Target(rtcd.Url()), caller.Token));
    }

    private static async Task<WebApplication> StartKestrelAsync(bool tls)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (tls)
            {
                listen.UseHttps(Certificates.SelfSigned("127.0.0.1"));
            }
        }));
        var app = builder.Build();
        app.MapGet("/version", () => "unused");
        await app.StartAsync();
        return app;
    }

    private static int PortOf(WebApplication app) =>
        new Uri(app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
}
