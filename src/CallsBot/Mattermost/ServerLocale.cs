using CallsBot.Protocols.Mattermost;

namespace CallsBot.Mattermost;

/// <summary>The language that the server gives a new account: what a channel is taken to read.</summary>
internal sealed partial class ServerLocale(MattermostClient mattermost, TimeProvider time, ILogger<ServerLocale> logger)
{
    private const string Setting = "DefaultClientLocale";
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private Answer? _last;

    /// <summary>As in the setting, such as "de". Empty while the server has never told; the last one when it does not answer.</summary>
    public async Task<string> FindAsync(CancellationToken cancellationToken)
    {
        var last = Volatile.Read(ref _last);
        if (last is not null && time.GetElapsedTime(last.At) < Remembered)
        {
            return last.Locale;
        }

        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var locale = (await mattermost.Api.GetClientConfigAsync(either.Token)).GetValueOrDefault(Setting, "");
            Volatile.Write(ref _last, new Answer(locale, time.GetTimestamp()));
            return locale;
        }
        catch (Exception ex) when (ex is MattermostException || (ex is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogNotTold(ex);
            return last?.Locale ?? "";
        }
    }

    [LoggerMessage(LogLevel.Warning, "The server did not tell its DefaultClientLocale; speaking the last one known, or English.")]
    private partial void LogNotTold(Exception exception);

    private sealed record Answer(string Locale, long At);
}
