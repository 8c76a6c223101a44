namespace CallsBot.Redaction;

/// <summary>What kind of thing was replaced. The names are printed in reports and stand in pseudonyms: they are kebab-case and stable.</summary>
internal enum RedactionClass
{
    Token,
    Password,
    Key,
    Authorization,
    Jwt,
    Cookie,
    Pem,
    UserInfo,
    ConnectionString,
    CloudKey,
    Turn,
    Ice,
    Fingerprint,
    Srtp,
    Webhook,
    Licence,
    Phone,
    Email,
    User,
    Host,
    Address,
    Mac,

    /// <summary>A line that was cut or left out because it could not be redacted.</summary>
    Line,
}

internal static class RedactionClasses
{
    private static readonly string[] Names =
    [
        "token", "password", "key", "authorization", "jwt", "cookie", "pem", "userinfo", "connection-string", "cloud-key", "turn",
        "ice", "fingerprint", "srtp", "webhook", "licence", "phone", "email", "user", "host", "address", "mac", "line",
    ];

    public static int Count => Names.Length;

    public static string Name(this RedactionClass kind) => Names[(int)kind];
}
