using CallsBot.Protocols.MessagePack;
using CallsBot.Tests.Protocols.Rtcd;
using FsCheck;
using FsCheck.Fluent;

namespace CallsBot.Tests.Protocols.MessagePack;

public sealed class MessagePackTests
{
    /// <summary>Encodings of the specification (msgpack/spec.md), one for each first byte that it defines for a number.</summary>
    [Theory]
    [InlineData("00", 0)]
    [InlineData("7f", 127)]
    [InlineData("ff", -1)]
    [InlineData("e0", -32)]
    [InlineData("cc80", 128)]
    [InlineData("cdffff", 65_535)]
    [InlineData("ceffffffff", 4_294_967_295)]
    [InlineData("cf7fffffffffffffff", long.MaxValue)]
    [InlineData("d080", -128)]
    [InlineData("d07f", 127)]
    [InlineData("d18000", -32_768)]
    [InlineData("d280000000", int.MinValue)]
    [InlineData("d38000000000000000", long.MinValue)]
    [InlineData("cd0002", 2)]
    [InlineData("d300000000000000ff", 255)]
    public void An_integer_of_any_width_is_read(string hex, long value)
    {
        var reader = new MessagePackReader(Convert.FromHexString(hex));

        reader.TryReadInt64(out var read).ShouldBeTrue();

        read.ShouldBe(value);
        reader.Position.ShouldBe(hex.Length / 2);
    }

    [Fact]
    public void An_integer_too_large_or_negative_does_not_fit_and_stays_unread()
    {
        var large = new MessagePackReader(Convert.FromHexString("cfffffffffffffffff"));
        var negative = new MessagePackReader([0xff]);

        large.TryReadInt64(out _).ShouldBeFalse();
        large.TryReadUInt64(out var value).ShouldBeTrue();
        value.ShouldBe(ulong.MaxValue);
        negative.TryReadUInt64(out _).ShouldBeFalse();
        negative.Position.ShouldBe(0);
    }

    [Theory]
    [InlineData(0, "00")]
    [InlineData(127, "7f")]
    [InlineData(128, "cc80")]
    [InlineData(256, "cd0100")]
    [InlineData(65_536, "ce00010000")]
    [InlineData(4_294_967_296, "cf0000000100000000")]
    [InlineData(-1, "ff")]
    [InlineData(-32, "e0")]
    [InlineData(-33, "d0df")]
    [InlineData(-129, "d1ff7f")]
    [InlineData(-32_769, "d2ffff7fff")]
    [InlineData(-2_147_483_649, "d3ffffffff7fffffff")]
    public void Integers_are_written_in_the_shortest_form(long value, string hex) =>
        Convert.ToHexStringLower(new MessagePackWriter().Integer(value).ToArray()).ShouldBe(hex);

