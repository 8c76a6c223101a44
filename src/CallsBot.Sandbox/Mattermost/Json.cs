using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>Reads request bodies: a missing field is empty, a field of another kind is refused.</summary>
internal static class Json
{
    public static JsonSerializerOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text(this JsonObject json, string name) => json[name] switch
    {
        null => "",
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => throw new RefusedException(ApiError.BadBody(name)),
    };

    public static bool Flag(this JsonObject json, string name) => json[name] switch
    {
        null => false,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        _ => throw new RefusedException(ApiError.BadBody(name)),
    };

    public static long Number(this JsonObject json, string name) => json[name] switch
    {
        null => 0,
        JsonValue value when value.TryGetValue<long>(out var number) => number,
        _ => throw new RefusedException(ApiError.BadBody(name)),
    };

    public static JsonObject? Object(this JsonObject json, string name) => json[name] switch
    {
        null => null,
        JsonObject value => value,
        _ => throw new RefusedException(ApiError.BadBody(name)),
    };

    public static IReadOnlyList<JsonObject> Objects(this JsonObject json, string name) => json[name] switch
    {
        null => [],
        JsonArray list when list.All(item => item is JsonObject or null) => [.. list.OfType<JsonObject>()],
        _ => throw new RefusedException(ApiError.BadBody(name)),
    };

    public static IReadOnlyList<string> Texts(this JsonNode? json, string name) => json switch
    {
        null => [],
        JsonArray list when list.All(item => item?.GetValueKind() == JsonValueKind.String) =>
            [.. list.Select(item => item!.GetValue<string>())],
        _ => throw new RefusedException(ApiError.BadBody(name)),
    };

    public static JsonArray Array(IEnumerable<JsonNode?> items) => [.. items];

    /// <summary>The keys in order, as Go writes its maps; structs keep their own order.</summary>
    public static JsonObject Sorted(this JsonObject json)
    {
        var sorted = new JsonObject();
        foreach (var (name, value) in json.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            sorted[name] = value?.DeepClone();
        }

        return sorted;
    }

    public static string ToText(this JsonNode json) => json.ToJsonString(Options);
}
