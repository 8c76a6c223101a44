using System.Diagnostics;
using CallsBot.Checks;
using CallsBot.Languages;

namespace CallsBot.Troubleshooting;

/// <summary>One troubleshooting tree as its file gives it, proven sound by <see cref="TreeFile"/>.</summary>
/// <param name="Id">Kebab-case and stable: stored sessions name it.</param>
/// <param name="Title">A few words.</param>
/// <param name="Start">The first node.</param>
/// <param name="Own">The nodes of the file.</param>
internal sealed record Tree(string Id, string Title, string Start, IReadOnlyDictionary<string, Node> Own)
{
    /// <summary>Every node that a walk may meet: those of all files, which may lead into each other.</summary>
    public IReadOnlyDictionary<string, Node> Nodes { get; init; } = Own;

    /// <summary>Gives the nodes of all files in another language, by id. Null where there is English alone.</summary>
    internal Func<Language, IReadOnlyDictionary<string, Node>>? Translations { get; init; }

    /// <summary>A node with its texts in a language; in English where they are not to be had in that language.</summary>
    public Node In(Language language, string nodeId) =>
        language != Language.English && Translations?.Invoke(language).TryGetValue(nodeId, out var translated) == true
            ? translated
            : Nodes[nodeId];

    /// <summary>Every fact id that a node of the file covers, each once, in order.</summary>
    public IReadOnlyList<string> Items =>
        [.. Own.Values.SelectMany(node => node.Items).Distinct().Order(ItemOrder.Instance)];
}

/// <summary>One place in a tree.</summary>
/// <param name="Id">Kebab-case and stable: stored sessions and tickets name it.</param>
/// <param name="Title">A few words.</param>
/// <param name="Text">
/// Markdown in plain words, for anyone: names no host, address or command. For an ask node it is the question.
/// </param>
/// <param name="AdminText">Shown to system administrators in place of <paramref name="Text"/>; null when it would be the same.</param>
/// <param name="Items">Ids of the facts that this node covers, such as A1.2.</param>
internal abstract record Node(string Id, string Title, string Text, string? AdminText, IReadOnlyList<string> Items)
{
    /// <summary>Whether the commands of <see cref="AdminText"/> cut calls off.</summary>
    public bool Interrupts { get; init; }

    /// <summary>Whether a person, and not the bot, has to do something here for the walk to go on.</summary>
    public bool IsForPerson => this is AskNode { As: not FactNames.Role } or CollectNode or InstructNode;

    public string TextFor(bool administrator) => administrator ? AdminText ?? Text : Text;

    /// <summary>Every way on from here, in the file's order.</summary>
    public IEnumerable<(Exit Exit, string Next)> Exits() => this switch
    {
        AskNode ask => ask.Answers.Select(answer => (Exit.Answer(answer.Id), answer.Next)),
        CheckNode check => check.OutcomeExits.Select(exit => (Exit.Of(exit.Key), exit.Value))
            .Concat(check.ReasonExits.Select(exit => (Exit.Of(exit.Key), exit.Value))),
        CollectNode collect => collect.Skip is { } skip
            ? [(Exit.Collected, collect.Next), (Exit.Skipped, skip)]
            : [(Exit.Collected, collect.Next)],
        InstructNode instruct => [(Exit.Helped, instruct.Helped), (Exit.NotHelped, instruct.NotHelped)],
        TryNode causes => causes.Causes.Select(cause => (Exit.Try(cause), cause)).Append((Exit.NoneLeft, causes.Then)),
        ConcludeNode => [],
        _ => throw new UnreachableException(),
    };
}

/// <summary>Asks the person something that buttons can answer.</summary>
/// <param name="Menu">More answers than a row of buttons holds: shown as a menu.</param>
internal sealed record AskNode(
    string Id,
    string Title,
    string Text,
    string? AdminText,
    IReadOnlyList<string> Items,
    IReadOnlyList<Answer> Answers,
    bool Menu) : Node(Id, Title, Text, AdminText, Items)
{
    /// <summary>
    /// The fact that the answer tells, such as "client"; null for none. Who has told it in this walk is not asked again.
    /// </summary>
    public string? As { get; init; }
}

/// <param name="Words">Words and phrases by which free text is taken for this answer; a last "*" stands for any ending.</param>
internal sealed record Answer(string Id, string Label, string Next, IReadOnlyList<string> Words);

