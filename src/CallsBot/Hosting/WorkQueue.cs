using System.Threading.Channels;

namespace CallsBot.Hosting;

/// <summary>
/// Runs jobs after the reply to Mattermost has gone out: a bounded queue and a fixed number of workers. A job that
/// throws is logged and the next one runs. When the host stops, jobs that are queued still run, as long as the host waits.
/// </summary>
internal abstract partial class WorkQueue(int workers, int capacity, ILogger logger) : IHostedService, IDisposable
{
    private readonly ILogger _logger = logger;
    private readonly CancellationTokenSource _aborting = new();
    private readonly Channel<Job> _jobs = Channel.CreateBounded<Job>(capacity);
    private Task _running = Task.CompletedTask;

    /// <summary>Takes a job, or refuses it at once when the queue is full.</summary>
    /// <param name="what">What the job does, for the log line if it fails.</param>
    /// <param name="sessionId">The session the job belongs to; empty for none.</param>
    /// <param name="run">The job. Its token is cancelled when the host will not wait any longer.</param>
    public bool TryEnqueue(string what, string sessionId, Func<CancellationToken, Task> run) =>
        _jobs.Writer.TryWrite(new Job(what, sessionId, run));

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(WorkAsync, CancellationToken.None)));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _jobs.Writer.TryComplete();
        await using var abort = cancellationToken.Register(_aborting.Cancel);
        await _running;
    }

    public void Dispose() => _aborting.Dispose();

    private async Task WorkAsync()
    {
        await foreach (var job in _jobs.Reader.ReadAllAsync(CancellationToken.None))
        {
            using var scope = _logger.BeginScope(new Dictionary<string, object> { ["SessionId"] = job.SessionId });
            try
            {
                await job.Run(_aborting.Token);
            }
            catch (OperationCanceledException) when (_aborting.IsCancellationRequested)
            {
                LogDropped(job.What);
            }
#pragma warning disable CA1031 // One job's fault must not end the worker.
            catch (Exception ex)
            {
                LogFailed(job.What, ex);
            }
#pragma warning restore CA1031
        }
    }

    [LoggerMessage(LogLevel.Error, "{What} failed.")]
    private partial void LogFailed(string what, Exception exception);

    [LoggerMessage(LogLevel.Warning, "{What} was dropped: the host is stopping.")]
    private partial void LogDropped(string what);

    private sealed record Job(string What, string SessionId, Func<CancellationToken, Task> Run);
}
