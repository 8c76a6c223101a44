namespace CallsBot.Redaction;

/// <summary>What a key says about its value.</summary>
internal enum KeyKind
{
    None,
    Password,
    Token,
    Key,
    Turn,
    Ice,
    Fingerprint,
    Srtp,
    Webhook,
    ConnectionString,
    Licence,
    Phone,
    Jwt,

    /// <summary>Name and value pairs; the names stay.</summary>
    Cookie,

    /// <summary>A scheme word, which stays, and credentials.</summary>
    Authorization,

    /// <summary>A secret only if the value looks random: <c>key</c>, <c>auth</c>, <c>sig</c>.</summary>
    Perhaps,

    User,
    Host,

    /// <summary>An address whose host is named only if it looks like one: <c>addr</c> stands before prose as well.</summary>
    Endpoint,

    /// <summary>The value is itself the name of a key, whose value follows as <c>value</c>.</summary>
    Name,
    Value,
}

/// <summary>Tells sensitive keys from harmless ones, in any spelling: <c>MM_CALLS_RTCD_AUTH_KEY</c>, <c>authKey</c>, <c>X-Auth-Key</c>.</summary>
internal static class KeyNames
{
    private const int Longest = 96;

    private static readonly Dictionary<string, KeyKind> Whole = new()
    {
        ["authorization"] = KeyKind.Authorization, ["proxyauthorization"] = KeyKind.Authorization, ["xauthorization"] = KeyKind.Authorization,
        ["cookie"] = KeyKind.Cookie, ["setcookie"] = KeyKind.Cookie, ["cookies"] = KeyKind.Cookie,
        ["mmcsrf"] = KeyKind.Token, ["csrf"] = KeyKind.Token, ["bearer"] = KeyKind.Token, ["sessionkey"] = KeyKind.Token,
        ["sessioncookie"] = KeyKind.Token, ["jsessionid"] = KeyKind.Token, ["phpsessid"] = KeyKind.Token, ["aspnetsessionid"] = KeyKind.Token,
        ["connectsid"] = KeyKind.Token, ["pw"] = KeyKind.Password, ["clientkeydata"] = KeyKind.Key, ["secwebsocketkey"] = KeyKind.None, ["otp"] = KeyKind.Password, ["totp"] = KeyKind.Password, ["mfacode"] = KeyKind.Password,
        ["dsn"] = KeyKind.ConnectionString, ["datasource"] = KeyKind.ConnectionString, ["connectionstring"] = KeyKind.ConnectionString,
        ["databaseurl"] = KeyKind.ConnectionString, ["datasourcereplicas"] = KeyKind.ConnectionString,
        ["datasourcesearchreplicas"] = KeyKind.ConnectionString,
        ["webhook"] = KeyKind.Webhook, ["webhookurl"] = KeyKind.Webhook, ["hookurl"] = KeyKind.Webhook, ["slackwebhook"] = KeyKind.Webhook,
        ["ufrag"] = KeyKind.Ice, ["iceufrag"] = KeyKind.Ice, ["icepwd"] = KeyKind.Ice, ["usernamefragment"] = KeyKind.Ice,
        ["icepassword"] = KeyKind.Ice, ["fingerprint"] = KeyKind.Fingerprint, ["fingerprintvalue"] = KeyKind.Fingerprint,
        ["inline"] = KeyKind.Srtp, ["srtpkey"] = KeyKind.Srtp, ["keyparams"] = KeyKind.Srtp, ["masterkey"] = KeyKind.Key,
        ["licenseid"] = KeyKind.Licence, ["licenceid"] = KeyKind.Licence, ["customerid"] = KeyKind.Licence, ["license"] = KeyKind.Perhaps,
        ["phone"] = KeyKind.Phone, ["phonenumber"] = KeyKind.Phone, ["mobile"] = KeyKind.Phone, ["tel"] = KeyKind.Phone,
        ["key"] = KeyKind.Perhaps, ["auth"] = KeyKind.Perhaps, ["sig"] = KeyKind.Perhaps, ["hmac"] = KeyKind.Perhaps, ["nonce"] = KeyKind.Perhaps,
        ["code"] = KeyKind.Perhaps, ["cred"] = KeyKind.Perhaps, ["sid"] = KeyKind.Perhaps, ["apisid"] = KeyKind.Perhaps, ["digest"] = KeyKind.Perhaps, ["response"] = KeyKind.Perhaps,
        ["user"] = KeyKind.User, ["usr"] = KeyKind.User, ["login"] = KeyKind.User, ["loginid"] = KeyKind.User, ["loginname"] = KeyKind.User,
        ["uname"] = KeyKind.User, ["nick"] = KeyKind.User, ["nickname"] = KeyKind.User, ["displayname"] = KeyKind.User,
        ["fullname"] = KeyKind.User, ["firstname"] = KeyKind.User, ["lastname"] = KeyKind.User, ["realname"] = KeyKind.User,
        ["givenname"] = KeyKind.User, ["surname"] = KeyKind.User, ["accountname"] = KeyKind.User, ["author"] = KeyKind.User,
        ["samaccountname"] = KeyKind.User, ["userprincipalname"] = KeyKind.User, ["principal"] = KeyKind.User, ["uid"] = KeyKind.User,
        ["userid"] = KeyKind.User, ["email"] = KeyKind.User, ["sendername"] = KeyKind.User, ["ownername"] = KeyKind.User,
        ["host"] = KeyKind.Host, ["fqdn"] = KeyKind.Host, ["domain"] = KeyKind.Host, ["domainname"] = KeyKind.Host, ["servername"] = KeyKind.Host,
        ["nodename"] = KeyKind.Host, ["machinename"] = KeyKind.Host, ["computername"] = KeyKind.Host, ["realm"] = KeyKind.Host,
        ["server"] = KeyKind.Host, ["stun"] = KeyKind.Host, ["stuns"] = KeyKind.Host, ["turn"] = KeyKind.Host, ["turns"] = KeyKind.Host,
        ["icehostoverride"] = KeyKind.Host, ["sni"] = KeyKind.Host, ["dnsname"] = KeyKind.Host,
        ["addr"] = KeyKind.Endpoint, ["address"] = KeyKind.Endpoint, ["upstream"] = KeyKind.Endpoint, ["remote"] = KeyKind.Endpoint,
        ["peer"] = KeyKind.Endpoint, ["target"] = KeyKind.Endpoint, ["endpoint"] = KeyKind.Endpoint, ["bootstrapservers"] = KeyKind.Endpoint,
        ["name"] = KeyKind.Name, ["value"] = KeyKind.Value,
    };

