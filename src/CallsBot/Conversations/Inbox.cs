using System.Threading.Channels;
using CallsBot.Mattermost;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Conversations;

/// <summary>
/// Answers direct messages: each once, those of one channel in order, several channels at a time. A message whose
/// answer fails stays unanswered in the store, and is taken up again after a while.
/// </summary>
internal sealed partial class Inbox(
    InboxStore store, Conversation conversation, MattermostClient mattermost, BotAccount bot, TimeProvider time, ILogger<Inbox> logger)
    : IHostedService, IDisposable
{
    private const int Lanes = 16;
    private const int Waiting = 512;

    private static readonly TimeSpan BeforeTryingAgain = TimeSpan.FromSeconds(15);

    private readonly Channel<Letter>[] _lanes =
        [.. Enumerable.Range(0, Lanes).Select(_ => System.Threading.Channels.Channel.CreateBounded<Letter>(Waiting))];

    private readonly CancellationTokenSource _aborting = new();
    private readonly SemaphoreSlim _skipped = new(0);
    private Task _running = Task.CompletedTask;

    // Before the first connection there is a gap: whatever was written before the start.
    private int _gap = 1;
    private int _closed;

    /// <summary>
    /// Whether everything that was written before now has been received. While it is, the store's mark moves along.
    /// </summary>
    public bool CaughtUp => Volatile.Read(ref _gap) == Volatile.Read(ref _closed);

    /// <summary>The number of the latest gap in what was received.</summary>
    public int Gap => Volatile.Read(ref _gap);

    /// <summary>Something may have been missed: whoever waits for <see cref="Skipped"/> fetches it.</summary>
    public void MaySkip()
    {
        Interlocked.Increment(ref _gap);
        _skipped.Release();
    }

    /// <summary>Waits for <see cref="MaySkip"/>.</summary>
    public Task Skipped(CancellationToken cancellationToken) => _skipped.WaitAsync(cancellationToken);

    /// <summary>Everything before a gap has been fetched.</summary>
    /// <returns>False when there has been another gap since.</returns>
    public bool TryClose(int gap)
    {
        if (gap != Gap)
        {
            return false;
        }

        Volatile.Write(ref _closed, gap);
        return true;
    }

    /// <summary>
    /// Takes a message, once it is noted in the store; waits while its lane is full, which holds the event stream back.
    /// </summary>
    public Task TakeAsync(Post post, CancellationToken cancellationToken) => TakeAsync(post, isLive: true, cancellationToken);

    /// <summary>As <see cref="TakeAsync(Post, CancellationToken)"/>, for a message that may have been answered in a time that the store does not remember.</summary>
    public Task TakeAgainAsync(Post post, CancellationToken cancellationToken) => TakeAsync(post, isLive: false, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.WhenAll(_lanes.Select(lane => Task.Run(() => WorkAsync(lane.Reader), CancellationToken.None)));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var lane in _lanes)
        {
            lane.Writer.TryComplete();
        }

        await using var abort = cancellationToken.Register(_aborting.Cancel);
        await _running;
    }

    public void Dispose()
    {
        _aborting.Dispose();
        _skipped.Dispose();
    }

    private async Task TakeAsync(Post post, bool isLive, CancellationToken cancellationToken)
    {
        var reception = await store.ReceiveAsync(post.Id, post.ChannelId, post.CreateAt, CaughtUp, cancellationToken);
        if (reception != Reception.Answered)
        {
            var lane = _lanes[(uint)string.GetHashCode(post.ChannelId, StringComparison.Ordinal) % Lanes];
            await lane.Writer.WriteAsync(new Letter(post, isLive && reception == Reception.New), cancellationToken);
        }
    }

    private async Task WorkAsync(ChannelReader<Letter> lane)
    {
        await foreach (var letter in lane.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                await AnswerAsync(letter, _aborting.Token);
            }
            catch (OperationCanceledException) when (_aborting.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // One message's fault must not end the lane.
            catch (Exception ex)
            {
                LogNotAnswered(letter.Post.Id, letter.Post.ChannelId, ex);
                _ = TryAgainLaterAsync();
            }
#pragma warning restore CA1031
        }
    }

    /// <summary>Has what is unanswered fetched again after a while. The token ends it with the host.</summary>
    private async Task TryAgainLaterAsync()
    {
        try
        {
            await Task.Delay(BeforeTryingAgain, time, _aborting.Token);
            MaySkip();
        }
        catch (Exception ex) when (ex is OperationCanceledException or ObjectDisposedException)
        {
            // The host is gone; the next start fetches it.
        }
    }

    private async Task AnswerAsync(Letter letter, CancellationToken cancellationToken)
    {
        var post = letter.Post;
        if (!letter.IsNew && await store.IsAnsweredAsync(post.Id, cancellationToken))
        {
            return;
        }

        if (letter.IsNew || !await WasAnsweredAsync(post, cancellationToken))
        {
            await conversation.SayAsync(post, cancellationToken);
        }

        await store.AnsweredAsync(post.Id, cancellationToken);
    }

    /// <summary>Asks the server: the process may have ended after the reply was posted and before it was noted.</summary>
    private async Task<bool> WasAnsweredAsync(Post post, CancellationToken cancellationToken)
    {
        var me = await bot.GetAsync(cancellationToken);
        var later = await mattermost.Api.GetPostsSinceAsync(post.ChannelId, post.CreateAt, cancellationToken);
        return later.Posts.Values.Any(other => ReplyMark.Answers(other, post.Id, me));
    }

    [LoggerMessage(LogLevel.Error, "Message {PostId} in channel {ChannelId} could not be answered; it is tried again in a while.")]
    private partial void LogNotAnswered(string postId, string channelId, Exception exception);

    private sealed record Letter(Post Post, bool IsNew);
}
