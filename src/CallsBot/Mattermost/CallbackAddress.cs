namespace CallsBot.Mattermost;

/// <summary>Where Mattermost reaches this bot.</summary>
/// <param name="Url">As in the setting Conversations:CallbackUrl; null when that is not set.</param>
internal sealed record CallbackAddress(Uri? Url)
{
    public static CallbackAddress None { get; } = new(Url: null);
}
