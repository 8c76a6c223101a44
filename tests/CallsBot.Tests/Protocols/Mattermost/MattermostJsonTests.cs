using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Tests.Protocols.Mattermost;

public sealed class MattermostJsonTests
{
    private static readonly NullabilityInfoContext Nullability = new();

    public static TheoryData<Type> WireTypes => [.. typeof(Post).Assembly.GetExportedTypes().Where(
        t => t.Namespace == typeof(Post).Namespace
            && t.GetProperties().Any(p => p.GetCustomAttribute<JsonPropertyNameAttribute>() is not null))];

    [Theory]
    [MemberData(nameof(WireTypes))]
    public void What_is_left_out_is_never_null_where_a_type_says_it_is_not(Type type)
    {
        var value = JsonSerializer.Deserialize(Smallest(type), MattermostJson.Default.GetTypeInfo(type)!)!;

        var nulls = type.GetProperties()
            .Where(p => Nullability.Create(p).ReadState == NullabilityState.NotNull && p.GetValue(value) is null)
            .Select(p => p.Name);
        nulls.ShouldBeEmpty();
    }

    [Fact]
    public void What_the_server_leaves_out_has_its_default()
    {
        Read("""{"id":"u","username":"ana"}""", MattermostJson.Default.User).Locale.ShouldBe("en");
        Read("""{"id":"b","name":"Go"}""", MattermostJson.Default.PostAction).Type.ShouldBe(PostAction.Button);
        Read("{}", MattermostJson.Default.PostList).Posts.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"channel_id":"c","post_id":"p","context":{}}""", "user_id is missing")]
    [InlineData("""{"user_id":null,"channel_id":"c","post_id":"p","context":{}}""", "user_id is null")]
    [InlineData("""{"user_id":"u","user_id":"v","channel_id":"c","post_id":"p","context":{}}""", "user_id is there twice")]
    [InlineData("""{"user_id":"u","channel_id":"c","post_id":"p","context":null}""", "context is null")]
    [InlineData("""{"user_id":5,"channel_id":"c","post_id":"p","context":{}}""", "user_id is a number")]
    [InlineData("""{"user_id":"u","channel_id":"c","post_id":"p","context":{}} {}""", "something follows")]
    public void A_press_that_is_not_whole_is_refused(string json, string because) => Should.Throw<JsonException>(
        () => JsonSerializer.Deserialize(json, MattermostJson.Default.ActionRequest), because);

    [Fact]
    public void Nulls_are_not_written_and_unknown_props_travel_on()
    {
        var props = Read("""{"from_bot":"true","card":{"a":1}}""", MattermostJson.Default.PostProps);

        JsonSerializer.Serialize(new PostPatch { Props = props }, MattermostJson.Default.PostPatch)
            .ShouldBe("""{"props":{"from_bot":"true","card":{"a":1}}}""");
    }

    [Fact]
    public void Empty_props_are_written_since_they_take_the_buttons_away() =>
        JsonSerializer.Serialize(new ActionResponse { Update = new PostPatch { Message = "done", Props = new PostProps() } }, MattermostJson.Default.ActionResponse)
            .ShouldBe("""{"update":{"message":"done","props":{}},"skip_slack_parsing":false}""");

    [Fact]
    public void One_post_with_odd_props_does_not_spoil_the_list_that_it_is_in()
    {
        var deep = new string('[', 9_999) + new string(']', 9_999);
        var json = $$"""
            {"order":["a","b"],"posts":{
              "a":{"id":"a","user_id":"u","channel_id":"c","message":"odd","props":{"attachments":{"x":1},"from_bot":true,"deep":{{deep}} } },
              "b":{"id":"b","user_id":"u","channel_id":"c","message":"plain","props":{"attachments":[{"title":"T"}] } } } }
            """;

        var list = Read(json, PostPropsConverter.Json.PostList);

        list.Posts["a"].Message.ShouldBe("odd");
        list.Posts["a"].Props.ShouldNotBeNull().Attachments.ShouldBeNull();
        list.Posts["a"].Props!.FromBot.ShouldBe("true");
        list.Posts["b"].Props!.Attachments.ShouldHaveSingleItem().Title.ShouldBe("T");
    }

    private static T Read<T>(string json, JsonTypeInfo<T> type)
        where T : class => JsonSerializer.Deserialize(json, type).ShouldNotBeNull();

    private static JsonObject Smallest(Type type) => new(type.GetProperties()
        .Where(p => p.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is not null)
        .Select(p => KeyValuePair.Create(p.GetCustomAttribute<JsonPropertyNameAttribute>()!.Name, ValueOf(p.PropertyType))));

    private static JsonNode? ValueOf(Type type) => type switch
    {
        _ when type == typeof(string) => "x",
        _ when type.Name.StartsWith("IReadOnlyDictionary", StringComparison.Ordinal) => new JsonObject(),
        _ when type.Name.StartsWith("IReadOnlyList", StringComparison.Ordinal) => new JsonArray(),
        _ => Smallest(type),
    };
}
