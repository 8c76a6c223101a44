using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CallsBot.Sandbox;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Scenarios;

/// <summary>
/// <c>callsbot doctor</c> and the pretend RTCD in network namespaces of their own, with packets really dropped between
/// them. The table in docs/network-faults.md is what this test saw.
/// </summary>
public sealed class DroppedPacketsScenario : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private static readonly string[] Paths = ["media-udp-ipv4", "media-udp-ipv6", "media-tcp-ipv4", "media-tcp-ipv6", "media-dtls"];

    private static readonly Fault[] Faults =
    [
        new("nothing is dropped", "", "", Root: null, "pass pass pass pass pass"),
        new("UDP to RTCD is dropped, IPv4", "ip version 4 udp dport 8443 drop", "", "media-udp-ipv4", "fail pass pass pass pass"),
        new("UDP to RTCD is dropped, IPv6", "ip6 version 6 udp dport 8443 drop", "", "media-udp-ipv6", "pass warn pass pass pass"),
        new("UDP from RTCD is dropped, IPv4", "", "ip version 4 udp sport 8443 drop", "media-udp-ipv4", "fail pass pass pass pass"),
        new("UDP is dropped both ways", "udp dport 8443 drop", "udp sport 8443 drop", "media-udp-ipv4", "fail fail pass pass pass"),
        new("UDP to RTCD is rejected with ICMP", "udp dport 8443 reject", "", "media-udp-ipv4", "fail fail pass pass pass"),
        new("TCP to the media port is dropped", "tcp dport 8443 drop", "", "media-tcp-ipv4", "pass pass warn warn pass"),
        new("TCP to the media port is reset", "tcp dport 8443 reject with tcp reset", "", "media-tcp-ipv4", "pass pass warn warn pass"),
        new("UDP and TCP to the media port are dropped", "udp dport 8443 drop\ntcp dport 8443 drop", "", "media-udp-ipv4", "fail fail fail fail *"),
        new("every third check over UDP is dropped on its way to RTCD", "ip version 4 udp dport 8443 @th,64,16 0x0001 numgen inc mod 3 == 1 drop\nip6 version 6 udp dport 8443 @th,64,16 0x0001 numgen inc mod 3 == 1 drop", "", "media-udp-ipv4", "warn/fail warn/fail pass pass pass"),
        new("UDP packets above 200 bytes to RTCD are dropped", "udp dport 8443 udp length > 208 drop", "", "media-dtls", "pass pass pass pass fail"),
        new("UDP packets above 200 bytes from RTCD are dropped", "", "udp sport 8443 udp length > 208 drop", "media-dtls", "pass pass pass pass fail"),
        new("UDP to RTCD is dropped after four packets, IPv4", "ip version 4 udp dport 8443 limit rate over 1/hour burst 4 packets drop", "", "media-udp-ipv4", "warn/fail pass pass pass pass"),
        new("UDP to RTCD is dropped once the path is found", "udp dport 8443 @th,64,8 >= 20 drop", "", "media-dtls", "pass pass pass pass fail"),
        new("the API port is dropped", "tcp dport 8045 drop", "", "rtcd-tcp", "skipped skipped skipped skipped skipped"),
        new("the API port is reset", "tcp dport 8045 reject with tcp reset", "", "rtcd-tcp", "skipped skipped skipped skipped skipped"),
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("callsbot-netns-");

    public void Dispose() => _folder.Delete(recursive: true);

    [NetworkNamespacesFact]
    public async Task Every_fault_on_the_way_gets_its_verdict_and_no_other()
    {
        await using var network = await NetworkNamespaces.CreateAsync();
        using var rtcd = Start(network.OnRtcdSide(
            "dotnet", typeof(RunningSandbox).Assembly.Location, "rtcd", "--port", "8045", "--media-port", "8443",
            "--address", NetworkNamespaces.RtcdAddress, "--address", NetworkNamespaces.RtcdAddress6));
        try
        {
            using var told = JsonDocument.Parse(await rtcd.StandardOutput.ReadLineAsync().WaitAsync(Bound) ?? throw new InvalidOperationException(await rtcd.StandardError.ReadToEndAsync()));
            string Told(string name) => told.RootElement.GetProperty(name).GetString()!;
            var key = Path.Combine(_folder.FullName, "key");
            await File.WriteAllTextAsync(key, Told("authKey"));
            var doctor = network.OnBotSide(
                "dotnet", typeof(BotApplication).Assembly.Location, "doctor", "--rtcd", Told("url"), "--client-id", Told("clientId"), "--auth-key-file", key, "--format", "json");

            var (table, wrong) = (new StringBuilder(), new List<string>());
            foreach (var fault in Faults)
            {
                await network.FilterAsync(fault.Arriving, fault.Leaving);
                var seen = await DiagnoseAsync(doctor);
                wrong.AddRange(fault.Against(seen));
                table.Append($"| {fault.Name} | {Code(fault.Arriving)} | {Code(fault.Leaving)} | {fault.RootWords(seen)} | {string.Join(" | ", fault.Shown(seen))} |\n");
            }

            wrong.ShouldBeEmpty();
            ShouldStandInTheDocument(table.ToString());
        }
        finally
        {
            rtcd.Kill(entireProcessTree: true);
            await rtcd.WaitForExitAsync();
        }
    }

    private static string Code(string rule) => rule.Length == 0 ? "" : $"`{rule.Replace("\n", "`, `", StringComparison.Ordinal)}`";

    private static void ShouldStandInTheDocument(string rows)
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "network-faults.md"));
        var begin = page.IndexOf('\n', page.IndexOf("|---", StringComparison.Ordinal)) + 1;
        var received = Path.Combine(Repository.Root, "tests", "CallsBot.Tests", "Scenarios", $"{nameof(DroppedPacketsScenario)}.received.txt");
        File.Delete(received);
        if (page[begin..] != rows)
        {
            File.WriteAllText(received, rows);
            page[begin..].ShouldBe(rows, $"docs/network-faults.md tells something else; the rows are in {received}");
        }
    }

    private async Task<Seen> DiagnoseAsync(IReadOnlyList<string> doctor)
    {
        using var process = Start(doctor);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Bound);
        process.ExitCode.ShouldBeOneOf([ExitCodes.Success, ExitCodes.Failed, ExitCodes.Warned], await error);

        using var report = JsonDocument.Parse(await output);
        var verdict = report.RootElement.GetProperty("verdict");
        var root = verdict.GetProperty("root");
        return new Seen(
            verdict.GetProperty("outcome").GetString()!,
            root.ValueKind == JsonValueKind.Null ? null : root.GetProperty("check").GetString(),
            root.ValueKind == JsonValueKind.Null ? null : root.GetProperty("reason").GetString(),
            report.RootElement.GetProperty("checks").EnumerateArray().ToDictionary(check => check.GetProperty("check").GetString()!, check => check.GetProperty("outcome").GetString()!));
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
    /// <param name="Root">The check that has to be the root cause; null when nothing may fail or warn; * for any.</param>
    /// <param name="Outcomes">
    /// What <see cref="Paths"/> have to come to; * for anything. Of two with a slash either is right: how many of a handful of
    /// packets are lost is a matter of their order.
    /// </param>
    private sealed record Fault(string Name, string Arriving, string Leaving, string? Root, string Outcomes)
    {
        private bool IsUnsteady => Outcomes.Contains('/', StringComparison.Ordinal);

        /// <summary>The verdict's cell of the table.</summary>
        public string RootWords(Seen seen) => seen.Root is null ? seen.Outcome : IsUnsteady ? $"`{Root}`: packets lost" : $"`{seen.Root}`: {seen.Reason}";

        /// <summary>The outcomes' cells of the table.</summary>
        public IEnumerable<string> Shown(Seen seen) => Paths.Zip(
            Outcomes.Split(' '), (path, expected) => expected.Contains('/', StringComparison.Ordinal) ? expected.Replace("/", " or ", StringComparison.Ordinal) : seen.Outcomes[path]);

        public IEnumerable<string> Against(Seen seen)
        {
            // Where some packets come through, the other family may have lost more.
            if (Root != "*" && Root != seen.Root && !(IsUnsteady && seen.Root == "media-udp-ipv6"))
            {
                yield return $"{Name}: the root is {seen.Root ?? "none"} ({seen.Reason}), and should be {Root ?? "none"}";
            }

            foreach (var (path, expected) in Paths.Zip(Outcomes.Split(' ')))
            {
                if (expected != "*" && !expected.Split('/').Contains(seen.Outcomes[path]))
                {
                    yield return $"{Name}: {path} is {seen.Outcomes[path]}, and should be {expected}";
                }
            }
        }
    }

    private sealed record Seen(string Outcome, string? Root, string? Reason, Dictionary<string, string> Outcomes);
}

/// <summary>Runs where <c>test.sh</c> found that network namespaces can be made.</summary>
internal sealed class NetworkNamespacesFactAttribute : FactAttribute
{
    public NetworkNamespacesFactAttribute()
    {
        if (!NetworkNamespaces.AreAvailable)
        {
            Skip = $"Needs root, iproute2 and nftables. ./test.sh sets {NetworkNamespaces.Variable} where they are there.";
        }
    }
}
