using System.Text.Json.Nodes;

namespace CallsBot.Tests.Sandbox;

/// <summary>The sandbox against a real server: what was recorded there comes back here.</summary>
public sealed class RecordedTrafficTests(RecordedConversation conversation) : IClassFixture<RecordedConversation>
{
    // The recorded refusal names 53 permissions and the configuration has values of the recorded machine.
    private static readonly HashSet<string> ComparedByFieldsOnly = ["config-as-admin-trimmed", "config-patch-as-admin", "config-client-anonymous"];

    public static TheoryData<string> Exchanges { get; } = [.. RecordedConversation.Exchanges()];

    public static TheoryData<string> DeliveredRequests { get; } =
    [
        "slash-request", "action-request-button", "action-request-select", "dialog-submission-request", "dialog-cancel-request",
    ];

    [Theory]
    [MemberData(nameof(Exchanges))]
    public void A_recorded_request_gets_the_recorded_answer(string recording)
    {
        conversation.Answers.Keys.ShouldContain(recording, "every recorded exchange is replayed");
        var response = RecordedConversation.Read(recording)["response"]!;
        var answer = conversation.Answers[recording];

        answer.Status.ShouldBe(response["status"]!.GetValue<int>(), answer.Text);
        if (response["headers"] is { } headers)
        {
            answer.Headers["content-type"].ShouldBe(headers["content-type"]!.GetValue<string>());
            answer.Headers["x-version-id"].ShouldBe(headers["x-version-id"]!.GetValue<string>());
            answer.Headers["x-request-id"].Length.ShouldBe(26);
        }

        switch (response["body"])
        {
            case JsonValue text:
                answer.Text.ShouldBe(text.GetValue<string>());
                break;
            case { } body when ComparedByFieldsOnly.Contains(recording):
                // A patch answers with the whole configuration, of which the recording keeps three sections.
                body.AsObject().Select(field => field.Key).Except(answer.Body.AsObject().Select(field => field.Key)).ShouldBeEmpty();
                break;
            case var body:
                Shape.Differences(body, answer.Body).ShouldBeEmpty(answer.Text);
                break;
        }
    }

    [Fact]
    public void The_bot_sees_the_recorded_events_in_the_recorded_order()
    {
        var recorded = RecordedConversation.RecordedEvents();

        conversation.Events.Select(Name).ShouldBe(recorded.Select(Name));
        for (var i = 0; i < recorded.Count; i++)
        {
            Shape.Differences(recorded[i], conversation.Events[i]).ShouldBeEmpty($"event {i}: {conversation.Events[i].ToJsonString()}");
        }
    }

    [Theory]
    [MemberData(nameof(DeliveredRequests))]
    public void The_integration_gets_the_recorded_request(string recording)
    {
        var recorded = RecordedConversation.Read(recording);
        var request = conversation.Delivered[recording];
        var body = recorded["body"]!.GetValue<string>();

        request.Method.ShouldBe(recorded["method"]!.GetValue<string>());
        request.Path.ShouldBe(recorded["url"]!.GetValue<string>());
        string[] incidental = ["host", "content-length", "authorization"];
        foreach (var (name, value) in recorded["headers"]!.AsObject().Where(header => !incidental.Contains(header.Key)))
        {
            request.Headers[name].ShouldBe(value!.GetValue<string>(), name);
        }

        if (recorded["headers"]!["content-type"]!.GetValue<string>() == "application/json")
        {
            request.Body.IndexOf("\"type\"", StringComparison.Ordinal).ShouldBeGreaterThan(0);
            Shape.Differences(WithoutTrigger(body), WithoutTrigger(request.Body)).ShouldBeEmpty(request.Body);
            return;
        }

        Keys(request.Body).ShouldBe(Keys(body));
        request.Body.ShouldContain("&text=audio+is+choppy&");
        request.Body.ShouldContain("&command=%2Fcallshelp&");
        var token = request.Body.Split('&').Single(pair => pair.StartsWith("token=", StringComparison.Ordinal))["token=".Length..];
        request.Headers["authorization"].ShouldBe($"Token {token}");
    }

    [Fact]
    public void Nothing_recorded_is_unknown_here() => conversation.Unexpected.ShouldBeEmpty();

    private static string Name(JsonObject message) => message["event"]?.GetValue<string>() ?? "reply";

    private static IEnumerable<string> Keys(string form) => form.Split('&').Select(pair => pair.Split('=')[0]);

    private static JsonObject WithoutTrigger(string body)
    {
        var json = JsonNode.Parse(body)!.AsObject();
        if (json["trigger_id"] is { } trigger)
        {
            System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(trigger.GetValue<string>())).Split(':').Length.ShouldBe(4);
            json["trigger_id"] = "";
        }

        return json;
    }
}
