using System.Text.Json;
using System.Text.RegularExpressions;
using CallsBot.Protocols.Mattermost;
using CallsBot.Redaction;
using CallsBot.Tests.Support;
using Microsoft.AspNetCore.Http;
using YamlDotNet.RepresentationModel;

namespace CallsBot.Tests.Redaction;

public sealed partial class RedactionGateTests
{
    private const string Secret = "Fake9pw2Xq7Lm4Rt";
    private const string Planted = $"password={Secret}";

    private readonly RedactionGate _gate = new();

    [Fact]
    public void A_secret_in_any_text_of_any_body_is_gone_and_addresses_and_tokens_of_buttons_stay()
    {
        var card = new PostProps
        {
            Attachments =
            [
                new Attachment
                {
                    Fallback = Planted, Pretext = Planted, Title = Planted, Text = $"rtcd.corp-nowhere.com at 10.1.2.3, ana: {Planted}", Footer = Planted,
                    Fields = [new AttachmentField { Title = "Password", Value = Secret }, new AttachmentField { Title = "Host", Value = "10.1.2.3" }],
                    Actions =
                    [
                        new PostAction
                        {
                            Id = "a", Name = Planted, Options = [new Option { Text = Planted, Value = "one" }],
                            Integration = new ActionIntegration { Url = "http://bot", Context = new Dictionary<string, string> { ["token"] = "v1.abc.def.ghi" } },
                        },
                    ],
                },
            ],
        };
        var dialog = new Dialog
        {
            CallbackId = "c", Title = Planted, IntroductionText = Planted, SubmitLabel = Planted, State = "v1.abc.def.ghi",
            Elements = [new DialogElement { DisplayName = Planted, Name = "text", Type = "text", Placeholder = Planted, HelpText = Planted, Default = Planted }],
        };

        var passed = string.Join(
            '\n',
            Json(_gate.Pass(new PostDraft { ChannelId = "c", Message = Planted, Props = card })),
            Json(_gate.Pass(new PostPatch { Message = Planted, Props = card })),
            Json(_gate.Pass(new OpenDialogRequest { TriggerId = "t", Url = "http://bot", Dialog = dialog })),
            Json(_gate.Pass(new SlashCommandResponse { Text = Planted })),
            Json(_gate.Pass(new ActionResponse { EphemeralText = Planted, Update = new PostPatch { Message = Planted } })),
            Json(_gate.Pass(new DialogResponse { Error = Planted, Errors = new Dictionary<string, string> { ["text"] = Planted } })),
            Json(_gate.Pass(new EphemeralPostDraft { UserId = "u", Post = new PostDraft { ChannelId = "c", Message = Planted } })));

        passed.ShouldNotContain(Secret);
        passed.Split("v1.abc.def.ghi").Length.ShouldBe(4, "the bot's own tokens are what makes buttons work");
        passed.ShouldContain("rtcd.corp-nowhere.com at 10.1.2.3, ana");
        passed.ShouldContain("\"value\":\"10.1.2.3\"");
    }

    [Fact]
    public void What_the_gate_has_not_been_taught_does_not_pass() =>
        Should.Throw<NotSupportedException>(() => _gate.Pass(new User { Id = "u", Username = Planted })).Message.ShouldNotContain(Secret);

    [Fact]
    public async Task A_connection_without_a_gate_sends_no_text()
    {
        await using var server = await LoopbackServer.StartAsync(_ => throw new InvalidOperationException("Something was sent."));
        using var client = new MattermostClient(server.Address, "Mattermost:BotToken", "BOT_TOKEN", TimeSpan.FromSeconds(10), TimeProvider.System);

        await Should.ThrowAsync<InvalidOperationException>(() => client.PostAsync(new PostDraft { ChannelId = "c", Message = "hello" }, CancellationToken.None));
    }

