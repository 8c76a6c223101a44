using System.Text.Json;

namespace CallsBot.Tests.Protocols.Stun;

/// <summary>A message of RFC 5769: see Vectors/stun/README.md.</summary>
internal sealed record StunVector(byte[] Bytes, JsonElement About)
{
    public static readonly string[] Names = ["request", "ipv4-response", "ipv6-response", "long-term-request"];

    public string? this[string field] => About.TryGetProperty(field, out var value) ? value.GetString() : null;

    public static StunVector Read(string name)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Vectors", "stun", "rfc5769.json")));
        var about = file.RootElement.GetProperty(name).Clone();
        var hex = string.Concat(about.GetProperty("hex").EnumerateArray().Select(word => word.GetString()));
        return new StunVector(Convert.FromHexString(hex), about);
    }
}
