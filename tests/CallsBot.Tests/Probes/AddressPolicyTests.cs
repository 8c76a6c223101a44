using System.Net;
using CallsBot.Probes;

namespace CallsBot.Tests.Probes;

public sealed class AddressPolicyTests
{
    /// <summary>Ways to write, or to hide, an address that nothing may be sent to.</summary>
    private static readonly string[] Urls =
    [
        // Metadata and link-local, plainly.
        "http://169.254.169.254:80",
        "http://169.254.170.2:80",
        "http://100.100.100.200:80",
        "http://168.63.129.16:80",
        "http://192.0.0.192:80",
        "http://[fd00:ec2::254]:80",
        "http://[fd20:ce::254]:80",
        "http://[fe80::1]:8045",
        "http://[fe80::1%25eth0]:8045",
        "http://[fe80::1%eth0]:8045",
        "http://[fec0::1]:8045",
        "http://[febf:ffff::1]:8045",

        // Unspecified, multicast, broadcast.
        "http://0.0.0.0:8045",
        "http://0.1.2.3:8045",
        "http://0:8045",
        "http://[::]:8045",
        "http://[0:0:0:0:0:0:0:0]:8045",
        "http://224.0.0.1:8045",
        "http://239.255.255.250:1900",
        "http://[ff02::1]:8045",
        "http://255.255.255.255:8045",

        // Numbers in other bases and lengths.
        "http://2852039166:80",
        "http://0xa9fea9fe:80",
        "http://0xA9.0xFE.0xA9.0xFE:80",
        "http://0251.0376.0251.0376:80",
        "http://169.16689662:80",
        "http://169.254.43518:80",
        "http://169.254.169.254.:80",
        "http://169.254.169.0xfe:80",
        "http://2130706433:8045",
        "http://0x7f000001:8045",
        "http://0x7f.1:8045",
        "http://0177.0.0.1:8045",
        "http://127.1:8045",
        "http://127.0.0.1.:8045",
        "http://127.000.000.001:8045",

        // IPv6 forms of IPv4 addresses.
        "http://[::ffff:169.254.169.254]:80",
        "http://[::ffff:a9fe:a9fe]:80",
        "http://[::169.254.169.254]:80",
        "http://[::ffff:0:169.254.169.254]:80",
        "http://[64:ff9b::169.254.169.254]:80",
        "http://[64:ff9b::7f00:1]:8045",
        "http://[64:ff9b:1::169.254.169.254]:80",
        "http://[64:ff9b:1:a9fe:a9:fe00::]:80",
        "http://[2002:a9fe:a9fe::1]:80",
        "http://[2002:7f00:1::]:8045",
        "http://[2001:0:a9fe:a9fe::1]:80",
        "http://[2001:0:4136:e378:8000:63bf:5601:5601]:80",
        "http://[fd12::5efe:169.254.169.254]:80",
        "http://[::ffff:127.0.0.1]:8045",
        "http://[::ffff:0.0.0.0]:8045",
        "http://[::ffff:224.0.0.1]:8045",
        "http://[2002:e000:1::]:8045",

        "http://[0:0:0:0:0:ffff:a9fe:a9fe]:80",
        "http://[::ffff:0:a9fe:a9fe]:80",
        "http://[::FFFF:169.254.169.254]:80",
        "http://[::ffff:100.100.100.200]:80",
        "http://[::ffff:255.255.255.255]:80",
        "http://[::127.0.0.1]:8045",
        "http://[::0.0.0.2]:8045",
        "http://[64:ff9b::a9fe:a9fe]:80",
        "http://[64:ff9b::0.0.0.0]:8045",
        "http://[64:ff9b:1::7f00:1]:8045",
        "http://[64:ff9b:1:7f00:0:100::]:8045",
        "http://[2002:a9fe:a9fe:a9fe::a9fe]:80",
        "http://[2002:6464:64c8::1]:80",
        "http://[2001:0:7f00:1::]:8045",
        "http://[2001:0:808:808:0:0:80ff:fffe]:8045",
        "http://[2001:db8::200:5efe:169.254.169.254]:80",
        "http://[fd12::5efe:7f00:1]:8045",
        "http://[fe80::5efe:10.0.0.5]:8045",

        // The part that is not the host.
        "http://rtcd.example.com:8045@169.254.169.254:80",
        "http://rtcd.example.com@169.254.169.254:80",
        "http://a@rtcd.example.com:8045@169.254.169.254:80",
        "http://169.254.169.254:80#@rtcd.example.com:8045",
        "http://169.254.169.254:80?@rtcd.example.com:8045",
        "http://169.254.169.254:80/@rtcd.example.com:8045",
        "http://rtcd.example.com:8045\\@169.254.169.254:80",
        "http:\\\\169.254.169.254:80",
        "http:169.254.169.254:80",
        "http:///169.254.169.254:80",
        "file://169.254.169.254:80",
        "gopher://169.254.169.254:80",

        // Characters that some readers turn into digits and dots.
        "http://①⑥⑨.②⑤④.①⑥⑨.②⑤④:80",
        "http://169。254。169。254:80",
        "http://169%2e254%2e169%2e254:80",
        "http://169.254.169.254%00.example.com:80",
        "http://169.254.169.254\t.example.com:80",
        "http://ｌocalhost:8045",
        "http://[::1%25lo]:8045",
        "http://[::1]x:8045",
        "http://[169.254.169.254]:80",

        "http://１６９.２５４.１６９.２５４:80",
        "http://١٦٩.٢٥٤.١٦٩.٢٥٤:80",
        "http://169.254.169.254\u200b:80",
        "http://169\u3002254.169.254:80",
        "http://[::ffff:169.254.169.254%25lo]:80",
        "http://[::ffff:0xa9fe.0xa9fe]:80",
        "http://[::ffff:2852039166]:80",
        "http://[fe80::1%25]:8045",
        "http://[::1]:8045@169.254.169.254:80",
        "http://rtcd.example.com:8045%40169.254.169.254:80",
        "http://rtcd.example.com:8045;@169.254.169.254:80",
        "http://0xA9FEA9FE.:80",
        "http://0251.254.169.254:80",
        "http://169.254.0xa9fe:80",
        "http://0x.0x.0:8045",
        "http://127.0.0.1..:8045",
        "http://.169.254.169.254:80",
        "http://4294967295:80",
        "http://00000000:8045",

        // Names that lead there (see Resolve).
        "http://metadata.internal:80",
        "http://metadata.internal.:80",
        "http://loopback.internal:8045",
        "http://localhost.evil.example:8045",
        "http://localhost.loopback.internal:8045",
        "http://mapped.internal:8045",
        "http://METADATA.INTERNAL:80",
        "http://a.localhost:80/@metadata.internal:80",
        "http://localhost@metadata.internal:80",
        "http://localhost:8045@loopback.internal:8045",
    ];

