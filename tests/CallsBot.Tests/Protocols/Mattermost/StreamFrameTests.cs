using System.Text;
using System.Text.Json.Nodes;
using CallsBot.Protocols.Mattermost;
using FsCheck;
using FsCheck.Fluent;

namespace CallsBot.Tests.Protocols.Mattermost;

public sealed class StreamFrameTests
{
    private static readonly byte[][] Recorded =
        [.. File.ReadLines(Recording.PathOf("websocket-as-bot.jsonl")).Select(Encoding.UTF8.GetBytes)];

    [Fact]
    public void The_recorded_stream_is_read_frame_by_frame()
    {
        var frames = Recorded.Select(f => StreamFrame.TryParse(f).ShouldNotBeNull()).ToList();

        frames[0].ShouldBe(new StreamFrame.Hello("up91qecqbjnbxdxd6ht8ushdry", 0));
        frames[1].ShouldBe(new StreamFrame.Reply(1, Ok: true));
        frames[2].ShouldBe(new StreamFrame.Event(1, null));
        frames.OfType<StreamFrame.Event>().Select(e => e.Sequence).ShouldBe(Enumerable.Range(1, 13).Select(n => (long)n));
        frames.OfType<StreamFrame.Event>().Select(e => e.Content?.GetType().Name).ShouldBe(
        [
            null, "Posted", "Posted", "PostEdited", "Posted", "Posted", "PostEdited", "Posted", "Posted", "Posted",
            "PostEdited", "Posted", "PostDeleted",
        ]);
    }

    [Fact]
    public void A_direct_message_is_read_with_its_channel_and_sender()
    {
        var posted = Recorded.Select(f => StreamFrame.TryParse(f)).OfType<StreamFrame.Event>()
            .Select(e => e.Content).OfType<StreamEvent.Posted>().Single(p => p.Post.FileIds is not null);

        posted.ChannelType.ShouldBe(Channel.Direct);
        posted.ChannelName.ShouldBe("3zoegknok38i3dk9x8dkca7jea__6b75cac4xpggpbu9xbqajxs64y");
        posted.SenderName.ShouldBe("@ana");
        posted.Post.UserId.ShouldBe("6b75cac4xpggpbu9xbqajxs64y");
        posted.Post.Message.ShouldBe("here is the log");
        posted.Post.FileIds.ShouldBe(["wkx9huq4qjd798anmr7e3axwde"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"event":"posted"}""")]
    [InlineData("""{"event":5,"seq":5}""")]
    [InlineData("""{"event":"posted","seq":"5"}""")]
    [InlineData("""{"event":"posted","seq":1e400}""")]
    [InlineData("""{"event":"\ud800","seq":1}""")]
    public void What_is_no_frame_is_no_frame(string json) => StreamFrame.TryParse(Encoding.UTF8.GetBytes(json)).ShouldBeNull();

    [Theory]
    [InlineData("""{"event":"posted","seq":5}""")]
    [InlineData("""{"event":"posted","seq":5,"data":[]}""")]
    [InlineData("""{"event":"posted","seq":5,"data":{"post":{}}}""")]
    [InlineData("""{"event":"posted","seq":5,"data":{"post":"not json"}}""")]
    [InlineData("""{"event":"posted","seq":5,"data":{"post":"{\"id\":\"p\"}"}}""")]
    [InlineData("""{"event":"posted","seq":5,"data":{"post":"null"}}""")]
    [InlineData("""{"event":"custom_playbooks","seq":5,"data":{"post":{"a":[1]}}}""")]
    public void An_event_that_cannot_be_read_still_counts(string json) =>
        StreamFrame.TryParse(Encoding.UTF8.GetBytes(json)).ShouldBe(new StreamFrame.Event(5, null));

    [Fact]
    public void Random_bytes_never_throw() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        bytes => StreamFrame.TryParse(bytes) is null).QuickCheckThrowOnFailure();

    [Fact]
    public void Frames_with_a_damaged_byte_or_a_missing_end_never_throw()
    {
        var damage = from frame in Gen.Elements(Recorded)
                     from at in Gen.Choose(0, frame.Length - 1)
                     from with in Gen.Choose(0, 255)
                     from length in Gen.Choose(at, frame.Length)
                     select Damaged(frame, at, (byte)with)[..length];

        Prop.ForAll(damage.ToArbitrary(), bytes => StreamFrame.TryParse(bytes) is var _)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    [Fact]
    public void Whatever_is_in_the_props_the_post_is_read()
    {
        var odd = Gen.Elements(
            "1", "true", "null", "[]", "{}", "\"x\"", "[1]", "[null]", "[{\"fields\":[{\"title\":\"t\",\"value\":1}]}]",
            "[{\"actions\":\"none\"}]", string.Concat(Enumerable.Repeat('[', 9_000)) + new string(']', 9_000));
        var props = from attachments in odd
                    from bot in odd
                    from webhook in odd
                    from other in odd
                    select $$"""{"attachments":{{attachments}},"from_bot":{{bot}},"from_webhook":{{webhook}},"x":{{other}}}""";

        Prop.ForAll(props.ToArbitrary(), text =>
        {
            var frame = new JsonObject
            {
                ["event"] = "posted",
                ["seq"] = 1,
                ["data"] = new JsonObject { ["post"] = $$"""{"id":"p","user_id":"u","channel_id":"c","props":{{text}}}""" },
            };
            return StreamFrame.TryParse(Encoding.UTF8.GetBytes(frame.ToJsonString())) is StreamFrame.Event { Content: StreamEvent.Posted };
        }).QuickCheckThrowOnFailure();
    }

    private static byte[] Damaged(byte[] frame, int at, byte with)
    {
        var copy = (byte[])frame.Clone();
        copy[at] = with;
        return copy;
    }
}
