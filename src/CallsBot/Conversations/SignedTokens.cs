using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace CallsBot.Conversations;

/// <summary>What a token of ours stands for: one thing that one person may do, at one point of one session.</summary>
/// <param name="Purpose">What the token is for; one made for another purpose is not accepted.</param>
/// <param name="SessionId">The session.</param>
/// <param name="Position">How many steps the session had when the token was made.</param>
/// <param name="UserId">The one person who may use it.</param>
/// <param name="Nonce">Makes the token work once; empty where the position does that already.</param>
internal sealed record SignedToken(string Purpose, string SessionId, int Position, string UserId, string Nonce)
{
    public const string Card = "card";
    public const string CollectDialog = "collect";
    public const string AdministratorDialog = "administrator";

    /// <summary>For the buttons of a ticket and its preview; the session names the ticket, the nonce the bundle.</summary>
    public const string Ticket = "ticket";

    /// <summary>The session names the ticket.</summary>
    public const string TicketDialog = "ticket-dialog";

    /// <summary>For the buttons of a diagnosis; the session is empty, the nonce names the run.</summary>
    public const string Diagnosis = "diagnosis";
}

internal enum TokenState
{
    Valid,

    /// <summary>Ours, and too old.</summary>
    Expired,

    /// <summary>Not made by us, changed, or made for something else.</summary>
    Forged,
}

/// <summary>
/// Makes and reads the tokens that buttons and dialogs carry. Mattermost does not sign what it posts to integrations,
/// so the token is what tells a real press from an invented one.
/// </summary>
/// <remarks>
/// <c>v1.KEY.PAYLOAD.MAC</c>: the key's id, the fields, and HMAC-SHA256-128 over everything before the last dot. A key is
/// found by its id, so keys can be changed one at a time.
/// </remarks>
internal sealed class SignedTokens
{
    private const string Version = "v1";
    private const int MaximumLength = 512;

    // Half of the hash, which RFC 2104 section 5 allows: every button carries one, and old servers allow 8,000 characters a card.
    private const int MacLength = 16;

    private readonly TimeProvider _time;
    private readonly TimeSpan _lifetime;
    private readonly (string Id, byte[] Key)[] _keys;

    public SignedTokens(IOptions<ConversationOptions> options, TimeProvider time)
    {
        _time = time;
        _lifetime = options.Value.SessionLifetime;
        _keys = [.. options.Value.SigningKeys.Select(Convert.FromBase64String).Select(key => (IdOf(key), key))];
    }

    /// <summary>A nonce for a token that works once.</summary>
    public static string NewNonce() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(12));

    public string Issue(SignedToken token)
    {
        var (id, key) = _keys[0];
        var expires = (_time.GetUtcNow() + _lifetime).ToUnixTimeSeconds();
        var payload = string.Create(
            CultureInfo.InvariantCulture,
            $"{token.Purpose}|{token.SessionId}|{token.Position}|{token.UserId}|{token.Nonce}|{expires}");
        var signed = $"{Version}.{id}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}";
        return $"{signed}.{Mac(key, signed)}";
    }

    /// <summary>Never throws, whatever the text. <paramref name="token"/> is null only for <see cref="TokenState.Forged"/>.</summary>
    public TokenState Read(string? text, string purpose, out SignedToken? token)
    {
        token = null;
        if (text is null || text.Length > MaximumLength || text.LastIndexOf('.') is not (> 0 and var dot))
        {
            return TokenState.Forged;
        }

        var signed = text[..dot];
        if (signed.Split('.') is not [Version, var id, var encoded]
            || Array.Find(_keys, known => known.Id == id).Key is not { } key
            || !CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(text[(dot + 1)..]), Encoding.UTF8.GetBytes(Mac(key, signed))))
        {
            return TokenState.Forged;
        }

        // From here on the text is one that we wrote.
        var fields = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(encoded)).Split('|');
        if (fields is not [var madeFor, var session, var position, var user, var nonce, var expires] || madeFor != purpose)
        {
            return TokenState.Forged;
        }

        token = new SignedToken(madeFor, session, int.Parse(position, CultureInfo.InvariantCulture), user, nonce);
        var end = DateTimeOffset.FromUnixTimeSeconds(long.Parse(expires, CultureInfo.InvariantCulture));
        return _time.GetUtcNow() < end ? TokenState.Valid : TokenState.Expired;
    }

    private static string IdOf(byte[] key) => Convert.ToHexStringLower(SHA256.HashData(key).AsSpan(0, 4));

    private static string Mac(byte[] key, string signed) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed)).AsSpan(0, MacLength));
}
