using System.Net.Sockets;
using CallsBot.Checks.Media;
using CallsBot.Protocols.Sdp;

namespace CallsBot.Checks.Rtcd;

internal static class RtcdServices
{
    /// <summary>The checks of RTCD and of the media path to it. Needs <see cref="Probes.ProbeServices.AddProbes"/>.</summary>
    public static IServiceCollection AddRtcdChecks(this IServiceCollection services)
    {
        services.AddScoped<RtcdSurvey>();
        services.AddScoped<ICheck, RtcdTargetCheck>();
        services.AddScoped<ICheck, RtcdDnsCheck>();
        services.AddScoped<ICheck, RtcdTcpCheck>();
        services.AddScoped<ICheck, RtcdTlsCheck>();
        services.AddScoped<ICheck, RtcdVersionCheck>();
        services.AddScoped<ICheck, RtcdLoadCheck>();
        services.AddScoped<ICheck, CallsInProgressCheck>();
        services.AddScoped<ICheck, RtcdClockCheck>();
        services.AddScoped<ICheck, RtcdExposureCheck>();
        services.AddScoped<ICheck, RtcdCredentialsCheck>();
        services.AddScoped<MediaSurvey>();
        services.AddScoped<PublicSite>();
        services.AddScoped<ICheck, RtcdSocketCheck>();
        services.AddScoped<ICheck, RtcdSessionCheck>();
        services.AddScoped<ICheck, RtcdCandidatesCheck>();
        AddPath(IceTransport.Udp, AddressFamily.InterNetwork);
        AddPath(IceTransport.Udp, AddressFamily.InterNetworkV6);
        AddPath(IceTransport.Tcp, AddressFamily.InterNetwork);
        AddPath(IceTransport.Tcp, AddressFamily.InterNetworkV6);
        services.AddScoped<ICheck, MediaDtlsCheck>();
        services.AddScoped<ICheck, MediaSessionEndCheck>();
        return services;

        void AddPath(IceTransport transport, AddressFamily family) => services.AddScoped<ICheck>(provider => new MediaPathCheck(
            provider.GetRequiredService<RtcdSurvey>(), provider.GetRequiredService<MediaSurvey>(), transport, family));
    }
}
