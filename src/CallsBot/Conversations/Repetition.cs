using System.Security.Cryptography;
using System.Text;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Conversations;

/// <summary>Names that are the same for a repetition of the same request, so that it is carried out once.</summary>
internal static class Repetition
{
    /// <summary>The same for the same command, however often it is delivered; null when the server gave it no trigger id.</summary>
    public static string? CauseOf(SlashCommandRequest command) => command.TriggerId.Length == 0
        ? null
        : $"command {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(command.TriggerId)).AsSpan(0, 16))}";

    /// <summary>For a post that goes out once for an occasion: the server gives back the post that has this pending id already.</summary>
    public static string PendingId(string botId, string recipientId, string occasion) =>
        $"{botId}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(recipientId + occasion)))[..26]}";
}
