using System.Buffers.Text;
using System.Globalization;

namespace CallsBot.Benchmarks.Wire;

/// <summary>Ids of 26 characters, as Mattermost's are, that hold a number.</summary>
internal static class Ids
{
    public static string Message(int number) => string.Create(CultureInfo.InvariantCulture, $"m{number:D25}");

    public static string User(int number) => string.Create(CultureInfo.InvariantCulture, $"u{number:D25}");

    /// <returns>The number in the id that begins at <paramref name="id"/>; -1 when there is none.</returns>
    public static int NumberIn(ReadOnlySpan<byte> id) =>
        id.Length >= 26 && Utf8Parser.TryParse(id[1..26], out int number, out var used) && used == 25 ? number : -1;

    /// <summary>The number in the id that is the value of a JSON property, as our own serializer writes it; -1 for none.</summary>
    public static int NumberOf(ReadOnlySpan<byte> json, ReadOnlySpan<byte> quotedNameAndColonAndQuote)
    {
        var at = json.IndexOf(quotedNameAndColonAndQuote);
        return at < 0 ? -1 : NumberIn(json[(at + quotedNameAndColonAndQuote.Length)..]);
    }
}
