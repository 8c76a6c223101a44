using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RestEase;

namespace CallsBot.Protocols.Rtcd;

/// <summary>Makes clients of RTCD's HTTP API that read JSON strictly.</summary>
public static class RtcdApi
{
    /// <param name="http">Its base address is RTCD's URL. Limits, time and where it may connect are its owner's affair.</param>
    public static IRtcdApi Create(HttpClient http) =>
        new RestClient(http) { ResponseDeserializer = new StrictJson() }.For<IRtcdApi>();

    private sealed class StrictJson : ResponseDeserializer
    {
        public override T Deserialize<T>(string? content, HttpResponseMessage response, ResponseDeserializerInfo info)
        {
            // From bytes: a string with half a surrogate pair would be an ArgumentException instead of a JsonException.
            var json = Encoding.UTF8.GetBytes(content ?? "");
            var type = (JsonTypeInfo<T>)RtcdJson.Default.Options.GetTypeInfo(typeof(T));
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("The body is null.");
        }
    }
}
