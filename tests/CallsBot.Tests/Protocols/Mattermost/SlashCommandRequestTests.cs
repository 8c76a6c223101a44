using System.Net;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Tests.Protocols.Mattermost;

public sealed class SlashCommandRequestTests
{
    [Fact]
    public void The_recorded_request_is_read_whole()
    {
        var request = SlashCommandRequest.TryParse(Recorded()).ShouldNotBeNull();

        request.Token.ShouldBe("COMMAND_TOKEN");
        request.Command.ShouldBe("/callshelp");
        request.Text.ShouldBe("audio is choppy");
        request.UserId.ShouldBe("6b75cac4xpggpbu9xbqajxs64y");
        request.UserName.ShouldBe("ana");
        request.ChannelId.ShouldBe("wtfznim96by39d1sgcurm3a7pe");
        request.ChannelName.ShouldBe("town-square");
        request.TeamId.ShouldBe("5h5tzi8s7ibpuxyji3caw93eoc");
        request.TeamDomain.ShouldBe("ops");
        request.RootId.ShouldBe("");
        request.ResponseUrl.ShouldBe("http://127.0.0.1:8065/hooks/commands/rw76usmhkincuybdpgsyso1p4w");
        request.TriggerId.ShouldStartWith("YmJwNWtl");
    }

    [Fact]
    public void The_thread_is_read_where_the_server_sends_it()
    {
        var request = SlashCommandRequest.TryParse(Recorded().Append(new("root_id", "tymuasoswfgrubod9bje1djk1w")));

        request.ShouldNotBeNull().RootId.ShouldBe("tymuasoswfgrubod9bje1djk1w");
    }

    [Theory]
    [InlineData("token")]
    [InlineData("command")]
    [InlineData("user_id")]
    [InlineData("channel_id")]
    public void A_request_without_what_everything_hangs_on_is_refused(string field)
    {
        SlashCommandRequest.TryParse(Recorded().Where(f => f.Key != field)).ShouldBeNull();
        SlashCommandRequest.TryParse(Recorded().Where(f => f.Key != field).Append(new(field, ""))).ShouldBeNull();
    }

    [Fact]
    public void A_field_sent_twice_is_refused() =>
        SlashCommandRequest.TryParse(Recorded().Append(new("user_id", "9um4a91yx3b9tfq8nrpjjwewbr"))).ShouldBeNull();

    [Fact]
    public void Neither_secrets_nor_what_the_person_wrote_are_printed()
    {
        var printed = SlashCommandRequest.TryParse(Recorded())!.ToString();

        printed.ShouldBe("/callshelp by 6b75cac4xpggpbu9xbqajxs64y in wtfznim96by39d1sgcurm3a7pe");
    }

    private static List<KeyValuePair<string, string>> Recorded()
    {
        var body = Recording.InboundBody("slash-request.json");
        return
        [
            .. body.Split('&').Select(field => field.Split('=')).Select(
                field => KeyValuePair.Create(WebUtility.UrlDecode(field[0]), WebUtility.UrlDecode(field[1]))),
        ];
    }
}
