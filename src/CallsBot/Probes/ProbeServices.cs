using System.Net;
using CallsBot.Probes.Media;
using CallsBot.Probes.Turn;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CallsBot.Probes;

internal static class ProbeServices
{
    public static IServiceCollection AddProbes(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptionsWithValidateOnStart<RtcdOptions, RtcdOptions.Validator>().BindConfiguration(RtcdOptions.Section);
        services.AddOptionsWithValidateOnStart<OffloaderOptions, OffloaderOptions.Validator>().BindConfiguration(OffloaderOptions.Section);
        services.AddSingleton<HostResolver>(Dns.GetHostAddressesAsync);
        services.AddSingleton<TargetAddresses>();
        services.AddSingleton<CheckedHttp>();
        services.AddSingleton<SecondResolver>();
        services.AddSingleton<RtcdVersionProbe>();
        services.AddSingleton<RtcdLoadProbe>();
        services.AddSingleton<RtcdMetricsProbe>();
        services.AddSingleton<RtcdProfileProbe>();
        services.AddSingleton<RtcdLoginProbe>();
        services.AddSingleton<RtcdSessionsProbe>();
        services.AddSingleton<MediaProbe>();
        services.AddSingleton<RtcdExposureProbe>();
        services.AddSingleton<MattermostPingProbe>();
        services.AddSingleton<OffloaderProbe>();
        services.AddSingleton<TurnProbe>();
        return services;
    }
}
