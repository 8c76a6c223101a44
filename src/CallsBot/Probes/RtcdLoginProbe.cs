using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CallsBot.Protocols.Rtcd;
using Microsoft.Extensions.Options;

namespace CallsBot.Probes;

/// <summary>What RTCD makes of a client's name and key.</summary>
internal enum RtcdLoginResult
{
    Accepted,
    WrongKey,
    UnknownClient,

    /// <summary>Refused, and RTCD does not say whether for the name or for the key.</summary>
    Refused,

    /// <summary>RTCD is older than v0.8.0: only its WebSocket can tell.</summary>
    CannotTell,

    /// <summary>Something other than RTCD answered, such as a proxy that wants a login of its own.</summary>
    AnsweredByAnother,

    /// <summary>No answer, or none in time.</summary>
    NoAnswer,
}

/// <summary>
/// Finds out whether an RTCD takes a client's name and key, at no cost: with a question for the sessions of a call that
/// there is not.
/// </summary>
/// <remarks>
/// That question exists since v1.0.0 and does not tell an unknown client from a wrong key; logging in does, since v0.8.0.
/// A login that succeeds ends the client's earlier bearer token, so it is tried only where the question is refused or does
/// not exist; the Calls plugin holds no such token.
/// </remarks>
internal sealed class RtcdLoginProbe(CheckedHttp http, IOptions<RtcdOptions> options)
{
    /// <summary>Go's http.NotFound: there is no such path.</summary>
    private const string NoSuchPath = "404 page not found";

    /// <summary>Throws <see cref="OperationCanceledException"/> when <paramref name="cancellationToken"/> is cancelled, and nothing else.</summary>
    public async Task<RtcdLoginReply> AskAsync(
        ProbeTarget target, CheckedAddress address, RtcdCredentials credentials, CancellationToken cancellationToken)
    {
        var reply = await SendAsync(
            target,
            address,
            (api, token) => api.GetSessionsAsync(RandomNumberGenerator.GetHexString(26, lowercase: true), credentials.ToBasic(), token),
            cancellationToken);
        var text = reply.Body.Trim();
        return (reply.Status, reply.Failure) switch
        {
            (null, _) => new RtcdLoginReply(reply, RtcdLoginResult.NoAnswer),
            (404, null) when RtcdSessionsProbe.SaysNoSession(text) =>
                new RtcdLoginReply(reply with { Seen = "the credentials are accepted" }, RtcdLoginResult.Accepted),
            (401, null) when text == "unauthorized" => await LogInAsync(target, address, credentials, isRefused: true, cancellationToken),
            (404, null) when text == NoSuchPath => await LogInAsync(target, address, credentials, isRefused: false, cancellationToken),
            _ => new RtcdLoginReply(reply, RtcdLoginResult.AnsweredByAnother),
        };
    }

    /// <param name="target">Who is asked.</param>
    /// <param name="address">Where.</param>
    /// <param name="credentials">What is asked about.</param>
    /// <param name="isRefused">The credentials are known to be refused; what is left to find out is why.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    private async Task<RtcdLoginReply> LogInAsync(
        ProbeTarget target,
        CheckedAddress address,
        RtcdCredentials credentials,
        bool isRefused,
        CancellationToken cancellationToken)
    {
        var login = JsonSerializer.Serialize(new RtcdLogin(credentials.ClientId, credentials.AuthKey), RtcdJson.Default.RtcdLogin);
        var reply = await SendAsync(
            target,
            address,
            async (api, token) =>
            {
                using var content = new StringContent(login, Encoding.UTF8, "application/json");
                return await api.LogInAsync(content, token);
            },
            cancellationToken);
        RtcdLoginReply Say(RtcdLoginResult result, string seen) => new(reply with { Seen = seen }, result);
        if (reply is { Status: 200, Failure: null } && !isRefused)
        {
            // The body is the token; it is dropped here.
            return new RtcdLoginReply(
                reply with { Seen = "the credentials are accepted", Body = "", BodyStart = null }, RtcdLoginResult.Accepted);
        }

        if (reply is { Status: 400, Failure: null } && RefusalIn(reply.Body) is { } refusal)
        {
            // Not by equality: what follows "authentication failed" differs (rtcd, service/auth.go, loginClient).
            return refusal.EndsWith("not found", StringComparison.Ordinal)
                ? Say(RtcdLoginResult.UnknownClient, "RTCD knows no client of this name")
                : refusal.EndsWith("authentication failed", StringComparison.Ordinal)
                    ? Say(RtcdLoginResult.WrongKey, "RTCD knows the client, but the key is another")
                    : Say(isRefused ? RtcdLoginResult.Refused : RtcdLoginResult.NoAnswer, $"RTCD answers: {SafeText.From(refusal)}");
        }

        if (isRefused)
        {
            return Say(RtcdLoginResult.Refused, "RTCD refuses the credentials, and does not say whether for the name or for the key");
        }

        return reply.Status is null ? new RtcdLoginReply(reply, RtcdLoginResult.NoAnswer)
            : reply is { Status: 404, Failure: null } && reply.Body.Trim() == NoSuchPath
                ? Say(RtcdLoginResult.CannotTell, "RTCD has neither of the questions that would tell")
                : new RtcdLoginReply(reply with { Body = "", BodyStart = null }, RtcdLoginResult.AnsweredByAnother);
    }

    private static string? RefusalIn(string body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, RtcdJson.Default.RtcdRefusal)?.Error;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Task<HttpReply> SendAsync(
        ProbeTarget target,
        CheckedAddress address,
        Func<IRtcdApi, CancellationToken, Task<HttpResponseMessage>> ask,
        CancellationToken cancellationToken) =>
        http.SendAsync(
            target,
            address,
            (client, token) => ask(RtcdApi.Create(client), token),
            options.Value.ConnectTimeout,
            options.Value.ResponseTimeout,
            cancellationToken);
}

/// <param name="Reply">The answer that decided.</param>
/// <param name="Result">What it says.</param>
internal sealed record RtcdLoginReply(HttpReply Reply, RtcdLoginResult Result);
