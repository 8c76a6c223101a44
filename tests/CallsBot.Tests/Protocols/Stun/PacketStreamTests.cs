using CallsBot.Protocols.Stun;
using CallsBot.Tests.Protocols.Rtcd;
using FsCheck;
using FsCheck.Fluent;

namespace CallsBot.Tests.Protocols.Stun;

public sealed class PacketStreamTests
{
    [Fact]
    public async Task What_a_real_rtcd_sent_over_TCP_comes_apart_into_messages()
    {
        byte[] sent = [.. RtcdVectors.Frames("tcp<-").SelectMany(frame => frame.Bytes)];
        var packets = new PacketStream(new Trickle(sent, [3]), PacketFraming.Rfc4571);

        var messages = new List<StunMessage>();
        while (await packets.ReadAsync(default) is { Outcome: PacketReadOutcome.Packet } read)
        {
            StunMessage.TryParse(read.Bytes.Span, out var message).ShouldBeTrue();
            messages.Add(message!);
        }

        (await packets.ReadAsync(default)).Outcome.ShouldBe(PacketReadOutcome.Closed);
        messages.Count(message => message.IsSignedWith(StunKey.ShortTerm(RtcdVectors.ServerPassword))).ShouldBe(1);
        messages.Count(message => message.IsSignedWith(StunKey.ShortTerm(RtcdVectors.ClientPassword))).ShouldBe(messages.Count - 1);
        messages.Count.ShouldBeGreaterThan(5);
    }

    [Fact]
    public void Packets_survive_however_the_stream_cuts_them() => Prop.ForAll((byte[][] sent, byte[] cuts) =>
    {
        using var pipe = new MemoryStream();
        var writer = new PacketStream(pipe, PacketFraming.Rfc4571);
        foreach (var packet in sent)
        {
            writer.WriteAsync(packet, default).AsTask().GetAwaiter().GetResult();
        }

        var reader = new PacketStream(new Trickle(pipe.ToArray(), cuts), PacketFraming.Rfc4571);
        return sent.All(packet => Read(reader) is { Outcome: PacketReadOutcome.Packet } read && read.Bytes.Span.SequenceEqual(packet))
            && Read(reader).Outcome == PacketReadOutcome.Closed;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task A_TURN_stream_is_cut_into_messages_and_channel_data()
    {
        var message = StunMessageBuilder.Request(StunMethod.Allocate).Software("x").Build().Bytes.ToArray();
        var data = new ChannelData(0x4000, new byte[] { 1, 2, 3 }).ToBytes(padded: true);
        var packets = new PacketStream(new Trickle([.. message, .. data, .. message], [5]), PacketFraming.Turn);

        (await packets.ReadAsync(default)).Bytes.ToArray().ShouldBe(message);
        var read = await packets.ReadAsync(default);
        ChannelData.TryParse(read.Bytes.Span, out var channelData).ShouldBeTrue();
        channelData!.Payload.ToArray().ShouldBe([1, 2, 3]);
        (await packets.ReadAsync(default)).Bytes.ToArray().ShouldBe(message);
        (await packets.ReadAsync(default)).Outcome.ShouldBe(PacketReadOutcome.Closed);
    }

    [Theory]
    [InlineData(PacketFraming.Rfc4571, "0003aabb", PacketReadOutcome.Truncated)]
    [InlineData(PacketFraming.Rfc4571, "00", PacketReadOutcome.Truncated)]
    [InlineData(PacketFraming.Rfc4571, "", PacketReadOutcome.Closed)]
    [InlineData(PacketFraming.Rfc4571, "0011", PacketReadOutcome.TooLong)]
    [InlineData(PacketFraming.Rfc4571, "ffffffff", PacketReadOutcome.TooLong)]
    [InlineData(PacketFraming.Rfc4571, "485454502f312e31", PacketReadOutcome.TooLong)] // HTTP/1.1
    [InlineData(PacketFraming.Turn, "4000000d", PacketReadOutcome.TooLong)]
    [InlineData(PacketFraming.Turn, "485454502f312e31", PacketReadOutcome.TooLong)]
    [InlineData(PacketFraming.Turn, "80000000", PacketReadOutcome.NotAPacket)]
    public async Task What_is_no_packet_says_why(PacketFraming framing, string hex, PacketReadOutcome outcome)
    {
        var packets = new PacketStream(new MemoryStream(Convert.FromHexString(hex)), framing, limit: 16);

        var read = await packets.ReadAsync(default);

        read.Outcome.ShouldBe(outcome);
        Convert.ToHexStringLower(read.Bytes.Span).ShouldBe(hex);
    }

    [Fact]
    public async Task A_read_that_was_cancelled_goes_on_where_it_stopped()
    {
        using var cancel = new CancellationTokenSource();
        var packets = new PacketStream(new Trickle([0, 2, 7, 8], [1], pauseAt: 3), PacketFraming.Rfc4571);
        var first = packets.ReadAsync(cancel.Token);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await first);

        (await packets.ReadAsync(default)).Bytes.ToArray().ShouldBe([7, 8]);
    }

    [Fact]
    public void Noise_never_throws() => Prop.ForAll((byte[] noise, byte[] cuts, bool turn) =>
    {
        var packets = new PacketStream(new Trickle(noise, cuts), turn ? PacketFraming.Turn : PacketFraming.Rfc4571, limit: 64);
        for (var reads = 0; reads <= noise.Length; reads++)
        {
            if (Read(packets).Outcome != PacketReadOutcome.Packet)
            {
                return true;
            }
        }

        return false;
    }).QuickCheckThrowOnFailure();

    private static PacketRead Read(PacketStream packets) => packets.ReadAsync(default).AsTask().GetAwaiter().GetResult();

    /// <summary>A stream that hands its bytes out in pieces of the given sizes, in turn.</summary>
    private sealed class Trickle(byte[] bytes, byte[] cuts, int pauseAt = -1) : MemoryStream(bytes)
    {
        private int _next;
        private bool _paused;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == pauseAt && !_paused)
            {
                _paused = true;
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            var most = cuts.Length == 0 ? buffer.Length : Math.Max(1, (int)cuts[_next++ % cuts.Length]);
            return Read(buffer.Span[..Math.Min(most, buffer.Length)]);
        }
    }
}
