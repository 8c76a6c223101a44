using System.Text;
using CallsBot.Languages;
using CallsBot.Mattermost;
using CallsBot.Protocols.Mattermost;
using CallsBot.Troubleshooting;
using Microsoft.Extensions.Options;

namespace CallsBot.Conversations;

/// <summary>Passes a person on to the administrators, with everything the session knows so far.</summary>
internal sealed partial class AdministratorDesk(
    MattermostClient mattermost, BotAccount bot, IOptions<ConversationOptions> options, ILogger<AdministratorDesk> logger)
{
    private const int LongestPaste = 3_000;

    private readonly IReadOnlyList<string> _administrators = options.Value.Administrators;

    public bool IsStaffed => _administrators.Count > 0;

    /// <summary>Writes to each administrator.</summary>
    /// <param name="userId">Who asks.</param>
    /// <param name="session">What they were doing; null for nothing.</param>
    /// <param name="message">What they want to say; may be empty.</param>
    /// <param name="language">Of who asks; the administrators are told in theirs.</param>
    /// <param name="occasion">The same for a repetition of the same request, so that nobody is told twice.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What to tell the person who asked.</returns>
    public async Task<string> TellAsync(
        string userId, Session? session, string message, Language language, string occasion, CancellationToken cancellationToken)
    {
        if (!IsStaffed)
        {
            return NobodyText(session, language);
        }

        var asking = await mattermost.Api.GetUserAsync(userId, cancellationToken);
        var told = await PostToEachAsync(
            administrator => new PostDraft { ChannelId = "", Message = Request(asking.Username, message, session, Language.For(administrator.Locale)) },
            occasion,
            cancellationToken);
        var texts = ChatTexts.In(language);
        return told.Count > 0
            ? texts.AdministratorTold(told)
            : WithSummary(session, language, texts.AdministratorsNotReached, texts.AdministratorsNotReachedWithSummary);
    }

    /// <summary>Posts to each administrator's direct channel.</summary>
    /// <param name="draft">What to post for an administrator; the channel is filled in.</param>
    /// <param name="occasion">The same for a repetition of the same request, so that nobody is told twice.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The names of those who were reached.</returns>
    public async Task<IReadOnlyList<string>> PostToEachAsync(Func<User, PostDraft> draft, string occasion, CancellationToken cancellationToken)
    {
        var me = await bot.GetAsync(cancellationToken);
        var told = new List<string>();
        foreach (var name in _administrators)
        {
            try
            {
                var administrator = await mattermost.Api.GetUserByNameAsync(name, cancellationToken);
                var direct = await mattermost.Api.CreateDirectChannelAsync([me.Id, administrator.Id], cancellationToken);
                await mattermost.PostAsync(
                    draft(administrator) with { ChannelId = direct.Id, PendingPostId = Repetition.PendingId(me.Id, administrator.Id, occasion) },
                    cancellationToken);
                told.Add(name);
            }
            catch (MattermostException ex)
            {
                LogNotTold(name, ex);
            }
        }

        return told;
    }

    /// <summary>For an installation without administrators to tell: the person carries the summary over.</summary>
    public static string NobodyText(Session? session, Language language)
    {
        var texts = ChatTexts.In(language);
        return WithSummary(session, language, texts.NobodyToTell, texts.NobodyToTellWithSummary);
    }

    private static string WithSummary(Session? session, Language language, string without, string with) =>
        Summary(session, language) is { Length: > 0 } summary ? $"{with}\n\n{summary}" : without;

    private static string Request(string username, string message, Session? session, Language language)
    {
        var texts = ChatTexts.In(language);
        var said = message.Length > 0
            ? $"{texts.AskedForAdministratorWithMessage(username)}\n{Quote(message)}"
            : texts.AskedForAdministrator(username);
        return Summary(session, language) is { Length: > 0 } summary ? $"{said}\n\n{texts.SoFar}\n{summary}" : said;
    }

    private static string Quote(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => "> " + line));

    /// <summary>The questions and answers so far, and what the checks found, as Markdown lines.</summary>
    private static string Summary(Session? session, Language language)
    {
        if (session is null || session.Steps.Count == 0)
        {
            return "";
        }

        var lines = new StringBuilder();
        foreach (var (title, answer) in Trail.Of(session, language))
        {
            lines.Append("- ").Append(ChatTexts.In(language).QuestionAndAnswer(title, answer)).Append('\n');
        }

        foreach (var (name, pasted) in session.Machine.Kept)
        {
            var shown = pasted.Length <= LongestPaste ? pasted : pasted[..LongestPaste] + " …";
            lines.Append('\n').Append(name).Append(":\n```\n").Append(shown.Replace("```", "'''", StringComparison.Ordinal)).Append("\n```\n");
        }

        if (session.CurrentIn(language) is ConcludeNode conclusion)
        {
            lines.Append("- ").Append(conclusion.Title).Append('\n');
        }

        return lines.ToString();
    }

    [LoggerMessage(LogLevel.Error, "Could not write to the administrator {Name} (Conversations:Administrators).")]
    private partial void LogNotTold(string name, Exception exception);
}
