using System.Text;
using CallsBot.Analysis;
using CallsBot.Analysis.Logs;
using FsCheck;
using FsCheck.Fluent;

namespace CallsBot.Tests.Analysis.Logs;

public sealed class LiteralSearchTests
{
    private static readonly string[] Words = ["failed to signal", "Failed to signal now", "ice failed", "x509: ", "panic", "aaaa", "aaab", "[20:@`{", "missing port in address"];

    public static TheoryData<int> Widths => [(int)LiteralSearch.Width.Scalar, (int)LiteralSearch.Width.Vector128, (int)LiteralSearch.Width.Vector256];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Every_text_is_found_at_every_place_in_any_case(int width)
    {
        for (var place = 0; place < 80; place++)
        {
            foreach (var (word, index) in Words.Select((word, index) => (word, index)))
            {
                var text = new string('.', place) + word.ToUpperInvariant() + new string('-', 80 - place);

                Found(Words, text, (LiteralSearch.Width)width).ShouldContain((place, index), $"{word} at {place}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Texts_are_found_where_a_plain_search_finds_them(int width)
    {
        // Few letters, so that hits are many and overlap.
        var letters = Gen.Elements("aAbBcC 1[{@`\n\u00e9".ToCharArray());
        var word =
            from head in Gen.ArrayOf(Gen.Elements("aAbBcC 1[{@`".ToCharArray()), 4)
            from tail in Gen.ArrayOf(Gen.Elements("abc ".ToCharArray()))
            select new string(head) + new string(tail);
        var cases =
            from words in Gen.NonEmptyListOf(word)
            from text in Gen.ArrayOf(letters, 300)
            select (Words: words.Select(one => one.ToLowerInvariant()).Distinct().Take(60).ToArray(), Text: new string(text));
        Prop.ForAll(cases.ToArbitrary(), one =>
        {
            var bytes = Encoding.UTF8.GetBytes(one.Text);
            var plain = one.Words.SelectMany((wanted, index) => Enumerable.Range(0, bytes.Length)
                .Where(at => at + wanted.Length <= bytes.Length && Ascii.EqualsIgnoreCase(bytes.AsSpan(at, wanted.Length), Encoding.ASCII.GetBytes(wanted)))
                .Select(at => (at, index))).Order().ToList();

            return Found(one.Words, one.Text, (LiteralSearch.Width)width).Order().SequenceEqual(plain);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Brackets_and_braces_are_not_taken_for_each_other(int width) =>
        Found(["a[b@", "a{b@", "a{b`"], "-A{b` a[B@ a{b@ a[b`" + new string('-', 60), (LiteralSearch.Width)width).ShouldBe([(1, 2), (6, 0), (11, 1)]);

    [Fact]
    public void A_text_too_short_to_be_searched_for_is_refused() =>
        Should.Throw<ArgumentException>(() => new LiteralSearch(["abc"], []));

    [Fact]
    public void The_shipped_signatures_find_each_of_their_texts()
    {
        var set = new SignatureSet(FindingCatalog.Shipped, PieceKind.RtcdLog);
        foreach (var (literal, index) in set.Literals.Select((literal, index) => (literal, index)))
        {
            Found([.. set.Literals], $"some line with {literal} in it", LiteralSearch.Best).Select(hit => hit.Item2).ShouldContain(index);
        }
    }

    private static List<(int, int)> Found(string[] words, string text, LiteralSearch.Width width)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var search = new LiteralSearch(words, bytes);

        // Hardly more room than it needs, so that searches are broken off and resumed.
        var hits = new LiteralSearch.Hit[search.MostAtOnePlace + 1];
        var found = new List<(int, int)>();
        for (var at = 0; at < bytes.Length;)
        {
            at = search.Search(bytes, at, hits, out var count, width);
            found.AddRange(hits[..count].Select(hit => (hit.At, hit.Literal)));
        }

        return found;
    }
}
