using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CallsBot.Redaction;
using CallsBot.Tickets;

namespace CallsBot.Tests.Tickets;

public sealed class TicketBundleTests
{
    private const string Secret = "Fake9pw2Xq7Lm4Rt";

    [Fact]
    public async Task The_manifest_names_every_other_file_with_its_hash_and_all_is_sound_json()
    {
        var (ticket, zip) = await SomeTicket.WriteAsync(SomeTicket.Facts());
        var files = SomeTicket.Unzip(zip);

        files.Keys.ShouldBe(
        [
            "ticket.md", "forms/github-issue.md", "forms/e-mail.md", "report.json", "report.md", "settings/calls-plugin.txt",
            "metrics/rtcd.txt", "logs/console-lines.txt", "logs/mattermost.log", "README.md", "redaction-report.txt", "manifest.json",
        ]);
        using var manifest = JsonDocument.Parse(files["manifest.json"]);
        var listed = manifest.RootElement.GetProperty("files").EnumerateArray().ToDictionary(file => file.GetProperty("name").GetString()!);
        listed.Keys.ShouldBe(files.Keys.Where(name => name != "manifest.json"));
        foreach (var (name, file) in listed)
        {
            file.GetProperty("sha256").GetString().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(files[name])), name);
            file.GetProperty("bytes").GetInt64().ShouldBe(files[name].Length);
        }

        using var report = JsonDocument.Parse(files["report.json"]);
        report.RootElement.GetProperty("runId").GetString().ShouldBe("0123abcd");
        files["ticket.md"].Text().ShouldBe(ticket.Text);
        ticket.Entries.Select(entry => (entry.Name, entry.Length)).ShouldBe(files.Select(file => (file.Key, (long)file.Value.Length)));
        foreach (var name in files.Keys)
        {
            files["README.md"].Text().ShouldContain($"`{name}`");
        }
    }

    [Fact]
    public async Task A_secret_planted_anywhere_is_in_no_file_and_no_link()
    {
        var clean = SomeTicket.Facts();
        var (host, address, person) = ("chat.corp-nowhere.com", "10.245.123.214", "ana.brown@corp-nowhere.com");
        var planted = $"password={Secret} at https://{host}/ from {address} by {person}";
        var facts = clean with
        {
            Words = new TicketWords
            {
                Description = planted, Since = planted, Steps = planted,
                Additions = [new TicketAddition("ana.brown", SomeTicket.At, planted)],
            },
            Walk = SomeTicket.Walk(planted),
            Settings = [new SettingFact("RTCDServiceURL", $"http://calls:{Secret}@{host}:8045", "from the System Console")],
            Metrics = SomeTicket.Metrics($"rtcd_rtc_sessions_total{{groupID=\"{planted}\"}} 1\nrtcd_rtc_errors_total{{type=\"{host}\"}} 1"),
            ServerLog = [planted, $"{{\"msg\":\"{planted}\"}}"],
        };
        var root = clean.Report!.Checks[0];
        facts = facts with
        {
            Report = clean.Report with
            {
                Checks = [root with { Result = root.Result with { Summary = planted, Detail = planted, Evidence = [new("URL", $"http://calls:{Secret}@{host}")] } }],
                Inventory = [new("RTCD", $"http://{address}:8045")],
            },
        };

        var (ticket, zip) = await SomeTicket.WriteAsync(facts);

        var everything = SomeTicket.Unzip(zip).Select(file => (file.Key, Text: file.Value.Text()))
            .Concat(ticket.Forms.Select(form => (Key: $"link of {form.Name}", Text: Uri.UnescapeDataString(form.Link ?? ""))))
            .Concat(ticket.Forms.Select(form => (Key: form.Name, form.Text)));
        foreach (var (name, text) in everything)
        {
            foreach (var word in new[] { Secret, host, address, "ana.brown" })
            {
                text.ShouldNotContain(word, Case.Insensitive, name);
            }
        }

        ticket.Counts[RedactionClass.Password].ShouldBeGreaterThan(5);
        ticket.Text.ShouldContain("ip4-private-");
        ticket.ToString().ShouldNotContain("password");
        facts.ToString().ShouldNotContain(Secret);
        facts.Words.ToString().ShouldNotContain(Secret);
    }

    [Fact]
    public async Task The_same_thing_has_the_same_name_in_all_files_of_a_bundle_and_another_in_the_next()
    {
        var facts = SomeTicket.Facts() with
        {
            Walk = SomeTicket.Walk("dial https://chat.corp-nowhere.com from 10.1.2.3"),
            ServerLog = ["dial https://chat.corp-nowhere.com from 10.1.2.3"],
        };

        var files = SomeTicket.Unzip((await SomeTicket.WriteAsync(facts)).Zip);
        using var other = new MemoryStream();
        await WrittenTicket.WriteAsync(facts, TicketTemplate.BuiltIn, other, Pseudonyms.WithKey("another-key-0123"u8), CancellationToken.None);

        files["logs/console-lines.txt"].Text().ShouldBe(files["logs/mattermost.log"].Text());
        SomeTicket.Unzip(other.ToArray())["logs/mattermost.log"].Text().ShouldNotBe(files["logs/mattermost.log"].Text());
    }

    [Fact]
    public async Task A_bundle_can_be_redacted_again_and_stays_as_it_is()
    {
        var (_, zip) = await SomeTicket.WriteAsync(SomeTicket.Facts());

        foreach (var (name, content) in SomeTicket.Unzip(zip))
        {
            new Redactor(Pseudonyms.Random()).Redact(content.Text()).ShouldBe(content.Text(), name);
        }
    }

    [Fact]
    public async Task A_long_text_in_one_piece_and_in_many_gives_the_same_bytes()
    {
        var text = string.Concat(Enumerable.Repeat($"password={Secret} é 10.1.2.3\r\nfine\n", 5000));
        var bytes = Encoding.UTF8.GetBytes(text);

        async Task<string> HashAsync(int piece)
        {
            await using var bundle = new TicketBundle(Stream.Null, Pseudonyms.WithKey("0123456789abcdef"u8), SomeTicket.At);
            await bundle.AddAsync(new BundlePart("a.log", "a log", bytes.Chunk(piece).Select(chunk => (ReadOnlyMemory<byte>)chunk).ToAsyncEnumerable()), CancellationToken.None);
            return bundle.Entries[0].Sha256;
        }

        var whole = await HashAsync(bytes.Length);
        (await HashAsync(7)).ShouldBe(whole);
        (await HashAsync(65_537)).ShouldBe(whole);
    }
}
