using System.Collections.Concurrent;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Mattermost;

/// <summary>Looks accounts up, and remembers each for a minute: good enough to choose the words of a card.</summary>
internal sealed partial class People(MattermostClient mattermost, TimeProvider time, ILogger<People> logger)
{
    private const int MostRemembered = 10_000;
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, (User User, long At)> _known = new(StringComparer.Ordinal);

    /// <summary>What is known of a person; <see cref="Person.Unknown"/> when the server cannot be asked.</summary>
    public async Task<Person> FindAsync(string userId, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(userId, out var known) && time.GetElapsedTime(known.At) < Remembered)
        {
            return Person.From(known.User);
        }

        // Somebody waits for the card.
        return await AskAsync(userId, Patience, ex => LogLookupFailed(userId, ex), cancellationToken);
    }

    /// <summary>What was known of a person, however long ago; else what the server tells within a moment, for a reply that must not wait.</summary>
    public async Task<Person> FindAtOnceAsync(string userId, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(userId, out var known))
        {
            return Person.From(known.User);
        }

        // The work that follows looks them up again, and logs it if that fails as well.
        return await AskAsync(userId, Moment, failed: null, cancellationToken);
    }

    /// <summary>Something about a person has changed: they are looked up again when they are next needed.</summary>
    public void Forget(string userId) => _known.TryRemove(userId, out _);

    private async Task<Person> AskAsync(string userId, TimeSpan patience, Action<Exception>? failed, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return Person.From(await AskAsync(userId, either.Token));
        }
        catch (Exception ex) when (ex is MattermostException || (ex is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            failed?.Invoke(ex);
            return Person.Unknown;
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

    [LoggerMessage(LogLevel.Warning, "Could not look up user {UserId}; treating them as an ordinary user who reads English.")]
    private partial void LogLookupFailed(string userId, Exception exception);
}

/// <param name="IsAdministrator">Whether to show them what administrators see.</param>
/// <param name="Locale">Of their client, such as "de"; empty when it is not known.</param>
internal sealed record Person(bool IsAdministrator, string Locale)
{
    public static readonly Person Unknown = new(IsAdministrator: false, "");

    public static Person From(User user) => new(user.IsSystemAdministrator, user.Locale);
}
