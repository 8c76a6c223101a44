using System.Text.RegularExpressions;
using CallsBot.Checks;
using CallsBot.Checks.Media;
using CallsBot.Checks.Offloader;
using CallsBot.Checks.Plugin;
using CallsBot.Mattermost;
using CallsBot.Probes;

namespace CallsBot.Conversations;

/// <summary>
/// Where the parts of the installation are, for the commands that administrators are shown: from CallsBot's settings, else
/// from the Calls plugin's. Remembered for a while, because a card waits for it.
/// </summary>
internal sealed partial class KnownAddresses(
    IServiceScopeFactory scopes, PublicAccess everyone, TimeProvider time, ILogger<KnownAddresses> logger)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>A server that was slow is not asked again for this long: every card would wait for it.</summary>
    private static readonly TimeSpan LeftAlone = TimeSpan.FromSeconds(15);

    private Told? _known;
    private Told? _slow;

    /// <param name="session">What its checks have seen counts more than settings. Null for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<InstallationAddresses> GetAsync(Session? session, CancellationToken cancellationToken)
    {
        var last = Volatile.Read(ref _known);
        var slow = Volatile.Read(ref _slow);
        var isGood = last is not null && time.GetElapsedTime(last.At) < Remembered;
        var isLeftAlone = slow is not null && time.GetElapsedTime(slow.At) < LeftAlone;
        var known = (isGood || isLeftAlone ? null : await AskAsync(cancellationToken))
            ?? last?.Addresses
            ?? new InstallationAddresses { Mattermost = everyone.Server?.Host };
        return session?.Steps.Select(step => MediaPortSeen(step.Result)).LastOrDefault(port => port is not null) is { } port
            ? known with { MediaPort = port }
            : known;
    }

    /// <returns>Null when the answers did not come in time.</returns>
    private async Task<InstallationAddresses?> AskAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var rtcd = scope.ServiceProvider.GetRequiredService<RtcdTargets>().FindAsync(either.Token);
            var offloader = scope.ServiceProvider.GetRequiredService<OffloaderService>().FindAsync(either.Token);
            await Task.WhenAll(rtcd, offloader);
            var url = (await rtcd).Value;
            var settings = url is null ? (await scope.ServiceProvider.GetRequiredService<Installation>().SettingsAsync(either.Token)).Value : null;
            var addresses = new InstallationAddresses
            {
                Mattermost = everyone.Server?.Host,
                Rtcd = url is not null && ProbeTarget.TryParse(url, out var target, out _) ? target : null,
                Offloader = (await offloader).Url?.Target,

                // With RTCD the port is RTCD's own setting, which only its candidates tell.
                MediaPort = settings?.Number("UDPServerPort") is { } port and > 0 ? port : InstallationAddresses.DefaultMediaPort,
            };
            Volatile.Write(ref _known, new Told(addresses, time.GetTimestamp()));
            return addresses;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            LogSlow(Patience);
            Volatile.Write(ref _slow, new Told(InstallationAddresses.Unknown, time.GetTimestamp()));
            return null;
        }
    }

    private static int? MediaPortSeen(CheckResult? result)
    {
        var seen = result?.Inventory.FirstOrDefault(item => item.Label == RtcdCandidatesCheck.MediaAddresses)?.Value;
        return seen is not null && Port().Match(seen) is { Success: true } match && int.TryParse(match.Groups[1].Value, out var port) ? port : null;
    }

    // The first of "203.0.113.7:8443 (UDP), [2001:db8::7]:8443 (UDP)".
    [GeneratedRegex(@":([0-9]{1,5}) \(", RegexOptions.CultureInvariant)]
    private static partial Regex Port();

    [LoggerMessage(LogLevel.Information, "Mattermost did not tell the addresses of the call server and the offloader within {Patience}; commands are shown with what was known before, or placeholders.")]
    private partial void LogSlow(TimeSpan patience);

    private sealed record Told(InstallationAddresses Addresses, long At);
}
