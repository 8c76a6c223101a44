using CallsBot.Languages;
using CallsBot.Mattermost;

namespace CallsBot.Conversations;

/// <summary>Chooses the language: a person's own for what they alone read, the server's for what a channel reads.</summary>
internal sealed class Speech(People people, ServerLocale server)
{
    /// <summary>For direct messages, and for lines that only one person sees. English for a person who cannot be looked up.</summary>
    public async Task<Language> ToAsync(string userId, CancellationToken cancellationToken) =>
        Language.For((await people.FindAsync(userId, cancellationToken)).Locale);

    /// <summary>For the first reply to a command, which must not wait for a slow server.</summary>
    public async Task<Language> AtOnceToAsync(string userId, CancellationToken cancellationToken) =>
        Language.For((await people.FindAtOnceAsync(userId, cancellationToken)).Locale);

    /// <summary>For posts in channels.</summary>
    public async Task<Language> InPublicAsync(CancellationToken cancellationToken) =>
        Language.For(await server.FindAsync(cancellationToken));
}
