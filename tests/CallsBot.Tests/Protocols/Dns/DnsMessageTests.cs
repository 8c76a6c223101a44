using System.Net;
using CallsBot.Protocols.Dns;
using CallsBot.Tests.Probes;
using FsCheck;
using FsCheck.Fluent;

namespace CallsBot.Tests.Protocols.Dns;

public sealed class DnsMessageTests
{
    /// <summary>Answer of a name server of the internet for www.example.net, an alias: RFC 1035 §4.1.4 pointers in three places.</summary>
    private const string AliasAnswer =
        "1234 8180 0001 0002 0000 0000" +
        "03777777 076578616d706c65 036e6574 00 0001 0001" +
        "c00c 0005 0001 0000003c 0008 056564676531 c010 c010" +
        "c02d 0001 0001 0000003c 0004 c0000207";

    [Fact]
    public void A_query_is_as_rfc_1035_draws_it()
    {
        var query = DnsMessage.Query(0x1234, "rtcd.example.com", DnsRecordType.A);

        Convert.ToHexStringLower(query).ShouldBe("123401000001000000000000" + "0472746364" + "076578616d706c65" + "03636f6d" + "00" + "00010001");
        DnsMessage.Query(0x1234, "rtcd.example.com.", DnsRecordType.A).ShouldBe(query);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a..b")]
    [InlineData("intérnal")]
    [InlineData("a1234567890123456789012345678901234567890123456789012345678901234")]
    public void What_is_no_name_is_not_asked_for(string host)
    {
        Should.Throw<ArgumentException>(() => DnsMessage.Query(1, host, DnsRecordType.A));
    }

    [Fact]
    public void Addresses_are_read_past_an_alias()
    {
        // The alias's data ends in a pointer; its length is corrected here, as a server would have it.
        var bytes = Convert.FromHexString(AliasAnswer.Replace(" ", "", StringComparison.Ordinal).Replace("0008056564676531c010c010", "0008056564676531c010", StringComparison.Ordinal));

        var answer = DnsMessage.TryRead(bytes).ShouldNotBeNull();

        (answer.Id, answer.Host, answer.Type, answer.Code, answer.IsTruncated)
            .ShouldBe(((ushort)0x1234, "www.example.net", DnsRecordType.A, DnsResponseCode.NoError, false));
        answer.Addresses.ShouldBe([IPAddress.Parse("192.0.2.7")]);
    }

    [Theory]
    [InlineData(DnsRecordType.A, "10.0.0.5", "10.0.0.6")]
    [InlineData(DnsRecordType.Aaaa, "fd00::5")]
    [InlineData(DnsRecordType.A)]
    public void Addresses_of_the_family_that_was_asked_for_come_back(DnsRecordType type, params string[] addresses)
    {
        var answer = DnsMessage.TryRead(ScriptedNameServer.Answer(
            DnsMessage.Query(7, "rtcd.test", type), Array.ConvertAll(addresses, IPAddress.Parse))).ShouldNotBeNull();

        answer.Addresses.Select(a => a.ToString()).ShouldBe(addresses);
    }

    [Fact]
    public void A_name_that_points_at_itself_is_no_answer()
    {
        var bytes = Convert.FromHexString("123481800001000000000000" + "c00c" + "00010001");

        DnsMessage.TryRead(bytes).ShouldBeNull();
    }

    [Fact]
    public void A_query_is_no_answer()
    {
        DnsMessage.TryRead(DnsMessage.Query(1, "rtcd.test", DnsRecordType.A)).ShouldBeNull();
    }

    [Fact]
    public void An_answer_that_was_cut_by_the_server_says_so_and_one_cut_on_the_way_is_none()
    {
        var whole = ScriptedNameServer.Answer(DnsMessage.Query(1, "rtcd.test", DnsRecordType.A), IPAddress.Parse("10.0.0.5"), IPAddress.Parse("10.0.0.6"));
        var cut = whole[..^3];
        DnsMessage.TryRead(cut).ShouldBeNull();

        cut[2] |= 2;
        var answer = DnsMessage.TryRead(cut).ShouldNotBeNull();
        answer.IsTruncated.ShouldBeTrue();
        answer.Addresses.ShouldHaveSingleItem();
    }

    [Fact]
    public void No_bytes_make_reading_throw()
    {
        Prop.ForAll((byte[] bytes) =>
        {
            DnsMessage.TryRead(bytes);
            return true;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void No_change_to_an_answer_makes_reading_throw()
    {
        var good = ScriptedNameServer.Answer(DnsMessage.Query(1, "rtcd.test", DnsRecordType.A), IPAddress.Parse("10.0.0.5"));

        Prop.ForAll((int at, byte value, ushort length) =>
        {
            var bytes = (byte[])good.Clone();
            bytes[(int)((uint)at % bytes.Length)] = value;
            DnsMessage.TryRead(bytes.AsSpan(0, Math.Min(length, bytes.Length)));
            DnsMessage.TryRead(bytes);
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }
}
