namespace CallsBot.Redaction;

/// <summary>Words that stand where a secret could stand and are none.</summary>
internal static class Words
{
    private static readonly HashSet<string> Prose = new(StringComparer.OrdinalIgnoreCase)
    {
        "a", "an", "the", "is", "are", "was", "has", "have", "had", "not", "no", "none", "must", "should", "cannot", "can't", "could", "can", "will",
        "expired", "invalid", "missing", "required", "incorrect", "wrong", "empty", "unknown", "mismatch", "denied", "rejected", "failed", "error",
        "errors", "token", "secret", "password", "key", "keys", "credentials", "authentication", "authorization", "unauthorized", "forbidden",
        "illegal", "malformed", "bad", "unexpected", "unsupported", "revoked", "does", "did", "do", "for", "from", "to", "in", "on", "of", "at", "by",
        "with", "without", "and", "or", "too", "signature", "crypto", "json", "http", "https", "tls", "x509", "x509:", "sql", "context", "dial",
        "lookup", "read", "write", "open", "connection", "server", "client", "user", "session", "request", "response", "timeout", "deadline", "eof",
        "EOF", "unable", "nil", "null", "true", "false", "yes", "host", "hosts", "address", "port", "name", "found", "value", "values", "set", "unset",
        "if", "when", "see", "use", "using", "used", "this", "that", "it", "its", "new", "old", "bearer", "basic", "auth", "method", "format", "length",
        "already", "still", "please", "check", "checks", "and/or", "contains", "type", "types", "field", "fields", "validation", "verification",
        "decoding", "parsing", "parse", "generation", "exchange", "store", "disconnected", "connected", "started", "close", "closed", "credential",
        "keep", "that's",

        // Of the other languages that the bot speaks. Lines are read byte for byte, so that letters beyond ASCII are two.
        "das", "der", "die", "ist", "jeder", "halten", "f\u00c3\u00bcgen", "es", "el", "la", "los", "le", "les", "c", "c'est", "stopped", "accepted", "ok",
    };

    /// <summary>What instructions write where a reader puts their own.</summary>
    private static readonly HashSet<string> Placeholders = new(StringComparer.Ordinal)
    {
        "ID", "KEY", "THE_ID", "THE_KEY", "CLIENT_ID", "AUTH_KEY", "ADMIN_SECRET", "ADMIN_SECRET_KEY", "ID:KEY", "id:key", "CLIENT_ID:AUTH_KEY",
    };

    private static readonly HashSet<string> SecondHalves =
        new(StringComparer.OrdinalIgnoreCase) { "key", "keys", "id", "name", "string", "hash", "value", "url", "fragment", "source" };

    /// <summary>Whether the value is none: empty, a literal, a mask, a reference to a variable.</summary>
    public static bool IsNothing(ReadOnlySpan<char> value) =>
        value is "null" or "nil" or "none" or "None" or "true" or "false" or "True" or "False" or "undefined" or "<nil>" or "~" or "-" or "0"
        || !value.ContainsAnyExcept("*x•.") && value.Length > 1
        || value is ['$', '{', ..] && !value[2..].TrimEnd('}').ContainsAnyExcept(Characters.Word)
        || value is ['{', '{', .., '}', '}']
        || IsPlaceholder(value)
        || value is "[REDACTED]" or "<redacted>" or "REDACTED" or "(hidden)";

    /// <summary>Whether it is a name in capitals that stands for the reader's own.</summary>
    public static bool IsPlaceholder(ReadOnlySpan<char> value) => Placeholders.GetAlternateLookup<ReadOnlySpan<char>>().Contains(value);

    /// <summary>Whether a sentence goes on after the colon: <c>invalid token: expired</c>.</summary>
    public static bool IsProse(ReadOnlySpan<char> value)
    {
        var end = value.IndexOfAny(Characters.WordEnd);
        return IsProseWord(end < 0 ? value : value[..end]);
    }

    public static bool IsProseWord(ReadOnlySpan<char> word) => Prose.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);

    /// <summary>Whether the word before belongs to the key: <c>auth key</c>, <c>user id</c>.</summary>
    public static bool EndsKeyOfTwo(ReadOnlySpan<char> word) => SecondHalves.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);
}