    /// <summary>Endings that make a setting about a secret out of the secret itself.</summary>
    private static readonly string[] Harmless =
    [
        "length", "minutes", "seconds", "hours", "days", "expiry", "expiration", "expires", "expiresat", "expiresin", "timeout", "ttl", "enabled",
        "enable", "disabled", "required", "count", "size", "limit", "policy", "type", "algorithm", "name", "names", "file", "path", "dir", "format",
        "method", "scheme", "attempts", "retries", "age", "version", "status", "mode", "header", "field", "url", "uri", "endpoint", "error",
        "message", "msg", "minimum", "maximum", "uppercase", "lowercase", "symbol", "number", "hint", "valid", "prefix", "lifetime", "bypass",
        "settings", "options", "config", "service", "provider", "ref", "interval", "reset", "requests", "per", "only", "supported",
    ];

    private static readonly (string Ending, KeyKind Kind)[] Endings =
    [
        ("pwd", KeyKind.Password), ("pass", KeyKind.Password), ("pin", KeyKind.Perhaps),
        ("token", KeyKind.Token), ("tokens", KeyKind.Token), ("jwt", KeyKind.Jwt),
        ("apikey", KeyKind.Key), ("apikeys", KeyKind.Key), ("authkey", KeyKind.Key), ("accesskey", KeyKind.Key), ("accesskeyid", KeyKind.Key),
        ("accountkey", KeyKind.Key), ("privatekey", KeyKind.Key), ("privatekeyid", KeyKind.Key), ("signingkey", KeyKind.Key),
        ("signingkeys", KeyKind.Key), ("encryptionkey", KeyKind.Key), ("encryptkey", KeyKind.Key), ("sharedkey", KeyKind.Key),
        ("sharedaccesssignature", KeyKind.Key), ("adminkey", KeyKind.Key), ("storagekey", KeyKind.Key), ("licensekey", KeyKind.Key),
        ("clientkey", KeyKind.Key), ("splitkey", KeyKind.Key), ("giphykey", KeyKind.Key), ("salt", KeyKind.Key), ("instrumentationkey", KeyKind.Key),
        ("signature", KeyKind.Perhaps), ("key", KeyKind.Perhaps), ("keys", KeyKind.Perhaps), ("sessionid", KeyKind.None),
        ("dsn", KeyKind.ConnectionString), ("connectionstring", KeyKind.ConnectionString), ("databaseurl", KeyKind.ConnectionString),
        ("datasource", KeyKind.ConnectionString), ("webhookurl", KeyKind.Webhook), ("webhook", KeyKind.Webhook), ("ufrag", KeyKind.Ice),
        ("fingerprint", KeyKind.Fingerprint),
        ("username", KeyKind.User), ("user", KeyKind.User), ("emailaddress", KeyKind.User),
        ("hostname", KeyKind.Host), ("host", KeyKind.Host), ("fqdn", KeyKind.Host),
        ("addr", KeyKind.Endpoint), ("address", KeyKind.Endpoint),
    ];

