using CallsBot.Probes.Turn;

namespace CallsBot.Tests.Probes.Turn;

public sealed class IceServerUrlTests
{
    [Theory]
    [InlineData("stun:stun.example.com", "stun:stun.example.com:3478", TurnTransport.Udp)]
    [InlineData("stun:stun.example.com:19302", "stun:stun.example.com:19302", TurnTransport.Udp)]
    [InlineData("STUNS:stun.example.com", "stuns:stun.example.com:5349", TurnTransport.Tls)]
    [InlineData("turn:[2001:db8::1]", "turn:[2001:db8::1]:3478", TurnTransport.Udp)]
    [InlineData("turn:[2001:db8::1]:3479?transport=udp", "turn:[2001:db8::1]:3479?transport=udp", TurnTransport.Udp)]
    [InlineData("turn:turn.example.com?transport=tcp", "turn:turn.example.com:3478?transport=tcp", TurnTransport.Tcp)]
    [InlineData("turns:turn.example.com:443?transport=tcp", "turns:turn.example.com:443?transport=tcp", TurnTransport.Tls)]
    [InlineData("turns:turn.example.com", "turns:turn.example.com:5349", TurnTransport.Tls)]
    internal void An_address_is_read_with_its_default_port_and_transport(string text, string shown, TurnTransport transport)
    {
        IceServerUrl.TryParse(text, out var url, out var fault).ShouldBeTrue(fault);

        url.ToString().ShouldBe(shown);
        url.Transport.ShouldBe(transport);
        url.IsTurn.ShouldBe(text.StartsWith("turn", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("stun.example.com:3478")]
    [InlineData("http://stun.example.com")]
    [InlineData("stun://stun.example.com:3478")]
    [InlineData("stun:stun.example.com?transport=udp")]
    [InlineData("turn:turn.example.com?transport=sctp")]
    [InlineData("turns:turn.example.com?transport=udp")]
    [InlineData("turn:user:S3CRET@turn.example.com")]
    [InlineData("turn:turn.example.com:0")]
    [InlineData("turn:turn.example.com:65536")]
    [InlineData("turn:turn.example.com:a")]
    [InlineData("turn:turn.example.com:3478/x")]
    [InlineData("turn::3478")]
    [InlineData("turn:2001:db8::1")]
    [InlineData("turn:0x7f.1")]
    [InlineData("turn:2130706433")]
    [InlineData("turn:127.1")]
    [InlineData("turn:$(reboot)")]
    [InlineData("turn:ｔurn.example.com")]
    public void What_browsers_or_we_cannot_use_is_refused_and_not_quoted(string text)
    {
        IceServerUrl.TryParse(text, out var url, out var fault).ShouldBeFalse();

        url.ShouldBeNull();
        fault.ShouldNotBeNullOrEmpty();
        fault.ShouldNotContain("S3CRET");
    }
}
