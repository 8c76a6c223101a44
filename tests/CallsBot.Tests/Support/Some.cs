using System.Security.Cryptography;
using CallsBot.Checks;
using CallsBot.Conversations;
using CallsBot.Protocols.Mattermost;
using CallsBot.Troubleshooting;
using Microsoft.Extensions.Options;

namespace CallsBot.Tests.Support;

/// <summary>Values that do not matter to a test.</summary>
internal static class Some
{
    public static string Id() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(13));

    public static string SigningKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public static Post Post(string message, string? channelId = null, string? userId = null) => new()
    {
        Id = Id(),
        ChannelId = channelId ?? Id(),
        UserId = userId ?? Id(),
        Message = message,
        CreateAt = 1,
    };

    public static IOptions<ConversationOptions> ConversationOptions(params string[] signingKeys) => Options.Create(new ConversationOptions
    {
        CallbackUrl = new Uri("http://127.0.0.1:8077"),
        SigningKeys = signingKeys.Length > 0 ? signingKeys : [SigningKey()],
    });

    public static CheckResult CheckResult(Outcome outcome = Outcome.Pass, string? reasonCode = null) => new(
        "some-check", outcome, reasonCode, "It answered.", "rtcd.example:8045 answered.", [new Evidence("Version", "v1.2.6")],
        Vantage.Bot, [new NextStep("Ask again.", "curl http://rtcd.example:8045/version")]);

    /// <summary>Two questions, a check, and two ends.</summary>
    public static Tree Tree(string id = "some-tree") => new(id, "Some tree", "first", new Dictionary<string, Node>
    {
        ["first"] = new AskNode("first", "First", "What is it?", null, [],
            [new Answer("one", "One", "second", ["one"]), new Answer("two", "Two", "look", ["two"])], Menu: false),
        ["second"] = new CollectNode("second", "Second", "Paste it.", null, [], "pasted", "end", "end"),
        ["look"] = new CheckNode("look", "Look", "", null, [], "some-check",
            new Dictionary<Outcome, string>
            {
                [Outcome.Pass] = "end", [Outcome.Warn] = "end", [Outcome.Fail] = "end", [Outcome.Inconclusive] = "end", [Outcome.Skipped] = "end",
            },
            new Dictionary<string, string>()),
        ["end"] = new ConcludeNode("end", "End", "That was it.", null, [], "the-cause", Resolved: false, OffersTicket: true),
    });
}
