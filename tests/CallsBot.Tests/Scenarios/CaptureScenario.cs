using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
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

    [NetworkNamespacesFact]
    public async Task The_loss_read_from_a_capture_is_what_nftables_counted_and_the_figures_are_those_of_tshark()
    {
        const int Sent = 2_000;
        await using var network = await NetworkNamespaces.CreateAsync();
        await network.FilterAsync("", "udp sport 8443 numgen random mod 100 < 5 counter drop");
        using var server = NamespaceSocket.Bind(network.Rtcd, new IPEndPoint(IPAddress.Parse(NetworkNamespaces.RtcdAddress), 8443));
        using var caller = NamespaceSocket.Bind(network.Bot, new IPEndPoint(IPAddress.Parse(NetworkNamespaces.BotAddress), 40_000));
        await using var capture = await Tcpdump.StartAsync(command => network.OnBotSide(command), Path.Combine(_folder.FullName, "five-percent.pcap"), "-i", "any", "-s", "120", "udp");

        // G.711 every 5 ms from the server, Opus every 20 ms from the caller.
        var from = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < Sent; i++)
        {
            while (TimeProvider.System.GetElapsedTime(from).TotalMilliseconds < i * 5)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
            }

            Send(server, (IPEndPoint)caller.LocalEndPoint!, Rtp(payloadType: 0, i, (uint)i * 40, ssrc: 0x11223344, length: 172));
            if (i % 4 == 0)
            {
                Send(caller, (IPEndPoint)server.LocalEndPoint!, Rtp(payloadType: 111, i / 4, (uint)i / 4 * 960, ssrc: 0x55667788, length: 92));
            }
        }

        await capture.StopAsync();
        Keep(capture.File);
        var dropped = long.Parse(Regex.Match(await OutputAsync(network.OnRtcdSide("nft", "list", "ruleset")), @"counter packets (\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
        var report = await Corpus.AnalyseAsync(capture.File);
        output.WriteLine($"dropped {dropped} of {Sent}");
        output.WriteLine(Print(report));

        var streams = report.Pieces[0].Reading.Tables.Single(table => table.Title == "Media streams").Rows;
        var lossy = streams.Single(row => row[1] == "0x11223344");
        var whole = streams.Single(row => row[1] == "0x55667788");
        (100.0 * Lost(lossy) / (Lost(lossy) + Number(lossy[3]))).ShouldBe(100.0 * dropped / Sent, tolerance: 0.5);
        Lost(whole).ShouldBe(0);
        Corpus.FaultsIn(report).ShouldBe(dropped * 50 >= Sent ? ["capture-loss-from-server"] : []);

        // tshark's columns: times, ends, SSRC, payload, packets, lost, percent, three deltas, three jitters.
        var tshark = await OutputAsync(["tshark", "-q", "-r", capture.File, "-d", "udp.port==8443,rtp", "-z", "rtp,streams", "-z", "conv,udp"]);
        output.WriteLine(tshark);
        string[] Theirs(string ssrc) => tshark.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Single(columns => columns.Length > 16 && columns[6].Equals(ssrc, StringComparison.OrdinalIgnoreCase));
        var (theirLossy, theirWhole) = (Theirs("0x11223344"), Theirs("0x55667788"));
        Number(lossy[3]).ShouldBe(Number(theirLossy[8]));
        Lost(lossy).ShouldBe((long)Number(theirLossy[9]));
        Number(whole[3]).ShouldBe(Number(theirWhole[8]));
        Number(lossy[7]).ShouldBe(Number(theirLossy[15]), tolerance: 0.11);
        Number(lossy[8]).ShouldBe(Number(theirLossy[16]), tolerance: 0.11);
        var flow = report.Pieces[0].Reading.Tables.Single(table => table.Title == "Flows").Rows.Single();
        tshark.Split('\n').ShouldContain(line => line.Contains("<->", StringComparison.Ordinal)
            && Regex.IsMatch(line, $@"\b{flow[3]}\b.*\b{Number(flow[3]) + Number(flow[4])}\b") && Regex.IsMatch(line, $@"\b{flow[4]}\b"));
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
        Keep(server.File);
        Keep(bot.File);
        return (server.File, bot.File);
    }

    /// <summary>For whoever wants to look at the captures, or to take them into the corpus.</summary>
    private static void Keep(string file)
    {
        if (Environment.GetEnvironmentVariable("CALLSBOT_KEEP_CAPTURES") is { } folder)
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }
    }

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);

    private static long Lost(IReadOnlyList<string> row) => long.Parse(row[4].Split(' ')[0], CultureInfo.InvariantCulture);

    private static byte[] Rtp(byte payloadType, int sequence, uint timestamp, uint ssrc, int length)
    {
        var packet = new byte[length];
        (packet[0], packet[1]) = (0x80, payloadType);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)sequence);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), ssrc);
        return packet;
    }

    private static void Send(Socket socket, IPEndPoint to, byte[] packet)
    {
        try
        {
            socket.SendTo(packet, to);
        }
        catch (SocketException ex) when (ex.SocketErrorCode == SocketError.AccessDenied)
        {
            // So the system tells the sender that a rule drops what it sends.
        }
    }

    private async Task<string> OutputAsync(IReadOnlyList<string> command)
    {
        using var process = Start(command);
        var error = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync().WaitAsync(Bound);
        await process.WaitForExitAsync().WaitAsync(Bound);
        process.ExitCode.ShouldBe(0, await error);
        return text;
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
