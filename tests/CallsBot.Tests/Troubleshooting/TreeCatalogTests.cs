using CallsBot.Troubleshooting;

namespace CallsBot.Tests.Troubleshooting;

public sealed class TreeCatalogTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("callsbot-trees-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Shipped_trees_are_found_by_id()
    {
        var catalog = TreeCatalog.Load(KnownChecks.All);

        catalog.TryGet("calls-not-connecting", out var tree).ShouldBeTrue();
        tree.Title.ShouldBe("Calls do not connect");
        catalog.TryGet("no-such-tree", out _).ShouldBeFalse();
    }

    [Fact]
    public void A_folder_adds_trees()
    {
        Write("our-proxy.yaml", Minimal("our-proxy"));

        TreeCatalog.Load(KnownChecks.All, _folder.FullName).All.Select(tree => tree.Id).Except(TreeCatalog.Load(KnownChecks.All).All.Select(tree => tree.Id))
            .ShouldBe(["our-proxy"]);
    }

    [Fact]
    public void A_file_with_a_shipped_name_replaces_the_shipped_tree()
    {
        // A file on its own: the others lead to its one node.
        Write("ringing.yaml", Minimal("ringing").Replace("end", "ringing", StringComparison.Ordinal));

        TreeCatalog.Load(KnownChecks.All, _folder.FullName).Get("ringing").Own.Count.ShouldBe(1);
    }

    [Fact]
    public void Faults_of_all_files_come_together()
    {
        Write("one.yaml", Minimal("one").Replace("title: Minimal", "titel: Minimal"));
        Write("two.yaml", "- nothing");
        Write("twin.yaml", Minimal("calls-not-connecting"));

        var thrown = Should.Throw<TreeFileException>(() => TreeCatalog.Load(KnownChecks.All, _folder.FullName));

        thrown.Faults.Select(fault => fault.ToString()).ShouldBe(
        [
            "one.yaml:1: title is missing",
            "one.yaml:2: 'titel' is not one of id, title, start, nodes",
            "twin.yaml: the id 'calls-not-connecting' is taken by calls-not-connecting.yaml",
            "two.yaml:1: a tree file is a mapping with id, title, start and nodes",
        ]);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_a_fault_and_not_an_empty_folder()
    {
        var missing = Path.Combine(_folder.FullName, "missing");

        Should.Throw<TreeFileException>(() => TreeCatalog.Load(KnownChecks.All, missing))
            .Faults.ShouldHaveSingleItem().ToString().ShouldStartWith($"{missing}: cannot be read: ");
    }

    private void Write(string name, string yaml) => File.WriteAllText(Path.Combine(_folder.FullName, name), yaml);

    private static string Minimal(string id) =>
        $$"""
        id: {{id}}
        title: Minimal
        start: end
        nodes:
          end: { title: End, conclude: The end., cause: end }
        """;
}
