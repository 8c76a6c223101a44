using System.Net;
using System.Net.Sockets;
using System.Text;
using CallsBot.Protocols.Stun;
using CallsBot.Tests.Protocols.Rtcd;
using FsCheck;
using FsCheck.Fluent;

namespace CallsBot.Tests.Protocols.Stun;

public sealed class StunMessageTests
{
    private static readonly StunKey ShortTerm = StunKey.ShortTerm("VOkJxbRl1RmTxUk/WvJxBt");

    [Theory]
    [InlineData("request", StunClass.Request)]
    [InlineData("ipv4-response", StunClass.Success)]
    [InlineData("ipv6-response", StunClass.Success)]
    public void The_samples_of_RFC_5769_are_read_and_their_seals_hold(string name, StunClass @class)
    {
        var vector = StunVector.Read(name);

        var message = Read(vector.Bytes);

        (message.Class, message.Method).ShouldBe((@class, StunMethod.Binding));
        message.Software.ShouldBe(vector["software"]);
        message.Username.ShouldBe(vector["username"]);
        message.MappedAddress.ShouldBe(vector["mapped"] is { } mapped ? IPEndPoint.Parse(mapped) : null);
        message.IsSignedWith(StunKey.ShortTerm(vector["password"]!)).ShouldBeTrue();
        message.IsSignedWith(StunKey.ShortTerm(vector["password"] + "x")).ShouldBeFalse();
        message.FingerprintMatches.ShouldBe(true);
    }

    [Fact]
    public void The_long_term_sample_of_RFC_5769_is_read_and_its_seal_holds()
    {
        var vector = StunVector.Read("long-term-request");

        var message = Read(vector.Bytes);

        (message.Username, message.Realm, message.Nonce).ShouldBe((vector["username"], vector["realm"], vector["nonce"]));
        message.IsSignedWith(StunKey.LongTerm(vector["username"]!, vector["realm"]!, vector["password"]!)).ShouldBeTrue();
        message.IsSignedWith(StunKey.LongTerm(vector["username"]!, "example.com", vector["password"]!)).ShouldBeFalse();
        message.FingerprintMatches.ShouldBeNull();
    }

    [Fact]
    public void The_request_of_RFC_5769_holds_what_ICE_puts_into_one()
    {
        var message = Read(StunVector.Read("request").Bytes);

        message.Priority.ShouldBe(0x6e0001ffu);
        message.IceControlled.ShouldBe(0x932ff9b151263b36ul);
        message.IceControlling.ShouldBeNull();
        message.UseCandidate.ShouldBeFalse();
    }

    [Fact]
    public void The_sample_of_RFC_5769_with_no_padding_to_choose_is_built_to_the_byte()
    {
        var vector = StunVector.Read("long-term-request");
        var sample = Read(vector.Bytes);

        var built = new StunMessageBuilder(StunClass.Request, StunMethod.Binding, sample.TransactionId.Span)
            .Username(vector["username"]!)
            .Nonce(vector["nonce"]!)
            .Realm(vector["realm"]!)
            .Build(StunKey.LongTerm(vector["username"]!, vector["realm"]!, vector["password"]!));

        Convert.ToHexString(built.Bytes.Span).ShouldBe(Convert.ToHexString(vector.Bytes));
    }

    [Fact]
    public void A_recorded_check_of_an_rtcd_is_built_to_the_byte()
    {
        var recorded = RtcdVectors.Frames("udp->").Single().Bytes;
        var sample = Read(recorded);

        var built = new StunMessageBuilder(StunClass.Request, StunMethod.Binding, sample.TransactionId.Span)
            .Username(sample.Username!)
            .Priority(sample.Priority!.Value)
            .IceControlling(sample.IceControlling!.Value)
            .Build(StunKey.ShortTerm(RtcdVectors.ServerPassword), fingerprint: true);

        Convert.ToHexString(built.Bytes.Span).ShouldBe(Convert.ToHexString(recorded));
    }

    [Fact]
    public void What_a_real_rtcd_sent_over_UDP_is_signed_by_it_or_for_us()
    {
        var messages = RtcdVectors.Frames("udp<-").Select(frame => Read(frame.Bytes)).ToList();

        var answer = messages.Single(message => message.Class == StunClass.Success);
        answer.Answers(Read(RtcdVectors.Frames("udp->").Single().Bytes)).ShouldBeTrue();
        answer.MappedAddress!.Address.ShouldBe(IPAddress.Loopback);
        answer.IsSignedWith(StunKey.ShortTerm(RtcdVectors.ServerPassword)).ShouldBeTrue();
        var requests = messages.Where(message => message.Class == StunClass.Request).ToList();
        requests.Count.ShouldBe(messages.Count - 1);
        requests.ShouldAllBe(request => request.IsSignedWith(StunKey.ShortTerm(RtcdVectors.ClientPassword)) && request.FingerprintMatches == true
            && request.IceControlled != null);
    }

