using System.IO.Enumeration;
using CallsBot.Analysis;

namespace CallsBot.Cli;

/// <summary>Finds the files that the arguments of <c>callsbot analyse</c> name.</summary>
internal static class EvidenceFiles
{
    private const string StandardInput = "-";

    /// <summary>As many more files than are read are looked for, so that the report can say how many were left out.</summary>
    private const int MostFiles = 100_000;

    /// <summary>
    /// Folders are searched with all folders in them; links to folders are not followed, so that it ends. The files are named
    /// as the arguments name them.
    /// </summary>
    /// <returns>What is wrong with the arguments, as sentences; null when nothing is.</returns>
    public static string? Find(IReadOnlyList<string> arguments, out IReadOnlyList<EvidenceSource> sources)
    {
        var found = new List<EvidenceSource>();
        sources = found;
        foreach (var argument in arguments.Distinct(StringComparer.Ordinal))
        {
            if (argument == StandardInput)
            {
                found.Add(new EvidenceSource("standard input", _ => Task.FromResult(Console.OpenStandardInput())));
            }
            else if (Directory.Exists(argument))
            {
                found.AddRange(FilesIn(argument).Take(MostFiles));
            }
            else if (File.Exists(argument))
            {
                found.Add(new EvidenceSource(argument, _ => Task.FromResult<Stream>(Open(argument))));
            }
            else
            {
                return $"There is no file or folder '{FindingText.Clean(argument, 300)}'.";
            }
        }

        return found.Count > 0 ? null : "There is no file in the folder.";
    }

    private static IEnumerable<EvidenceSource> FilesIn(string folder)
    {
        var paths = new FileSystemEnumerable<string>(
            folder,
            (ref FileSystemEntry entry) => entry.ToSpecifiedFullPath(),
            new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = 0 })
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
        return paths
            .Order(StringComparer.Ordinal)
            .Select(path => new EvidenceSource(path, _ => Task.FromResult(OpenFound(path))));
    }

    /// <summary>A pipe or a device is empty by its length; to open one that nobody asked for could wait for ever.</summary>
    private static Stream OpenFound(string path)
    {
        var file = new FileInfo(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);
        return file.Length == 0 ? Stream.Null : Open(file.FullName);
    }

    private static FileStream Open(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
        Options = FileOptions.SequentialScan,
    });
}
