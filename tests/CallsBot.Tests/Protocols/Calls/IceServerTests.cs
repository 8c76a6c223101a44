using System.Text.Json;
using CallsBot.Protocols.Calls;

namespace CallsBot.Tests.Protocols.Calls;

public sealed class IceServerTests
{
    [Fact]
    public void A_list_is_read_with_all_its_entries()
    {
        var servers = Read("""[{"urls":["stun:a:1","stun:b:2"]},{"URLs":["turn:c:3"],"Username":"u","credential":"p"}]""");

        servers.Count.ShouldBe(2);
        servers[0].Urls.ShouldBe(["stun:a:1", "stun:b:2"]);
        servers[0].HasCredentials.ShouldBeFalse();
        (servers[1].Username, servers[1].Credential).ShouldBe(("u", "p"));
    }

    [Theory]
    [InlineData("{}", "is no list: it has to begin with [ and end with ]")]
    [InlineData("\"stun:a\"", "is no list: it has to begin with [ and end with ]")]
    [InlineData("""["stun:a:1"]""", "has an entry (number 1) that is no object: it has to look like {\"urls\":[\"stun:stun.example.com:3478\"]}")]
    [InlineData("""[{"urls":[]},{"urls":"stun:a:1"}]""", "has an entry (number 2) that has \"urls\" that is no list: write [ ] around the address")]
    [InlineData("""[{"urls":[3478]}]""", "has an entry (number 1) that has an address that is no text")]
    [InlineData("""[{"urls":["turn:a"],"credential":12}]""", "has an entry (number 1) that has a \"credential\" that is no text")]
    public void What_the_plugin_could_not_read_is_named(string json, string words)
    {
        using var document = JsonDocument.Parse(json);

        IceServer.TryReadList(document.RootElement, out var servers, out var fault).ShouldBeFalse();

        servers.ShouldBeNull();
        fault.ShouldBe(words);
    }

    [Theory]
    [InlineData("""["turn:a"]""", true, false)]
    [InlineData("""["turn:a","turns:b"]""", true, false)]
    [InlineData("""["stun:a"]""", false, false)]
    [InlineData("""["stun:a","turn:b"]""", false, true)]
    [InlineData("[]", false, false)]
    public void An_entry_is_turn_when_all_of_it_is(string urls, bool turn, bool mixed)
    {
        var server = Read($$"""[{"urls":{{urls}}}]""").Single();

        (server.IsTurn, server.IsMixed).ShouldBe((turn, mixed));
    }

    [Fact]
    public void Names_that_mean_nothing_are_kept_and_a_credential_is_never_printed()
    {
        var server = Read("""[{"urls":["turn:a"],"username":"u","credential":"S3CRET","credentials":"x"}]""").Single();

        server.UnknownNames.ShouldBe(["credentials"]);
        server.ToString().ShouldBe("turn:a with credentials");
        $"{server}".ShouldNotContain("S3CRET");
    }

    private static IReadOnlyList<IceServer> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        IceServer.TryReadList(document.RootElement, out var servers, out var fault).ShouldBeTrue(fault);
        return servers.ShouldNotBeNull();
    }
}