    /// <param name="key">The key as written, without quotes.</param>
    public static KeyKind Classify(ReadOnlySpan<char> key)
    {
        Span<char> buffer = stackalloc char[Longest];
        var length = 0;
        foreach (var c in key.Length > Longest ? key[^Longest..] : key)
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                buffer[length++] = char.ToLowerInvariant(c);
            }
        }

        // An index is no part of the name: SigningKeys__0, servers[1].
        ReadOnlySpan<char> name = buffer[..length].TrimEnd("0123456789");
        var last = LastPart(key);
        return name.Length < 2 ? KeyKind.None : Named(name, last);
    }

    private static KeyKind Named(ReadOnlySpan<char> name, ReadOnlySpan<char> last)
    {
        var whole = Whole.GetAlternateLookup<ReadOnlySpan<char>>();
        if (whole.TryGetValue(name, out var kind) || last.Length > 0 && whole.TryGetValue(last, out kind) && kind != KeyKind.Name)
        {
            return kind;
        }

        foreach (var ending in Harmless)
        {
            if (name.EndsWith(ending, StringComparison.Ordinal) && !name.EndsWith("username", StringComparison.Ordinal)
                && !name.EndsWith("hostname", StringComparison.Ordinal) && !name.EndsWith("webhookurl", StringComparison.Ordinal)
                && !name.EndsWith("databaseurl", StringComparison.Ordinal))
            {
                return KeyKind.None;
            }
        }

        if (name.Contains("passw", StringComparison.Ordinal) || name.Contains("passphrase", StringComparison.Ordinal)
            || name.Contains("kennwort", StringComparison.Ordinal))
        {
            return KeyKind.Password;
        }

        if (name.Contains("secret", StringComparison.Ordinal))
        {
            return name.Contains("turn", StringComparison.Ordinal) || name.Contains("static", StringComparison.Ordinal) ? KeyKind.Turn : KeyKind.Key;
        }

        if (name.Contains("credential", StringComparison.Ordinal))
        {
            return KeyKind.Turn;
        }

        foreach (var (ending, found) in Endings)
        {
            if (name.EndsWith(ending, StringComparison.Ordinal))
            {
                return found;
            }
        }

        return name.Contains("token", StringComparison.Ordinal) ? KeyKind.Perhaps : KeyKind.None;
    }

    /// <summary>The last dotted part in lower-case letters: <c>host</c> of <c>logger.remote.host</c>.</summary>
    private static string LastPart(ReadOnlySpan<char> key)
    {
        var part = key[(key.LastIndexOf('.') + 1)..];
        if (part.Length == key.Length || part.Length is 0 or > 24)
        {
            return "";
        }

        Span<char> buffer = stackalloc char[24];
        var length = 0;
        foreach (var c in part)
        {
            if (char.IsAsciiLetter(c))
            {
                buffer[length++] = char.ToLowerInvariant(c);
            }
        }

        return new string(buffer[..length]);
    }

    public static RedactionClass ClassOf(KeyKind kind) => kind switch
    {
        KeyKind.Password => RedactionClass.Password,
        KeyKind.Token => RedactionClass.Token,
        KeyKind.Turn => RedactionClass.Turn,
        KeyKind.Ice => RedactionClass.Ice,
        KeyKind.Fingerprint => RedactionClass.Fingerprint,
        KeyKind.Srtp => RedactionClass.Srtp,
        KeyKind.Webhook => RedactionClass.Webhook,
        KeyKind.ConnectionString => RedactionClass.ConnectionString,
        KeyKind.Licence => RedactionClass.Licence,
        KeyKind.Phone => RedactionClass.Phone,
        KeyKind.Jwt => RedactionClass.Jwt,
        KeyKind.Cookie => RedactionClass.Cookie,
        KeyKind.Authorization => RedactionClass.Authorization,
        KeyKind.User => RedactionClass.User,
        KeyKind.Host or KeyKind.Endpoint => RedactionClass.Host,
        _ => RedactionClass.Key,
    };

    public static bool IsSecret(KeyKind kind) => kind is not (KeyKind.None or KeyKind.User or KeyKind.Host or KeyKind.Endpoint or KeyKind.Name
        or KeyKind.Value or KeyKind.Perhaps);
}
