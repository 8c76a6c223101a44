using System.Net;
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
internal sealed record HttpReply<T>(IPAddress? Address, string Seen)
    where T : class
{
    /// <summary>Null when there is a value.</summary>
    public HttpFailure? Failure { get; init; }

    /// <summary>Null when there is a failure.</summary>
    public T? Value { get; init; }

    public int? Status { get; init; }

    /// <summary>The first characters of the body, made safe to show; null when there was no answer, or a secret one.</summary>
    public string? BodyStart { get; init; }

    public CertificateSeen? Certificate { get; init; }

    public TimeSpan Duration { get; init; }
}
