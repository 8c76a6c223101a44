using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace CallsBot.Sandbox;

/// <summary>
/// Who may use an rtcd or a calls-offloader (service/auth.go and service/auth/ in both). Keys are kept as they are: they are
/// public here. Thread-safe.
/// </summary>
internal sealed class RegisteredClients(TimeProvider time)
{
    /// <summary>service/auth/service.go.</summary>
    public const int KeyLength = 32;

    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    // session_cache.expiration_minutes.
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(1440);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _keys = [];
    private readonly Dictionary<string, (string ClientId, DateTimeOffset Expires)> _tokens = [];

    /// <summary><c>allow_self_registration</c>.</summary>
    public bool AllowsSelfRegistration { get; set; }

    /// <summary>Anybody who authenticates is registered by that, as calls-offloader does when it allows self-registration.</summary>
    public bool RegistersOnSight { get; init; }

    /// <summary><c>admin_secret_key</c>; null is <c>enable_admin = false</c>.</summary>
    public string? AdminSecret { get; set; }

    public static string NewKey() => RandomNumberGenerator.GetString(Letters, KeyLength);

    public void Put(string clientId, string key)
    {
        lock (_gate)
        {
            _keys[clientId] = key;
        }
    }

    public void Remove(string clientId)
    {
        lock (_gate)
        {
            _keys.Remove(clientId);
            ForgetTokenOf(clientId);
        }
    }

    /// <param name="header">The request's <c>Authorization</c>.</param>
    /// <param name="clientId">Empty for the administrator.</param>
    /// <param name="error">Why not, in the server's words.</param>
    public bool TryAuthenticate(string header, [NotNullWhen(true)] out string? clientId, [NotNullWhen(false)] out string? error)
    {
        (clientId, error) = header.StartsWith("Bearer ", StringComparison.Ordinal) ? ByToken(header["Bearer ".Length..]) : ByKey(header);
        return clientId is not null;
    }

    /// <returns>Null when the client is registered, else why not.</returns>
    public string? Register(string clientId, string key)
    {
        lock (_gate)
        {
            return (key.Length, clientId) switch
            {
                ( < KeyLength, _) => "registration failed: key not long enough",
                (_, "") => "registration failed: error: empty key",
                _ => _keys.TryAdd(clientId, key) ? null : "registration failed: already registered",
            };
        }
    }

    /// <returns>Null when the client is gone, else why not.</returns>
    public string? Unregister(string clientId)
    {
        lock (_gate)
        {
            ForgetTokenOf(clientId);
            return _keys.Remove(clientId) ? null : "unregister failed: error: not found";
        }
    }

    /// <summary>One token a client: a new one ends the one before it.</summary>
    public bool TryLogin(string clientId, string key, [NotNullWhen(true)] out string? token, [NotNullWhen(false)] out string? error)
    {
        lock (_gate)
        {
            token = null;
            error = (clientId, _keys.GetValueOrDefault(clientId)) switch
            {
                ("", _) => "login failed: authentication failed: error: empty key",
                (_, null) => "login failed: authentication failed: error: not found",
                var (_, known) when !Same(known, key) => "login failed: authentication failed",
                _ => null,
            };
            if (error is not null)
            {
                return false;
            }

            ForgetTokenOf(clientId);
            token = NewKey();
            _tokens[token] = (clientId, time.GetUtcNow() + TokenLifetime);
            return true;
        }
    }

    private (string? ClientId, string? Error) ByToken(string token)
    {
        lock (_gate)
        {
            if (!_tokens.TryGetValue(token, out var session))
            {
                return (null, "authentication failed: token is invalid");
            }

            return time.GetUtcNow() > session.Expires ? (null, "authentication failed: session is expired") : (session.ClientId, null);
        }
    }

    private (string? ClientId, string? Error) ByKey(string header)
    {
        if (!TryReadBasic(header, out var clientId, out var key))
        {
            return (null, "authentication failed: invalid auth header");
        }

        if (AdminSecret is { } secret && Same(secret, key))
        {
            return ("", null);
        }

        lock (_gate)
        {
            if (RegistersOnSight && AllowsSelfRegistration && clientId.Length > 0 && !_keys.ContainsKey(clientId))
            {
                if (key.Length < KeyLength)
                {
                    return (null, "unauthorized");
                }

                _keys[clientId] = key;
            }

            return clientId.Length == 0 ? (null, "authentication failed: unauthorized")
                : _keys.TryGetValue(clientId, out var known) && Same(known, key) ? (clientId, null)
                : (null, "authentication failed");
        }
    }

    // net/http, Request.BasicAuth.
    private static bool TryReadBasic(string header, out string clientId, out string key)
    {
        (clientId, key) = ("", "");
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[2048];
        if (header.Length > bytes.Length || !Convert.TryFromBase64String(header["Basic ".Length..], bytes, out var length))
        {
            return false;
        }

        var pair = Encoding.UTF8.GetString(bytes[..length]);
        var colon = pair.IndexOf(':');
        if (colon < 0)
        {
            return false;
        }

        (clientId, key) = (pair[..colon], pair[(colon + 1)..]);
        return true;
    }

    private static bool Same(string expected, string given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given));

    private void ForgetTokenOf(string clientId)
    {
        foreach (var token in _tokens.Where(pair => pair.Value.ClientId == clientId).Select(pair => pair.Key).ToList())
        {
            _tokens.Remove(token);
        }
    }
}
