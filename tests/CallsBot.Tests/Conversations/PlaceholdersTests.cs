using CallsBot.Conversations;
using CallsBot.Probes;

namespace CallsBot.Tests.Conversations;

public sealed class PlaceholdersTests
{
    private const string Text =
        "curl http://YOUR_RTCD_SERVER:8045/version, ssh YOUR_RTCD_SERVER, nmap -p YOUR_MEDIA_PORT, "
        + "curl http://YOUR_OFFLOADER_SERVER:4545/version, ping YOUR_OFFLOADER_SERVER, ssh YOUR_MATTERMOST_SERVER";

    [Fact]
    public void What_is_known_of_the_installation_is_filled_in()
    {
        var addresses = new InstallationAddresses
        {
            Rtcd = Target("http://client:key@rtcd.internal:9045"),
            Offloader = Target("http://jobs.internal:5545"),
            Mattermost = "chat.internal",
            MediaPort = 9443,
        };

        Placeholders.Fill(Text, addresses).ShouldBe(
            "curl http://rtcd.internal:9045/version, ssh rtcd.internal, nmap -p 9443, "
            + "curl http://jobs.internal:5545/version, ping jobs.internal, ssh chat.internal");
    }

    [Fact]
    public void A_service_with_TLS_is_asked_over_TLS()
    {
        var addresses = new InstallationAddresses { Rtcd = Target("https://rtcd.internal:8045"), Offloader = Target("https://jobs.internal:4545") };

        Placeholders.Fill("curl http://YOUR_RTCD_SERVER:8045/version; curl http://YOUR_OFFLOADER_SERVER:4545/version", addresses)
            .ShouldBe("curl https://rtcd.internal:8045/version; curl https://jobs.internal:4545/version");
    }

    [Fact]
    public void What_is_not_known_stays_for_the_reader_to_fill_in_and_the_port_is_the_usual_one()
    {
        Placeholders.Fill(Text, InstallationAddresses.Unknown).ShouldBe(Text.Replace("YOUR_MEDIA_PORT", "8443", StringComparison.Ordinal));
    }

    private static ProbeTarget Target(string url) => ProbeTarget.TryParse(url, out var target, out var fault) ? target : throw new ArgumentException(fault);
}
