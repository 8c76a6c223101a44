using System.Buffers;
using System.IO.Compression;
using System.Text;

namespace CallsBot.Redaction;

/// <summary>What became of one file. Both names have been redacted.</summary>
/// <param name="LeftOut">Why the file is not in the output, or null.</param>
internal sealed record RedactedFile(string Name, RedactionCounts Counts, string? LeftOut);

/// <summary>The input or output of a redaction is not as it has to be; the message says what to change.</summary>
internal sealed class RedactionException(string message) : Exception(message);

/// <summary>
/// Redacts a file, a folder or a zip into a new one of the same kind. What is not text is left out and named, and so are links.
/// The output appears only when it is whole.
/// </summary>
internal sealed class FileRedactor(Pseudonyms pseudonyms, FileRedactionLimits? limits = null)
{
    private const int PieceSize = 64 * 1024;

    /// <summary>As much as tells text from anything else.</summary>
    private const int ProbeSize = 8 * 1024;

    private readonly FileRedactionLimits _limits = limits ?? new FileRedactionLimits();
    private readonly List<RedactedFile> _files = [];
    private readonly HashSet<string> _names = [];
    private long _read;

    /// <exception cref="RedactionException">Output and input are not two places, or the zip is not to be trusted.</exception>
    public async Task<IReadOnlyList<RedactedFile>> RedactAsync(string input, string output, CancellationToken cancellationToken)
    {
        var from = Path.TrimEndingDirectorySeparator(Resolve(input));
        var to = Path.TrimEndingDirectorySeparator(Resolve(output));
        var isFolder = Directory.Exists(from);
        if (!isFolder && !File.Exists(from))
        {
            throw new RedactionException($"'{input}' does not exist.");
        }

        if (from == to || isFolder && to.StartsWith(from + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new RedactionException("The output must be another place than the input, and not inside it.");
        }

        if (Path.Exists(to))
        {
            throw new RedactionException($"'{output}' exists already. Name a new place: nothing is overwritten.");
        }

        var partial = $"{to}.{Guid.NewGuid():N}.partial";
        try
        {
            if (isFolder)
            {
                Directory.CreateDirectory(partial);
                await FolderAsync(new DirectoryInfo(from), partial, "", cancellationToken);
                Directory.Move(partial, to);
            }
            else
            {
                await FileAsync(from, partial, cancellationToken);
                if (File.Exists(partial))
                {
                    File.Move(partial, to);
                }
            }
        }
        finally
        {
            File.Delete(partial);
            if (Directory.Exists(partial))
            {
                Directory.Delete(partial, recursive: true);
            }
        }

        return _files;
    }

    private static string Resolve(string path)
    {
        var whole = Path.GetFullPath(path);
        return Path.Exists(whole) && File.ResolveLinkTarget(whole, returnFinalTarget: true) is { } target ? target.FullName : whole;
    }

    private async Task FolderAsync(DirectoryInfo folder, string output, string prefix, CancellationToken cancellationToken)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var name = prefix + Named(entry.Name);
            if (entry.LinkTarget is not null)
            {
                LeaveOut(name, "a link");
            }
            else if (entry is DirectoryInfo inner)
            {
                await FolderAsync(inner, output, $"{name}/", cancellationToken);
            }
            else
            {
                var target = Path.Combine(output, Unique(name));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                await using var source = File.OpenRead(entry.FullName);
                await TextAsync(name, source, () => File.Create(target), cancellationToken);
            }
        }
    }

    private async Task FileAsync(string input, string output, CancellationToken cancellationToken)
    {
        await using var source = File.OpenRead(input);
        var head = new byte[4];
        var read = await source.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        source.Position = 0;
        if (head.AsSpan(0, read).SequenceEqual("PK\u0003\u0004"u8) || head.AsSpan(0, read).SequenceEqual("PK\u0005\u0006"u8))
        {
            await ZipAsync(source, output, cancellationToken);
            return;
        }

        await TextAsync(Named(Path.GetFileName(input)), source, () => File.Create(output), cancellationToken);
    }

    private async Task ZipAsync(Stream source, string output, CancellationToken cancellationToken)
    {
        try
        {
            await using var zip = new ZipArchive(source, ZipArchiveMode.Read);
            if (zip.Entries.Count > _limits.Files)
            {
                throw new RedactionException($"The zip holds {zip.Entries.Count} files; {_limits.Files} is the most.");
            }

            await using var target = new ZipArchive(File.Create(output), ZipArchiveMode.Create);
            foreach (var entry in zip.Entries)
            {
                await EntryAsync(entry, target, cancellationToken);
            }
        }
        catch (InvalidDataException ex)
        {
            throw new RedactionException($"The zip is damaged: {ex.Message}");
        }
    }

    private async Task EntryAsync(ZipArchiveEntry entry, ZipArchive target, CancellationToken cancellationToken)
    {
        var path = entry.FullName.Replace('\\', '/');
        var parts = path.Split('/');
        if (path.StartsWith('/') || parts.Any(part => part is ".." or ".") || path.Contains(':') || path.Any(char.IsControl))
        {
            throw new RedactionException("The zip has a file whose name points outside of it. Such a zip is not opened.");
        }

        if (path.EndsWith('/'))
        {
            return;
        }

        var name = string.Join('/', parts.Select(Named));

        // The upper half of the attributes is the Unix mode; 0xA000 is a link.
        if ((entry.ExternalAttributes >> 16 & 0xF000) == 0xA000)
        {
            LeaveOut(name, "a link");
            return;
        }

        await using var source = await entry.OpenAsync(cancellationToken);
        await TextAsync(name, source, () => target.CreateEntry(Unique(name)).Open(), cancellationToken);
    }

    /// <summary>Names of files tell names of people and hosts as well as logs do.</summary>
    private string Named(string name) => new Redactor(pseudonyms).Redact(name).Replace('/', '_');

    private string Unique(string name) => _names.Add(name) ? name : throw new RedactionException($"Two files are named '{name}'.");

    private void LeaveOut(string name, string why) => _files.Add(new RedactedFile(name, new RedactionCounts(), why));

    private async Task TextAsync(string name, Stream source, Func<Stream> open, CancellationToken cancellationToken)
    {
        var piece = new byte[PieceSize];
        var length = await source.ReadAtLeastAsync(piece.AsMemory(0, ProbeSize), ProbeSize, throwOnEndOfStream: false, cancellationToken);
        if (!TextProbe.IsText(piece.AsSpan(0, length), out var encoding))
        {
            LeaveOut(name, "not text");
            return;
        }

        var redactor = new Redactor(pseudonyms);
        var output = new ArrayBufferWriter<byte>(PieceSize * 2);
        var decoder = encoding?.GetDecoder();
        var characters = decoder is null ? [] : new char[PieceSize];
        await using (var target = open())
        {
            while (length > 0)
            {
                Count(length);
                Append(length, flush: false);
                await target.WriteAsync(output.WrittenMemory, cancellationToken);
                output.ResetWrittenCount();
                length = await source.ReadAsync(piece, cancellationToken);
            }

            Append(0, flush: true);
            redactor.Complete(output);
            await target.WriteAsync(output.WrittenMemory, cancellationToken);
        }

        _files.Add(new RedactedFile(name, redactor.Counts, null));

        void Append(int read, bool flush)
        {
            if (decoder is null)
            {
                redactor.Append(piece.AsSpan(0, read), output);
                return;
            }

            var count = decoder.GetChars(piece.AsSpan(0, read), characters, flush);
            redactor.Append(Encoding.UTF8.GetBytes(characters, 0, count), output);
        }
    }

    private void Count(int length)
    {
        // Counted as read, not as declared: a zip can lie about the sizes of its files.
        _read += length;
        if (_read > _limits.Bytes)
        {
            throw new RedactionException($"The input is larger than {_limits.Bytes} bytes unpacked.");
        }
    }
}

/// <summary>How much is read before the input is taken for an attack or a mistake.</summary>
internal sealed record FileRedactionLimits(int Files = 10_000, long Bytes = 4L * 1024 * 1024 * 1024);

/// <summary>Tells text from other files by their beginning.</summary>
internal static class TextProbe
{
    /// <param name="encoding">What the text is written in where that is not ASCII or UTF-8: the shell of Windows writes UTF-16.</param>
    public static bool IsText(ReadOnlySpan<byte> head, out Encoding? encoding)
    {
        encoding = head is [0xff, 0xfe, ..] ? Encoding.Unicode
            : head is [0xfe, 0xff, ..] ? Encoding.BigEndianUnicode
            : null;
        if (encoding is not null)
        {
            return true;
        }

        var control = 0;
        foreach (var c in head)
        {
            if (c == 0)
            {
                return false;
            }

            control += c < ' ' && c is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or 0x1b) ? 1 : 0;
        }

        return control <= head.Length / 20 && !head.StartsWith("%PDF-"u8);
    }
}
