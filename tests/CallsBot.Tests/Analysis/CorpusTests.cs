using System.Globalization;
using System.Text;
using CallsBot.Analysis;
using Xunit.Abstractions;

namespace CallsBot.Tests.Analysis;

/// <summary>Holds the analysers to evidence whose meaning is known.</summary>
public sealed class CorpusTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. Corpus.All.Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Evidence_shows_what_its_label_says(string name)
    {
        var entry = Corpus.All.Single(entry => entry.Name == name);

        var report = await Corpus.AnalyseAsync(entry.Paths);

        report.Pieces.Select(piece => PieceKinds.WordOf(piece.Piece.Kind)).ShouldBe(entry.Kinds.AsEnumerable(), name);
        Corpus.FaultsIn(report).AsEnumerable().ShouldBe(entry.Faults.Order(StringComparer.Ordinal), name);
        entry.Also.ShouldBeSubsetOf(report.Findings.Select(finding => finding.Id));
    }

    [Fact]
    public async Task Every_group_of_findings_is_found_where_it_is_and_nowhere_else()
    {
        var scores = new SortedDictionary<string, Score>(StringComparer.Ordinal);
        Score Of(string id)
        {
            var group = FindingCatalog.Shipped[id].Group;
            return scores.TryGetValue(group, out var score) ? score : scores[group] = new Score();
        }

        foreach (var entry in Corpus.All)
        {
            var found = Corpus.FaultsIn(await Corpus.AnalyseAsync(entry.Paths));
            foreach (var id in found.Union(entry.Faults))
            {
                var score = Of(id);
                score.Right += found.Contains(id) && entry.Faults.Contains(id) ? 1 : 0;
                score.Wrong += entry.Faults.Contains(id) ? 0 : 1;
                score.Missed += found.Contains(id) ? 0 : 1;
            }
        }

        var table = new StringBuilder("group | labelled | precision | recall\n");
        foreach (var (group, score) in scores)
        {
            table.Append(CultureInfo.InvariantCulture, $"{group} | {score.Right + score.Missed} | {score.Precision:0.00} | {score.Recall:0.00}\n");
        }

        output.WriteLine(table.ToString());
        Corpus.All.ShouldContain(entry => entry.Faults.Count == 0, "there is evidence in which all is well");
        scores.Values.ShouldAllBe(score => score.Precision >= 0.98 && score.Recall >= 0.98);
    }

    private sealed class Score
    {
        public int Right { get; set; }

        public int Wrong { get; set; }

        public int Missed { get; set; }

        public double Precision => Right + Wrong == 0 ? 1 : (double)Right / (Right + Wrong);

        public double Recall => Right + Missed == 0 ? 1 : (double)Right / (Right + Missed);
    }
}