    public static TheoryData<string> Bypasses => [.. Urls];

    [Theory]
    [MemberData(nameof(Bypasses))]
    public async Task Nothing_is_sent_to_a_refused_address_however_it_is_written(string url)
    {
        var addresses = new TargetAddresses(Resolve, TimeProvider.System);

        if (ProbeTarget.TryParse(url, out var target, out _))
        {
            var resolved = await addresses.ResolveAsync(target, CancellationToken.None);

            resolved.Addresses.ShouldNotBeEmpty(resolved.Problem);
            resolved.Addresses.ShouldAllBe(a => a.Refusal != null);
        }
    }

    [Theory]
    [MemberData(nameof(Bypasses))]
    public async Task No_request_and_no_connection_is_made_to_a_refused_address(string url)
    {
        if (!ProbeTarget.TryParse(url, out var target, out _))
        {
            return;
        }

        var addresses = new TargetAddresses(Resolve, TimeProvider.System);
        var http = new CheckedHttp(addresses, TimeProvider.System);
        foreach (var address in (await addresses.ResolveAsync(target, CancellationToken.None)).Addresses)
        {
            var reply = await http.SendAsync(
                target,
                address,
                (_, _) => throw new InvalidOperationException("Something was sent."),
                TimeSpan.FromSeconds(1),
                TimeSpan.FromSeconds(1),
                CancellationToken.None);

            (reply.Failure, reply.ConnectDuration).ShouldBe((HttpFailure.AddressRefused, null));
            Should.Throw<ArgumentException>(() => http.InvokerTo(target, address));
        }
    }

