using System.Net;
using CallsBot.Checks.Plugin;
using CallsBot.Probes;

namespace CallsBot.Checks.Media;

/// <summary>Is Mattermost opened at a public address?</summary>
internal sealed class PublicSite(Installation installation, TargetAddresses addresses)
{
    /// <returns>Null when its address is not public, or cannot be known.</returns>
    public async Task<IPAddress?> FindAddressAsync(CancellationToken cancellationToken)
    {
        var config = await installation.ClientConfigAsync(cancellationToken);
        if (!Uri.TryCreate(config.Value?.GetValueOrDefault("SiteURL"), UriKind.Absolute, out var url)
            || !ProbeTarget.TryParse($"{url.Scheme}://{url.IdnHost}:{url.Port}", out var target, out _))
        {
            return null;
        }

        // Only looked up, never connected to.
        var resolved = await addresses.ResolveAsync(target, cancellationToken);
        return resolved.Addresses.Select(a => a.Address).FirstOrDefault(address => SpecialAddress.Of(address) is null);
    }
}
