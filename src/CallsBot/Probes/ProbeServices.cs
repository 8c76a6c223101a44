using System.Net;
using CallsBot.Probes.Media;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CallsBot.Probes;

internal static class ProbeServices
{
    public static IServiceCollection AddProbes(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptionsWithValidateOnStart<RtcdOptions, RtcdOptions.Validator>().BindConfiguration(RtcdOptions.Section);
        services.AddSingleton<HostResolver>(Dns.GetHostAddressesAsync);
        services.AddSingleton<TargetAddresses>();
        services.AddSingleton<RtcdVersionProbe>();
        services.AddSingleton<MediaProbe>();
        return services;
    }
}
