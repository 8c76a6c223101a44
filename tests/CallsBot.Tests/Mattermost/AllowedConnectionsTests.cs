using System.Net;
using CallsBot.Mattermost;

namespace CallsBot.Tests.Mattermost;

public sealed class AllowedConnectionsTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.20.30.40")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("203.0.113.7")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("fd00::1")]
    [InlineData("fe80::1")]
    [InlineData("::ffff:10.0.0.1")]
    public void The_server_refuses_reserved_addresses(string address) =>
        AllowedConnections.Against(IPAddress.Parse(address)).ShouldNotBeNull();

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    public void The_server_calls_public_addresses(string address) =>
        AllowedConnections.Against(IPAddress.Parse(address)).ShouldBeNull();

    [Theory]
    [InlineData("127.0.0.1 callsbot.internal")]
    [InlineData("127.0.0.1,callsbot.internal")]
    [InlineData("  127.0.0.1\n\tcallsbot.internal ,")]
    public void Entries_are_apart_by_white_space_or_commas(string setting)
    {
        var allowed = new AllowedConnections(setting);

        allowed.Names("callsbot.internal").ShouldBeTrue();
        allowed.With("bot").ShouldBe("127.0.0.1 callsbot.internal bot");
    }

    [Theory]
    [InlineData("Callsbot.internal")]
    [InlineData("callsbot")]
    [InlineData("*.internal")]
    public void A_host_is_named_letter_for_letter_or_not_at_all(string setting) =>
        new AllowedConnections(setting).Names("callsbot.internal").ShouldBeFalse();

    [Theory]
    [InlineData("10.0.0.0/8", "10.1.2.3", true)]
    [InlineData("10.9.9.9/8", "10.1.2.3", true)]
    [InlineData("10.1.2.3/32", "10.1.2.3", true)]
    [InlineData("10.1.2.2/31", "10.1.2.3", true)]
    [InlineData("0.0.0.0/0", "10.1.2.3", true)]
    [InlineData("10.1.2.4/31", "10.1.2.3", false)]
    [InlineData("fd00::/8", "fd12::1", true)]
    [InlineData("fd00::/8", "10.1.2.3", false)]
    [InlineData("10.0.0.0/33", "10.1.2.3", false)]
    [InlineData("10.0.0.0/", "10.1.2.3", false)]
    [InlineData("10.0.0.0/-1", "10.1.2.3", false)]
    [InlineData("/8", "10.1.2.3", false)]
    public void A_range_holds_the_addresses_that_begin_as_it_does(string entry, string address, bool holds) =>
        new AllowedConnections($"localhost {entry}").Covers(IPAddress.Parse(address)).ShouldBe(holds);

    [Fact]
    public void A_lone_address_does_not_open_the_names_that_lead_to_it() =>
        new AllowedConnections("10.1.2.3").Covers(IPAddress.Parse("10.1.2.3")).ShouldBeFalse();
}
