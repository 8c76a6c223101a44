using System.Text.Json;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Tests.Protocols.Mattermost;

public sealed class MattermostJsonTests
{
    [Fact]
    public void What_the_server_leaves_out_has_its_default()
    {
        var post = Read("""{"id":"p","user_id":"u","channel_id":"c"}""", MattermostJson.Default.Post);
        var pressed = Read("""{"user_id":"u","channel_id":"c","post_id":"p","context":{}}""", MattermostJson.Default.ActionRequest);
        var user = Read("""{"id":"u","username":"ana"}""", MattermostJson.Default.User);
        var list = Read("{}", MattermostJson.Default.PostList);

        (post.Message, post.RootId, post.Type).ShouldBe(("", "", ""));
        pressed.TriggerId.ShouldBe("");
        user.Locale.ShouldBe("en");
        list.Order.ShouldBeEmpty();
        list.Posts.ShouldBeEmpty();
    }

    private static T Read<T>(string json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class =>
        JsonSerializer.Deserialize(json, type).ShouldNotBeNull();
}
