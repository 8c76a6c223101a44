using CallsBot.Checks;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Troubleshooting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CallsBot.Tests.Checks;

public sealed class CoverageTests
{
    private const string File = """
        vendor:
          - { id: "1.6.1", what: A port, person: Somebody has to look. }
        items:
          - { id: A1.1, what: Another port }
        """;

    [Fact]
    public void Every_step_of_the_documentation_is_covered_or_needs_a_person_and_every_id_is_known()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddLogging();
        services.AddSingleton(AdministratorAccess.None);
        services.AddProbes().AddChecks();
        using var provider = services.BuildServiceProvider();
        var catalog = provider.GetRequiredService<CheckCatalog>();
        var trees = TreeCatalog.Load(CheckSignature.Of(catalog));

        var coverage = Coverage.Of(
            Coverage.EmbeddedText,
            catalog.All.ToDictionary(check => check.Id, check => check.Covers),
            trees.NodesByItem);

        coverage.Faults.ShouldBeEmpty();
        coverage.Items.Count(item => !item.IsNewer).ShouldBe(93);
        coverage.Items.Count(item => item.IsNewer).ShouldBe(27);
        coverage.Vendor.Where(item => item.Checks.Count > 0).Select(item => item.Id).ShouldContain("3.2.2");

        // A sentence about what a check sees belongs to an item that a check covers.
        coverage.Vendor.Concat(coverage.Items)
            .Where(item => item.Checks.Count == 0 && item.Person!.Contains("check", StringComparison.OrdinalIgnoreCase))
            .Select(item => item.Id).ShouldBeEmpty();
    }

    [Fact]
    public void The_vendors_numbers_are_all_there()
    {
        var ids = Coverage.Of(Coverage.EmbeddedText, new Dictionary<string, IReadOnlyList<string>>(), Nodes()).Vendor.Select(item => item.Id).ToList();

        string[] expected =
        [
            .. Enumerable.Range(1, 12).Select(number => $"1.6.{number}"),
            .. new[] { "2A.3", "2B.5", "3.4" }.SelectMany(step => Enumerable.Range(1, 4).Select(number => $"{step}.{number}")),
            "2B.2.1", "2B.2.2", "3.2.1", "3.2.2",
            .. Enumerable.Range(1, 7).Select(number => $"4.3.{number}"),
        ];
        ids.ShouldBe(expected, ignoreOrder: true);
    }

    [Fact]
    public void An_item_that_is_neither_covered_nor_anybodys_is_a_fault_and_so_is_an_unknown_id()
    {
        var covered = Coverage.Of(File, Covers("A1.1"), Nodes("A1.1", "X4"));
        var open = Coverage.Of(File, Covers("A9.9"), Nodes("B1"));

        covered.Faults.ShouldBeEmpty();
        covered.Items.Single().ShouldSatisfyAllConditions(item => item.Checks.ShouldBe(["some-check"]), item => item.Nodes.ShouldBe(["some-node"]));
        covered.Vendor.Single().Nodes.ShouldBeEmpty();
        open.Faults.ShouldBe(
        [
            "A1.1: no check covers it, and nothing says what a person has to do",
            "A9.9: some-check covers it, and coverage.yaml does not know it",
            "A1.1: no node of a tree covers it",
            "B1: a tree names it, and coverage.yaml does not know it",
        ]);
    }

    [Theory]
    [InlineData("id: A1.1", "id: a1", "'a1' is no id")]
    [InlineData("id: A1.1", "id: \"1.6.1\"", "1.6.1: is there twice")]
    [InlineData("person: Somebody has to look.", "person: look", "1.6.1: person is no sentence")]
    [InlineData("what: Another port", "what: ''", "A1.1: what is missing")]
    [InlineData("person:", "who:", "who")]
    public void A_fault_in_the_file_is_named(string sound, string faulty, string words)
    {
        File.ShouldContain(sound);

        Should.Throw<FormatException>(() => Coverage.Of(File.Replace(sound, faulty, StringComparison.Ordinal), Covers("A1.1"), Nodes())).Message.ShouldContain(words);
    }

    private static Dictionary<string, IReadOnlyList<string>> Nodes(params string[] items) =>
        items.ToDictionary(item => item, _ => (IReadOnlyList<string>)["some-node"]);

    private static Dictionary<string, IReadOnlyList<string>> Covers(params string[] ids) => new() { ["some-check"] = ids };
}
