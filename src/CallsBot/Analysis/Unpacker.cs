using System.IO.Compression;
using System.Runtime.CompilerServices;
using CallsBot.Checks;

namespace CallsBot.Analysis;

/// <summary>
/// Opens what was handed in down to single files: gzip, zip and tar are taken apart, UTF-16 becomes UTF-8. Names of members
/// are labels and never paths. Only an archive that has to be read from its end, and cannot be where it is, is copied to a
/// nameless temporary file.
/// </summary>
internal sealed class Unpacker(AnalysisLimits limits)
{
    private const int LongestName = 200;

    private readonly ReadingBudget _budget = new(limits);

    /// <summary>Each file in turn. A file's stream is good until the next one is asked for.</summary>
    /// <param name="sources">What was handed in.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<UnpackedFile> OpenAsync(
        IEnumerable<EvidenceSource> sources, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var source in sources)
        {
            var name = FindingText.Clean(source.Name, LongestName);
            if (_budget.IsSpentForAll)
            {
                if (_budget.TellOnce() is { } left)
                {
                    yield return UnpackedFile.LeftOut(name, $"{left} This and everything after it was left out.");
                }

                yield break;
            }

            var (raw, trouble) = await TryOpenAsync(source, cancellationToken);
            if (raw is null)
            {
                _budget.CountPiece();
                yield return UnpackedFile.LeftOut(name, trouble!);
                continue;
            }

            await using (raw)
            {
                _budget.BeginSource(raw.CanSeek ? raw.Length : null);
                var content = new EvidenceStream(raw, _budget, packed: null);
                await foreach (var file in TakeApartAsync(name, content, raw.CanSeek ? raw : null, depth: 0, cancellationToken))
                {
                    yield return file;
                }
            }
        }
    }

    private static async Task<(Stream? Content, string? Trouble)> TryOpenAsync(EvidenceSource source, CancellationToken cancellationToken)
    {
        try
        {
            return (await source.OpenAsync(cancellationToken), null);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return (null, $"It cannot be opened: {FindingText.Clean(ex.Message, 300)}");
        }
    }

    private async IAsyncEnumerable<UnpackedFile> TakeApartAsync(
        string name, EvidenceStream content, Stream? seekable, int depth, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var head = await content.ReadHeadAsync(cancellationToken);
        var whole = new JoinedStream(head, content);
        var form = ArchiveForm.Of(head);
        if (form.Kind is not ArchiveKind.None && depth > limits.Deepest)
        {
            _budget.CountPiece();
            yield return UnpackedFile.LeftOut(name, $"It is an archive in archives, {depth} deep, and was left out. Unpack it and hand in what is in it.");
            yield break;
        }

        var files = form.Kind switch
        {
            ArchiveKind.Gzip => GunzipAsync(name, whole, content, depth, cancellationToken),
            ArchiveKind.Zip => UnzipAsync(name, whole, content, seekable, depth, cancellationToken),
            ArchiveKind.Tar => UntarAsync(name, whole, content, depth, cancellationToken),
            _ => PlainAsync(name, form, whole, content),
        };
        await foreach (var file in files.WithCancellation(cancellationToken))
        {
            yield return file;
        }
    }

#pragma warning disable CS1998 // One branch of several; the others wait.
    private async IAsyncEnumerable<UnpackedFile> PlainAsync(string name, ArchiveForm form, Stream whole, EvidenceStream content)
