using System.Runtime.CompilerServices;
using CallsBot.Analysis;

namespace CallsBot.Tickets;

/// <summary>Something that was handed in in the chat, with what it showed. <see cref="ToString"/> leaves out what is in it.</summary>
/// <param name="Kinds">What it was recognised as: words of <see cref="PieceKinds"/>.</param>
/// <param name="Report">What it showed, as Markdown, not redacted of names and addresses.</param>
/// <param name="Sources">The files and the pasted text, fetched when the bundle is written.</param>
internal sealed record TicketEvidence(IReadOnlyList<string> Kinds, string Report, IReadOnlyList<EvidenceSource> Sources)
{
    /// <summary>What it came to: the first line of the report.</summary>
    public string Headline => Report.Split('\n').Select(line => line.Trim().TrimStart('#').Trim()).FirstOrDefault(line => line.Length > 0) ?? "";

    public override string ToString() => $"{nameof(TicketEvidence)} {{ Kinds = {string.Join(' ', Kinds)} }}";
}

/// <summary>The files of a bundle that hold what was handed in. Archives are taken apart: redaction reads texts.</summary>
internal static class EvidenceParts
{
    public const string Folder = "evidence/";
    public const string ReportName = Folder + "report.md";

    /// <summary>Servers take uploads of up to 100 MB, and logs pack to a tenth or less.</summary>
    private const long MostBytes = 300L * 1024 * 1024;

    private static readonly AnalysisLimits Limits = new() { MostBytes = MostBytes, MostPieces = 200 };

    /// <summary>Each in turn; a part is to be written before the next is asked for.</summary>
    public static async IAsyncEnumerable<BundlePart> OfAsync(TicketFacts facts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (facts.Evidence.Count == 0)
        {
            yield break;
        }

        yield return BundlePart.Of(ReportName, "what the files and texts show that were handed in", string.Join("\n\n", facts.Evidence.Select(evidence => evidence.Report)));
        var number = 0;
        var leftOut = new List<string>();
        await foreach (var file in new Unpacker(Limits).OpenAsync(facts.Evidence.SelectMany(evidence => evidence.Sources), cancellationToken))
        {
            if (file.Content is null)
            {
                if (file.Trouble is { } trouble)
                {
                    leftOut.Add($"{file.Name}: {trouble}");
                }

                continue;
            }

            var head = new byte[Head.Size];
            var length = await file.Content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
            if (!new Head(head.AsMemory(0, length), isWhole: length < head.Length).IsText)
            {
                leftOut.Add($"{file.Name}: binary, so secrets, names and addresses cannot be taken out. Attach it yourself if support asks for it.");
                continue;
            }

            number++;
            yield return new BundlePart($"{Folder}{number:00}-{SafeName(file.Name)}", "handed in in the chat", ContentAsync(head.AsMemory(0, length), file.Content, cancellationToken));
        }

        if (leftOut.Count > 0)
        {
            yield return BundlePart.Of($"{Folder}left-out.txt", "what was handed in and is not in this bundle", leftOut);
        }
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ContentAsync(
        ReadOnlyMemory<byte> head, Stream rest, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return head;
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await ReadOrEndAsync(rest, buffer, cancellationToken)) > 0)
        {
            yield return buffer.AsMemory(0, read);
        }
    }

    /// <summary>A broken archive ends where it breaks; what came before is worth having.</summary>
    private static async ValueTask<int> ReadOrEndAsync(Stream rest, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await rest.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception ex) when (ex is InvalidDataException or EndOfStreamException)
        {
            return 0;
        }
    }

    private static string SafeName(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '-')).TrimStart('.', '-') is { Length: > 0 } safe
            ? safe[^Math.Min(safe.Length, 80)..]
            : "file";
}
