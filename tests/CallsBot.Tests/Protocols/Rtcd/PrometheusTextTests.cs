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

    [Theory]
    [InlineData("", "")]
    [InlineData("errors{groupID=\"a\",type=\"ice\"} 3\nerrors{groupID=\"b\",type=\"ice\"} 4\nerrors{type=\"rtp\",groupID=\"b\"} 1 1700000000000\r\n", "ice 7, rtp 1")]
    [InlineData("errors 5\nerrors{groupID=\"type=\\\"x\\\"\"} 2\n", " 7")]
    [InlineData("errors{a=\"} , \\\"\", type=\"rtp\",} 2\n", "rtp 2")]
    [InlineData("errors{subtype=\"x\",type=\"\"} 2\nerrors_total{type=\"y\"} 3\nerrors{type=\"z} 4\n", " 2")]
    [InlineData("errors{type=\"a\\\\\",b=\"c\"} 2\n", "a\\\\ 2")]
    public void The_series_of_a_metric_are_added_up_for_each_value_of_a_label(string page, string sums)
    {
        string.Join(", ", PrometheusText.SumBy(page, "errors", "type").Select(sum => $"{sum.Key} {sum.Value}")).ShouldBe(sums);
    }
}
