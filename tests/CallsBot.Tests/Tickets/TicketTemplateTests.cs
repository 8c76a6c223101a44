using CallsBot.Tests.Setup;
using CallsBot.Tickets;

namespace CallsBot.Tests.Tickets;

public sealed class TicketTemplateTests
{
    private const string Head = "---\ntitle: Ours\nlink: https://tracker.example.com/new?s={title}&d={body}\nlink-length: 600\n---\n";

    [Fact]
    public async Task The_support_form_in_full() => Support.Approved.Match((await SomeTicket.WriteAsync(SomeTicket.Facts())).Ticket.Text);

    [Fact]
    public async Task The_forms_of_a_user_without_server_data()
    {
        var facts = SomeTicket.Facts() with { HasServerData = false, Report = null, Settings = [], ServerLog = [] };

        Support.Approved.Match(string.Join("\n=====\n", (await SomeTicket.WriteAsync(facts)).Ticket.Forms.Skip(1).Select(form => form.Text)));
    }

    [Fact]
    public void A_link_carries_title_and_text_and_stays_short_enough()
    {
        var template = TicketTemplate.Parse("ours", Head + "{{description}}");

        template.LinkTo("A & B", "one\ntwo (2)").ShouldBe("https://tracker.example.com/new?s=A%20%26%20B&d=one%0Atwo%20%282%29");

        var longer = template.LinkTo("A", string.Join('\n', Enumerable.Range(0, 200).Select(number => $"line {number} ü")))!;
        longer.Length.ShouldBeInRange(500, 600);
        Uri.UnescapeDataString(longer).ShouldEndWith("(Shortened. The whole text is in the bundle.)");
        Uri.UnescapeDataString(longer).ShouldContain("line 0 ü\nline 1 ü\n");

        template.LinkTo(new string('x', 1000), "y").ShouldBe("https://tracker.example.com/new?s=&d=");
    }

    [Fact]
    public void A_mail_has_line_ends_of_mails_and_the_built_in_links_hold_their_limits()
    {
        var text = string.Join('\n', Enumerable.Repeat("a line with ümlauts & more", 2000));
        foreach (var template in TicketTemplate.BuiltIn.Where(template => template.Link!.Contains("{body}", StringComparison.Ordinal)))
        {
            template.LinkTo("Title", text)!.Length.ShouldBeInRange(template.LinkLength - 300, template.LinkLength, template.Name);
        }

        TicketTemplate.BuiltIn.Single(template => template.Name == TicketTemplate.Email).LinkTo("T", "a\nb")
            .ShouldBe("mailto:?subject=T&body=a%0D%0Ab");
        TicketTemplate.BuiltIn[0].LinkTo("T", "a").ShouldBe("https://support.mattermost.com/hc/en-us/requests/new");
    }

    [Fact]
    public void What_people_write_is_not_taken_for_a_placeholder()
    {
        var facts = SomeTicket.Facts();
        facts = facts with { Words = facts.Words with { Description = "I typed {{settings}} and {body}." } };

        var template = TicketTemplate.Parse("ours", Head + "{{description}}");

        template.Fill(facts).ShouldBe("I typed {{settings}} and {body}.\n");
        template.LinkTo("{body}", "x").ShouldBe("https://tracker.example.com/new?s=%7Bbody%7D&d=x");
    }

    [Fact]
    public void Own_templates_stand_beside_the_built_in_ones_and_in_their_place()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["ours.md"], Head + "{{description}}");
        File.WriteAllText(folder["github-issue.md"], "---\ntitle: Our GitHub\n---\n{{title}}");

        var templates = TicketTemplate.All(folder.Path);

        templates.Select(template => template.Title).ShouldBe(["Mattermost support", "Our GitHub", "E-mail", "Ours"]);
        templates[1].Link.ShouldBeNull();
        TicketTemplate.All(null).ShouldBe(TicketTemplate.BuiltIn);
        Should.Throw<TicketTemplateException>(() => TicketTemplate.All(folder["missing"]));
    }

    [Theory]
    [InlineData("ours", "{{description}}", "head")]
    [InlineData("ours", "---\nlink: https://x.example\n---\n", "title:")]
    [InlineData("ours", "---\ntitle: X\nlink: javascript:alert(1)\n---\n", "https://")]
    [InlineData("ours", "---\ntitle: X\nlink-length: many\n---\n", "link-length")]
    [InlineData("ours", "---\ntitle: X\nauthor: Y\n---\n", "author: Y")]
    [InlineData("ours", "---\ntitle: X\n---\n{{descriptoin}}", "descriptoin")]
    [InlineData("Our Form", "---\ntitle: X\n---\n", "small letters")]
    public void A_template_with_a_fault_says_which(string name, string text, string fault) =>
        Should.Throw<TicketTemplateException>(() => TicketTemplate.Parse(name, text)).Message.ShouldContain(fault);
}