/// <summary>Runs a check. A reason code with an exit of its own wins over the outcome's exit.</summary>
internal sealed record CheckNode(
    string Id,
    string Title,
    string Text,
    string? AdminText,
    IReadOnlyList<string> Items,
    string Check,
    IReadOnlyDictionary<Outcome, string> OutcomeExits,
    IReadOnlyDictionary<string, string> ReasonExits) : Node(Id, Title, Text, AdminText, Items);

/// <summary>Asks for something to be written or pasted.</summary>
/// <param name="As">The name under which it is kept for the ticket.</param>
/// <param name="Skip">Where to go on without it; null when there is no going on without it.</param>
internal sealed record CollectNode(
    string Id,
    string Title,
    string Text,
    string? AdminText,
    IReadOnlyList<string> Items,
    string As,
    string Next,
    string? Skip) : Node(Id, Title, Text, AdminText, Items);

/// <summary>Says what to do, then asks whether it helped.</summary>
internal sealed record InstructNode(
    string Id,
    string Title,
    string Text,
    string? AdminText,
    IReadOnlyList<string> Items,
    string Helped,
    string NotHelped) : Node(Id, Title, Text, AdminText, Items);

/// <summary>Leads to the likeliest cause that was not tried yet. Never shown.</summary>
/// <param name="Causes">Nodes, likeliest first.</param>
/// <param name="Then">Where to go on when all have been tried.</param>
internal sealed record TryNode(string Id, string Title, IReadOnlyList<string> Items, IReadOnlyList<string> Causes, string Then)
    : Node(Id, Title, "", null, Items);

/// <summary>An end: a cause and what to do about it.</summary>
/// <param name="Cause">Kebab-case and stable: tickets and dashboards use it.</param>
/// <param name="Resolved">The trouble is over; otherwise somebody still has something to do.</param>
/// <param name="OffersTicket">Whether a ticket is worth offering.</param>
internal sealed record ConcludeNode(
    string Id,
    string Title,
    string Text,
    string? AdminText,
    IReadOnlyList<string> Items,
    string Cause,
    bool Resolved,
    bool OffersTicket) : Node(Id, Title, Text, AdminText, Items);

/// <summary>One way out of a node: what the state machine fires.</summary>
internal readonly record struct Exit(string Kind, string Value)
{
    public static readonly Exit Collected = new("collect", "given");
    public static readonly Exit Skipped = new("collect", "skip");
    public static readonly Exit Helped = new("instruct", "helped");
    public static readonly Exit NotHelped = new("instruct", "not helped");
    public static readonly Exit Back = new("walk", "back");
    public static readonly Exit StartOver = new("walk", "start over");
    public static readonly Exit Shown = new("walk", "shown by evidence");

    public static readonly Exit NoneLeft = new("try", "none left");

    public static Exit Try(string cause) => new("try", cause);

    public static Exit Answer(string answerId) => new("ask", answerId);

    public static Exit Of(Outcome outcome) => new("check", OutcomeWords.For(outcome));

    public static Exit Of(string reasonCode) => new("check", reasonCode);

    /// <summary>As graphs label it.</summary>
    public override string ToString() => Value;
}

/// <summary>Facts that the bot knows or that several trees ask for. Trees may keep others.</summary>
internal static class FactNames
{
    /// <summary>The only fact that nobody is asked for: the bot reads it from the person's account.</summary>
    public const string Role = "role";

    public const string Administrator = "administrator";
    public const string User = "user";
}

/// <summary>How outcomes are written in tree files and stored sessions.</summary>
internal static class OutcomeWords
{
    public static readonly IReadOnlyDictionary<string, Outcome> All = new Dictionary<string, Outcome>(StringComparer.Ordinal)
    {
        ["pass"] = Outcome.Pass,
        ["warn"] = Outcome.Warn,
        ["fail"] = Outcome.Fail,
        ["inconclusive"] = Outcome.Inconclusive,
        ["skipped"] = Outcome.Skipped,
    };

    public static string For(Outcome outcome) => All.First(word => word.Value == outcome).Key;
}

/// <summary>A1.2 before A1.10, and letters before numbers.</summary>
internal sealed class ItemOrder : IComparer<string>
{
    public static readonly ItemOrder Instance = new();

    public int Compare(string? x, string? y) => string.CompareOrdinal(Key(x), Key(y));

    private static string Key(string? item) =>
        string.Join('.', (item ?? "").Split('.').Select(part => part.Length > 0 && char.IsAsciiLetterUpper(part[0])
            ? part[0] + part[1..].PadLeft(4, '0')
            : "~" + part.PadLeft(4, '0')));
}
