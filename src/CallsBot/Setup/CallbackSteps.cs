using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CallsBot.Mattermost;

namespace CallsBot.Setup;

/// <summary>The addresses of a name, as seen from here. Throws <see cref="SocketException"/> when there are none.</summary>
internal delegate Task<IPAddress[]> Resolve(string host, CancellationToken cancellationToken);

/// <summary>
/// Whether the server will call the bot, and whether the bot answers. Nothing here is changed: the first is the
/// server's configuration, and the second may come later.
/// </summary>
internal sealed class CallbackSteps(SetupPlan plan, SetupReport report, Resolve resolve, TimeProvider time)
{
    private const string Setting = "System Console > Environment > Developer > Allow untrusted internal connections";
    private const string SettingName = "ServiceSettings.AllowedUntrustedInternalConnections";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Names that only a private network knows (RFC 6762, RFC 8375, and what is customary).
    private static readonly string[] PrivateSuffixes = [".local", ".internal", ".lan", ".home.arpa", ".svc", ".intranet", ".corp", ".home"];

    /// <param name="setting">The server's list of allowed hosts; null when it does not say.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    public async Task JudgeAddressAsync(string? setting, CancellationToken cancellationToken)
    {
        // Without the brackets of an IPv6 address, as the server compares it.
        var host = plan.Callback.DnsSafeHost;
        var allowed = new AllowedConnections(setting ?? "");
        if (allowed.Names(host))
        {
            report.Ok($"Mattermost may call {host}: it is in {SettingName}");
            return;
        }

        var (addresses, fault) = await AddressesAsync(host, cancellationToken);
        var refused = addresses.Where(address => AllowedConnections.Against(address) is not null && !allowed.Covers(address)).ToList();

        if (addresses.Count == 0 && !LooksPrivate(host))
        {
            report.Note($"{host} has no address here ({fault}), so it cannot be said whether Mattermost may call it. If its address is a private one, add {host} to {Setting}.");
        }
        else if (addresses.Count > 0 && refused.Count < addresses.Count)
        {
            report.Ok($"Mattermost may call {host}");
            await WarnOfOwnAddressAsync(host, addresses, allowed, cancellationToken);
        }
        else
        {
            var why = refused is [var first, ..]
                ? first.ToString() == host ? $"it is {AllowedConnections.Against(first)}" : $"its address {first} is {AllowedConnections.Against(first)}"
                : "by its name it is on a private network";
            var remedy = setting is null
                ? $"Unless it is there already, add {host} to {Setting}."
                : $"Add {host} to {Setting}, or run: mmctl config set {SettingName} {Quoted(allowed.With(host))}";
            report.ByHand($"Mattermost refuses to call {host}: {why}. {remedy}");
        }
    }

    public async Task TryAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = 1024,
        };
        using var timeout = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        const string Later = "That is as it should be while the bot is not running.";
        try
        {
            using var reply = await http.GetAsync(new Uri(plan.HealthUrl), either.Token);
            var text = await reply.Content.ReadAsStringAsync(either.Token);
            if (reply.IsSuccessStatusCode && text.Trim() == "ok")
            {
                report.Ok($"{plan.HealthUrl} answers from here");
                return;
            }

            report.Note($"{plan.HealthUrl} answers {((int)reply.StatusCode).ToString(CultureInfo.InvariantCulture)}, and not as the bot does: something else is at that address, or a proxy in front of a bot that is not running.");
        }
        catch (HttpRequestException ex)
        {
            report.Note($"{plan.HealthUrl} does not answer from here: {ex.GetBaseException().Message}. {Later}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            report.Note($"{plan.HealthUrl} does not answer from here within {Patience.TotalSeconds:0} s. {Later}");
        }
    }

    private static bool LooksPrivate(string host)
    {
        var name = host.TrimEnd('.');
        return !name.Contains('.', StringComparison.Ordinal)
            || PrivateSuffixes.Any(suffix => name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));
    }

    // For a shell: what is in the setting was typed by people.
    private static string Quoted(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private async Task WarnOfOwnAddressAsync(
        string host, IReadOnlyList<IPAddress> addresses, AllowedConnections allowed, CancellationToken cancellationToken)
    {
        var (own, _) = await AddressesAsync(plan.Mattermost.DnsSafeHost, cancellationToken);
        if (addresses.FirstOrDefault(address => own.Contains(address) && !allowed.Covers(address)) is { } shared)
        {
            report.Note($"{host} and Mattermost have the same address, {shared}. If it is that machine's own and not a load balancer's, Mattermost refuses to call it: add {host} to {Setting}.");
        }
    }

    private async Task<(IReadOnlyList<IPAddress> Addresses, string Fault)> AddressesAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal))
        {
            return ([literal], "");
        }

        // RFC 6761 section 6.3, whatever the resolver says.
        if (host.TrimEnd('.') is var name
            && (name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)))
        {
            return ([IPAddress.Loopback], "");
        }

        using var timeout = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return (await resolve(host, either.Token), "");
        }
        catch (SocketException ex)
        {
            return ([], ex.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ([], "the name server does not answer");
        }
    }
}
