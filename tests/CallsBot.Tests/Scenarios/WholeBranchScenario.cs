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
/// Goes to every place of the file "calls do not connect" that a person can get to, and back again, with an RTCD in
/// different health. A machine in memory, which runs the checks itself, says where each step leads and which places there are.
/// </summary>
public sealed class WholeBranchScenario
{
    private const string Branch = "calls-not-connecting";

    [Theory]
    [InlineData(nameof(RtcdFault.Healthy), "sysadmin")]
    [InlineData(nameof(RtcdFault.Stopped), "ana")]
    public Task Every_place_is_reached_by_clicks(string fault, string who) =>
        VisitAsync(Enum.Parse<RtcdFault>(fault), who, new ByClicks());

    [Fact]
    public Task Every_place_is_reached_by_words() => VisitAsync(RtcdFault.Healthy, "ana", new ByWords());

    private static async Task VisitAsync(RtcdFault fault, string who, IHand hand)
    {
        await using var bot = await BotAndSandbox.StartAsync();
        bot.CallsAreInstalled();
        await bot.Sandbox.Rtcd.Is(fault);
        var chat = bot.Mattermost.DirectMessageFrom(who);
        await chat.Types("/callshelp");
        var trees = bot.Services.GetRequiredService<TreeCatalog>();
        var tree = trees.Get(Conversation.FirstTree);
        await chat.Sees(tree.Nodes[tree.Start].Title);
        var model = new Model(
            tree, [tree.Start, .. trees.Get(Branch).Own.Keys], bot.Services.GetRequiredService<CheckRunner>(),
            who == "sysadmin" ? FactNames.Administrator : FactNames.User);

        var visited = new HashSet<string>();
        await ExploreAsync(bot, chat, hand, model, visited);

        visited.ShouldBe(await model.ReachableAsync(), ignoreOrder: true);
        visited.Count.ShouldBeGreaterThanOrEqualTo(10);
        bot.ShouldHaveLoggedNoWarnings();
    }

    private static async Task ExploreAsync(BotAndSandbox bot, Chat chat, IHand hand, Model model, HashSet<string> visited)
    {
        var session = await bot.SessionOf(chat);
        var here = session.Current;
        visited.Add(here.Id);
        var history = session.Machine.History;
        foreach (var (trigger, step) in Model.Steps(here).Zip(hand.Steps(here)))
        {
            var expected = (await model.AfterAsync(history, trigger)).Current.Id;
            if (!model.IsPart(expected) || visited.Contains(expected))
            {
                continue;
            }

            var from = (await bot.SessionOf(chat)).Position;
            await step(chat);
            var there = await ArrivedAsync(bot, chat, model, from);
            there.Id.ShouldBe(expected, $"from {here.Id}");
            await chat.Sees(there.Title);
            await ExploreAsync(bot, chat, hand, model, visited);
            from = (await bot.SessionOf(chat)).Position;
            await hand.Back(chat);
            await ArrivedAsync(bot, chat, model, from);
            await chat.Sees(here.Title);
            (await bot.SessionOf(chat)).Current.Id.ShouldBe(here.Id, $"back from {there.Id}");
        }
    }

    private static async Task<Node> ArrivedAsync(BotAndSandbox bot, Chat chat, Model model, int from)
    {
        Session? session = null;
        await BotAndSandbox.WaitAsync(
            () => (session = bot.SessionOf(chat).GetAwaiter().GetResult()) is { Current: not CheckNode } && session.Position > from
                && model.Automatic(session.Machine) is null,
            "the step, and the checks behind it");
        return session!.Current;
    }

    /// <summary>Walks in memory: the checks are run once, and what needs nobody is done as the bot does it.</summary>
    private sealed class Model(Tree tree, IEnumerable<string> part, CheckRunner runner, string role)
    {
        private readonly HashSet<string> _part = [.. part];
        private readonly Dictionary<string, CheckResult> _found = [];

        public bool IsPart(string nodeId) => _part.Contains(nodeId);

        public Trigger? Automatic(TroubleshootingMachine machine) => machine.Automatic(role, (_, left) => left[0]);

        /// <summary>Everything that a person can do at a node to go on.</summary>
        public static IEnumerable<Trigger> Steps(Node node) => node switch
        {
            AskNode ask => ask.Answers.Select(answer => new Answered(ask.Id, answer.Id)),
            InstructNode => [new Helped(node.Id, Did: true), new Helped(node.Id, Did: false)],
            CollectNode { Skip: null } => [new Collected(node.Id, "some output")],
            CollectNode => [new Collected(node.Id, "some output"), new Skipped(node.Id)],
            _ => [],
        };

        /// <summary>Where the walk stands once it is a person's turn again.</summary>
        public async Task<TroubleshootingMachine> AfterAsync(IEnumerable<Trigger> history, Trigger? trigger)
        {
            var machine = TroubleshootingMachine.Replay(tree, trigger is null ? history : history.Append(trigger));
            while (machine.Current is CheckNode || Automatic(machine) is not null)
            {
                machine.TryFire(machine.Current is CheckNode check ? await CheckedAsync(check) : Automatic(machine)!).ShouldBeTrue(machine.Current.Id);
            }

            return machine;
        }

        public async Task<HashSet<string>> ReachableAsync()
        {
            var reached = new HashSet<string>();
            await ReachAsync(await AfterAsync([], null), reached);
            return reached;
        }

        private async Task ReachAsync(TroubleshootingMachine here, HashSet<string> reached)
        {
            reached.Add(here.Current.Id);
            foreach (var trigger in Steps(here.Current))
            {
                var there = await AfterAsync(here.History, trigger);
                if (IsPart(there.Current.Id) && !reached.Contains(there.Current.Id))
                {
                    await ReachAsync(there, reached);
                }
            }
        }

        private async Task<Checked> CheckedAsync(CheckNode node)
        {
            if (!_found.TryGetValue(node.Check, out var result))
            {
                _found[node.Check] = result = await runner.RunAsync(node.Check, CancellationToken.None);
            }

            return new Checked(node.Id, result.Outcome, result.ReasonCode);
        }
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