    [Fact]
    public void The_table_holds_both_urls_that_are_refused_when_read_and_urls_that_are_refused_by_address()
    {
        var read = Urls.Count(url => ProbeTarget.TryParse(url, out _, out _));

        read.ShouldBeGreaterThan(30);
        (Urls.Length - read).ShouldBeGreaterThan(25);
    }

    [Theory]
    [InlineData("10.0.0.5")]
    [InlineData("172.16.3.4")]
    [InlineData("192.168.1.20")]
    [InlineData("100.64.0.1")]
    [InlineData("100.100.100.201")]
    [InlineData("203.0.113.7")]
    [InlineData("169.253.255.255")]
    [InlineData("223.255.255.255")]
    [InlineData("126.255.255.255")]
    [InlineData("fd12:3456::1")]
    [InlineData("2001:db8::1")]
    [InlineData("64:ff9b::203.0.113.7")]
    [InlineData("2002:cb00:7107::1")]
    [InlineData("::ffff:10.0.0.5")]
    public void Private_and_public_addresses_are_open(string address)
    {
        AddressPolicy.RefusalOf(IPAddress.Parse(address), loopbackAllowed: false).ShouldBeNull();
    }

    [Theory]
    [InlineData("http://localhost:8045", "127.0.0.1")]
    [InlineData("http://LOCALHOST.:8045", "::1")]
    [InlineData("http://rtcd.localhost:8045", "127.0.0.1")]
    [InlineData("http://127.0.0.1:8045", null)]
    [InlineData("http://127.3.2.1:8045", null)]
    [InlineData("http://[::1]:8045", null)]
    [InlineData("http://[0:0:0:0:0:0:0:1]:8045", null)]
    public async Task Loopback_is_open_when_the_configuration_itself_says_so(string url, string? resolvesTo)
    {
        var addresses = new TargetAddresses((_, _) => Task.FromResult(new[] { IPAddress.Parse(resolvesTo!) }), TimeProvider.System);

        var resolved = await addresses.ResolveAsync(RtcdProbing.Target(url), CancellationToken.None);

        resolved.Addresses.ShouldHaveSingleItem().Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task A_name_that_says_loopback_opens_nothing_but_loopback()
    {
        var addresses = new TargetAddresses(RtcdProbing.Resolving("127.0.0.1", "169.254.169.254"), TimeProvider.System);

        var resolved = await addresses.ResolveAsync(RtcdProbing.Target("http://localhost:8045"), CancellationToken.None);

        resolved.Addresses.Select(a => a.Refusal is null).ShouldBe([true, false]);
    }

    /// <summary>Written like the system's resolver: numbers in any base are taken for addresses, so that a URL that
    /// slips through the reader is still seen here.</summary>
    private static Task<IPAddress[]> Resolve(string host, CancellationToken cancellationToken)
    {
        var address = host.TrimEnd('.').ToLowerInvariant() switch
        {
            "metadata.internal" => "169.254.169.254",
            "loopback.internal" or "localhost.loopback.internal" or "localhost.evil.example" => "127.0.0.1",
            "mapped.internal" => "::ffff:169.254.169.254",
            var other when IPAddress.TryParse(other, out var number) => number.ToString(),
            _ => "10.0.0.5",
        };
        return Task.FromResult(new[] { IPAddress.Parse(address) });
    }
}
