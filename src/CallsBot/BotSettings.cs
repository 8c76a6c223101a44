using CallsBot.Conversations;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Settings;
using CallsBot.Storage;
using CallsBot.Tickets;

namespace CallsBot;

/// <summary>The settings of every feature, in the order in which they are shown.</summary>
internal static class BotSettings
{
    public static readonly KnownSettings Known = new(
    [
        SettingsSection.Of(MattermostOptions.Section, new MattermostOptions.Validator()),
        SettingsSection.Of(ConversationOptions.Section, new ConversationOptions.Validator()),
        SettingsSection.Of(RtcdOptions.Section, new RtcdOptions.Validator()),
        SettingsSection.Of(OffloaderOptions.Section, new OffloaderOptions.Validator()),
        SettingsSection.Of(TicketOptions.Section, new TicketOptions.Validator()),
        SettingsSection.Of(StorageOptions.Section, new StorageOptions.Validator()),
    ]);
}
