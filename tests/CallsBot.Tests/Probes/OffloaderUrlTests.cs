using CallsBot.Probes;

namespace CallsBot.Tests.Probes;

public sealed class OffloaderUrlTests
{
    [Theory]
    [InlineData("http://offloader:4545", "http://offloader:4545", true)]
    [InlineData("http://offloader:4545/", "http://offloader:4545", true)]
    [InlineData("https://offloader", "https://offloader:443", false)]
    [InlineData("http://offloader/jobs/", "http://offloader:80/jobs", false)]
    [InlineData("http://id:a:b@offloader:4545/x/y", "http://offloader:4545/x/y", true)]
    [InlineData("http://id:S3CRET@offloader", "http://offloader:80", false)]
    [InlineData("http://[fd00::1]", "http://[fd00::1]:80", false)]
    [InlineData("http://[fd00::1]:4545", "http://[fd00::1]:4545", true)]
    public void A_url_is_read_without_its_credentials(string text, string url, bool namesPort)
    {
        OffloaderUrl.TryParse(text, out var offloader, out var fault).ShouldBeTrue(fault);

        offloader.ToString().ShouldBe(url);
        offloader.NamesPort.ShouldBe(namesPort);
    }

    [Theory]
    [InlineData("")]
    [InlineData("offloader:4545")]
    [InlineData("ftp://offloader:4545")]
    [InlineData("http://:4545")]
    [InlineData("http://offloader:0")]
    [InlineData("http://offloader:4545/?x=1")]
    [InlineData("http://offloader:4545/a b")]
    [InlineData("http://offloader:4545/$(reboot)")]
    [InlineData("http://offloader:4545/'x")]
    [InlineData("http://0x7f.1:4545")]
    [InlineData("http://2130706433")]
    [InlineData("http://id:S3/CRET@offloader:4545")]
    public void What_is_no_such_url_is_refused_and_not_quoted(string text)
    {
        OffloaderUrl.TryParse(text, out var offloader, out var fault).ShouldBeFalse();

        offloader.ShouldBeNull();
        fault.ShouldNotBeNullOrEmpty();
        fault.ShouldNotContain("CRET");
    }
}
