using System.CommandLine;
using CallsBot.Cli;
using CallsBot.Tests.Troubleshooting;

namespace CallsBot.Tests.Cli;

public sealed class TreesCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("callsbot-trees-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_shipped_trees_are_sound_and_their_counts_are_printed()
    {
        var (exit, output, error) = await RunAsync("check");

        exit.ShouldBe(0);
        error.ShouldBeEmpty();
        output.ShouldContain("calls-not-connecting: Calls do not connect\n  nodes    ");
        output.ShouldContain("\n  answers  1 from the start to the nearest conclusion\n");
        output.ShouldContain("\n  checks   calls-backend, calls-in-progress, ");
        output.ShouldContain("\n  items    A1.1, A1.2, A1.3, A2.1, A2.2, A2.3, A3.1, A3.2, A4.1, A4.2, ");
    }

    [Fact]
    public async Task Every_fault_of_every_file_goes_to_stderr_and_the_exit_code_is_2()
    {
        var bad = Write("bad.yaml", "id: bad\nstart: x\nnodes: { stop: { title: End, conclude: The end., cause: end } }");
        var missing = Path.Combine(_folder.FullName, "missing.yaml");
        var good = Write("good.yaml", Good);

        var (exit, output, error) = await RunAsync("check", bad, missing, good);

        exit.ShouldBe(2);
        output.ShouldBeEmpty();
        error.ShouldStartWith($"{missing}: cannot be read: ");
        error.ShouldEndWith($"{bad}:1: title is missing\n{bad}:2: start: there is no node 'x'\n");
    }

    [Fact]
    public async Task A_file_may_lead_to_nodes_of_the_shipped_trees()
    {
        var ours = Write("ours.yaml", Good.Replace("id: good", "id: ours", StringComparison.Ordinal)
            .Replace("start: end", "start: ask", StringComparison.Ordinal)
            .Replace("nodes:", "nodes:\n  ask: { title: Ask, instruct: Look., helped: end, notHelped: who-keeps }", StringComparison.Ordinal)
            .Replace("  end:", "  our-end:", StringComparison.Ordinal).Replace("helped: end", "helped: our-end", StringComparison.Ordinal));

        var (exit, output, error) = await RunAsync("check", ours);

        error.ShouldBeEmpty();
        exit.ShouldBe(0);
        output.ShouldStartWith("ours: Good\n  nodes    2: 0 ask, 0 check, 0 collect, 1 instruct, 0 try, 1 conclude\n");
    }

    [Fact]
    public void Help_promises_no_folder_of_trees()
    {
        var check = TreesCommand.Create(() => KnownChecks.All, () => [], () => Covers).Subcommands.Single(command => command.Name == "check");

        check.Arguments.ShouldHaveSingleItem().Description.ShouldBe("Tree files. Without any: those that ship with the bot.");
    }

    [Theory]
    [InlineData("mermaid", "stateDiagram-v2\n  s_end : end\n  [*] --> s_end\n  s_end --> [*]\n")]
    [InlineData("dot", "digraph {\n  rankdir=\"LR\"\n  node [shape=box, style=rounded]\n  \"end\"\n  \"\" [shape=point]\n  \"\" -> \"end\"\n}\n")]
    public async Task A_tree_is_drawn_on_stdout_and_nothing_else(string format, string drawing)
    {
        var (exit, output, error) = await RunAsync("graph", Write("good.yaml", Good), "--format", format);

        exit.ShouldBe(0);
        output.ShouldBe(drawing);
        error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Coverage_says_of_each_item_who_sees_to_it()
    {
        var (exit, output, error) = await RunAsync("coverage");

        // These checks cover little, so much is left over.
        exit.ShouldBe(ExitCodes.Failed);
        output.ShouldStartWith("items of the troubleshooting page: 93/93 in the trees, ");
        output.ShouldContain("\nnewer items: 27/27 in the trees, ");
        output.ShouldContain("\nnumbered checks of the deployment guide: ");
        output.ShouldMatch("\n  A4.1    .*\n          nodes: .*plugin-everyone");
        output.ShouldMatch("\n  2B.2.2  RTCD's version from M\n          nodes: .*\n          checks: rtcd-version\n");
        output.ShouldContain("\n          person: Somebody has to record a test call.\n");
        error.ShouldContain("2B.2.1: no check covers it, and nothing says what a person has to do\n");
        error.ShouldContain("Z9: rtcd-version covers it, and coverage.yaml does not know it\n");
    }

    [Fact]
    public async Task Among_several_trees_one_has_to_be_named()
    {
        var (exit, output, error) = await RunAsync("graph");

        exit.ShouldBe(2);
        output.ShouldBeEmpty();
        error.ShouldStartWith("Name one of the trees: after-change, audio, ");
    }

    [Fact]
    public async Task A_page_for_each_tree_is_written_into_a_folder()
    {
        var folder = Path.Combine(_folder.FullName, "pages");

        var (exit, output, error) = await RunAsync("graph", "--output", folder);

        (exit, output, error).ShouldBe((0, "", ""));
        File.ReadAllText(Path.Combine(folder, "start.md")).ShouldContain("```mermaid\nstateDiagram-v2\n  s_what_happens : what-happens\n");
    }

    [Fact]
    public async Task An_unknown_tree_is_answered_with_those_that_there_are()
    {
        var (exit, output, error) = await RunAsync("graph", "no-such-tree");

        exit.ShouldBe(2);
        output.ShouldBeEmpty();
        error.ShouldStartWith("There is no tree and no file 'no-such-tree'. Trees: after-change, audio, calls-not-connecting, ");
    }

    private static readonly Dictionary<string, IReadOnlyList<string>> Covers = new() { ["rtcd-version"] = ["2B.2.2", "Z9"] };

    private const string Good =
        """
        id: good
        title: Good
        start: end
        nodes:
          end: { title: End, conclude: The end., cause: end }
        """;

    private string Write(string name, string yaml)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, yaml);
        return path;
    }

    private static async Task<(int Exit, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var command = TreesCommand.Create(() => KnownChecks.All, () => [], () => Covers);

        var exit = await command.Parse(args).InvokeAsync(new InvocationConfiguration { Output = output, Error = error });

        return (exit, output.ToString(), error.ToString());
    }
}
