using CallsBot.Protocols.Rtcd;

namespace CallsBot.Tests.Protocols.Rtcd;

public sealed class PrometheusTextTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("# HELP sessions 5\n# TYPE sessions gauge\n", null)]
    [InlineData("sessions 3\n", 3.0)]
    [InlineData("sessions{group=\"a\"} 3\r\nsessions{group=\"b\"} 4 1700000000000\r\n", 7.0)]
    [InlineData("sessions{group=\"a } \\\" } 9\"} 2", 2.0)]
    [InlineData("sessions_total 5\nsessionss 6\n", null)]
    [InlineData("sessions{group=\"a\" 5\nsessions x\nsessions", null)]
    [InlineData("sessions{a=\"b\"} 1e+02\n", 100.0)]
    public void The_series_of_a_metric_are_added_up(string page, double? sum)
    {
        PrometheusText.Sum(page, "sessions").ShouldBe(sum);
    }
}
