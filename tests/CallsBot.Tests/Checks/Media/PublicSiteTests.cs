using System.Net;
using CallsBot.Checks.Media;
using CallsBot.Checks.Plugin;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Tests.Checks.Plugin;
using CallsBot.Tests.Probes;

namespace CallsBot.Tests.Checks.Media;

public sealed class PublicSiteTests
{
    [Theory]
    [InlineData("https://chat.example.com", "8.8.8.8", "8.8.8.8")]
    [InlineData("https://chat.example.com/mattermost", "10.0.0.7,8.8.8.8", "8.8.8.8")]
    [InlineData("https://chat.example.com", "10.0.0.7", null)]
    [InlineData("https://chat.example.com", "", null)]
    [InlineData("http://8.8.4.4:8065", "", "8.8.4.4")]
    [InlineData("http://127.0.0.1:8065", "8.8.8.8", null)]
    [InlineData("", "8.8.8.8", null)]
    [InlineData("not a URL", "8.8.8.8", null)]
    public async Task Mattermosts_own_address_tells_whether_the_installation_is_on_the_internet(string siteUrl, string addresses, string? found)
    {
        await using var mattermost = await MattermostStub.StartAsync();
        mattermost.Replies["/api/v4/config/client"] = (200, $$"""{"Version":"11.10.0","SiteURL":"{{siteUrl}}"}""");
        HostResolver resolve = addresses.Length == 0 ? RtcdProbing.NoName : RtcdProbing.Resolving(addresses.Split(','));
        var site = new PublicSite(mattermost.Installation(withToken: false), new TargetAddresses(resolve, TimeProvider.System));

        (await site.FindAddressAsync(CancellationToken.None)).ShouldBe(found is null ? null : IPAddress.Parse(found));
    }

    [Fact]
    public async Task Without_a_server_to_ask_nothing_is_known()
    {
        var installation = new Installation(PublicAccess.None, AdministratorAccess.None, TimeProvider.System);
        var site = new PublicSite(installation, new TargetAddresses(RtcdProbing.Resolving("8.8.8.8"), TimeProvider.System));

        (await site.FindAddressAsync(CancellationToken.None)).ShouldBeNull();
    }
}
