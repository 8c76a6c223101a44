using System.Net.Sockets;
using System.Text;
using CallsBot.Protocols.Rtcd;
using CallsBot.Sandbox;
using CallsBot.Sandbox.Rtcd;

namespace CallsBot.Tests.Sandbox.Rtcd;

/// <summary>The pretend RTCD's WebSocket by its bytes: what a client's library would not let a test send.</summary>
public sealed class RtcdConnectionTests : IAsyncLifetime
{
    private readonly TcpClient _tcp = new();
    private RunningSandbox _sandbox = null!;
    private NetworkStream _stream = null!;

    private RtcdSandbox Rtcd => _sandbox.Rtcd;

    public async Task InitializeAsync()
    {
        _sandbox = await RunningSandbox.StartAsync(new SandboxSettings(), CancellationToken.None);
        await _tcp.ConnectAsync("127.0.0.1", Rtcd.Url.Port);
        _stream = _tcp.GetStream();

        // The key and the answer to it are RFC 6455's own (§1.3).
        await _stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /ws HTTP/1.1\r\nHost: {Rtcd.Url.Authority}\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
            + $"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nAuthorization: {Participant.Basic(Rtcd.ClientId, Rtcd.AuthKey)}\r\n\r\n"));
        var head = await HeadAsync();
        head.ShouldStartWith("HTTP/1.1 101 Switching Protocols\r\n");
        head.ShouldContain("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
        (await FrameAsync()).Opcode.ShouldBe(2, "the hello");
    }

    public async Task DisposeAsync()
    {
        _tcp.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Theory]
    [InlineData("820100", 1002, "not masked")]
    [InlineData("c28000000000", 1002, "a reserved bit")]
    [InlineData("838000000000", 1002, "an opcode that is none")]
    [InlineData("808000000000", 1002, "the rest of nothing")]
    [InlineData("098000000000", 1002, "a ping in pieces")]
    [InlineData("89fe007e00000000", 1002, "a ping that is too long")]
    [InlineData("82ff000000000010000100000000", 1009, "more than a mebibyte")]
    public async Task What_no_client_may_send_closes_the_socket_with_a_code(string hex, int code, string why)
    {
        await _stream.WriteAsync(Convert.FromHexString(hex));

        var (opcode, payload) = await FrameAsync();

        (opcode, (payload[0] << 8) | payload[1]).ShouldBe((8, code), why);
        (await EndsAsync()).ShouldBeTrue();
        await Rtcd.Until(rtcd => rtcd.Sockets == 0, "no socket");
    }

    [Fact]
    public async Task A_message_in_pieces_with_a_ping_between_is_one_message()
    {
        var join = new RtcdFrame.Join("call", "probe", "session").ToBytes();

        await _stream.WriteAsync(Masked(0x02, join[..7]));
        await _stream.WriteAsync(Masked(0x89, "hi"u8.ToArray()));
        await _stream.WriteAsync(Masked(0x00, join[7..20]));
        await _stream.WriteAsync(Masked(0x80, join[20..]));

        var (opcode, payload) = await FrameAsync();
        (opcode, Encoding.ASCII.GetString(payload)).ShouldBe((10, "hi"));
        await Rtcd.Until(rtcd => rtcd.Sessions == 1, "a session");
    }

    [Fact]
    public async Task A_long_message_comes_with_its_extended_length()
    {
        await _stream.WriteAsync(Masked(0x82, new byte[70_000]));

        await Rtcd.Until(_ => _sandbox.Unexpected.Count == 1, "a message");
        _sandbox.Unexpected.ShouldBe(["RTCD WebSocket message of 70000 bytes that is none"]);
    }

    [Fact]
    public async Task Who_hangs_up_inside_a_frame_is_gone()
    {
        await _stream.WriteAsync(new byte[] { 0x82, 0x85, 1 });
        _tcp.Client.Shutdown(SocketShutdown.Send);

        await Rtcd.Until(rtcd => rtcd.Sockets == 0, "no socket");
        Rtcd.Log.ShouldContain(line => line.Contains("mattermost client disconnected"));
    }

    private static byte[] Masked(byte first, byte[] payload)
    {
        byte[] length = payload.Length < 126 ? [(byte)(0x80 | payload.Length)]
            : payload.Length <= ushort.MaxValue ? [0xfe, (byte)(payload.Length >> 8), (byte)payload.Length]
            : [0xff, 0, 0, 0, 0, (byte)(payload.Length >> 24), (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length];
        byte[] mask = [7, 77, 177, 27];
        return [first, .. length, .. mask, .. payload.Select((b, i) => (byte)(b ^ mask[i & 3]))];
    }

    private async Task<string> HeadAsync()
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            head.Append((char)(await ReadAsync(1))[0]);
        }

        return head.ToString();
    }

    private async Task<(int Opcode, byte[] Payload)> FrameAsync()
    {
        var start = await ReadAsync(2);
        (start[1] & 0x80).ShouldBe(0, "a server does not mask");
        start[1].ShouldBeLessThan((byte)126);
        return (start[0] & 0x0f, await ReadAsync(start[1]));
    }

    private async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        using var bound = new CancellationTokenSource(Participant.Patience);
        await _stream.ReadExactlyAsync(bytes, bound.Token);
        return bytes;
    }

    private async Task<bool> EndsAsync()
    {
        using var bound = new CancellationTokenSource(Participant.Patience);
        try
        {
            return await _stream.ReadAsync(new byte[1], bound.Token) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
