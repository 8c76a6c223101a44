using System.Text;
using CallsBot.Cli;

namespace CallsBot.Setup;

/// <summary>Reads an access token out of a file that only its owner may read.</summary>
internal static class TokenFile
{
    // Mattermost's own tokens have 26 characters; what a single sign-on hands out may be longer.
    private const int MaxLength = 4096;

    /// <exception cref="SetupException">There is no such file, everybody may read it, or it holds something else.</exception>
    public static string Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

            // Asked of what was opened: the path may be a link, or a pipe that a shell made.
            if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(stream.SafeFileHandle).HasFlag(UnixFileMode.OtherRead))
            {
                throw Fault($"{path}: everybody on this machine may read this token. Run: chmod 600 {path}");
            }

            var token = ReadStart(stream).Trim();
            if (token.Length == 0)
            {
                throw Fault($"{path}: the file is empty. It is to hold the access token of a system administrator and nothing else.");
            }

            if (!IsToken(token))
            {
                throw Fault($"{path}: the file holds more than a token. It is to hold the access token of a system administrator and nothing else.");
            }

            return token;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            throw Fault($"{path}: cannot be read: {ex.Message}", ex);
        }
    }

    /// <summary>Whether the text can be sent as a token at all.</summary>
    public static bool IsToken(string text) => text.Length is > 0 and <= MaxLength && text.All(c => c is > ' ' and <= '~');

    private static string ReadStart(FileStream stream)
    {
        var buffer = new byte[MaxLength + 3];
        var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return Encoding.UTF8.GetString(buffer.AsSpan(0, length));
    }

    private static SetupException Fault(string message, Exception? cause = null) => new(message, ExitCodes.Usage, cause);
}
