using CallsBot.Checks;
using CallsBot.Conversations;
using CallsBot.Languages;
using CallsBot.Sandbox.Mattermost;
using CallsBot.Sandbox.Rtcd;
using CallsBot.Tests.Support;
using CallsBot.Troubleshooting;
using Microsoft.Extensions.DependencyInjection;

namespace CallsBot.Tests.Scenarios;

/// <summary>
/// Goes to every place of the branch "calls do not connect" that a person can get to, and back again, with an RTCD in
/// different health. What is reached is compared with what the tree alone says can be reached.
/// </summary>
public sealed class WholeBranchScenario
{
    [Theory]
    [InlineData(nameof(RtcdFault.Healthy))]
    [InlineData(nameof(RtcdFault.Stopped))]
    [InlineData(nameof(RtcdFault.OldVersion))]
    [InlineData(nameof(RtcdFault.ProxyPage))]
    [InlineData(nameof(RtcdFault.EmptyVersion))]
    public Task Every_place_is_reached_by_clicks(string fault) =>
        VisitAsync(Enum.Parse<RtcdFault>(fault), new ByClicks());

    [Theory]
    [InlineData(nameof(RtcdFault.Healthy))]
    [InlineData(nameof(RtcdFault.Tls))]
    public Task Every_place_is_reached_by_words(string fault) =>
        VisitAsync(Enum.Parse<RtcdFault>(fault), new ByWords());

    private static async Task VisitAsync(RtcdFault fault, IHand hand)
    {
        await using var bot = await BotAndSandbox.StartAsync();
        await bot.Sandbox.Rtcd.Is(fault);
        var chat = bot.Mattermost.DirectMessageFrom("ana");
        await chat.Types("/callshelp");
        var tree = bot.Services.GetRequiredService<TreeCatalog>().Get(Conversation.FirstTree);
        await chat.Sees(tree.Nodes[tree.Start].Title);

        var visited = new HashSet<string>();
        await ExploreAsync(bot, chat, hand, visited);

        visited.ShouldBe(await ReachableAsync(bot, tree), ignoreOrder: true);
        bot.ShouldHaveLoggedNoWarnings();
    }

    private static async Task ExploreAsync(BotAndSandbox bot, Chat chat, IHand hand, HashSet<string> visited)
    {
        var here = (await bot.SessionOf(chat)).Current;
        if (!visited.Add(here.Id))
        {
            return;
        }

        foreach (var step in hand.Steps(here))
        {
            var from = (await bot.SessionOf(chat)).Position;
            await step(chat);
            var there = await ArrivedAsync(bot, chat, from);
            await chat.Sees(there.Title);
            await ExploreAsync(bot, chat, hand, visited);
            from = (await bot.SessionOf(chat)).Position;
            await hand.Back(chat);
            await ArrivedAsync(bot, chat, from);
            await chat.Sees(here.Title);
            (await bot.SessionOf(chat)).Current.Id.ShouldBe(here.Id, $"back from {there.Id}");
        }
    }

    private static async Task<Node> ArrivedAsync(BotAndSandbox bot, Chat chat, int from)
    {
        Session? session = null;
        await BotAndSandbox.WaitAsync(
            () => (session = bot.SessionOf(chat).GetAwaiter().GetResult()) is { Current: not CheckNode } && session.Position > from,
            "the step, and the checks behind it");
        return session!.Current;
    }

    /// <summary>The places that the tree alone says can be reached, given what each check finds now.</summary>
    private static async Task<HashSet<string>> ReachableAsync(BotAndSandbox bot, Tree tree)
    {
        var runner = bot.Services.GetRequiredService<CheckRunner>();
        var reached = new HashSet<string>();
        var waiting = new Stack<string>([tree.Start]);
        while (waiting.TryPop(out var id))
        {
            if (tree.Nodes[id] is CheckNode check)
            {
                var result = await runner.RunAsync(check.Check, CancellationToken.None);
                waiting.Push(result.ReasonCode is { } code && check.ReasonExits.TryGetValue(code, out var next)
                    ? next
                    : check.OutcomeExits[result.Outcome]);
            }
            else if (reached.Add(id))
            {
                foreach (var (_, next) in tree.Nodes[id].Exits())
                {
                    waiting.Push(next);
                }
            }
        }

        return reached;
    }

    private interface IHand
    {
        /// <summary>Everything a person can do at a node to go on.</summary>
        IEnumerable<Func<Chat, Task>> Steps(Node node);

        Task Back(Chat chat);
    }

    private sealed class ByClicks : IHand
    {
        public IEnumerable<Func<Chat, Task>> Steps(Node node) => node switch
        {
            AskNode { Menu: true } menu => menu.Answers.Select(answer => (Func<Chat, Task>)(chat => chat.Chooses(answer.Label))),
            AskNode ask => ask.Answers.Select(answer => (Func<Chat, Task>)(chat => chat.Presses(answer.Label))),
            InstructNode =>
            [
                chat => chat.Presses(ChatTexts.English.ItHelpedButton),
                chat => chat.Presses(ChatTexts.English.ItDidNotHelpButton),
            ],
            CollectNode { Skip: null } => [Collect],
            CollectNode => [Collect, chat => chat.Presses(ChatTexts.English.SkipButton)],
            _ => [],
        };

        public Task Back(Chat chat) => chat.Presses(ChatTexts.English.BackButton);

        private static async Task Collect(Chat chat)
        {
            await chat.Presses(ChatTexts.English.WriteItButton);
            await chat.Submits(new Dictionary<string, object?> { [DialogEndpoint.TextElement] = "some output" });
        }
    }

    private sealed class ByWords : IHand
    {
        public IEnumerable<Func<Chat, Task>> Steps(Node node) => node switch
        {
            // Numbers and labels by turns.
            AskNode ask => ask.Answers.Select((answer, i) => Say(i % 2 == 0 ? $"{i + 1}" : answer.Label.ToUpperInvariant())),
            InstructNode => [Say("yes"), Say("no")],
            CollectNode { Skip: null } => [Say("some output")],
            CollectNode => [Say("some output"), Say("skip")],
            _ => [],
        };

        public Task Back(Chat chat) => chat.Types("back");

        private static Func<Chat, Task> Say(string text) => chat => chat.Types(text);
    }
}
