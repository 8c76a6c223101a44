using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CallsBot.Protocols.MessagePack;
using CallsBot.Protocols.Rtcd;
using FsCheck;
using FsCheck.Fluent;

namespace CallsBot.Tests.Protocols.Rtcd;

public sealed class RtcdFrameTests
{
    private const string Session = "probeb662b48df48eb01fb7be";
    private const string Call = "probecalle4db0bfea58e1359";

    [Fact]
    public void What_a_real_rtcd_sent_is_read_as_its_own_decoder_reads_it()
    {
        foreach (var frame in RtcdVectors.Frames("rtcd->client"))
        {
            JsonNode.DeepEquals(AsRecorded(Read(frame.Bytes)), JsonNode.Parse(frame.Decoded.GetRawText())).ShouldBeTrue(frame.Name);
        }
    }

    [Fact]
    public void What_a_real_rtcd_understood_is_written_again_to_the_same_meaning()
    {
        var (join, offer, leave) = RtcdVectors.Frames("client->rtcd") is [var first, var second, var third] ? (first, second, third) : throw new InvalidOperationException();

        Convert.ToHexString(new RtcdFrame.Join(Call, "probeuser", Session).ToBytes()).ShouldBe(Convert.ToHexString(join.Bytes));
        Convert.ToHexString(new RtcdFrame.Leave(Session).ToBytes()).ShouldBe(Convert.ToHexString(leave.Bytes));
        var rebuilt = new RtcdFrame.Rtc(new RtcdMessage(Session, RtcdMessageType.Sdp, new RtcdDescription(RtcdDescription.Offer, RtcdVectors.OfferSdp()).ToBytes())
        {
            GroupId = "bot",
            UserId = "probeuser",
            CallId = Call,
        });
        Convert.ToHexString(rebuilt.ToBytes()).ShouldBe(Convert.ToHexString(offer.Bytes));
    }

    [Fact]
    public void The_recorded_requests_are_read_as_the_server_reads_them()
    {
        var frames = RtcdVectors.Frames("client->rtcd").Select(frame => Read(frame.Bytes)).ToList();

        frames[0].ShouldBe(new RtcdFrame.Join(Call, "probeuser", Session));
        var offer = frames[1].ShouldBeOfType<RtcdFrame.Rtc>().Message;
        (offer.Type, offer.SessionId, offer.CallId, offer.UserId).ShouldBe((RtcdMessageType.Sdp, Session, Call, "probeuser"));
        RtcdDescription.TryParse(offer.Data.Span, out var description).ShouldBeTrue();
        description.ShouldBe(new RtcdDescription("offer", RtcdVectors.OfferSdp()));
        frames[2].ShouldBe(new RtcdFrame.Leave(Session));
    }

    /// <summary>Bytes that vmihailenco/msgpack v5.4.1, RTCD's encoder, made.</summary>
    [Fact]
    public void Messages_are_written_as_the_real_encoder_writes_them()
    {
        Hex(new RtcdFrame.Join("c1", "u1", "s1") { ChannelId = "ch1", Av1Support = true, DcSignaling = false }).ShouldBe(
            "a46a6f696e86a663616c6c4944a26331a6757365724944a27531a973657373696f6e4944a27331a96368616e6e656c4944a3636831"
            + "aa617631537570706f7274c3ab64635369676e616c696e67c2");
        Hex(new RtcdFrame.Reconnect("s1")).ShouldBe("a97265636f6e6e65637481a973657373696f6e4944a27331");
        Hex(new RtcdFrame.Close("s1")).ShouldBe("a5636c6f736581a973657373696f6e4944a27331");
        Hex(new RtcdFrame.Rtc(new RtcdMessage("s1", RtcdMessageType.Mute, default) { GroupId = "g1", UserId = "u1", CallId = "c1" })).ShouldBe(
            "a372746385a867726f75705f6964a26731a7757365725f6964a27531aa73657373696f6e5f6964a27331a763616c6c5f6964a26331a47479706503");
        Hex(new RtcdFrame.Hello("clientA", "abcdefghijkmnopqrstuvwxyz1")).ShouldBe(
            "a568656c6c6f82a8636c69656e744944a7636c69656e7441a6636f6e6e4944ba6162636465666768696a6b6d6e6f707172737475767778797a31");
        new RtcdFrame.Rtc(new RtcdMessage("s1", RtcdMessageType.Sdp, new byte[491])).ToBytes().AsSpan().IndexOf(Convert.FromHexString("a464617461c501eb"))
            .ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Key_order_extra_keys_integer_width_and_strings_for_bytes_do_not_matter()
    {
        var bytes = new MessagePackWriter().String("rtc").Map(4)
            .String("data").String("{}").String("type").Integer(70_000 - 69_998)
            .String("later").Array(1).Map(0).String("session_id").String("s").ToArray();

        var message = Read(bytes).ShouldBeOfType<RtcdFrame.Rtc>().Message;

        (message.SessionId, message.Type, Encoding.ASCII.GetString(message.Data.Span)).ShouldBe(("s", RtcdMessageType.Sdp, "{}"));
    }

    [Fact]
    public void A_message_under_another_name_is_told_by_it() =>
        Read(new MessagePackWriter().String("future").Map(1).String("a").Nil().ToArray()).ShouldBe(new RtcdFrame.Unknown("future"));

    [Theory]
    [InlineData("")]
    [InlineData("a568656c6c6f")] // hello, and nothing
    [InlineData("a568656c6c6fc0")] // hello, nil
    [InlineData("a568656c6c6f80")] // hello without ids
    [InlineData("a56c65617665 81 a973657373696f6e4944 01")] // a session id that is a number
    [InlineData("a372746380")] // rtc without session
    [InlineData("a3727463 82 aa73657373696f6e5f6964a27331 a474797065 00")] // of type 0
    [InlineData("82a16101a16202")] // a map where the name belongs
    public void What_is_no_message_is_none(string hex) =>
        RtcdFrame.TryParse(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), out _).ShouldBeFalse();

