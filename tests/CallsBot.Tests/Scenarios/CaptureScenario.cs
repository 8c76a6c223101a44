using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CallsBot.Analysis;
using CallsBot.Sandbox;
using CallsBot.Tests.Analysis;
using CallsBot.Tests.Support;
using Xunit.Abstractions;

namespace CallsBot.Tests.Scenarios;

/// <summary>Captures made by tcpdump of real packets between network namespaces, with faults on the way, and what is read from them.</summary>
public sealed class CaptureScenario(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private static readonly Fault[] Faults =
    [
        new("nothing is dropped", "", "", "", ""),
        new("UDP to RTCD is dropped", "meta l4proto udp drop", "", "capture-arrives-unanswered capture-udp-fallback", "capture-to-server-lost capture-udp-fallback"),
        new("UDP from RTCD is dropped", "", "meta l4proto udp drop", "capture-arrives-unanswered capture-udp-fallback", "capture-no-answer-at-caller capture-udp-fallback"),
        new("UDP to RTCD is rejected", "udp dport 8443 reject", "", "capture-port-unreachable capture-udp-fallback", "capture-port-unreachable capture-udp-fallback"),
        new("UDP to RTCD is prohibited", "udp dport 8443 reject with icmpx admin-prohibited", "", "capture-prohibited capture-udp-fallback", "capture-prohibited capture-udp-fallback"),
        new("large packets to RTCD are dropped", "udp dport 8443 meta length > 300 drop", "", "capture-large-lost", "capture-large-lost"),
        new("large packets from RTCD are dropped", "", "udp sport 8443 meta length > 300 drop", "capture-large-lost", "capture-large-lost"),
        new("UDP and TCP to the media port are dropped", "udp dport 8443 drop\ntcp dport 8443 drop", "", "capture-arrives-unanswered capture-tcp-unanswered", "capture-tcp-no-answer-at-caller capture-to-server-lost"),
        new("the API port is reset", "tcp dport 8045 reject with tcp reset", "", "capture-tcp-refused", "capture-tcp-refused"),
        new("the API port is dropped", "tcp dport 8045 drop", "", "capture-tcp-unanswered", "capture-tcp-no-answer-at-caller"),
        new("the API port is rejected with ICMP", "tcp dport 8045 reject", "", "capture-port-unreachable", "capture-port-unreachable"),
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("callsbot-captures-");

    public void Dispose() => _folder.Delete(recursive: true);

    [NetworkNamespacesFact]
    public async Task What_is_dropped_between_bot_and_server_is_read_from_a_capture_of_either_side()
    {
        await using var network = await NetworkNamespaces.CreateAsync();
        using var rtcd = Start(network.OnRtcdSide(
            "dotnet", typeof(RunningSandbox).Assembly.Location, "rtcd", "--port", "8045", "--media-port", "8443", "--address", NetworkNamespaces.RtcdAddress));
        try
        {
            using var told = JsonDocument.Parse(await rtcd.StandardOutput.ReadLineAsync().WaitAsync(Bound) ?? throw new InvalidOperationException(await rtcd.StandardError.ReadToEndAsync()));
            string Told(string name) => told.RootElement.GetProperty(name).GetString()!;
            var key = Path.Combine(_folder.FullName, "key");
            await File.WriteAllTextAsync(key, Told("authKey"));
            var doctor = network.OnBotSide(
                "dotnet", typeof(BotApplication).Assembly.Location, "doctor", "--rtcd", Told("url"), "--client-id", Told("clientId"), "--auth-key-file", key, "--format", "json");

            var wrong = new List<string>();
            foreach (var fault in Faults)
            {
                await network.FilterAsync(fault.Arriving, fault.Leaving);
                var (server, bot) = await CaptureAsync(network, fault, doctor);
                foreach (var (file, expected) in new[] { (server, fault.AtServer), (bot, fault.AtCaller) })
                {
                    var report = await Corpus.AnalyseAsync(file);
                    output.WriteLine($"== {fault.Name}, {Path.GetFileName(file)}");
                    output.WriteLine(Print(report));
                    var found = string.Join(' ', Corpus.FaultsIn(report));
                    if (found != expected)
                    {
                        wrong.Add($"{fault.Name}, {Path.GetFileName(file)}: {found}, and should be {expected}");
                    }
                }
            }

            wrong.ShouldBeEmpty();
        }
        finally
        {
            rtcd.Kill(entireProcessTree: true);
            await rtcd.WaitForExitAsync();
        }
    }

    internal static string Print(AnalysisReport report)
    {
        var text = new StringBuilder();
        foreach (var piece in report.Pieces)
        {
            text.AppendLine(string.Join("; ", piece.Reading.Facts.Select(fact => $"{fact.Label}: {fact.Value}"))).AppendLine(piece.Reading.Trouble);
            foreach (var table in piece.Reading.Tables)
            {
                text.AppendLine(table.Title);
                foreach (var row in table.Rows)
                {
                    text.AppendLine("  " + string.Join(" | ", row));
                }
            }
        }

        foreach (var finding in report.Findings)
        {
            text.AppendLine($"{finding.Outcome} {finding.Certainty} {finding.Id} x{finding.Count}: {finding.Fill(finding.Type.Says)}");
            foreach (var quote in finding.Quotes)
            {
                text.AppendLine("    " + quote.Text);
            }
        }

        return text.ToString();
    }

    private async Task<(string Server, string Bot)> CaptureAsync(NetworkNamespaces network, Fault fault, IReadOnlyList<string> doctor)
    {
        var name = fault.Name.Replace(' ', '-');
        await using var server = await Tcpdump.StartAsync(command => network.OnRtcdSide(command), Path.Combine(_folder.FullName, $"{name}-server.pcap"), "-i", "any");
        await using var bot = await Tcpdump.StartAsync(command => network.OnBotSide(command), Path.Combine(_folder.FullName, $"{name}-caller.pcap"), "-i", "cable");
        using var process = Start(doctor);
        var said = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Bound);
        await said;
        await error;
        await server.StopAsync();
        await bot.StopAsync();
        if (Environment.GetEnvironmentVariable("CALLSBOT_KEEP_CAPTURES") is { } keep)
        {
            File.Copy(server.File, Path.Combine(keep, Path.GetFileName(server.File)), overwrite: true);
            File.Copy(bot.File, Path.Combine(keep, Path.GetFileName(bot.File)), overwrite: true);
        }

        return (server.File, bot.File);
    }

    private Process Start(IReadOnlyList<string> command) => Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
    {
        WorkingDirectory = _folder.FullName,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    /// <param name="Name">What is wrong with the network.</param>
    /// <param name="Arriving">The nftables rule for packets to RTCD.</param>
    /// <param name="Leaving">The nftables rule for packets from RTCD.</param>
    /// <param name="AtServer">The faults in a capture of RTCD's side.</param>
    /// <param name="AtCaller">The faults in a capture of the bot's side.</param>
    private sealed record Fault(string Name, string Arriving, string Leaving, string AtServer, string AtCaller);
}
