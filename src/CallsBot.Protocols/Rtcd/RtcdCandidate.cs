using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using CallsBot.Protocols.Sdp;

namespace CallsBot.Protocols.Rtcd;

/// <summary>
/// One trickled candidate as JSON, the data of <see cref="RtcdMessageType.Ice"/>. The client sends it bare, the server
/// wraps it in an object (rtcd, service/rtc/msg.go and session.go).
/// </summary>
/// <param name="Candidate">"candidate:…", to be read with <see cref="IceCandidate.TryParse"/>. Empty for the end of candidates.</param>
public sealed record RtcdCandidate(string Candidate)
{
    public string SdpMid { get; init; } = "0";

    public int SdpMLineIndex { get; init; }

    /// <returns>False for any bytes that are neither form.</returns>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out RtcdCandidate? candidate)
    {
        candidate = LooseJson.Read(utf8, root =>
            root.ValueKind == JsonValueKind.Object && root.TryGetProperty("candidate", out var inner) && inner.ValueKind == JsonValueKind.Object
                ? From(inner)
                : From(root));
        return candidate is not null;
    }

    /// <summary>As a client sends it.</summary>
    public byte[] ToBytes() => LooseJson.Write(Write);

    /// <summary>As the server sends it.</summary>
    public byte[] ToWrappedBytes() => LooseJson.Write(json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("candidate");
        Write(json);
        json.WriteString("type", "candidate");
        json.WriteEndObject();
    });

    private static RtcdCandidate? From(JsonElement element) => LooseJson.Text(element, "candidate") is { } text
        ? new RtcdCandidate(text)
        {
            SdpMid = LooseJson.Text(element, "sdpMid") ?? "",
            SdpMLineIndex = element.TryGetProperty("sdpMLineIndex", out var index)
                && index.ValueKind == JsonValueKind.Number && index.TryGetInt32(out var number)
                    ? number
                    : 0,
        }
        : null;

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("candidate", Candidate);
        json.WriteString("sdpMid", SdpMid);
        json.WriteNumber("sdpMLineIndex", SdpMLineIndex);
        json.WriteNull("usernameFragment");
        json.WriteEndObject();
    }
}
