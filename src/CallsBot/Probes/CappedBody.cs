namespace CallsBot.Probes;

/// <summary>
/// Reads the body of an answer, up to a limit, and puts what was read in its place. The headers of the body are left out,
/// so that an unknown character set cannot make reading it throw.
/// </summary>
internal sealed class CappedBody(HttpMessageHandler inner, int limit) : DelegatingHandler(inner)
{
    /// <summary>The peer had more to say than the limit.</summary>
    public bool IsCut { get; private set; }

    public string? MediaType { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        try
        {
            MediaType = response.Content.Headers.ContentType?.MediaType;
            using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var body = new byte[limit + 1];
            var length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken);
            IsCut = length > limit;

            var whole = response.Content;
            response.Content = new ByteArrayContent(body, 0, Math.Min(length, limit));
            whole.Dispose();
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
