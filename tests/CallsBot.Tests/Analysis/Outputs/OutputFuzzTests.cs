using System.Text;
using CallsBot.Analysis;
using CallsBot.Analysis.Outputs;

namespace CallsBot.Tests.Analysis.Outputs;

/// <summary>Whatever arrives, the readers of outputs and settings neither throw nor hang, and every finding of theirs has its words.</summary>
public sealed class OutputFuzzTests
{
    private const int Seed = 20261123;
    private static readonly int Times = Environment.GetEnvironmentVariable("CALLSBOT_SOAK") == "1" ? 200 : 1;
    private static readonly string[] Seeds = [.. Corpus.All.Where(entry => entry.Folder == "outputs").SelectMany(entry => entry.Paths).Select(File.ReadAllText)];

    [Fact]
    public async Task Mutated_evidence_is_read_by_its_own_and_by_every_other_reader()
    {
        var random = new Random(Seed);
        var kinds = Kinds();
        for (var round = 0; round < 600 * Times; round++)
        {
            var text = Mutated(Seeds[random.Next(Seeds.Length)], random);
            var parts = PasteCutter.Cut(text, [.. OutputAnalysers.All(FindingCatalog.Shipped).SelectMany(analyser => analyser.Shapes)]);
            string.Concat(parts.Select(part => part.Text)).ShouldBe(text);
            foreach (var part in parts)
            {
                await ReadAsync(part.Kind, part.Text);
            }

            await ReadAsync(kinds[random.Next(kinds.Count)], text);
        }
    }

    [Fact]
    public async Task Random_bytes_are_read_by_every_reader()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 10 * Times; round++)
        {
            var bytes = new byte[random.Next(3_000)];
            random.NextBytes(bytes);
            foreach (var kind in Kinds())
            {
                await ReadAsync(kind, Encoding.Latin1.GetString(bytes));
            }
        }
    }

    private static List<PieceKind> Kinds() => [.. OutputAnalysers.All(FindingCatalog.Shipped).SelectMany(analyser => analyser.Shapes).Select(shape => shape.Kind).Distinct()];

    private static async Task ReadAsync(PieceKind kind, string text)
    {
        var analyser = OutputAnalysers.All(FindingCatalog.Shipped).FirstOrDefault(analyser => analyser.Shapes.Any(shape => shape.Kind == kind));
        if (analyser is null)
        {
            return;
        }

        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var reading = await analyser.ReadAsync(new Piece("fuzz", kind), content, limit.Token);
        foreach (var finding in reading.Findings.Concat(analyser.Conclude()))
        {
            foreach (var (_, words) in finding.Type.Texts())
            {
                finding.Fill(words).ShouldNotBeNull();
            }

            finding.Quotes.Count.ShouldBeLessThanOrEqualTo(5);
        }
    }

    private static string Mutated(string seed, Random random)
    {
        var text = new StringBuilder(seed.Length > 6_000 ? seed[..6_000] : seed);
        for (var changes = random.Next(1, 6); changes > 0 && text.Length > 0; changes--)
        {
            var at = random.Next(text.Length);
            var length = Math.Min(text.Length - at, random.Next(1, 40));
            switch (random.Next(7))
            {
                case 0:
                    text.Remove(at, length);
                    break;
                case 1:
                    text.Insert(at, text.ToString(at, length));
                    break;
                case 2:
                    text[at] = (char)random.Next(1, 300);
                    break;
                case 3:
                    text.Insert(at, random.Next(2) == 0 ? "99999999999999999999" : "-1");
                    break;
                case 4:
                    text.Length = at;
                    break;
                case 5:
                    text.Insert(at, "\n");
                    break;
                default:
                    var other = Seeds[random.Next(Seeds.Length)];
                    text.Append(other, 0, Math.Min(other.Length, 1_000));
                    break;
            }
        }

        return text.ToString();
    }
}