    [Fact]
    public async Task A_secret_at_the_place_where_a_long_message_is_split_is_not_cut_in_two()
    {
        var sent = new List<string>();
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            sent.Add(await reader.ReadToEndAsync());
            context.Response.StatusCode = 201;
            await context.Response.WriteAsync("""{"id":"p","user_id":"u","channel_id":"c"}""");
        });
        using var client = new MattermostClient(
            server.Address, "Mattermost:BotToken", "BOT_TOKEN", TimeSpan.FromSeconds(10), TimeProvider.System, gate: _gate);

        await client.PostAsync(
            new PostDraft { ChannelId = "c", Message = $"{new string('x', MattermostClient.MaxMessageLength - 14)} {Planted} and more" }, CancellationToken.None);

        sent.Count.ShouldBe(2);
        string.Concat(sent).ShouldNotContain(Secret[..6]);
        string.Concat(sent).ShouldNotContain(Secret[^6..]);
    }

    [Fact]
    public void The_bots_own_texts_pass_as_they_are()
    {
        var redactor = new Redactor(Pseudonyms.Random(), secretsOnly: true);
        var texts = new[] { "Languages/Texts", "Troubleshooting/Trees" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "CallsBot", folder), "*.yaml", SearchOption.AllDirectories))
            .SelectMany(file => Scalars(File.ReadAllText(file)))
            .ToList();

        texts.Count.ShouldBeGreaterThan(1000);
        texts.SelectMany(text => text.Split('\n').Zip(redactor.Redact(text).Split('\n')))
            .Where(line => line.First != line.Second)
            .Select(line => $"{line.First.Trim()} -> {line.Second.Trim()}")
            .ShouldBeEmpty();
    }

    [Fact]
    public void There_is_one_gate_and_no_reply_that_goes_round_it()
    {
        var sources = Repository.Source("CallsBot").Concat(Repository.Source("CallsBot.Protocols")).ToDictionary(file => file, File.ReadAllText);

        sources.Where(source => DerivedGate().IsMatch(source.Value)).Select(source => Path.GetFileName(source.Key))
            .ShouldBe(["OutgoingGate.cs", "RedactionGate.cs"], ignoreOrder: true);
        sources.SelectMany(source => JsonReply().Matches(source.Value)).ShouldNotBeEmpty();
        sources.SelectMany(source => JsonReply().Matches(source.Value)).Where(match => !match.Groups[1].Value.StartsWith("gate.Pass(", StringComparison.Ordinal))
            .Select(match => match.Value).ShouldBeEmpty();
        sources.Where(source => source.Value.Contains(".Redacted(", StringComparison.Ordinal)).Select(source => Path.GetFileName(source.Key)).ShouldBe(["TicketDesk.cs"]);
        sources.Where(source => source.Value.Contains(".Drawn(", StringComparison.Ordinal)).Select(source => Path.GetFileName(source.Key)).ShouldBe(["EvidenceDesk.cs"]);
        sources.Where(source => source.Value.Contains(".Recorded(", StringComparison.Ordinal)).Select(source => Path.GetFileName(source.Key)).ShouldBe(["ProfileDesk.cs"]);
        sources.Where(source => source.Value.Contains("new OutgoingFile(", StringComparison.Ordinal)).Select(source => Path.GetFileName(source.Key)).ShouldBe(["OutgoingGate.cs"]);
        sources.Where(source => source.Value.Contains("WriteTo.", StringComparison.Ordinal))
            .ShouldAllBe(source => source.Value.Split("WriteTo.", StringSplitOptions.None).Skip(1).All(rest => rest.StartsWith("Console(new RedactingFormatter(", StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Scalars(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return stream.Documents.SelectMany(document => document.AllNodes).OfType<YamlScalarNode>().Select(node => node.Value ?? "");
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, MattermostJson.Default.Options);

    [GeneratedRegex(@"class \w+[^{;]*:\s*OutgoingGate\b", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DerivedGate();

    [GeneratedRegex(@"TypedResults\.Json\(\s*([^,]+),", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex JsonReply();
}
