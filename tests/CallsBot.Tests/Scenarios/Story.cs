using CallsBot.Conversations;
using CallsBot.Languages;
using CallsBot.Sandbox;
using CallsBot.Sandbox.Mattermost;
using CallsBot.Tests.Support;
using CallsBot.Troubleshooting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CallsBot.Tests.Scenarios;

/// <summary>What a person does at one card: presses or chooses what has this label, or writes.</summary>
/// <param name="Text">A label, or what is written.</param>
/// <param name="IsWritten">Whether it is written, in the person's own words.</param>
internal sealed record StoryStep(string Text, bool IsWritten)
{
    public static implicit operator StoryStep(string label) => new(label, IsWritten: false);
}

/// <summary>A person with a trouble, before an installation with a fault: an administrator, or somebody who uses Mattermost.</summary>
internal sealed class Story : IAsyncDisposable
{
    public const string Administrator = "sysadmin";
    public const string Colleague = "ana";

    public static readonly StoryStep ItHelped = ChatTexts.English.ItHelpedButton;
    public static readonly StoryStep ItDidNotHelp = ChatTexts.English.ItDidNotHelpButton;
    public static readonly StoryStep Skips = ChatTexts.English.SkipButton;

    private readonly string _role;
    private readonly Chat _chat;

    private Story(BotAndSandbox bot, string who)
    {
        Bot = bot;
        _role = who == Administrator ? FactNames.Administrator : FactNames.User;
        _chat = bot.Mattermost.DirectMessageFrom(who);
    }

    public BotAndSandbox Bot { get; }

    public string Transcript => _chat.Transcript;

    /// <summary>The nodes that the person has been shown, in order.</summary>
    public List<Node> Shown { get; } = [];

    /// <summary>The questions for a fact that were asked, by the id of the node.</summary>
    public IEnumerable<string> Asked(string fact) => Shown.OfType<AskNode>().Where(node => node.As == fact).Select(node => node.Id);

    public static StoryStep Writes(string words) => new(words, IsWritten: true);

    /// <param name="who"><see cref="Administrator"/> or <see cref="Colleague"/>.</param>
    /// <param name="faults">What ails the installation, on which calls work else. Before the bot starts.</param>
    /// <param name="settings">How the sandbox starts.</param>
    public static async Task<Story> BeginAsync(string who, Func<BotAndSandbox, Task>? faults = null, SandboxSettings? settings = null)
    {
        var bot = await BotAndSandbox.StartAsync(start: false, settings: settings);
        bot.CallsAreInstalled();
        await (faults?.Invoke(bot) ?? Task.CompletedTask);
        await bot.StartBotAsync();
        return new Story(bot, who);
    }

    /// <summary>Does one thing after the other, each at the card that came of the one before.</summary>
    /// <exception cref="ShouldAssertException">A card does not have the label.</exception>
    public async Task GoesAsync(params IEnumerable<StoryStep> steps)
    {
        foreach (var step in steps)
        {
            if (Shown.Count == 0)
            {
                await BeginAsync(step);
                continue;
            }

            await DoAsync(step);
        }
    }

    /// <summary>The end that the story has come to.</summary>
    /// <exception cref="ShouldAssertException">It stands at something else than a conclusion.</exception>
    public async Task<ConcludeNode> EndsAsync()
    {
        var session = await FindAsync();
        return session!.Current.ShouldBeOfType<ConcludeNode>(Path(session));
    }

    public ValueTask DisposeAsync() => Bot.DisposeAsync();

    private static string Path(Session session) =>
        string.Join(" › ", session.Machine.Path.Select(step => step.Node.Id).Append(session.Current.Id));

    private async Task BeginAsync(StoryStep first)
    {
        if (first.IsWritten)
        {
            await _chat.Types(first.Text);
            await ArriveAsync(from: 0);
            return;
        }

        await _chat.Types("/callshelp");
        await ArriveAsync(from: -1);
        await DoAsync(first);
    }

    private async Task DoAsync(StoryStep step)
    {
        var session = (await FindAsync())!;
        if (step.IsWritten)
        {
            await _chat.Types(step.Text);
        }
        else
        {
            Labels(session.Current).ShouldContain(step.Text, Path(session));
            await (session.Current is AskNode { Menu: true } ? _chat.Chooses(step.Text) : _chat.Presses(step.Text));
        }

        await ArriveAsync(session.Position);
    }

    private static IEnumerable<string> Labels(Node node) => node switch
    {
        AskNode ask => ask.Answers.Select(answer => answer.Label),
        InstructNode => [ItHelped.Text, ItDidNotHelp.Text],
        CollectNode { Skip: not null } => [Skips.Text],
        _ => [],
    };

    /// <summary>Waits until it is the person's turn again, and their card is there.</summary>
    private async Task ArriveAsync(int from)
    {
        Session? session = null;
        try
        {
            await BotAndSandbox.WaitAsync(
                () => (session = FindAsync().GetAwaiter().GetResult()) is { Current: not CheckNode } && session.Position > from
                    && session.Machine.Automatic(_role, (_, left) => left[0]) is null,
                $"the step after {Shown.LastOrDefault()?.Id ?? "the beginning"}");
        }
        catch (TimeoutException ex)
        {
            var log = string.Join('\n', Bot.Log.Lines.Where(line => line.Level >= LogLevel.Warning).Select(line => line.Text));
            throw new TimeoutException($"{ex.Message} This is what there was:\n{Transcript}\n{log}", ex);
        }

        Shown.Add(session!.Current);
        await _chat.Sees(session.Current.Title);
    }

    private Task<Session?> FindAsync() =>
        Bot.Services.GetRequiredService<SessionStore>().FindLatestAsync(_chat.Channel.Id, "", CancellationToken.None);
}