#pragma warning restore CS1998
    {
        _budget.CountPiece();
        if (form.Unsupported is { } packed)
        {
            yield return UnpackedFile.LeftOut(name, $"It is packed with {packed}, which CallsBot does not unpack. Unpack it and hand in what is in it.");
            yield break;
        }

        await using var text = form.Encoding is null ? whole : new Utf8Stream(whole, form.Encoding);
        yield return new UnpackedFile(name, text, () => content.Trouble);
    }

    private async IAsyncEnumerable<UnpackedFile> GunzipAsync(
        string name, Stream whole, EvidenceStream packed, int depth, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var gzip = new GZipStream(whole, CompressionMode.Decompress, leaveOpen: true);
        var content = new EvidenceStream(gzip, _budget, packed);
        await foreach (var file in TakeApartAsync(name, content, seekable: null, depth + 1, cancellationToken))
        {
            yield return file;
        }
    }

    private async IAsyncEnumerable<UnpackedFile> UntarAsync(
        string name, Stream whole, EvidenceStream packed, int depth, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A tar in a gzip is one archive for whoever made it.
        var inner = packed.IsUnpacked ? depth : depth + 1;
        var labels = new MemberLabels(name);
        var tar = new TarReader(whole);
        while (await tar.NextAsync(cancellationToken) is { } member)
        {
            if (_budget.IsSpent)
            {
                if (_budget.TellOnce() is { } left)
                {
                    yield return UnpackedFile.LeftOut(name, $"{left} The rest of the archive was left out.");
                }

                yield break;
            }

            var content = new EvidenceStream(member.Content, _budget, packed);
            await foreach (var file in TakeApartAsync(labels.Of(member.Name), content, seekable: null, inner, cancellationToken))
            {
                yield return file;
            }
        }

        if ((packed.Trouble ?? tar.Trouble) is { } trouble && !_budget.IsSpent)
        {
            yield return UnpackedFile.LeftOut(name, trouble);
        }
    }

    private async IAsyncEnumerable<UnpackedFile> UnzipAsync(
        string name, Stream whole, EvidenceStream packed, Stream? seekable, int depth, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        FileStream? copy = null;
        try
        {
            if (seekable is null)
            {
                (copy, var trouble) = await CopyAsync(whole, packed, cancellationToken);
                if (copy is null)
                {
                    _budget.CountPiece();
                    yield return UnpackedFile.LeftOut(name, trouble!);
                    yield break;
                }
            }

            var zip = await ZipDirectory.ReadAsync(seekable ?? copy!, limits.MostPieces, limits.Stop, cancellationToken);
            if (SupportPacket.Describe(zip.Members.Select(member => member.Name)) is { } facts)
            {
                _budget.CountPiece();
                yield return new UnpackedFile(name, null, () => zip.Trouble) { Kind = PieceKind.SupportPacket, Facts = facts };
            }
            else if (zip.Trouble is { } trouble)
            {
                yield return UnpackedFile.LeftOut(name, trouble);
            }

            // When the time was over before the first member was found, nothing below says so.
            if (zip.Members.Count == 0 && _budget.IsSpent && _budget.TellOnce() is { } unread)
            {
                yield return UnpackedFile.LeftOut(name, $"{unread} The rest of the archive was left out.");
            }

            var labels = new MemberLabels(name);
            foreach (var member in zip.Members)
            {
                if (_budget.IsSpent)
                {
                    if (_budget.TellOnce() is { } left)
                    {
                        yield return UnpackedFile.LeftOut(name, $"{left} The rest of the archive was left out.");
                    }

                    yield break;
                }

                var label = labels.Of(member.Name);
                var (content, why) = await zip.OpenAsync(member, cancellationToken);
                if (content is null)
                {
                    _budget.CountPiece();
                    yield return UnpackedFile.LeftOut(label, why!);
                    continue;
                }

                await using (content)
                {
                    await foreach (var file in TakeApartAsync(label, new EvidenceStream(content, _budget, packed), seekable: null, depth + 1, cancellationToken))
                    {
                        yield return file;
                    }
                }
            }
        }
        finally
        {
            if (copy is not null)
            {
                await copy.DisposeAsync();
            }
        }
    }

    /// <summary>A copy that can be read in any order; no name leads to it, and it is gone when it is closed.</summary>
    private async Task<(FileStream? Copy, string? Trouble)> CopyAsync(Stream whole, EvidenceStream packed, CancellationToken cancellationToken)
    {
        FileStream? copy = null;
        try
        {
            copy = OpenNameless();
            var buffer = new byte[EvidenceStream.BufferSize];
            int read;
            while ((read = await whole.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (copy.Length + read > limits.LargestCopy)
                {
                    await copy.DisposeAsync();
                    return (null, $"It is a zip in an archive or a stream, and larger than {limits.LargestCopy / 1_000_000:#,0} MB. Unpack it and hand in what is in it.");
                }

                await copy.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            return (copy, null);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            if (copy is not null)
            {
                await copy.DisposeAsync();
            }

            return (null, packed.Trouble ?? $"It had to be copied to be unpacked, and that failed: {FindingText.Clean(ex.Message, 200)} Unpack it and hand in what is in it.");
        }
    }

    private static FileStream OpenNameless()
    {
        var folder = Directory.CreateTempSubdirectory("callsbot-");
        var path = Path.Combine(folder.FullName, "archive");
        var copy = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, EvidenceStream.BufferSize, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        if (!OperatingSystem.IsWindows())
        {
            // Nothing is left behind even when the process is killed.
            File.Delete(path);
            folder.Delete();
        }

        return copy;
    }
}

/// <summary>A file that is no archive, or an archive about which there is something to say.</summary>
/// <param name="Name">With the archives that it was in, such as "packet.zip/mattermost.log".</param>
/// <param name="Content">Null when it could not be opened, or there is nothing in it to read.</param>
/// <param name="TroubleSoFar">
/// Why it could not be opened, or not wholly, as sentences; null when it could. To be asked when it has been read.
/// </param>
internal sealed record UnpackedFile(string Name, Stream? Content, Func<string?> TroubleSoFar)
{
    /// <summary>What it was recognised as already; null when its content is to be looked at.</summary>
    public PieceKind? Kind { get; init; }

    public IReadOnlyList<Evidence> Facts { get; init; } = [];

    public string? Trouble => TroubleSoFar();

    public static UnpackedFile LeftOut(string name, string why) => new(name, null, () => why);
}

/// <summary>Names for the members of one archive: fit for showing, and no two alike.</summary>
internal sealed class MemberLabels(string archive)
{
    private const int Longest = 160;

    private readonly HashSet<string> _given = new(StringComparer.Ordinal);

    public string Of(string member)
    {
        var clean = FindingText.Clean(member, Longest) is { Length: > 0 } name ? name : "(no name)";
        var label = $"{archive}/{clean}";
        for (var number = 2; !_given.Add(label); number++)
        {
            label = $"{archive}/{clean} ({number})";
        }

        return label;
    }
}
