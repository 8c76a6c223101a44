using CallsBot.Setup;

namespace CallsBot.Tests.Setup;

public sealed class SetupReportTests
{
    [Fact]
    public void Each_outcome_has_its_word_and_its_line()
    {
        using var output = new StringWriter { NewLine = "\n" };

        Report(new SetupReport(output, checkOnly: false));
        Report(new SetupReport(output, checkOnly: true));

        output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(
        [
            "ok            a", "created       b", "repaired      c", "note          d", "skipped       e", "by hand       f", "refused       g",
            "ok            a", "would create  b", "would repair  c", "note          d", "skipped       e", "by hand       f", "refused       g",
        ]);
    }

    [Fact]
    public void What_was_typed_on_the_server_cannot_forge_a_line_or_colour_the_terminal()
    {
        using var output = new StringWriter { NewLine = "\n" };

        new SetupReport(output, checkOnly: false).Refused("\"Phone\r\nok  all well\e[31m\"");

        output.ToString().ShouldBe("refused       \"Phone  ok  all well [31m\"\n");
    }

    [Fact]
    public void Nothing_is_left_to_do_until_something_would_be_done_or_is_for_a_person()
    {
        var unsettled = new List<string>();
        foreach (var outcome in Enum.GetValues<SetupOutcome>().Where(outcome => !new SetupStep(outcome, "").IsSettled))
        {
            unsettled.Add(outcome.ToString());
        }

        unsettled.ShouldBe(["WouldCreate", "WouldRepair", "ByHand", "Refused"]);
    }

    private static void Report(SetupReport report)
    {
        report.Ok("a");
        report.Created("b");
        report.Repaired("c");
        report.Note("d");
        report.Skipped("e");
        report.ByHand("f");
        report.Refused("g");
    }
}
