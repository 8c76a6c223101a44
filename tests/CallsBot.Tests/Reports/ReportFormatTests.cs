using System.Text.Json;
using System.Xml.Linq;
using CallsBot.Checks;
using CallsBot.Reports;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Reports;

public sealed class ReportFormatTests
{
    [Fact]
    public void Text() => Approved.Match(ReportFormat.Text.Write(SomeReport.Mixed()));

    [Fact]
    public void Markdown() => Approved.Match(ReportFormat.Markdown.Write(SomeReport.Mixed()));

    [Fact]
    public void Json() => Approved.Match(ReportFormat.Json.Write(SomeReport.Mixed()));

    [Fact]
    public void Junit() => Approved.Match(ReportFormat.Junit.Write(SomeReport.Mixed()));

    [Fact]
    public void Sarif() => Approved.Match(ReportFormat.Sarif.Write(SomeReport.Mixed()));

    [Fact]
    public void Junit_counts_what_it_holds()
    {
        var suites = XDocument.Parse(ReportFormat.Junit.Write(SomeReport.Mixed())).Root!;

        foreach (var suite in suites.Elements("testsuite").Prepend(suites))
        {
            int Count(string name) => suite.Descendants(name).Count();
            ((int)suite.Attribute("tests")!, (int)suite.Attribute("failures")!, (int)suite.Attribute("errors")!, (int)suite.Attribute("skipped")!)
                .ShouldBe((Count("testcase"), Count("failure"), Count("error"), Count("skipped")));
        }
    }

    [Theory]
    [InlineData(nameof(ReportFormat.Junit))]
    [InlineData(nameof(ReportFormat.Json))]
    [InlineData(nameof(ReportFormat.Sarif))]
    public void What_a_stranger_sent_does_not_break_the_form(string name)
    {
        var format = Enum.Parse<ReportFormat>(name);
        var check = SomeReport.Check("a", Outcome.Fail);
        const string Sent = "</failure>\u0000\u001b[31m\ud800 \"'&<![CDATA[ ]]> \uffff";
        var report = SomeReport.Of(check with { Result = check.Result with { Detail = Sent, Evidence = [new Evidence("Body", Sent)] } });

        var text = format.Write(report);

        if (format == ReportFormat.Junit)
        {
            XDocument.Parse(text).Descendants("failure").Count().ShouldBe(1);
        }
        else
        {
            using var parsed = JsonDocument.Parse(text);
            text.ShouldNotContain("\u001b");
        }
    }

    [Fact]
    public void A_run_without_faults_says_so_in_one_line() =>
        ReportFormat.Text.Write(SomeReport.Of(SomeReport.Check("a", Outcome.Pass))).ShouldStartWith("OK: Everything that was tested works.\n");
}
