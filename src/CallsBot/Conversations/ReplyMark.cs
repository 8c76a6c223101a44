using System.Text.Json;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Conversations;

/// <summary>Marks a post as the answer to a message, so that after a crash the bot can see that it has answered.</summary>
internal static class ReplyMark
{
    private const string Prop = "callsbot_in_reply_to";

    public static PostDraft Set(PostDraft draft, Post answered, User bot) => draft with
    {
        PendingPostId = $"{bot.Id}:{answered.Id}",
        Props = (draft.Props ?? new PostProps()) with
        {
            Others = new Dictionary<string, JsonElement>
            {
                [Prop] = JsonSerializer.SerializeToElement(answered.Id, ReplyMarkJson.Default.String),
            },
        },
    };

    /// <summary>True when <paramref name="post"/> is the bot's answer to the message with this id.</summary>
    public static bool Answers(Post post, string messageId, User bot) =>
        post.UserId == bot.Id
        && post.Props?.Others is { } others
        && others.TryGetValue(Prop, out var value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() == messageId;
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class ReplyMarkJson : System.Text.Json.Serialization.JsonSerializerContext;
