using System.Net;
using System.Net.Http.Headers;
using System.Text;
using CallsBot.Conversations;
using CallsBot.Tests.Support;
using Microsoft.Extensions.Logging;

namespace CallsBot.Tests.Scenarios;

/// <summary>What strangers and broken peers may send: each gets its clear answer, never a 500, and nothing changes.</summary>
public sealed class BadInputScenario
{
    private const string Form = "application/x-www-form-urlencoded";
    private const string Json = "application/json";

    public static TheoryData<string, string, string, HttpStatusCode> Requests => new()
    {
        { SlashCommandEndpoint.Path, Form, "", HttpStatusCode.BadRequest },
        { SlashCommandEndpoint.Path, Form, "token=TOKEN&user_id=u", HttpStatusCode.BadRequest },
        { SlashCommandEndpoint.Path, Form, "token=wrong&command=%2Fcallshelp&user_id=u&channel_id=c", HttpStatusCode.Unauthorized },
        { SlashCommandEndpoint.Path, Form, "token=TOKEN&token=TOKEN&command=%2Fcallshelp&user_id=u&channel_id=c", HttpStatusCode.BadRequest },
        { SlashCommandEndpoint.Path, Form, "%%%=&&&=%zz", HttpStatusCode.BadRequest },
        { SlashCommandEndpoint.Path, Form, string.Concat(Enumerable.Repeat("a=&", 5_000)), HttpStatusCode.BadRequest },
        { SlashCommandEndpoint.Path, Json, "{}", HttpStatusCode.UnsupportedMediaType },
        { SlashCommandEndpoint.Path, "text/plain", "hello", HttpStatusCode.UnsupportedMediaType },
        { SlashCommandEndpoint.Path, "multipart/form-data", "hello", HttpStatusCode.UnsupportedMediaType },
        { ActionEndpoint.Path, Json, "", HttpStatusCode.BadRequest },
        { ActionEndpoint.Path, Json, "{", HttpStatusCode.BadRequest },
        { ActionEndpoint.Path, Json, "null", HttpStatusCode.BadRequest },
        { ActionEndpoint.Path, Json, "[]", HttpStatusCode.BadRequest },
        { ActionEndpoint.Path, Json, "{}", HttpStatusCode.BadRequest },
        { ActionEndpoint.Path, Json, """{"user_id":"u","channel_id":"c","post_id":"p"}""", HttpStatusCode.BadRequest },
        { ActionEndpoint.Path, Json, """{"user_id":"u","channel_id":"c","post_id":"p","context":null}""", HttpStatusCode.BadRequest },
        { ActionEndpoint.Path, Json, """{"user_id":null,"channel_id":"c","post_id":"p","context":{}}""", HttpStatusCode.BadRequest },
        { ActionEndpoint.Path, Json, """{"user_id":"u","channel_id":"c","post_id":"p","context":{}}""", HttpStatusCode.BadRequest },
        { ActionEndpoint.Path, Json, """{"user_id":"u","channel_id":"c","post_id":"p","context":{"token":7,"choice":"back"}}""", HttpStatusCode.BadRequest },
        { ActionEndpoint.Path, Json, """{"user_id":"u","channel_id":"c","post_id":"p","context":{"token":"x","choice":"back"}}""", HttpStatusCode.Unauthorized },
        { ActionEndpoint.Path, Json, """{"user_id":"u","channel_id":"c","post_id":"p","context":{"token":"\ud800","choice":"back"}}""", HttpStatusCode.BadRequest },
        { ActionEndpoint.Path, "application/json; charset=utf-7", "{}", HttpStatusCode.UnsupportedMediaType },
        { ActionEndpoint.Path, "application/json; charset=nonsense", "{}", HttpStatusCode.UnsupportedMediaType },
        { ActionEndpoint.Path, Form, "user_id=u", HttpStatusCode.UnsupportedMediaType },
        { DialogEndpoint.Path, Json, "{}", HttpStatusCode.BadRequest },
        { DialogEndpoint.Path, Json, """{"callback_id":"other","state":"s","user_id":"u","channel_id":"c"}""", HttpStatusCode.BadRequest },
        { DialogEndpoint.Path, Json, """{"callback_id":"collect","state":"forged","user_id":"u","channel_id":"c"}""", HttpStatusCode.Unauthorized },
        { DialogEndpoint.Path, Json, """{"callback_id":"collect","state":"forged","user_id":"u","channel_id":"c","cancelled":true}""", HttpStatusCode.Unauthorized },
        { DialogEndpoint.Path, Form, "a=b", HttpStatusCode.UnsupportedMediaType },
        { "/mattermost/nothing", Json, "{}", HttpStatusCode.NotFound },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_bad_request_gets_its_status_and_no_detail(string path, string contentType, string body, HttpStatusCode expected)
    {
        await using var bot = await BotAndSandbox.StartAsync();

        using var reply = await SendAsync(bot, path, contentType, body.Replace("TOKEN", bot.Mattermost.CommandToken, StringComparison.Ordinal));

        reply.StatusCode.ShouldBe(expected);
        (await reply.Content.ReadAsStringAsync()).ShouldNotContain("Exception");
        bot.Log.Lines.ShouldNotContain(line => line.Level >= LogLevel.Error);
    }

    [Theory]
    [InlineData(SlashCommandEndpoint.Path, Form)]
    [InlineData(ActionEndpoint.Path, Json)]
    [InlineData(DialogEndpoint.Path, Json)]
    public async Task A_body_of_five_megabytes_is_refused_before_it_is_read(string path, string contentType)
    {
        await using var bot = await BotAndSandbox.StartAsync();

        using var reply = await SendAsync(bot, path, contentType, new string('a', 5_000_000));

        reply.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        bot.Log.Lines.ShouldNotContain(line => line.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task The_token_must_be_right_in_the_header_and_in_the_form()
    {
        await using var bot = await BotAndSandbox.StartAsync();
        var right = bot.Mattermost.CommandToken;
        string Body(string token) => $"token={token}&command=%2Fcallshelp&text=help&user_id=u&channel_id=c";

        using var both = await SendAsync(bot, SlashCommandEndpoint.Path, Form, Body(right), $"Token {right}");
        using var bearer = await SendAsync(bot, SlashCommandEndpoint.Path, Form, Body(right), $"Bearer {right}");
        using var wrongHeader = await SendAsync(bot, SlashCommandEndpoint.Path, Form, Body(right), "Token wrong");
        using var wrongForm = await SendAsync(bot, SlashCommandEndpoint.Path, Form, Body("wrong"), $"Token {right}");
        using var noHeader = await SendAsync(bot, SlashCommandEndpoint.Path, Form, Body(right));

        both.StatusCode.ShouldBe(HttpStatusCode.OK);
        bearer.StatusCode.ShouldBe(HttpStatusCode.OK);
        wrongHeader.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        wrongForm.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        noHeader.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        bot.Log.Lines.ShouldNotContain(line => line.Text.Contains(right, StringComparison.Ordinal));
    }

    private static async Task<HttpResponseMessage> SendAsync(
        BotAndSandbox bot, string path, string contentType, string body, string? authorization = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(bot.BotUrl, path))
        {
            Content = new StringContent(body, Encoding.UTF8),
        };
        request.Headers.ExpectContinue = true;
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return await http.SendAsync(request);
    }
}
