using CallsBot.Probes;
using FsCheck;
using FsCheck.Fluent;

namespace CallsBot.Tests.Probes;

public sealed class ProbeTargetTests
{
    [Theory]
    [InlineData("http://rtcd.example.com:8045", "http://rtcd.example.com:8045")]
    [InlineData("http://rtcd.example.com:8045/", "http://rtcd.example.com:8045")]
    [InlineData("HTTPS://RTCD.example.com:443", "https://RTCD.example.com:443")]
    [InlineData("http://10.0.0.5:8045", "http://10.0.0.5:8045")]
    [InlineData("http://[2001:DB8:0::1]:8045", "http://[2001:db8::1]:8045")]
    [InlineData("http://rtcd_1:8045", "http://rtcd_1:8045")]
    [InlineData("http://3com:8045", "http://3com:8045")]
    [InlineData("http://clientA:S3CRETS3CRET@rtcd.internal:8045", "http://rtcd.internal:8045")]
    [InlineData("http://clientA:p@ss:word@rtcd.internal:8045", "http://rtcd.internal:8045")]
    [InlineData("http://169.254.169.254:80%20@rtcd.internal:8045", "http://rtcd.internal:8045")]
    public void A_service_url_is_read_and_printed_without_its_credentials(string url, string printed)
    {
        var target = RtcdProbing.Target(url);

        target.ToString().ShouldBe(printed);
        target.Uri.UserInfo.ShouldBeEmpty();
    }

    /// <summary>Facts of the Calls plugin: Go's net.SplitHostPort wants a port, and RTCD cannot be behind a path.</summary>
    [Theory]
    [InlineData("", "is empty")]
    [InlineData("http://clientA:S3CRET@rtcd.internal", "has no port")]
    [InlineData("http://[::1]", "has no port")]
    [InlineData("http://rtcd.internal:", "port")]
    [InlineData("http://rtcd.internal:0", "port")]
    [InlineData("http://rtcd.internal:65536", "port")]
    [InlineData("http://rtcd.internal:+80", "port")]
    [InlineData("http://rtcd.internal:8045/rtcd", "goes on after the port")]
    [InlineData("http://clientA:S3CRET/x@rtcd.internal:8045", "goes on after the port")]
    [InlineData("http://clientA:S3CRET#x@rtcd.internal:8045", "goes on after the port")]
    [InlineData("http://rtcd.internal:8045//", "goes on after the port")]
    [InlineData("rtcd.internal:8045", "http://")]
    [InlineData("ws://rtcd.internal:8045", "http://")]
    [InlineData(" http://rtcd.internal:8045", "space")]
    [InlineData("http://rtcd.internal:8045 ", "space")]
    [InlineData("http://rtcd.intérnal:8045", "ASCII")]
    [InlineData("http://:8045", "host")]
    [InlineData("http://rtcd..internal:8045", "host")]
    [InlineData("http://-rtcd:8045", "host")]
    [InlineData("http://rtcd;reboot:8045", "host")]
    [InlineData("http://$(reboot):8045", "host")]
    [InlineData("http://rtcd'x:8045", "host")]
    [InlineData("http://[rtcd]:8045", "brackets")]
    [InlineData("http://10.0.0.256:8045", "decimal")]
    [InlineData("http://10.5:8045", "decimal")]
    public void What_is_wrong_with_a_url_is_said_without_quoting_it(string url, string fault)
    {
        ProbeTarget.TryParse(url, out var target, out var said).ShouldBeFalse();

        target.ShouldBeNull();
        said.ShouldNotBeNull().ShouldContain(fault);
        said.ShouldNotContain("S3CRET");
        said.ShouldNotContain("internal");
    }

    [Fact]
    public void Whatever_is_accepted_is_safe_in_a_shell_and_reads_the_same_again()
    {
        Prop.ForAll((string? host, ushort port) =>
            !ProbeTarget.TryParse($"http://{host}:{port}", out var target, out _)
            || (target.ToString().All(c => char.IsAsciiLetterOrDigit(c) || "-._:/[]".Contains(c, StringComparison.Ordinal))
                && ProbeTarget.TryParse(target.ToString(), out var again, out _)
                && again.Authority == target.Authority)).QuickCheckThrowOnFailure();
    }
}
