using CallsBot.Languages;
using CallsBot.Mattermost;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Conversations;

/// <summary>Draws a session's card for the person whose session it is: in their language, with what they may see.</summary>
internal sealed class SessionCards(NodeCard cards, People people, KnownAddresses addresses)
{
    public async Task<PostPatch> ForAsync(Session session, CancellationToken cancellationToken)
    {
        var person = await people.FindAsync(session.UserId, cancellationToken);
        return cards.For(
            session,
            person.IsAdministrator,
            Language.For(person.Locale),
            person.IsAdministrator ? await addresses.GetAsync(session, cancellationToken) : InstallationAddresses.Unknown);
    }
}