    [Theory]
    [InlineData("ca3fc00000", 1.5)]
    [InlineData("cb3ff8000000000000", 1.5)]
    public void Both_floats_are_read(string hex, double value)
    {
        var reader = new MessagePackReader(Convert.FromHexString(hex));

        reader.TryReadDouble(out var read).ShouldBeTrue();
        read.ShouldBe(value);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    public void Strings_and_bytes_of_every_length_form_round_trip(int length)
    {
        var text = new string('ä', length / 2) + new string('x', length % 2);
        var bytes = new MessagePackWriter().String(text).Binary(new byte[length]).Map(length).ToArray();
        var reader = new MessagePackReader(bytes);

        reader.TryReadString(out var readText).ShouldBeTrue();
        reader.TryReadBytes(out var readBytes).ShouldBeTrue();

        readText.ShouldBe(text);
        readBytes.Length.ShouldBe(length);
        new MessagePackReader([.. bytes.AsSpan(reader.Position), .. new byte[2 * length]]).TryReadMapHeader(out var count).ShouldBeTrue();
        count.ShouldBe(length);
    }

    [Theory]
    [InlineData("c0")]
    [InlineData("c3")]
    [InlineData("cb3ff8000000000000")]
    [InlineData("d40100")]
    [InlineData("d50100ff")]
    [InlineData("d60100ff00ff")]
    [InlineData("d8" + "01" + "00000000000000000000000000000000")]
    [InlineData("c7030a010203")]
    [InlineData("c800010aff")]
    [InlineData("c9000000010aff")]
    [InlineData("93010203")]
    [InlineData("dc0002c0c0")]
    [InlineData("82a16101a162c403000102")]
    [InlineData("df00000001a16190")]
    public void Any_value_is_skipped_whole(string hex)
    {
        var reader = new MessagePackReader(Convert.FromHexString(hex));

        reader.TrySkip().ShouldBeTrue();

        reader.Position.ShouldBe(hex.Length / 2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("c1")]
    [InlineData("a261")]
    [InlineData("d9")]
    [InlineData("dbffffffff61")]
    [InlineData("c6ffffffff")]
    [InlineData("ddffffffff")] // four billion values in no bytes
    [InlineData("dfffffffffc0c0")]
    [InlineData("c9ffffffff01")]
    [InlineData("d401")]
    [InlineData("92c0")]
    [InlineData("cd00")]
    public void A_value_that_is_not_all_there_is_refused_and_stays_unread(string hex)
    {
        var reader = new MessagePackReader(Convert.FromHexString(hex));

        reader.TrySkip().ShouldBeFalse();
        reader.TryReadInt64(out _).ShouldBeFalse();
        reader.TryReadBytes(out _).ShouldBeFalse();
        reader.TryReadMapHeader(out _).ShouldBeFalse();

        reader.Position.ShouldBe(0);
    }

    [Fact]
    public void Depth_is_bounded()
    {
        SkipNested(MessagePackReader.MaxDepth - 1).ShouldBeTrue();
        SkipNested(MessagePackReader.MaxDepth).ShouldBeFalse();
        SkipNested(1_000_000).ShouldBeFalse();

        static bool SkipNested(int depth) => new MessagePackReader([.. Enumerable.Repeat((byte)0x91, depth), 0xc0]).TrySkip();
    }

    [Fact]
    public void Values_round_trip() => Prop.ForAll((long number, NormalFloat real, NonNull<string> text) =>
    {
        var unsigned = unchecked((ulong)number * 31);
        var bytes = BitConverter.GetBytes(number);
        var sane = string.Concat(text.Get.EnumerateRunes());
        var reader = new MessagePackReader(new MessagePackWriter()
            .Array(6).Integer(number).Integer(unsigned).Float(real.Get).String(sane).Binary(bytes).Boolean(number > 0).Nil().ToArray());
        return reader.TryReadArrayHeader(out var count) && count == 6
            && reader.TryReadInt64(out var n) && n == number
            && reader.TryReadUInt64(out var u) && u == unsigned
            && reader.TryReadDouble(out var d) && d.Equals(real.Get)
            && reader.TryReadString(out var s) && s == sane
            && reader.TryReadBytes(out var b) && b.SequenceEqual(bytes)
            && reader.TryReadBoolean(out var flag) && flag == number > 0
            && reader.TryReadNil() && reader.Next == MessagePackType.None;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Noise_never_throws_and_moves_only_when_it_was_read() => Prop.ForAll(Noise.Around(RtcdVectors.AllFrames()), bytes =>
    {
        var reader = new MessagePackReader(bytes);
        while (true)
        {
            var before = reader.Position;
            if (reader.TryReadInt64(out _) || reader.TryReadDouble(out _) || reader.TryReadString(out _) || reader.TryReadBytes(out _)
                || reader.TryReadMapHeader(out _) || reader.TryReadArrayHeader(out _) || reader.TrySkip())
            {
                if (reader.Position <= before || reader.Position > bytes.Length)
                {
                    return false;
                }
            }
            else
            {
                return reader.Position == before;
            }
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
}
