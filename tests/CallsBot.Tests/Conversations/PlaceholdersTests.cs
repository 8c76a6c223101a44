using CallsBot.Conversations;

namespace CallsBot.Tests.Conversations;

public sealed class PlaceholdersTests
{
    [Theory]
    [InlineData("http://rtcd.internal:9045", "curl http://rtcd.internal:9045/version, then ssh rtcd.internal")]
    [InlineData("http://client:key@rtcd.internal:8045", "curl http://rtcd.internal:8045/version, then ssh rtcd.internal")]
    [InlineData(null, "curl http://YOUR_RTCD_SERVER:8045/version, then ssh YOUR_RTCD_SERVER")]
    public void The_call_server_is_filled_in_where_it_is_known(string? url, string expected) =>
        Placeholders.Fill("curl http://YOUR_RTCD_SERVER:8045/version, then ssh YOUR_RTCD_SERVER", url).ShouldBe(expected);
}
