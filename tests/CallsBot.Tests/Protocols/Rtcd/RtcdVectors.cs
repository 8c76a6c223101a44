using System.Text.Json;

namespace CallsBot.Tests.Protocols.Rtcd;

/// <summary>What a real rtcd sent: see Vectors/rtcd/README.md.</summary>
internal static class RtcdVectors
{
    /// <summary>Of the recorded answer.</summary>
    public const string ServerPassword = "ONIfgrFcWHoaUMKfVMpfSkmslXMJqErJ";

    /// <summary>Of the recorded offer.</summary>
    public const string ClientPassword = "probeprobeprobeprobeprob";

    /// <param name="name">The "name" of an exchange in http.json.</param>
    /// <returns>Its reply.</returns>
    public static JsonElement Http(string name)
    {
        using var file = Open("http.json");
        return file.RootElement.EnumerateArray()
            .Single(exchange => exchange.GetProperty("name").GetString() == name)
            .GetProperty("response")
            .Clone();
    }

    public static string OfferSdp()
    {
        using var file = Open("websocket-and-stun-frames.json");
        return file.RootElement.GetProperty("offer_sdp").GetString()!;
    }

    /// <param name="direction">"client->rtcd", "rtcd->client", "udp->", "udp&lt;-" or "tcp&lt;-".</param>
    public static IReadOnlyList<RecordedFrame> Frames(string direction)
    {
        using var file = Open("websocket-and-stun-frames.json");
        return
        [
            .. file.RootElement.GetProperty("frames").EnumerateArray()
                .Where(frame => frame.GetProperty("dir").GetString() == direction)
                .Select(frame => new RecordedFrame(
                    frame.GetProperty("name").GetString()!,
                    Convert.FromHexString(frame.GetProperty("hex").GetString()!),
                    frame.TryGetProperty("decoded", out var decoded) ? decoded.Clone() : default)),
        ];
    }

    public static byte[][] AllFrames() => [.. Frames("client->rtcd").Concat(Frames("rtcd->client")).Select(frame => frame.Bytes)];

    private static JsonDocument Open(string file) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Vectors", "rtcd", file)));
}

/// <param name="Decoded">What an independent decoder made of a server's message; undefined for others.</param>
internal sealed record RecordedFrame(string Name, byte[] Bytes, JsonElement Decoded);
