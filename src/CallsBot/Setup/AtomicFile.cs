using System.Security.Cryptography;
using CallsBot.Cli;

namespace CallsBot.Setup;

/// <summary>Replaces files so that whoever reads one finds the whole old or the whole new content.</summary>
internal static class AtomicFile
{
    /// <summary>What a path stands for: the end of its links, or itself.</summary>
    public static string TargetOf(string path) => new FileInfo(path) is { LinkTarget: not null } link
        ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName
        : Path.GetFullPath(path);

    /// <param name="path">The file; a link is followed, and stays.</param>
    /// <param name="content">All of it.</param>
    /// <param name="mode">For a new file, from its first byte on; a file that is there keeps its own, unless <paramref name="force"/>.</param>
    /// <param name="force">Gives a file that is there the mode too.</param>
    /// <exception cref="SetupException">It cannot be written.</exception>
    public static void Write(string path, byte[] content, UnixFileMode mode, bool force)
    {
        string? temporary = null;
        try
        {
            var target = TargetOf(path);
            if (!OperatingSystem.IsWindows() && !force && File.Exists(target))
            {
                mode = File.GetUnixFileMode(target);
            }

            // Names that begin with a dot are not read as settings.
            temporary = Path.Combine(
                Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{RandomNumberGenerator.GetHexString(8)}");
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = mode;
            }

            using (var stream = new FileStream(temporary, options))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
            temporary = null;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"{path}: cannot be written: {ex.Message}", ExitCodes.Usage, ex);
        }
        finally
        {
            if (temporary is not null)
            {
                File.Delete(temporary);
            }
        }
    }
}