    [Fact]
    public void Every_attribute_comes_back_as_it_was_put_in()
    {
        var v4 = IPEndPoint.Parse("198.51.100.7:3478");
        var v6 = IPEndPoint.Parse("[2001:db8::1]:65535");

        var message = Read(StunMessageBuilder.Request(StunMethod.Allocate)
            .Username("u").Realm("r").Nonce("n").Software("s")
            .MappedAddress(v4).XorRelayedAddress(v6).XorPeerAddress(v4)
            .Error(487, "Role Conflict").Priority(1).UseCandidate().IceControlling(ulong.MaxValue).IceControlled(2)
            .Lifetime(TimeSpan.FromSeconds(600)).RequestedTransport(17).RequestedAddressFamily(AddressFamily.InterNetworkV6)
            .ChannelNumber(0x4001).Data([1, 2, 3])
            .Attribute((StunAttributeType)0x7777, [9])
            .Build(ShortTerm, fingerprint: true).Bytes.Span);

        (message.Class, message.Method).ShouldBe((StunClass.Request, StunMethod.Allocate));
        (message.Username, message.Realm, message.Nonce, message.Software).ShouldBe(("u", "r", "n", "s"));
        (message.MappedAddress, message.XorRelayedAddress, message.XorPeerAddress).ShouldBe((v4, v6, v4));
        message.Error.ShouldBe(new StunError(487, "Role Conflict"));
        (message.Priority, message.UseCandidate, message.IceControlling, message.IceControlled).ShouldBe((1u, true, ulong.MaxValue, 2ul));
        (message.Lifetime, message.RequestedTransport, message.RequestedAddressFamily, message.ChannelNumber)
            .ShouldBe((TimeSpan.FromMinutes(10), (byte)17, AddressFamily.InterNetworkV6, (ushort)0x4001));
        message.Data!.Value.ToArray().ShouldBe([1, 2, 3]);
        message.Find((StunAttributeType)0x7777)!.Value.ToArray().ShouldBe([9]);
        message.IsSignedWith(ShortTerm).ShouldBeTrue();
        message.FingerprintMatches.ShouldBe(true);
    }

