using System.Text.Json;
using CallsBot.Checks;

namespace CallsBot.Analysis.Outputs;

/// <summary>Reads what Mattermost's Support Packet has of Calls: the plugin's diagnostics.yaml and the list of plugins.</summary>
internal sealed class SupportPacketAnalyser(FindingCatalog findings) : OutputAnalyser(findings)
{
    private const string PluginId = "com.mattermost.calls";

    // support_packet.go; the counters stand below "callsstats:" in some versions.
    private static readonly string[] Keys = ["version", "total_calls", "total_active_calls", "total_active_sessions", "avg_duration", "avg_participants"];

    public override IReadOnlyList<Shape> Shapes { get; } = [new(PieceKind.SupportPacket, Recognise)];

    protected override PieceReading Read(OutputText text)
    {
        if (JsonParts.Find(text.Raw, json => json.Member("active") is not null && json.Member("inactive") is not null) is { } plugins)
        {
            return Plugins(plugins, text);
        }

        return new PieceReading
        {
            Facts =
            [
                .. from line in text.Lines
                   let parts = line.Text.Trim().Split(':', 2)
                   where parts.Length == 2 && Keys.Contains(parts[0])
                   select Fact(parts[0], parts[1].Trim()),
            ],
            Findings = [Findings.Found("packet-read")],
        };
    }

    private PieceReading Plugins(JsonElement plugins, OutputText text)
    {
        var line = text.Lines.Where(line => line.Text.Contains(PluginId, StringComparison.Ordinal)).Take(1).Select(line => Quote.Of(text.Piece.Name, line.Number, PluginId)).ToArray();
        if (In("active") is { } active)
        {
            return new PieceReading { Facts = [new Evidence("Calls plugin", FindingText.Clean(active.Member("version").Text() ?? "?", 40))], Findings = [Findings.Found("packet-plugin-active", line)] };
        }

        return new PieceReading { Findings = [Findings.Found(In("inactive") is null ? "packet-plugin-missing" : "packet-plugin-inactive", line)] };

        JsonElement? In(string list) => plugins.Member(list).Items().Where(plugin => (((JsonElement?)plugin).Member("id") ?? ((JsonElement?)plugin).Member("manifest").Member("id")).Text() == PluginId).Select(plugin => (JsonElement?)plugin).FirstOrDefault();
    }

    private static int Recognise(Head head)
    {
        if (AnyLine(head, line => line.TrimStart().StartsWith("total_active_calls:", StringComparison.Ordinal)) && AnyLine(head, line => line.TrimStart().StartsWith("total_calls:", StringComparison.Ordinal)))
        {
            return 93;
        }

        return head.Text.TrimStart().StartsWith('{') && head.Text.Contains("\"active\"", StringComparison.Ordinal) && head.Text.Contains("\"inactive\"", StringComparison.Ordinal)
            && (head.Text.Contains("\"id\"", StringComparison.Ordinal) || head.IsWhole) && !head.Text.Contains("\"timestamp\"", StringComparison.Ordinal) ? 85 : 0;
    }
}
