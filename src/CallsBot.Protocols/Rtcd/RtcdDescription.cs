using System.Diagnostics.CodeAnalysis;

namespace CallsBot.Protocols.Rtcd;

/// <summary>An offer or an answer as JSON, the data of <see cref="RtcdMessageType.Sdp"/>.</summary>
/// <param name="Type">"offer" or "answer", in lower case.</param>
/// <param name="Sdp">Holds the password of the ICE session.</param>
public sealed record RtcdDescription(string Type, string Sdp)
{
    public const string Offer = "offer";
    public const string Answer = "answer";

    /// <returns>False for any bytes that are not one.</returns>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out RtcdDescription? description)
    {
        description = LooseJson.Read(utf8, root =>
            LooseJson.Text(root, "type") is { } type && LooseJson.Text(root, "sdp") is { } sdp ? new RtcdDescription(type, sdp) : null);
        return description is not null;
    }

    public byte[] ToBytes() => LooseJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("type", Type);
        json.WriteString("sdp", Sdp);
        json.WriteEndObject();
    });

    public override string ToString() => $"{Type}, {Sdp.Length} characters";
}
