using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>
/// Carries the integration of a button on a post that is not stored, encrypted, through the client
/// (model/integration_action.go, PostActionCookie).
/// </summary>
internal sealed class ActionCookies
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public string Seal(StoredPost post, JsonObject action)
    {
        var content = new JsonObject
        {
            ["post_id"] = post.Id,
            ["root_post_id"] = post.ThreadId,
            ["channel_id"] = post.ChannelId,
            ["action"] = action.DeepClone(),
        };
        var plain = Encoding.UTF8.GetBytes(content.ToText());
        var sealedBytes = new byte[AesGcm.NonceByteSizes.MaxSize + plain.Length + AesGcm.TagByteSizes.MaxSize];
        var (nonce, cipher, tag) = Parts(sealedBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, AesGcm.TagByteSizes.MaxSize);
        aes.Encrypt(nonce, plain, cipher, tag);
        return Convert.ToBase64String(sealedBytes);
    }

    /// <exception cref="RefusedException">The cookie is not one of ours.</exception>
    public JsonObject Open(string cookie)
    {
        try
        {
            var bytes = Convert.FromBase64String(cookie);
            var (nonce, cipher, tag) = Parts(bytes);
            var plain = new byte[cipher.Length];
            using var aes = new AesGcm(_key, AesGcm.TagByteSizes.MaxSize);
            aes.Decrypt(nonce, cipher, tag, plain);
            return JsonNode.Parse(plain)!.AsObject();
        }
        catch (Exception ex) when (ex is FormatException or CryptographicException or ArgumentOutOfRangeException)
        {
            throw new RefusedException(ApiError.ActionFailed($"err={ex.Message}"));
        }
    }

    private static Sealed Parts(Span<byte> bytes) => new(
        bytes[..AesGcm.NonceByteSizes.MaxSize],
        bytes[AesGcm.NonceByteSizes.MaxSize..^AesGcm.TagByteSizes.MaxSize],
        bytes[^AesGcm.TagByteSizes.MaxSize..]);

    private readonly ref struct Sealed(Span<byte> nonce, Span<byte> cipher, Span<byte> tag)
    {
        private readonly Span<byte> _nonce = nonce;
        private readonly Span<byte> _cipher = cipher;
        private readonly Span<byte> _tag = tag;

        public void Deconstruct(out Span<byte> nonce, out Span<byte> cipher, out Span<byte> tag)
        {
            nonce = _nonce;
            cipher = _cipher;
            tag = _tag;
        }
    }
}
