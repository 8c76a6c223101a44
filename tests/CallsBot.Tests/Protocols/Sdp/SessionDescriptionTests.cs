using System.Text;
using CallsBot.Protocols.Rtcd;
using CallsBot.Protocols.Sdp;
using CallsBot.Tests.Protocols.Rtcd;
using FsCheck;
using FsCheck.Fluent;

namespace CallsBot.Tests.Protocols.Sdp;

public sealed class SessionDescriptionTests
{
    private static readonly string Answer = RecordedAnswer();

    [Fact]
    public void The_answer_of_a_real_rtcd_is_read()
    {
        var answer = Read(Answer);

        answer.Ice.ShouldBe(new IceCredentials("mppBAAAkNrIFHBxW", RtcdVectors.ServerPassword));
        answer.Setup.ShouldBe("active");
        answer.Mid.ShouldBe("0");
        answer.Fingerprint.ToString().ShouldStartWith("sha-256 08:05:B9:7F:E3:59");
        answer.Candidates.ShouldBeEmpty();
    }

    [Fact]
    public void An_offer_has_every_line_of_one_that_a_real_rtcd_took()
    {
        var taken = RtcdVectors.OfferSdp();
        var parsed = Read(taken);

        parsed.ToSdp().ShouldBe(taken);
    }

    [Fact]
    public void An_offer_round_trips_with_its_candidates()
    {
        var offer = new SessionDescription(IceCredentials.New(), CertificateFingerprint.Of([1, 2, 3]))
        {
            Candidates = [new IceCandidate("1", 1, IceTransport.Udp, 2130706431, "192.0.2.7", 40_000, IceCandidateType.Host)],
        };

        var read = Read(offer.ToSdp());

        (read.Ice, read.Fingerprint, read.Setup).ShouldBe((offer.Ice, offer.Fingerprint, "actpass"));
        read.Candidates.ShouldBe(offer.Candidates);
    }

    [Fact]
    public void Fingerprint_and_credentials_count_at_either_level_and_the_media_section_goes_before()
    {
        var session = $"v=0\r\na=ice-ufrag:aaaa\r\na=ice-pwd:b\r\na=fingerprint:sha-256 {Hash("11")}\r\n";
        var media = $"m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=ice-ufrag:cccc\r\na=ice-pwd:d\r\na=fingerprint:sha-256 {Hash("22")}\r\n";

        Read(session).Ice.Ufrag.ShouldBe("aaaa");
        Read(session + media).Ice.ShouldBe(new IceCredentials("cccc", "d"));
        Read(session + media).Fingerprint.Hex.ShouldBe(Hash("22"));
        Read(session + media + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:eeee\r\n").Ice.Ufrag.ShouldBe("cccc");
    }

    [Fact]
    public void Of_several_hashes_of_a_certificate_SHA256_is_taken() =>
        Read($"v=0\na=ice-ufrag:a\na=ice-pwd:b\na=fingerprint:sha-1 {Hash("33")}\na=fingerprint:SHA-256 {Hash("aa")}\n")
            .Fingerprint.ShouldBe(new CertificateFingerprint("sha-256", Hash("AA")));

    [Fact]
    public void Candidates_that_pion_put_into_an_answer_are_read_for_both_components()
    {
        var answer = Read(Answer
            + "a=candidate:2878742611 1 udp 2130706431 192.0.2.1 8443 typ host\r\n"
            + "a=candidate:2878742611 2 udp 2130706431 192.0.2.1 8443 typ host\r\n"
            + "a=candidate:nonsense\r\na=end-of-candidates\r\n");

        answer.Candidates.Select(candidate => candidate.Component).ShouldBe([1, 2]);
        answer.EndOfCandidates.ShouldBeTrue();
        Read(answer.ToSdp()).EndOfCandidates.ShouldBeTrue();
        Read(Answer).EndOfCandidates.ShouldBeFalse();
    }

    [Fact]
    public void What_lacks_credentials_or_fingerprint_is_no_description()
    {
        foreach (var line in new[] { "a=ice-ufrag", "a=ice-pwd", "a=fingerprint", "v=0" })
        {
            SessionDescription.TryParse(Answer.Replace(line, "a=x", StringComparison.Ordinal), out _).ShouldBeFalse(line);
        }

        SessionDescription.TryParse(null, out _).ShouldBeFalse();
        SessionDescription.TryParse("", out _).ShouldBeFalse();
        SessionDescription.TryParse(Answer + new string(' ', SessionDescription.MaxLength), out _).ShouldBeFalse();
    }

    [Fact]
    public void Passwords_are_not_printed() => Read(Answer).ToString().ShouldNotContain(RtcdVectors.ServerPassword);

    [Fact]
    public void Credentials_are_new_each_time_and_long_enough()
    {
        var (first, second) = (IceCredentials.New(), IceCredentials.New());

        first.ShouldNotBe(second);
        first.Ufrag.Length.ShouldBeGreaterThanOrEqualTo(4);
        first.Password.Length.ShouldBeGreaterThanOrEqualTo(22);
        first.ToString().ShouldNotContain(first.Password);
    }

    [Fact]
    public void Noise_never_throws()
    {
        byte[][] descriptions = [Encoding.UTF8.GetBytes(Answer), Encoding.UTF8.GetBytes(RtcdVectors.OfferSdp())];
        Prop.ForAll(Noise.Around(descriptions), bytes => SessionDescription.TryParse(Encoding.Latin1.GetString(bytes), out var read)
            ? read.ToSdp().Length > 0
            : true).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    [Fact]
    public void A_fingerprint_matches_the_certificate_it_was_made_of_and_no_other()
    {
        byte[] certificate = [1, 2, 3];
        var fingerprint = CertificateFingerprint.Of(certificate);

        fingerprint.Matches(certificate).ShouldBeTrue();
        fingerprint.Matches([1, 2, 4]).ShouldBeFalse();
        (fingerprint with { Algorithm = "sha-1" }).Matches(certificate).ShouldBeFalse();
        CertificateFingerprint.TryParse(fingerprint.ToString().ToLowerInvariant(), out var read).ShouldBeTrue();
        read.ShouldBe(fingerprint);
    }

    [Theory]
    [InlineData("sha-256")]
    [InlineData("sha-256 01:02")]
    [InlineData("sha-256 zz:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10")]
    [InlineData("sha-256 01:02 03")]
    [InlineData(null)]
    public void What_is_no_fingerprint_is_none(string? value) => CertificateFingerprint.TryParse(value, out _).ShouldBeFalse();

    private static string Hash(string pair) => string.Join(':', Enumerable.Repeat(pair, 32));

    private static SessionDescription Read(string sdp)
    {
        SessionDescription.TryParse(sdp, out var description).ShouldBeTrue();
        return description!;
    }

    private static string RecordedAnswer() => RtcdVectors.Frames("rtcd->client")
        .Select(frame => RtcdFrame.TryParse(frame.Bytes, out var read) ? read : null)
        .OfType<RtcdFrame.Rtc>()
        .Where(frame => frame.Message.Type == RtcdMessageType.Sdp)
        .Select(frame => RtcdDescription.TryParse(frame.Message.Data.Span, out var description) ? description.Sdp : "")
        .Single();
}