    [Fact]
    public void Both_xored_families_survive_any_transaction_id() => Prop.ForAll((byte[] noise, ushort port, bool six) =>
    {
        byte[] source = [.. noise, .. new byte[16]];
        var sent = new IPEndPoint(new IPAddress(source[..(six ? 16 : 4)]), port);
        var expected = new IPEndPoint(sent.Address.IsIPv4MappedToIPv6 ? sent.Address.MapToIPv4() : sent.Address, port);
        return Read(StunMessageBuilder.Request(StunMethod.Binding).XorMappedAddress(sent).Build().Bytes.Span).MappedAddress!.Equals(expected);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(StunMethod.Binding, StunClass.Request, 0x0001)]
    [InlineData(StunMethod.Binding, StunClass.Indication, 0x0011)]
    [InlineData(StunMethod.Binding, StunClass.Success, 0x0101)]
    [InlineData(StunMethod.Binding, StunClass.Error, 0x0111)]
    [InlineData(StunMethod.Allocate, StunClass.Error, 0x0113)]
    [InlineData(StunMethod.Send, StunClass.Indication, 0x0016)]
    [InlineData(StunMethod.ChannelBind, StunClass.Success, 0x0109)]
    [InlineData((StunMethod)0xfff, StunClass.Error, 0x3fff)]
    [InlineData((StunMethod)0xf80, StunClass.Request, 0x3e00)]
    [InlineData((StunMethod)0x070, StunClass.Request, 0x00e0)]
    public void Class_and_method_lie_in_the_type_as_RFC_8489_lays_them(StunMethod method, StunClass @class, int type)
    {
        var message = new StunMessageBuilder(@class, method).Build();

        ((message.Bytes.Span[0] << 8) | message.Bytes.Span[1]).ShouldBe(type);
        (message.Class, message.Method).ShouldBe((@class, method));
    }

    [Fact]
    public void What_follows_the_signature_is_not_believed()
    {
        var signed = StunMessageBuilder.Request(StunMethod.Binding).Username("a:b").Build(ShortTerm).Bytes.ToArray();
        byte[] forged = [.. signed, 0x00, 0x25, 0x00, 0x00, 0x00, 0x24, 0x00, 0x04, 0, 0, 0, 1];
        forged[3] += 12;

        var message = Read(forged);

        message.IsSignedWith(ShortTerm).ShouldBeTrue();
        message.UseCandidate.ShouldBeFalse();
        message.Priority.ShouldBeNull();
        message.Attributes.Select(attribute => attribute.Type).ShouldBe([StunAttributeType.Username]);
    }

    [Fact]
    public void Of_an_attribute_given_twice_the_first_counts() =>
        StunMessageBuilder.Request(StunMethod.Binding).Realm("first").Realm("second").Build().Realm.ShouldBe("first");

    [Fact]
    public void A_changed_bit_anywhere_breaks_a_seal_or_the_message()
    {
        var good = StunMessageBuilder.Request(StunMethod.Binding).Username("abcd:efgh").Priority(7).Build(ShortTerm, fingerprint: true).Bytes.ToArray();
        for (var bit = 0; bit < good.Length * 8; bit++)
        {
            var changed = (byte[])good.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));

            (StunMessage.TryParse(changed, out var message) && message.FingerprintMatches == true).ShouldBeFalse($"bit {bit}");
        }
    }

    [Theory]
    [InlineData("000100002112a442000000000000000000000000", true)]
    [InlineData("000100002112a44200000000000000000000000000", false)] // a byte more than it says
    [InlineData("000100002112a4420000000000000000000000", false)] // a byte less than a header
    [InlineData("000100002112a443000000000000000000000000", false)] // another cookie
    [InlineData("400100002112a442000000000000000000000000", false)] // channel data
    [InlineData("000100042112a44200000000000000000000000000060001", false)] // an attribute that goes on past the end
    [InlineData("000100042112a44200000000000000000000000000250000", true)]
    [InlineData("0001000c2112a442000000000000000000000000802800040000000000250000", false)] // more after a fingerprint
    [InlineData("0001000c2112a442000000000000000000000000000800080000000000000000", false)] // a signature too short
    public void Only_whole_messages_are_messages(string hex, bool message) =>
        StunMessage.TryParse(Convert.FromHexString(hex), out _).ShouldBe(message);

    [Fact]
    public void An_attribute_of_the_wrong_shape_reads_as_absent()
    {
        var message = StunMessageBuilder.Request(StunMethod.Binding)
            .Attribute(StunAttributeType.XorMappedAddress, [0, 2, 0, 0, 0, 0, 0, 0])
            .Attribute(StunAttributeType.Priority, [1])
            .Attribute(StunAttributeType.ErrorCode, [0, 0, 7, 0])
            .Attribute(StunAttributeType.IceControlled, [1])
            .Attribute(StunAttributeType.Lifetime, [])
            .Attribute(StunAttributeType.ChannelNumber, [])
            .Build();

        message.MappedAddress.ShouldBeNull();
        message.Priority.ShouldBeNull();
        message.Error.ShouldBeNull();
        message.IceControlled.ShouldBeNull();
        message.Lifetime.ShouldBeNull();
        message.ChannelNumber.ShouldBeNull();
        message.Attributes.Count.ShouldBe(6);
    }

    [Fact]
    public void Noise_is_never_more_than_no_message()
    {
        byte[][] messages = [.. StunVector.Names.Select(name => StunVector.Read(name).Bytes), .. RtcdVectors.Frames("udp<-").Select(f => f.Bytes)];

        Prop.ForAll(Noise.Around(messages), bytes =>
        {
            if (StunMessage.TryParse(bytes, out var message))
            {
                _ = (message.Username, message.Realm, message.Nonce, message.Software, message.MappedAddress, message.XorPeerAddress);
                _ = (message.Error, message.Priority, message.Lifetime, message.Data, message.ChannelNumber, message.FingerprintMatches);
                _ = (message.XorRelayedAddress, message.RequestedAddressFamily, message.RequestedTransport, message.IceControlled);
                _ = message.IsSignedWith(ShortTerm);
            }

            return ChannelData.TryParse(bytes, out _) is var _;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));
    }

    [Fact]
    public void Keys_do_not_print_themselves() => ShortTerm.ToString().ShouldBe("***");

    [Fact]
    public void Channel_data_round_trips_with_and_without_padding() => Prop.ForAll((byte[] payload, bool padded, ushort number) =>
    {
        var channel = (ushort)(ChannelData.FirstChannel | (number & 0xfff));
        var bytes = new ChannelData(channel, payload).ToBytes(padded);
        return ChannelData.TryParse(bytes, out var read) && read.Channel == channel && read.Payload.Span.SequenceEqual(payload)
            && (!padded || bytes.Length % 4 == 0);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("40000001")]
    [InlineData("3fff0000")]
    [InlineData("50000000")]
    [InlineData("4000")]
    public void What_is_no_channel_data_is_none(string hex) => ChannelData.TryParse(Convert.FromHexString(hex), out _).ShouldBeFalse();

    [Fact]
    public void A_username_that_is_not_UTF8_is_read_with_replacements() =>
        StunMessageBuilder.Request(StunMethod.Binding).Attribute(StunAttributeType.Username, [0x61, 0xff]).Build().Username.ShouldBe("a\ufffd");

    [Fact]
    public void A_long_reason_is_kept() =>
        StunMessageBuilder.ErrorOf(StunMessageBuilder.Request(StunMethod.Binding).Build(), 401, new string('x', 500)).Build()
            .Error.ShouldBe(new StunError(401, Encoding.ASCII.GetString([.. Enumerable.Repeat((byte)'x', 500)])));

    private static StunMessage Read(ReadOnlySpan<byte> bytes)
    {
        StunMessage.TryParse(bytes, out var message).ShouldBeTrue();
        return message!;
    }
}