    [Fact]
    public void Ids_and_data_are_not_printed()
    {
        var text = string.Join('|', RtcdVectors.AllFrames().Select(bytes => Read(bytes).ToString()));

        text.ShouldNotContain(Session);
        text.ShouldNotContain("ice-pwd");
        new RtcdDescription("answer", RtcdVectors.OfferSdp()).ToString().ShouldNotContain("ice-pwd");
    }

    [Fact]
    public void Candidates_are_read_bare_and_wrapped_and_written_as_each_side_writes_them()
    {
        const string Line = "candidate:1 1 udp 2130706431 192.0.2.1 8443 typ host";
        var wrapped = Encoding.UTF8.GetBytes(
            $$"""{"candidate":{"candidate":"{{Line}}","sdpMid":"","sdpMLineIndex":0,"usernameFragment":null},"type":"candidate"}""");
        var bare = Encoding.UTF8.GetBytes($$"""{"candidate":"{{Line}}","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":null}""");

        RtcdCandidate.TryParse(wrapped, out var fromServer).ShouldBeTrue();
        RtcdCandidate.TryParse(bare, out var fromClient).ShouldBeTrue();

        fromServer.ShouldBe(new RtcdCandidate(Line) { SdpMid = "" });
        fromClient.ShouldBe(new RtcdCandidate(Line) { SdpMid = "0" });
        fromServer!.ToWrappedBytes().ShouldBe(wrapped);
        fromClient!.ToBytes().ShouldBe(bare);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"candidate":5}""")]
    [InlineData("""{"candidate":"\ud800","type":"\ud800","sdp":"\ud800"}""")]
    [InlineData("""{"candidate":{"candidate":{}}}""")]
    [InlineData("""{"type":"answer"}""")]
    public void What_is_neither_candidate_nor_description_is_neither(string json)
    {
        RtcdCandidate.TryParse(Encoding.UTF8.GetBytes(json), out _).ShouldBeFalse();
        RtcdDescription.TryParse(Encoding.UTF8.GetBytes(json), out _).ShouldBeFalse();
    }

    [Fact]
    public void Noise_never_throws() => Prop.ForAll(Noise.Around(RtcdVectors.AllFrames()), bytes =>
    {
        if (RtcdFrame.TryParse(bytes, out var frame))
        {
            _ = (frame.ToString(), frame.ToBytes());
            if (frame is RtcdFrame.Rtc { Message: { } message })
            {
                _ = (RtcdCandidate.TryParse(message.Data.Span, out _), RtcdDescription.TryParse(message.Data.Span, out _));
            }
        }

        return RtcdCandidate.TryParse(bytes, out _) is var _ && RtcdDescription.TryParse(bytes, out _) is var _;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    [Fact]
    public void Messages_round_trip() => Prop.ForAll((NonEmptyString session, byte type, byte[] data) =>
    {
        var sent = new RtcdMessage(Sane(session.Get), (RtcdMessageType)Math.Max((byte)1, type), data) { GroupId = Sane(session.Get) + "g" };
        return RtcdFrame.TryParse(new RtcdFrame.Rtc(sent).ToBytes(), out var frame) && frame is RtcdFrame.Rtc { Message: { } read }
            && read.Data.Span.SequenceEqual(data) && read with { Data = sent.Data } == sent;

        static string Sane(string text) => string.Concat(text.EnumerateRunes());
    }).QuickCheckThrowOnFailure();

    private static RtcdFrame Read(byte[] bytes)
    {
        RtcdFrame.TryParse(bytes, out var frame).ShouldBeTrue(Convert.ToHexStringLower(bytes));
        return frame!;
    }

    private static string Hex(RtcdFrame frame) => Convert.ToHexStringLower(frame.ToBytes());

    /// <summary>In the form in which the recording has it.</summary>
    private static JsonObject AsRecorded(RtcdFrame frame) => frame switch
    {
        RtcdFrame.Hello hello => new JsonObject { ["clientID"] = hello.ClientId, ["connID"] = hello.ConnId },
        RtcdFrame.Close close => new JsonObject { ["sessionID"] = close.SessionId },
        RtcdFrame.Rtc { Message: { } message } => new JsonObject
        {
            ["group_id"] = message.GroupId,
            ["user_id"] = message.UserId,
            ["session_id"] = message.SessionId,
            ["call_id"] = message.CallId,
            ["type"] = (int)message.Type,
            ["data"] = message.Type == RtcdMessageType.Sdp ? DescriptionIn(message) : CandidateIn(message),
        },
        _ => throw new InvalidOperationException($"Not recorded: {frame}"),
    };

    private static JsonNode DescriptionIn(RtcdMessage message)
    {
        RtcdDescription.TryParse(message.Data.Span, out var description).ShouldBeTrue();
        return JsonSerializer.SerializeToNode(new { type = description!.Type, sdp = description.Sdp })!;
    }

    private static JsonNode CandidateIn(RtcdMessage message)
    {
        RtcdCandidate.TryParse(message.Data.Span, out var candidate).ShouldBeTrue();
        return JsonNode.Parse(candidate!.ToWrappedBytes())!;
    }
}
