using System.Runtime.CompilerServices;

namespace CallsBot.Tests.Support;

internal static class Approved
{
    /// <summary>
    /// Compares with <c>Test.Method.approved.txt</c> beside the test. A difference leaves a <c>.received.txt</c> there:
    /// read it, and rename it if it is right.
    /// </summary>
    public static void Match(
        string received, [CallerFilePath] string testFile = "", [CallerMemberName] string testMethod = "")
    {
        var stem = Path.Combine(
            Path.GetDirectoryName(testFile)!, $"{Path.GetFileNameWithoutExtension(testFile)}.{testMethod}");
        var approvedFile = stem + ".approved.txt";
        var receivedFile = stem + ".received.txt";
        var approved = File.Exists(approvedFile) ? File.ReadAllText(approvedFile) : "";

        File.Delete(receivedFile);
        if (Lines(received) != Lines(approved))
        {
            File.WriteAllText(receivedFile, received);
            Lines(received).ShouldBe(Lines(approved), $"see {receivedFile}");
        }
    }

    private static string Lines(string text) => text.ReplaceLineEndings("\n").TrimEnd();
}
