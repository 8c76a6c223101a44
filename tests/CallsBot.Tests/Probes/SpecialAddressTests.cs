using System.Net;
using CallsBot.Probes;

namespace CallsBot.Tests.Probes;

/// <summary>Held to IANA's registries of special-purpose addresses, as of 2026.</summary>
public sealed class SpecialAddressTests
{
    [Theory]
    [InlineData("10.1.2.3", "private", Reach.SameNetwork)]
    [InlineData("172.16.0.1", "private", Reach.SameNetwork)]
    [InlineData("172.17.0.2", "Docker", Reach.SameMachine)]
    [InlineData("172.18.0.2", "private", Reach.SameNetwork)]
    [InlineData("172.31.255.255", "private", Reach.SameNetwork)]
    [InlineData("192.168.1.1", "private", Reach.SameNetwork)]
    [InlineData("100.64.0.1", "shared", Reach.SameNetwork)]
    [InlineData("100.127.255.255", "shared", Reach.SameNetwork)]
    [InlineData("127.0.0.1", "loopback", Reach.SameMachine)]
    [InlineData("::1", "loopback", Reach.SameMachine)]
    [InlineData("169.254.1.1", "link-local", Reach.SameLink)]
    [InlineData("fe80::1", "link-local", Reach.SameLink)]
    [InlineData("fd12:3456::1", "private", Reach.SameNetwork)]
    [InlineData("192.0.2.1", "documentation", Reach.Nowhere)]
    [InlineData("198.51.100.1", "documentation", Reach.Nowhere)]
    [InlineData("203.0.113.1", "documentation", Reach.Nowhere)]
    [InlineData("2001:db8::1", "documentation", Reach.Nowhere)]
    [InlineData("3fff::1", "documentation", Reach.Nowhere)]
    [InlineData("198.18.0.1", "benchmarks", Reach.Nowhere)]
    [InlineData("198.19.255.255", "benchmarks", Reach.Nowhere)]
    [InlineData("224.0.0.1", "multicast", Reach.Nowhere)]
    [InlineData("ff02::1", "multicast", Reach.Nowhere)]
    [InlineData("0.0.0.0", "unspecified", Reach.Nowhere)]
    [InlineData("::", "unspecified", Reach.Nowhere)]
    [InlineData("255.255.255.255", "reserved", Reach.Nowhere)]
    [InlineData("::ffff:10.0.0.1", "private", Reach.SameNetwork)]
    internal void A_special_address_is_named_with_its_source_and_its_reach(string address, string name, Reach reach)
    {
        var special = SpecialAddress.Of(IPAddress.Parse(address)).ShouldNotBeNull();

        special.Name.ShouldContain(name);
        special.Reach.ShouldBe(reach);
        special.Source.ShouldNotBeNullOrWhiteSpace();
    }

    [Theory]
    [InlineData("9.255.255.255")]
    [InlineData("11.0.0.1")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.1")]
    [InlineData("192.0.1.1")]
    [InlineData("198.17.255.255")]
    [InlineData("198.20.0.1")]
    [InlineData("223.255.255.255")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("2606:4700::1111")]
    [InlineData("2001:4860:4860::8888")]
    [InlineData("64:ff9b::808:808")]
    public void What_lies_beside_is_part_of_the_internet(string address)
    {
        SpecialAddress.Of(IPAddress.Parse(address)).ShouldBeNull();
    }
}
