using System.Text.Json;

namespace CallsBot.Tests.Protocols.Rtcd;

/// <summary>What a real rtcd sent: see Vectors/rtcd/README.md.</summary>
internal static class RtcdVectors
{
    /// <param name="name">The "name" of an exchange in http.json.</param>
    /// <returns>Its reply.</returns>
    public static JsonElement Http(string name)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Vectors", "rtcd", "http.json")));
        return file.RootElement.EnumerateArray()
            .Single(exchange => exchange.GetProperty("name").GetString() == name)
            .GetProperty("response")
            .Clone();
    }
}
