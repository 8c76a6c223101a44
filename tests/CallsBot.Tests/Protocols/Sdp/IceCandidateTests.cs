using System.Net;
using System.Text;
using CallsBot.Protocols.Sdp;
using FsCheck;
using FsCheck.Fluent;

namespace CallsBot.Tests.Protocols.Sdp;

public sealed class IceCandidateTests
{
    [Theory]
    [InlineData("candidate:2878742611 1 udp 2130706431 127.0.0.1 8443 typ host")]
    [InlineData("candidate:375738803 1 tcp 2124414975 127.0.0.1 8443 typ host tcptype passive")]
    [InlineData("candidate:1 1 udp 1694498815 203.0.113.9 40000 typ srflx raddr 10.0.0.5 rport 8443")]
    [InlineData("candidate:1 2 udp 1 2001:db8::5 1 typ relay raddr 0.0.0.0 rport 0")]
    public void A_line_round_trips(string line)
    {
        IceCandidate.TryParse(line, out var candidate).ShouldBeTrue();

        candidate!.ToString().ShouldBe(line);
        IceCandidate.TryParse("a=" + line + "\r\n", out var again).ShouldBeTrue();
        again.ShouldBe(candidate);
    }

    [Fact]
    public void Pairs_that_are_not_known_are_skipped()
    {
        IceCandidate.TryParse("candidate:1 1 TCP 5 rtcd.example.com 8443 typ host tcptype passive generation 0 ufrag abcd network-id 1 odd", out var candidate)
            .ShouldBeTrue();

        candidate.ShouldBe(new IceCandidate("1", 1, IceTransport.Tcp, 5, "rtcd.example.com", 8443, IceCandidateType.Host) { TcpType = "passive" });
        candidate!.Address.ShouldBeNull();
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("2001:DB8::1", "2001:db8::1")]
    [InlineData("0x7f.1", null)]
    [InlineData("2130706433", null)]
    [InlineData("010.0.0.1", null)]
    [InlineData("[::1]", null)]
    [InlineData("fe80::1%eth0", null)]
    [InlineData("4c3c2a1b.local", null)]
    public void Only_the_usual_spelling_is_an_address(string host, string? address)
    {
        IceCandidate.TryParse($"candidate:1 1 udp 1 {host} 1 typ host", out var candidate).ShouldBeTrue();

        candidate!.Address.ShouldBe(address is null ? null : IPAddress.Parse(address));
        candidate.Host.ShouldBe(host);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("candidate:")]
    [InlineData("candidate:1 1 udp 1 192.0.2.1 8443 host typ")]
    [InlineData("candidate:1 1 udp 1 192.0.2.1 8443 typ other")]
    [InlineData("candidate:1 1 sctp 1 192.0.2.1 8443 typ host")]
    [InlineData("candidate:1 0 udp 1 192.0.2.1 8443 typ host")]
    [InlineData("candidate:1 1 udp 4294967296 192.0.2.1 8443 typ host")]
    [InlineData("candidate:1 1 udp -1 192.0.2.1 8443 typ host")]
    [InlineData("candidate:1 1 udp 1 192.0.2.1 65536 typ host")]
    public void What_is_no_candidate_is_none(string? line) => IceCandidate.TryParse(line, out _).ShouldBeFalse();

    [Fact]
    public void Noise_never_throws()
    {
        var lines = new[] { "candidate:1 1 tcp 5 192.0.2.1 8443 typ host tcptype passive", "a=candidate:1 1 udp 5 ::1 1 typ srflx raddr ::1 rport 5" };
        Prop.ForAll(Noise.Around([.. lines.Select(Encoding.UTF8.GetBytes)]), bytes =>
            !IceCandidate.TryParse(Encoding.Latin1.GetString(bytes), out var read) || (read.ToString().Length > 0 && (read.Address is null || read.Host.Length > 0)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
        Prop.ForAll((string? text) => IceCandidate.TryParse(text, out var read) ? read.Port >= 0 : true).QuickCheckThrowOnFailure();
    }
}
