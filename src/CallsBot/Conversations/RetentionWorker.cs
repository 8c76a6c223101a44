using System.Data.Common;
using CallsBot.Tickets;
using Microsoft.Extensions.Options;

namespace CallsBot.Conversations;

/// <summary>Deletes what has outlived its use, at the start and every hour.</summary>
internal sealed partial class RetentionWorker(
    SessionStore sessions, InboxStore inbox, TicketStore tickets, EvidenceStore evidence, IOptions<ConversationOptions> options, TimeProvider time, ILogger<RetentionWorker> logger)
    : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    // A message is looked at again only after an interruption. Nobody waits a week for an answer.
    private static readonly TimeSpan ReceivedPostsAreKept = TimeSpan.FromDays(7);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            try
            {
                var now = time.GetUtcNow();
                var expired = await sessions.DeleteBeforeAsync(now - options.Value.SessionLifetime, stoppingToken);
                await tickets.DeleteBeforeAsync(now - options.Value.SessionLifetime, stoppingToken);
                await evidence.DeleteBeforeAsync(now - options.Value.SessionLifetime, stoppingToken);
                await inbox.DeleteBeforeAsync(now - ReceivedPostsAreKept, stoppingToken);
                LogDeleted(expired);
            }
            catch (DbException ex)
            {
                LogFailed(ex);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
        while (await NextAsync(timer, stoppingToken));
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Debug, "Deleted {Count} expired sessions.")]
    private partial void LogDeleted(int count);

    [LoggerMessage(LogLevel.Error, "Could not delete expired sessions; trying again in an hour.")]
    private partial void LogFailed(Exception exception);
}
