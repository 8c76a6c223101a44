using System.Runtime.CompilerServices;

namespace CallsBot.Tests.Support;

/// <summary>Where the sources are, for tests about the sources.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static IEnumerable<string> Source(string project) =>
        Directory.EnumerateFiles(Path.Combine(Root, "src", project), "*.cs", SearchOption.AllDirectories);

    private static string Find([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
