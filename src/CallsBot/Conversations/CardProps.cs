using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using CallsBot.Checks;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Conversations;

/// <summary>What all cards have in common: their colours, and the size that every server takes.</summary>
internal static partial class CardProps
{
    public const string Neutral = "#1c58d9";
    public const string Green = "#3db887";
    public const string Amber = "#ffbc1f";
    public const string Red = "#d24b4e";
    public const string Grey = "#8d93a5";

    // Servers before 6.0 take 8,000 characters of props (model/post.go, PostPropsMaxRunes); the server adds empty fields.
    private const int LongestProps = 7_000;
    private const int LongestText = 4_000;

    private static readonly MattermostJson AsTheServerWrites =
        new(new JsonSerializerOptions(MattermostJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static string ColourOf(Outcome outcome) => outcome switch
    {
        Outcome.Pass => Green,
        Outcome.Warn => Amber,
        Outcome.Fail => Red,
        _ => Grey,
    };

    /// <summary>Makes a card small enough for every server: evidence goes first, then the end of long texts.</summary>
    public static PostProps Fit(IReadOnlyList<Attachment> attachments)
    {
        var props = new PostProps { Attachments = attachments };
        for (var longest = LongestText; Length(props) > LongestProps && longest > 0; longest -= LongestText / 8)
        {
            props = props with
            {
                Attachments = [.. props.Attachments!.Select(attachment => attachment with
                {
                    Fields = null,
                    Text = attachment.Text is { } text && text.Length > longest ? Cut(text, longest) : attachment.Text,
                })],
            };
        }

        return props;
    }

    /// <summary>A code block that is cut is closed: without that, what follows the card would be code.</summary>
    private static string Cut(string text, int longest)
    {
        var cut = text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];
        return CodeFence().Count(cut) % 2 == 1 ? cut.TrimEnd('`') + "\n```\n…" : cut + " …";
    }

    [GeneratedRegex("^```", RegexOptions.Multiline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex CodeFence();

    /// <summary>
    /// In characters of the JSON that the server makes of the props: Go writes what is not ASCII as it is, and <c>&lt;</c>,
    /// <c>&gt;</c> and <c>&amp;</c> as six characters each (encoding/json, HTMLEscape).
    /// </summary>
    internal static int Length(PostProps props) =>
        JsonSerializer.Serialize(props, AsTheServerWrites.PostProps).EnumerateRunes().Sum(rune => rune.Value is '<' or '>' or '&' ? 6 : 1);
}
