namespace CallsBot.Analysis.Outputs;

/// <summary>The analysers of numbers, settings and the output of commands.</summary>
internal static class OutputAnalysers
{
    public static IReadOnlyList<Analyser> All(FindingCatalog findings) =>
    [
        new NmapAnalyser(findings),
        new NetcatAnalyser(findings),
        new CurlAnalyser(findings),
        new SocketsAnalyser(findings),
        new SysctlAnalyser(findings),
        new NetworkStatisticsAnalyser(findings),
        new CallStatsAnalyser(findings),
        new MetricsAnalyser(findings),
        new PluginSettingsAnalyser(findings),
        new RtcdConfigurationAnalyser(findings),
        new SupportPacketAnalyser(findings),
        new IptablesAnalyser(findings),
        new NftablesAnalyser(findings),
        new UfwAnalyser(findings),
        new FirewalldAnalyser(findings),
        new TopAnalyser(findings),
        new IftopAnalyser(findings),
        new DockerAnalyser(findings),
        new KubectlAnalyser(findings),
        new DigAnalyser(findings),
        new TcpdumpAnalyser(findings),
        new ProfileTopAnalyser(findings),
    ];
}
