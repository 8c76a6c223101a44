using System.Globalization;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>Refuses requests on demand, as the server does past its limits (app/ratelimit.go). Thread-safe.</summary>
internal sealed class RateLimit
{
    private readonly Lock _gate = new();
    private int _left;
    private TimeSpan _retryAfter;

    public void Next(int count, TimeSpan retryAfter)
    {
        lock (_gate)
        {
            _left = count;
            _retryAfter = retryAfter;
        }
    }

    /// <returns>True when the request was refused.</returns>
    public async Task<bool> RefusesAsync(HttpContext http)
    {
        TimeSpan retryAfter;
        lock (_gate)
        {
            if (_left == 0)
            {
                return false;
            }

            _left--;
            retryAfter = _retryAfter;
        }

        var seconds = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        http.Response.Headers["X-RateLimit-Limit"] = "101";
        http.Response.Headers["X-RateLimit-Remaining"] = "0";
        http.Response.Headers["X-RateLimit-Reset"] = seconds;
        http.Response.Headers.RetryAfter = seconds;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync("limit exceeded\n", http.RequestAborted);
        return true;
    }
}
