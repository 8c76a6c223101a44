using System.Buffers;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using CallsBot.Redaction;

namespace CallsBot.Tickets;

/// <summary>A file of a bundle before redaction.</summary>
/// <param name="Name">Its path in the zip.</param>
/// <param name="What">What it is, for the list of files.</param>
/// <param name="Content">Its bytes in pieces of any size.</param>
internal sealed record BundlePart(string Name, string What, IAsyncEnumerable<ReadOnlyMemory<byte>> Content)
{
    public static BundlePart Of(string name, string what, string text) => new(name, what, One(text));

    /// <summary>Lines, each written with a line end of its own, so that a long log is never in memory as a whole.</summary>
    public static BundlePart Of(string name, string what, IEnumerable<string> lines) => new(name, what, Lines(lines));

    public override string ToString() => $"{nameof(BundlePart)} {Name}";

#pragma warning disable CS1998 // There is nothing to wait for.
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> One(string text)
    {
        yield return Encoding.UTF8.GetBytes(text.EndsWith('\n') ? text : text + "\n");
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Lines(IEnumerable<string> lines, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var line in lines)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Encoding.UTF8.GetBytes(line.TrimEnd('\r', '\n') + "\n");
        }
    }
#pragma warning restore CS1998
}

/// <summary>A file of a bundle as it was written.</summary>
/// <param name="Name">Its path in the zip.</param>
/// <param name="What">What it is.</param>
/// <param name="Length">In bytes, unpacked.</param>
/// <param name="Sha256">Of the unpacked bytes, in small hexadecimal digits.</param>
/// <param name="Counts">What was replaced in it.</param>
internal sealed record BundleEntry(string Name, string What, long Length, string Sha256, RedactionCounts Counts);

/// <summary>
/// Writes a zip whose every byte has been through one <see cref="Redactor"/> or another, all with the same pseudonyms. What
/// it needs in memory does not grow with its content.
/// </summary>
/// <param name="destination">Takes the zip; need not be able to seek. Stays open.</param>
/// <param name="pseudonyms">Those of the bundle.</param>
/// <param name="at">The time that the files carry.</param>
internal sealed class TicketBundle(Stream destination, Pseudonyms pseudonyms, DateTimeOffset at) : IAsyncDisposable
{
    public const string ServerLogName = "logs/mattermost.log";
    public const string MetricsName = "metrics/rtcd.txt";
    public const string ManifestName = "manifest.json";

    private const int PieceSize = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _redacted = new(PieceSize * 2);
    private readonly List<BundleEntry> _entries = [];
    private ZipArchive? _zip;

    /// <summary>What has been written, in that order.</summary>
    public IReadOnlyList<BundleEntry> Entries => _entries;

    public async Task AddAsync(BundlePart part, CancellationToken cancellationToken)
    {
        _zip ??= await ZipArchive.CreateAsync(destination, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken);
        var redactor = new Redactor(pseudonyms);
        var name = string.Join('/', part.Name.Split('/').Select(step => new Redactor(pseudonyms).Redact(step)));
        var entry = _zip.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = at;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = 0L;
        await using (var target = await entry.OpenAsync(cancellationToken))
        {
            await foreach (var content in part.Content.WithCancellation(cancellationToken))
            {
                for (var rest = content; !rest.IsEmpty; rest = rest[Math.Min(PieceSize, rest.Length)..])
                {
                    redactor.Append(rest.Span[..Math.Min(PieceSize, rest.Length)], _redacted);
                    if (_redacted.WrittenCount >= PieceSize)
                    {
                        await FlushAsync(target);
                    }
                }
            }

            redactor.Complete(_redacted);
            await FlushAsync(target);
        }

        _entries.Add(new BundleEntry(name, part.What, length, Convert.ToHexStringLower(hash.GetHashAndReset()), redactor.Counts));

        async Task FlushAsync(Stream target)
        {
            hash.AppendData(_redacted.WrittenSpan);
            length += _redacted.WrittenCount;
            await target.WriteAsync(_redacted.WrittenMemory, cancellationToken);
            _redacted.ResetWrittenCount();
        }
    }

    /// <summary>Ends the zip.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_zip is not null)
        {
            await _zip.DisposeAsync();
        }
    }
}
