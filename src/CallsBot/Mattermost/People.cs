using System.Collections.Concurrent;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Mattermost;

/// <summary>Looks accounts up, and remembers each for a minute: good enough to choose the words of a card.</summary>
internal sealed partial class People(MattermostClient mattermost, TimeProvider time, ILogger<People> logger)
{
    private const int MostRemembered = 10_000;
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, (User User, long At)> _known = new(StringComparer.Ordinal);

    /// <summary>Whether to show a person what administrators see. False when the server cannot be asked.</summary>
    public async Task<bool> IsAdministratorAsync(string userId, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(userId, out var known) && time.GetElapsedTime(known.At) < Remembered)
        {
            return known.User.IsSystemAdministrator;
        }

        // Somebody waits for the card.
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return (await AskAsync(userId, either.Token)).IsSystemAdministrator;
        }
        catch (Exception ex) when (ex is MattermostException || (ex is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogLookupFailed(userId, ex);
            return false;
        }
    }

    private async Task<User> AskAsync(string userId, CancellationToken cancellationToken)
    {
        var user = await mattermost.Api.GetUserAsync(userId, cancellationToken);
        if (_known.Count >= MostRemembered)
        {
            _known.Clear();
        }

        _known[userId] = (user, time.GetTimestamp());
        return user;
    }

    [LoggerMessage(LogLevel.Warning, "Could not look up user {UserId}; treating them as an ordinary user.")]
    private partial void LogLookupFailed(string userId, Exception exception);
}
