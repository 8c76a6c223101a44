using System.Globalization;
using System.Net;
using CallsBot.Checks;
using CallsBot.Checks.Rtcd;
using CallsBot.Probes;

namespace CallsBot.Tickets;

/// <summary>Asks every address of RTCD for its metrics, for a ticket.</summary>
internal sealed class RtcdSnapshots(IServiceScopeFactory scopes, TargetAddresses addresses, RtcdMetricsProbe probe, TimeProvider time)
{
    /// <summary>
    /// For all of it: finding RTCD, its addresses, and their answers. Longer than the longest that one address may take
    /// (<see cref="RtcdOptions"/>), so that what kept it from answering is named.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <returns>Null when the installation has no RTCD in use.</returns>
    public async Task<RtcdSnapshot?> TakeAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await TakeWithinAsync(either.Token, cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new RtcdSnapshot(RtcdSnapshot.DefaultUrl, [], $"Where RTCD is could not be found out {Limit}.");
        }
    }

    private static string Limit => string.Create(CultureInfo.InvariantCulture, $"within {Patience.TotalSeconds:0} s");

    private async Task<RtcdSnapshot?> TakeWithinAsync(CancellationToken within, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var where = await scope.ServiceProvider.GetRequiredService<RtcdSurvey>().FindAsync(within);
        if (where.Target is not { } target)
        {
            return where.ReasonCode is RtcdVersionReasons.CallsV2 or RtcdVersionReasons.NotInUse
                ? null
                : new RtcdSnapshot(RtcdSnapshot.DefaultUrl, [], where.ReasonCode == RtcdVersionReasons.UrlInvalid ? "RTCD's URL cannot be used." : where.Source);
        }

        var url = string.Create(CultureInfo.InvariantCulture, $"{target.Scheme}://YOUR_RTCD_SERVER:{target.Port}/metrics");
        var resolved = await addresses.ResolveAsync(target, within);
        return resolved.Problem is { } problem
            ? new RtcdSnapshot(url, [], $"RTCD's name did not resolve: {SafeText.From(problem)}")
            : new RtcdSnapshot(url, await Task.WhenAll(resolved.Addresses.Select(address => AskAsync(target, address, within, cancellationToken))), Missing: null);
    }

    private async Task<RtcdPage> AskAsync(ProbeTarget target, CheckedAddress address, CancellationToken within, CancellationToken cancellationToken)
    {
        var endPoint = new IPEndPoint(address.Address, target.Port);
        try
        {
            var reply = await probe.AskAsync(target, address, within);
            return RtcdPage.Of(endPoint, time.GetUtcNow(), reply);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new RtcdPage(endPoint, time.GetUtcNow(), $"no answer {Limit}", Text: null, IsCut: false);
        }
    }
}
