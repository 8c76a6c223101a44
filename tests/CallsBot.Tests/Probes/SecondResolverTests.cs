using System.Net;
using System.Net.Sockets;
using CallsBot.Probes;
using CallsBot.Tests.Support;
using Microsoft.Extensions.Options;

namespace CallsBot.Tests.Probes;

public sealed class SecondResolverTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("10.0.0.53", "10.0.0.53:53")]
    [InlineData("10.0.0.53:5353", "10.0.0.53:5353")]
    [InlineData("127.0.0.53", "127.0.0.53:53")]
    [InlineData("fd00::53", "[fd00::53]:53")]
    [InlineData("[fd00::53]:5353", "[fd00::53]:5353")]
    public void A_name_server_is_an_address_with_or_without_a_port(string text, string server)
    {
        SecondResolver.TryParse(text, out var parsed).ShouldBeTrue();
        parsed.ToString().ShouldBe(server);
    }

    [Theory]
    [InlineData("dns.example.com")]
    [InlineData("1")]
    [InlineData("0x0a000035")]
    [InlineData("10.0.53")]
    [InlineData("169.254.169.254")]
    [InlineData("[::ffff:169.254.169.254]:53")]
    [InlineData("255.255.255.255")]
    [InlineData("10.0.0.53:")]
    [InlineData("10.0.0.53:70000")]
    [InlineData(" 10.0.0.53")]
    public void Anything_else_is_none(string text)
    {
        SecondResolver.TryParse(text, out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Addresses_of_both_families_are_asked_for()
    {
        using var server = new ScriptedNameServer(IPAddress.Parse("10.0.0.5"), IPAddress.Parse("fd00::5"));

        var answer = await AskAsync(server.EndPoint);

        answer.Problem.ShouldBeNull();
        answer.Addresses.Select(a => a.ToString()).ShouldBe(["10.0.0.5", "fd00::5"]);
        server.Queries.ShouldBe(2);
    }

    [Fact]
    public async Task A_name_that_the_server_does_not_know_has_no_addresses()
    {
        using var server = new ScriptedNameServer(query => With(ScriptedNameServer.Answer(query), code: 3));

        var answer = await AskAsync(server.EndPoint);

        (answer.Problem, answer.Addresses.Count).ShouldBe((null, 0));
    }

    [Fact]
    public async Task A_server_that_fails_is_a_problem_and_not_an_empty_answer()
    {
        using var server = new ScriptedNameServer(query => With(ScriptedNameServer.Answer(query), code: 2));

        (await AskAsync(server.EndPoint)).Problem.ShouldNotBeNull().ShouldContain("error 2");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_problem()
    {
        using var free = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        free.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var endPoint = (IPEndPoint)free.LocalEndPoint!;
        free.Close();

        (await AskAsync(endPoint)).Problem.ShouldNotBeNull().ShouldContain("refused");
    }

    [Fact]
    public async Task A_silent_server_is_asked_twice_and_left_after_two_seconds()
    {
        var time = new ManualTimeProvider();
        using var server = new ScriptedNameServer(_ => null);
        var asking = AskAsync(server.EndPoint, time);

        await time.WaitForTimerAsync(due => due == TimeSpan.FromSeconds(0.7));
        time.Advance(TimeSpan.FromSeconds(0.7));

        // The limit of the whole question is due with the second try's own, and may be seen before that is set.
        while (!asking.IsCompleted)
        {
            await Task.WhenAny(asking, time.WaitForTimerAsync(due => due > TimeSpan.Zero && due <= TimeSpan.FromSeconds(1.3)));
            time.Advance(TimeSpan.FromSeconds(1.3));
        }

        (await asking.WaitAsync(Bound)).Problem.ShouldBe("it did not answer within 2 seconds");
    }

    [Fact]
    public async Task Answers_with_another_id_name_or_type_and_garbage_are_passed_over()
    {
        using var server = new SpoofingNameServer();

        var answer = await AskAsync(server.EndPoint);

        answer.Addresses.Select(a => a.ToString()).ShouldBe(["10.0.0.5"]);
    }

    [Fact]
    public async Task An_answer_that_does_not_fit_is_a_problem()
    {
        using var server = new ScriptedNameServer(query =>
        {
            var answer = ScriptedNameServer.Answer(query);
            answer[2] |= 2;
            return answer;
        });

        (await AskAsync(server.EndPoint)).Problem.ShouldNotBeNull().ShouldContain("does not fit");
    }

    private static Task<SecondAnswer> AskAsync(IPEndPoint server, TimeProvider? time = null) =>
        new SecondResolver(Options.Create(new RtcdOptions()), time ?? TimeProvider.System)
            .LookUpAsync(server, "rtcd.test", CancellationToken.None).WaitAsync(Bound);

    private static byte[] With(byte[] answer, byte code)
    {
        answer[3] = (byte)(0x80 | code);
        return answer;
    }

    /// <summary>Sends what is not an answer to the query before it sends one.</summary>
    private sealed class SpoofingNameServer : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

        public SpoofingNameServer()
        {
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _ = ServeAsync();
        }

        public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

        public void Dispose() => _socket.Dispose();

        private async Task ServeAsync()
        {
            var buffer = new byte[512];
            try
            {
                while (true)
                {
                    var received = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                    var query = buffer[..received.ReceivedBytes];
                    var otherId = ScriptedNameServer.Answer(query, IPAddress.Parse("10.6.6.1"));
                    otherId[0] ^= 1;
                    var otherName = ScriptedNameServer.Answer(query, IPAddress.Parse("10.6.6.2"));
                    otherName[13] ^= 1;
                    var otherType = ScriptedNameServer.Answer(query, IPAddress.Parse("10.6.6.3"));
                    otherType[query.Length - 3] ^= 0x1d;
                    foreach (var answer in new[] { otherId, otherName, otherType, [1, 2, 3], ScriptedNameServer.Answer(query, IPAddress.Parse("10.0.0.5")) })
                    {
                        await _socket.SendToAsync(answer, received.RemoteEndPoint);
                    }
                }
            }
            catch (Exception ex) when (ex is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
