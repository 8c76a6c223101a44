using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using CallsBot.Protocols.Rtcd;
using CallsBot.Tests.Probes;
using CallsBot.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace CallsBot.Tests.Protocols.Rtcd;

public sealed class RtcdSocketTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly RtcdCredentials Credentials = new("bot", "correct horse battery staple");
    private static readonly byte[] Hello = new RtcdFrame.Hello("bot", "kt8ybgkh8tr4fq7zezonykhhno").ToBytes();

    private readonly SocketsHttpHandler _handler = new() { UseProxy = false };
    private readonly HttpMessageInvoker _http;

    public RtcdSocketTests() => _http = new HttpMessageInvoker(_handler);

    [Fact]
    public async Task Hello_opens_the_socket_and_frames_go_both_ways()
    {
        HttpRequest? request = null;
        await using var server = await ServingAsync(async (context, socket) =>
        {
            request = context.Request;
            await SendAsync(socket, Hello);
            var leave = await ReceiveAsync(socket);
            await SendAsync(socket, new RtcdFrame.Close(((RtcdFrame.Leave)leave!).SessionId).ToBytes());
            await ReceiveAsync(socket);
        });

        var opening = await OpenAsync(server.Address);

        opening.Failure.ShouldBeNull();
        opening.Status.ShouldBe(HttpStatusCode.SwitchingProtocols);
        (opening.Upgrade!.Value, opening.Hello!.Value).ShouldSatisfyAllConditions(
            times => times.Item1.ShouldBeGreaterThan(TimeSpan.Zero), times => times.Item2.ShouldBeGreaterThanOrEqualTo(TimeSpan.Zero));
        await using var socket = opening.Socket!;
        (socket.ClientId, socket.ConnId, socket.End).ShouldBe(("bot", "kt8ybgkh8tr4fq7zezonykhhno", null));
        (await socket.TrySendAsync(new RtcdFrame.Leave("s"), default)).ShouldBeTrue();
        (await NextAsync(socket)).ShouldBe(new RtcdFrame.Close("s"));
        request!.Path.Value.ShouldBe("/ws");
        request.Headers.Authorization.ToString().ShouldBe("Basic " + Convert.ToBase64String("bot:correct horse battery staple"u8));
        request.Headers.ContainsKey("Origin").ShouldBeFalse();
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/sub/path?x", "ws://127.0.0.1:1/ws")]
    [InlineData("https://user:secret@rtcd.example.com:8045", "wss://rtcd.example.com:8045/ws")]
    public async Task The_address_keeps_host_and_port_and_nothing_else(string service, string address)
    {
        Uri? asked = null;
        using var spy = new HttpMessageInvoker(new Spy(request => asked = request));

        await RtcdSocket.OpenAsync(new Uri(service), Credentials, spy, Patience, TimeProvider.System, default);

        asked.ShouldBe(new Uri(address));
    }

    [Theory]
    [InlineData("200 OK", RtcdSocketFailure.CredentialsRefused)]
    [InlineData("400 Bad Request", RtcdSocketFailure.UpgradeStripped)]
    [InlineData("403 Forbidden", RtcdSocketFailure.Forbidden)]
    [InlineData("404 Not Found", RtcdSocketFailure.NotFound)]
    [InlineData("502 Bad Gateway", RtcdSocketFailure.ProxyError)]
    [InlineData("503 Service Unavailable", RtcdSocketFailure.ProxyError)]
    [InlineData("504 Gateway Timeout", RtcdSocketFailure.ProxyError)]
    [InlineData("401 Unauthorized", RtcdSocketFailure.UnexpectedAnswer)]
    [InlineData("302 Found", RtcdSocketFailure.UnexpectedAnswer)]
    [InlineData("101 Switching Protocols", RtcdSocketFailure.UnexpectedAnswer)] // without the headers of an upgrade
    public async Task Every_answer_that_is_no_upgrade_is_told_apart(string status, RtcdSocketFailure failure)
    {
        await using var port = ScriptedPort.Answering($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        var opening = await OpenAsync(new Uri(port.Url()));

        opening.Failure.ShouldBe(failure);
        ((int)opening.Status!).ShouldBe(int.Parse(status[..3], System.Globalization.CultureInfo.InvariantCulture));
        opening.Socket.ShouldBeNull();
        opening.ToString().ShouldNotContain("correct horse");
    }

    [Theory]
    [InlineData("ws upgrade, wrong key", RtcdSocketFailure.CredentialsRefused)]
    [InlineData("ws upgrade, no auth", RtcdSocketFailure.CredentialsRefused)]
    [InlineData("ws upgrade, foreign Origin", RtcdSocketFailure.Forbidden)]
    [InlineData("ws without upgrade", RtcdSocketFailure.UpgradeStripped)]
    public async Task The_refusals_of_a_real_rtcd_are_known(string name, RtcdSocketFailure failure)
    {
        var status = RtcdVectors.Http(name).GetProperty("status").GetInt32();
        await using var port = ScriptedPort.Answering($"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");

        (await OpenAsync(new Uri(port.Url()))).Failure.ShouldBe(failure);
    }

    [Fact]
    public async Task A_closed_port_is_told_apart()
    {
        var opening = await OpenAsync(new Uri($"http://127.0.0.1:{ScriptedPort.Closed()}"));

        (opening.Failure, opening.Status, opening.Upgrade).ShouldBe((RtcdSocketFailure.ConnectionRefused, null, null));
    }

    [Fact]
    public async Task A_connection_that_is_dropped_is_told_apart()
    {
        await using var port = ScriptedPort.Running((socket, _) =>
        {
            socket.LingerState = new LingerOption(enable: true, 0);
            socket.Dispose();
            return Task.CompletedTask;
        });

        (await OpenAsync(new Uri(port.Url()))).Failure.ShouldBe(RtcdSocketFailure.ConnectionFailed);
    }

    [Fact]
    public async Task Plain_HTTP_where_TLS_was_wanted_is_told_apart()
    {
        await using var port = ScriptedPort.Running(async (socket, cancellationToken) =>
        {
            await socket.ReceiveAsync(new byte[2048], cancellationToken);
            await socket.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), cancellationToken);
        });

        (await OpenAsync(new Uri(port.Url("https")))).Failure.ShouldBe(RtcdSocketFailure.Tls);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_told_apart()
    {
        using var certificate = Certificates.SelfSigned("127.0.0.1");
        await using var port = ScriptedPort.AnsweringOverTls(certificate, "");

        (await OpenAsync(new Uri(port.Url("https")))).Failure.ShouldBe(RtcdSocketFailure.Tls);
    }

    [Fact]
    public async Task Silence_before_the_upgrade_ends_at_the_limit()
    {
        var asked = new TaskCompletionSource();
        await using var port = ScriptedPort.Running(async (socket, cancellationToken) =>
        {
            await socket.ReceiveAsync(new byte[1], cancellationToken);
            asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        });
        var time = new ManualTimeProvider();

        var opening = OpenAsync(new Uri(port.Url()), time);
        await asked.Task.WaitAsync(Patience);
        time.Advance(Patience);

        (await opening.WaitAsync(Patience)).Failure.ShouldBe(RtcdSocketFailure.Timeout);
    }

    [Fact]
    public async Task Silence_after_the_upgrade_is_another_failure()
    {
        var upgraded = new TaskCompletionSource();
        await using var server = await ServingAsync(async (_, socket) =>
        {
            upgraded.SetResult();
            await ReceiveAsync(socket);
        });
        var time = new ManualTimeProvider();

        var opening = OpenAsync(server.Address, time);
        await upgraded.Task.WaitAsync(Patience);
        while (!opening.IsCompleted)
        {
            // The server upgrades a little before the client notices.
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(opening, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, default));
        }

        (await opening).Failure.ShouldBe(RtcdSocketFailure.NoHello);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_not_hello_is_no_beginning(bool speaks)
    {
        await using var server = await ServingAsync(async (_, socket) =>
        {
            if (speaks)
            {
                await SendAsync(socket, new RtcdFrame.Close("s").ToBytes());
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, "go away", default);
        });

        var opening = await OpenAsync(server.Address);

        opening.Failure.ShouldBe(RtcdSocketFailure.ClosedBeforeHello);
        if (!speaks)
        {
            opening.Detail.ShouldBe("Closed with 1008 go away");
        }
    }

    [Fact]
    public async Task Texts_and_noise_between_frames_are_skipped()
    {
        await using var server = await ServingAsync(async (_, socket) =>
        {
            await SendAsync(socket, Hello);
            await socket.SendAsync(Encoding.UTF8.GetBytes("text"), WebSocketMessageType.Text, endOfMessage: true, default);
            await SendAsync(socket, [0xc1]);
            await SendAsync(socket, new RtcdFrame.Close("s").ToBytes());
            await ReceiveAsync(socket);
        });
        await using var socket = (await OpenAsync(server.Address)).Socket!;

        (await NextAsync(socket)).ShouldBe(new RtcdFrame.Close("s"));
    }

    [Fact]
    public async Task A_message_in_pieces_is_put_together_and_one_too_long_ends_the_connection()
    {
        var whole = new RtcdFrame.Rtc(new RtcdMessage("s", RtcdMessageType.Sdp, new byte[100_000])).ToBytes();
        await using var server = await ServingAsync(async (_, socket) =>
        {
            await SendAsync(socket, Hello);
            await socket.SendAsync(whole.AsMemory(0, 10), WebSocketMessageType.Binary, endOfMessage: false, default);
            await socket.SendAsync(whole.AsMemory(10), WebSocketMessageType.Binary, endOfMessage: true, default);
            await SendAsync(socket, new byte[RtcdFrame.MaxLength + 2]);
            await ReceiveAsync(socket);
        });
        await using var socket = (await OpenAsync(server.Address)).Socket!;

        (await NextAsync(socket)).ShouldBeOfType<RtcdFrame.Rtc>().Message.Data.Length.ShouldBe(100_000);
        (await NextAsync(socket)).ShouldBeNull();
        socket.End.ShouldBe("A message was longer than RTCD's limit.");
    }

    [Fact]
    public async Task A_read_that_was_cancelled_leaves_the_connection_whole()
    {
        await using var server = await ServingAsync(async (_, socket) =>
        {
            await SendAsync(socket, Hello);
            await ReceiveAsync(socket);
            await SendAsync(socket, new RtcdFrame.Close("s").ToBytes());
            await ReceiveAsync(socket);
        });
        await using var socket = (await OpenAsync(server.Address)).Socket!;
        using var cancel = new CancellationTokenSource();
        var read = socket.ReceiveAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(read);

        (await socket.TrySendAsync(new RtcdFrame.Leave("s"), default)).ShouldBeTrue();
        (await NextAsync(socket)).ShouldBe(new RtcdFrame.Close("s"));
    }

    [Fact]
    public async Task A_connection_that_is_lost_ends_reading_and_sending()
    {
        await using var server = await ServingAsync(async (context, socket) =>
        {
            await SendAsync(socket, Hello);
            await ReceiveAsync(socket);
            context.Abort();
        });
        await using var socket = (await OpenAsync(server.Address)).Socket!;
        (await socket.TrySendAsync(new RtcdFrame.Leave("s"), default)).ShouldBeTrue();

        (await NextAsync(socket)).ShouldBeNull();

        socket.End.ShouldNotBeNull();
        (await socket.TrySendAsync(new RtcdFrame.Leave("s"), default)).ShouldBeFalse();
    }

    [Fact]
    public async Task Disposing_says_goodbye()
    {
        var goodbye = new TaskCompletionSource<WebSocketCloseStatus?>();
        await using var server = await ServingAsync(async (_, socket) =>
        {
            await SendAsync(socket, Hello);
            await ReceiveAsync(socket);
            goodbye.SetResult(socket.CloseStatus);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", default);
        });
        var socket = (await OpenAsync(server.Address)).Socket!;

        await socket.DisposeAsync();

        (await goodbye.Task.WaitAsync(Patience)).ShouldBe(WebSocketCloseStatus.NormalClosure);
        await socket.DisposeAsync();
    }

    [Fact]
    public async Task A_cancelled_opening_throws()
    {
        await using var server = await ServingAsync(async (_, socket) => await ReceiveAsync(socket));
        using var cancel = new CancellationTokenSource();

        var opening = RtcdSocket.OpenAsync(server.Address, Credentials, _http, Patience, TimeProvider.System, cancel.Token);
        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(opening);
    }

    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    private static Task<LoopbackServer> ServingAsync(Func<HttpContext, WebSocket, Task> script) => LoopbackServer.StartAsync(async context =>
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await script(context, socket);
    });

    private static Task SendAsync(WebSocket socket, byte[] bytes) =>
        socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, default);

    private static async Task<RtcdFrame?> ReceiveAsync(WebSocket socket)
    {
        var buffer = new byte[4096];
        try
        {
            var received = await socket.ReceiveAsync(buffer, default);
            return RtcdFrame.TryParse(buffer.AsSpan(0, received.Count), out var frame) ? frame : null;
        }
        catch (WebSocketException)
        {
            return null;
        }
    }

    private static async Task<RtcdFrame?> NextAsync(RtcdSocket socket) => await socket.ReceiveAsync(default).AsTask().WaitAsync(Patience);

    private Task<RtcdSocketOpening> OpenAsync(Uri service, TimeProvider? time = null) =>
        RtcdSocket.OpenAsync(service, Credentials, _http, Patience, time ?? TimeProvider.System, default);

    private sealed class Spy(Action<Uri> asked) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            asked(request.RequestUri!);
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound));
        }
    }
}
