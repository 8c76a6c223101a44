using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CallsBot.Tests.Sandbox;

/// <summary>
/// Compares JSON with what was recorded: same fields, same kinds, same values, but for ids, times, and what is named as
/// depending on what went before.
/// </summary>
internal static class Shape
{
    // Counts of what was done before the recording, texts for developers, and things a recording had and we need not have.
    private static readonly HashSet<string> Incidental =
    [
        "detailed_error", "total_msg_count", "total_msg_count_root", "msg_count", "msg_count_root", "mention_count",
        "mention_count_root", "last_viewed_at", "last_post_at", "cookie", "token", "invite_id", "url", "bot_description",
    ];

    public static IReadOnlyList<string> Differences(JsonNode? recorded, JsonNode? actual)
    {
        var differences = new List<string>();
        Compare(recorded, actual, "$", differences);
        return differences;
    }

    private static void Compare(JsonNode? recorded, JsonNode? actual, string path, List<string> differences)
    {
        var kinds = (Kind(recorded), Kind(actual));
        if (kinds.Item1 != kinds.Item2)
        {
            differences.Add($"{path}: recorded {kinds.Item1}, here {kinds.Item2}");
            return;
        }

        switch (recorded)
        {
            case JsonObject fields:
                CompareFields(fields, actual!.AsObject(), path, differences);
                break;
            case JsonArray items when items.Count != actual!.AsArray().Count:
                differences.Add($"{path}: recorded {items.Count} items, here {actual.AsArray().Count}");
                break;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                {
                    Compare(items[i], actual!.AsArray()[i], $"{path}[{i.ToString(CultureInfo.InvariantCulture)}]", differences);
                }

                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                CompareTexts(value.GetValue<string>(), actual!.GetValue<string>(), path, differences);
                break;
            case JsonValue value when !IsTime(value) && value.ToJsonString() != actual!.ToJsonString():
                differences.Add($"{path}: recorded {value.ToJsonString()}, here {actual.ToJsonString()}");
                break;
        }
    }

    private static void CompareFields(JsonObject recorded, JsonObject actual, string path, List<string> differences)
    {
        foreach (var (name, value) in recorded)
        {
            if (!actual.TryGetPropertyValue(name, out var here))
            {
                differences.Add($"{path}.{name}: missing");
            }
            else if (Incidental.Contains(name))
            {
                if (Kind(value) != Kind(here))
                {
                    differences.Add($"{path}.{name}: recorded {Kind(value)}, here {Kind(here)}");
                }
            }
            else
            {
                Compare(value, here, $"{path}.{name}", differences);
            }
        }

        differences.AddRange(actual.Where(field => !recorded.ContainsKey(field.Key)).Select(field => $"{path}.{field.Key}: not recorded"));
    }

    private static void CompareTexts(string recorded, string actual, string path, List<string> differences)
    {
        // WebSocket events carry posts as JSON in a string.
        if (recorded.StartsWith('{') || recorded.StartsWith("[\"", StringComparison.Ordinal))
        {
            Compare(JsonNode.Parse(recorded), JsonNode.Parse(actual), path + "#", differences);
        }
        else if (IsId(recorded) ? !IsId(actual) : recorded != actual)
        {
            differences.Add($"{path}: recorded '{recorded}', here '{actual}'");
        }
    }

    private static string Kind(JsonNode? node) => node?.GetValueKind() switch
    {
        null => "null",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        var kind => kind.Value.ToString().ToLowerInvariant(),
    };

    private static bool IsTime(JsonValue value) => value.TryGetValue<long>(out var number) && number > 1_000_000_000_000;

    // Direct channels are named by two ids.
    private static bool IsId(string text) => text.Split("__").All(part => part.Length == 26 && part.All(char.IsAsciiLetterOrDigit));
}
