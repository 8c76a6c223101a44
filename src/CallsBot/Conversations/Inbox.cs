using System.Threading.Channels;
using CallsBot.Mattermost;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Conversations;

/// <summary>
/// Answers direct messages: each once, those of one channel in order, several channels at a time. A message whose
/// answer fails stays unanswered in the store, and is taken up when the stream has caught up the next time.
/// </summary>
internal sealed partial class Inbox(
    InboxStore store, Conversation conversation, MattermostClient mattermost, BotAccount bot, ILogger<Inbox> logger)
    : IHostedService, IDisposable
{
    private const int Lanes = 16;
    private const int Waiting = 512;

    private readonly Channel<Letter>[] _lanes =
        [.. Enumerable.Range(0, Lanes).Select(_ => System.Threading.Channels.Channel.CreateBounded<Letter>(Waiting))];

    private readonly CancellationTokenSource _aborting = new();
    private Task _running = Task.CompletedTask;
    private volatile bool _caughtUp;

    /// <summary>Whether everything that was written before now has been received. While it is, the store's mark moves along.</summary>
    public bool CaughtUp
    {
        get => _caughtUp;
        set => _caughtUp = value;
    }

    /// <summary>
    /// Takes a message, once it is noted in the store; waits while its lane is full, which holds the event stream back.
    /// </summary>
    public async Task TakeAsync(Post post, CancellationToken cancellationToken)
    {
        var reception = await store.ReceiveAsync(post.Id, post.ChannelId, post.CreateAt, CaughtUp, cancellationToken);
        if (reception != Reception.Answered)
        {
            var lane = _lanes[(uint)string.GetHashCode(post.ChannelId, StringComparison.Ordinal) % Lanes];
            await lane.Writer.WriteAsync(new Letter(post, reception == Reception.New), cancellationToken);
        }
    }

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

    public void Dispose() => _aborting.Dispose();

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
            }
#pragma warning restore CA1031
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

    [LoggerMessage(LogLevel.Error, "Message {PostId} in channel {ChannelId} could not be answered; it is tried again after the next reconnect.")]
    private partial void LogNotAnswered(string postId, string channelId, Exception exception);

    private sealed record Letter(Post Post, bool IsNew);
}
