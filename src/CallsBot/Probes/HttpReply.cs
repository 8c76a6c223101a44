using System.Net;
using System.Security.Authentication;
using RestEase;

namespace CallsBot.Probes;

/// <summary>One request, and how its answer is read.</summary>
/// <param name="SendAsync">Sends it, once, with a client whose base address is the target's.</param>
/// <param name="Expected">What the answer holds, such as "a version".</param>
/// <param name="Describe">What an answer says, as the end of a sentence that names the address. Safe to show.</param>
/// <param name="ConnectTimeout">For the connection.</param>
/// <param name="ResponseTimeout">From the connection to the last byte of the answer, TLS handshake included.</param>
internal sealed record HttpQuestion<T>(
    Func<HttpClient, CancellationToken, Task<Response<T>>> SendAsync,
    string Expected,
    Func<T, string> Describe,
    TimeSpan ConnectTimeout,
    TimeSpan ResponseTimeout)
    where T : class
{
    /// <summary>The body of a good answer is kept out of the reply.</summary>
    public bool AnswerIsSecret { get; init; }
}

/// <summary>
/// What keeps an answer from being had, in the order of how far the question got: of several failures the last in this
/// order says most.
/// </summary>
internal enum HttpFailure
{
    NameNotFound,
    AddressRefused,
    Unreachable,
    ConnectTimeout,
    ConnectionRefused,
    ConnectionReset,
    ResponseTimeout,
    TlsFailed,
    TlsOnPlainPort,
    PlainOnTlsPort,
    CertificateUntrusted,
    CertificateNameMismatch,
    CertificateExpired,
    Redirected,
    HtmlResponse,
    HttpStatus,
    ResponseTooLarge,
    NotJson,
    UnexpectedJson,
}

/// <summary>What became of one request to one address.</summary>
/// <param name="Address">Null when the name did not resolve.</param>
/// <param name="Seen">What was seen, as the end of a sentence that names the address.</param>
internal record HttpReply(IPAddress? Address, string Seen)
{
    /// <summary>Null when the answer is of use.</summary>
    public HttpFailure? Failure { get; init; }

    /// <summary>Null when there was no HTTP answer.</summary>
    public int? Status { get; init; }

    /// <summary>The body as it came, up to the limit; empty when there was no answer, or a secret one. Not safe to show.</summary>
    public string Body { get; init; } = "";

    /// <summary>The first characters of the body, made safe to show; null when there was no answer, or a secret one.</summary>
    public string? BodyStart { get; init; }

    /// <summary>The body was longer than what was read.</summary>
    public bool IsCut { get; init; }

    public string? MediaType { get; init; }

    public CertificateSeen? Certificate { get; init; }

    /// <summary>What was agreed on; null when no TLS handshake came to its end.</summary>
    public TlsSeen? Tls { get; init; }

    public ClockSeen? Clock { get; init; }

    /// <summary>How long the TCP connection took; null when there was none.</summary>
    public TimeSpan? ConnectDuration { get; init; }

    public TimeSpan Duration { get; init; }

    /// <summary>Names the body's length only: it can hold a token.</summary>
    public override string ToString() => $"{Address}: {Failure?.ToString() ?? "answered"}, {Status}, {Body.Length} characters";
}

/// <summary>What became of one request to one address, when the answer was to be of a kind.</summary>
internal sealed record HttpReply<T> : HttpReply
    where T : class
{
    public HttpReply(HttpReply reply, T? value)
        : base(reply)
    {
        Value = value;
    }

    /// <summary>Null when there is a failure.</summary>
    public T? Value { get; init; }

    public override string ToString() => base.ToString();
}

/// <param name="Protocol">Such as TLS 1.3.</param>
/// <param name="CipherSuite">By its IANA name.</param>
internal sealed record TlsSeen(SslProtocols Protocol, string CipherSuite)
{
    public override string ToString() => $"{ProtocolName}, {CipherSuite}";

    private string ProtocolName => Protocol switch
    {
        SslProtocols.Tls12 => "TLS 1.2",
        SslProtocols.Tls13 => "TLS 1.3",
        var other => other.ToString(),
    };
}

/// <summary>The peer's clock, read from an answer's Date header, and ours around it.</summary>
/// <param name="Theirs">In whole seconds, cut off (RFC 9110 §6.6.1).</param>
/// <param name="Asked">Ours when the question was sent.</param>
/// <param name="Answered">Ours when the answer had come.</param>
internal sealed record ClockSeen(DateTimeOffset Theirs, DateTimeOffset Asked, DateTimeOffset Answered)
{
    /// <summary>
    /// By how much their clock is ahead of ours at least; negative when it is behind; zero when the two may agree.
    /// They read their clock between <see cref="Asked"/> and <see cref="Answered"/>, and dropped less than a second.
    /// </summary>
    public TimeSpan Ahead =>
        Theirs > Answered ? Theirs - Answered
        : Theirs + TimeSpan.FromSeconds(1) < Asked ? Theirs + TimeSpan.FromSeconds(1) - Asked
        : TimeSpan.Zero;
}
