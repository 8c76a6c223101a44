using System.Globalization;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Checks;

/// <summary>Reads that a check makes with the administrator's token.</summary>
internal static class AdministratorReads
{
    /// <summary>Well within a check's deadline, so that a silent Mattermost is named as such, and not as a check that took too long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Throws <see cref="MattermostException"/> when the server refuses, cannot be reached or is not done in time.</summary>
    public static Task<T> AskAsync<T>(
        Func<CancellationToken, Task<T>> read, TimeProvider time, CancellationToken cancellationToken) =>
        AskAsync(read, Patience, time, cancellationToken);

    /// <inheritdoc cref="AskAsync{T}(Func{CancellationToken, Task{T}}, TimeProvider, CancellationToken)"/>
    public static async Task<T> AskAsync<T>(
        Func<CancellationToken, Task<T>> read, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await read(either.Token);
        }
        catch (OperationCanceledException ex) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MattermostException(
                string.Create(CultureInfo.InvariantCulture, $"Mattermost did not answer within {patience.TotalSeconds:0} seconds."),
                statusCode: null,
                errorId: null,
                ex);
        }
    }
}
