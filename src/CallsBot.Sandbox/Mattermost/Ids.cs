using System.Security.Cryptography;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>Ids and tokens as the server makes them: 26 characters of z-base-32 (model/utils.go, NewId).</summary>
internal static class Ids
{
    public const int Length = 26;

    private const string Alphabet = "ybndrfg8ejkmcpqxot1uwisza345h769";

    public static string New() => RandomNumberGenerator.GetString(Alphabet, Length);

    public static bool IsValid(string id) => id.Length == Length && id.All(char.IsAsciiLetterOrDigit);
}
