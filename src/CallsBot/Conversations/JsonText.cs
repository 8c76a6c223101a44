using System.Text.Json;

namespace CallsBot.Conversations;

/// <summary>Text in JSON that a stranger sent.</summary>
internal static class JsonText
{
    /// <returns>Null for anything that is no text, half a surrogate pair included.</returns>
    public static string? Of(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
