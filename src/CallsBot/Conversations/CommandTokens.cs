using System.Security.Cryptography;
using System.Text;
using CallsBot.Mattermost;
using Microsoft.Extensions.Options;

namespace CallsBot.Conversations;

/// <summary>The slash command's tokens, one for each team that has the command.</summary>
internal sealed class CommandTokens(IOptions<MattermostOptions> options)
{
    // Hashed so that every comparison is between equals in length, and takes the same time.
    private readonly byte[][] _hashes = [.. options.Value.CommandTokens.Select(Hash)];

    /// <summary>Compares with every token, always with all of them.</summary>
    public bool Accept(string token)
    {
        var hash = Hash(token);
        var accepted = false;
        foreach (var known in _hashes)
        {
            accepted |= CryptographicOperations.FixedTimeEquals(known, hash);
        }

        return accepted;
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
