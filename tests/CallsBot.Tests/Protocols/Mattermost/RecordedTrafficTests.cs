using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using CallsBot.Protocols.Mattermost;
using CallsBot.Tests.Support;
using Microsoft.AspNetCore.Http;
using FileInfo = CallsBot.Protocols.Mattermost.FileInfo;

namespace CallsBot.Tests.Protocols.Mattermost;

/// <summary>
/// What the client sends is what a real server was sent, and what that server replied is read. A listener replays each
/// recording, and fails the test when the request differs.
/// </summary>
public sealed class RecordedTrafficTests
{
    private const string Token = "BOT_TOKEN";
    private const string Dm = "pwsp8seomif93j8pun4mzff3gy";
    private const string TownSquare = "wtfznim96by39d1sgcurm3a7pe";
    private const string Ops = "5h5tzi8s7ibpuxyji3caw93eoc";
    private const string Ana = "6b75cac4xpggpbu9xbqajxs64y";
    private const string CallsBot = "3zoegknok38i3dk9x8dkca7jea";
    private const string Administrator = "9um4a91yx3b9tfq8nrpjjwewbr";

    /// <summary>Exchanges of people's clients and of administrators with the server: CallsBot takes no part in them.</summary>
    private static readonly string[] OfOthers =
    [
        "channel-members.json", "command-execute-as-user.json", "command-execute-goto.json",
        "command-execute-in-channel.json", "command-execute-integration-500.json", "config-patch-as-admin.json",
        "dialog-cancel.json", "dialog-submit-with-errors.json", "post-action-click.json",
        "post-action-dialog-button.json", "post-action-select.json", "user-create.json",
    ];

    [Fact]
    public async Task Ping()
    {
        var ping = await Replay("system-ping.json", api => api.PingAsync(default));

        ping.ShouldBe(new SystemPing { Status = "OK", DatabaseStatus = "OK", FilestoreStatus = "OK" });
    }

    [Fact]
    public async Task Client_configuration()
    {
        var config = await Replay("config-client-anonymous.json", api => api.GetClientConfigAsync(default));

        config["DefaultClientLocale"].ShouldBe("en");
        config["EnableBotAccountCreation"].ShouldBe("true");
    }

    [Fact]
    public async Task Configuration_for_an_administrator()
    {
        var config = await Replay("config-as-admin-trimmed.json", api => api.GetConfigAsync(default));

        var calls = config.GetProperty("PluginSettings").GetProperty("Plugins").GetProperty("com.mattermost.calls");
        calls.GetProperty("udpserverport").GetInt32().ShouldBe(8443);
    }

    [Fact]
    public async Task Configuration_is_refused_to_a_bot()
    {
        var refusal = await Refused("config-as-bot-forbidden.json", api => api.GetConfigAsync(default));

        refusal.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        refusal.ErrorId.ShouldBe("api.context.permissions.app_error");
        refusal.Message.ShouldEndWith(
            "/api/v4/config: 403 api.context.permissions.app_error, You do not have the appropriate permissions.");
    }

    [Fact]
    public async Task Plugin_statuses()
    {
        (await Replay("plugin-statuses-as-admin.json", api => api.GetPluginStatusesAsync(default))).ShouldBeEmpty();

        var refusal = await Refused("plugin-statuses-as-bot-forbidden.json", api => api.GetPluginStatusesAsync(default));
        refusal.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Logs()
    {
        var lines = await Replay("logs-as-admin.json", api => api.GetLogsAsync(0, 3, default));

        lines.Count.ShouldBe(3);
        JsonDocument.Parse(lines[0]).RootElement.GetProperty("err_where").GetString().ShouldBe("command");
    }

    [Fact]
    public async Task The_account_itself()
    {
        var me = await Replay("users-me-as-bot.json", api => api.GetMeAsync(default));

        (me with { TimeZones = null }).ShouldBe(new User { Id = CallsBot, Username = "callsbot", Roles = "system_user", Locale = "en", IsBot = true });
    }

    [Fact]
    public async Task A_token_that_the_server_does_not_take()
    {
        var refusal = await Refused("users-me-bad-token.json", api => api.GetMeAsync(default));

        refusal.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        refusal.ErrorId.ShouldBe("api.context.session_expired.app_error");
        refusal.Message.ShouldContain("Mattermost:BotToken");
        refusal.Message.ShouldContain("Integrations > Bot Accounts");
        refusal.Message.ShouldNotContain("garbage", customMessage: "detailed_error repeats the token");
        refusal.Message.ShouldNotContain('\n');
    }

    [Fact]
    public async Task Users()
    {
        var ana = await Replay("user-get-by-bot.json", api => api.GetUserAsync(Ana, default));
        var administrator = await Replay("user-get-admin-by-bot.json", api => api.GetUserAsync(Administrator, default));
        var nobody = await Refused("user-not-found.json", api => api.GetUserAsync("usernotfound00000000000000", default));

        (ana with { TimeZones = null }).ShouldBe(new User { Id = Ana, Username = "ana", Roles = "system_user", Locale = "en" });
        ana.IsSystemAdministrator.ShouldBeFalse();
        administrator.IsSystemAdministrator.ShouldBeTrue();
        nobody.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        nobody.ErrorId.ShouldBe("app.user.missing_account.const");
    }

    [Fact]
    public async Task Access_tokens()
    {
        var made = await Replay("bot-create-access-token.json", api => api.CreateAccessTokenAsync(
            CallsBot, new Dictionary<string, string> { ["description"] = "rec" }, default));

        made.Token.ShouldBe("BOT_TOKEN");
        made.ToString().ShouldNotContain("BOT_TOKEN");
    }

    [Fact]
    public async Task Teams()
    {
        var ops = await Replay("team-by-name.json", api => api.GetTeamByNameAsync("ops", default));
        var member = await Replay("team-add-member.json", api => api.AddTeamMemberAsync(
            Ops, new TeamMember { TeamId = Ops, UserId = CallsBot }, default));

        ops.ShouldBe(new Team { Id = Ops, Name = "ops", DisplayName = "Ops" });
        member.ShouldBe(new TeamMember { TeamId = Ops, UserId = CallsBot });
    }

    [Fact]
    public async Task Channels()
    {
        var named = await Replay("channel-by-name.json", api => api.GetChannelByNameAsync(Ops, "town-square", default));
        var direct = await Replay("channel-direct.json", api => api.CreateDirectChannelAsync([CallsBot, Ana], default));
        var read = await Replay("channel-get-dm.json", api => api.GetChannelAsync(Dm, default));

        named.Id.ShouldBe(TownSquare);
        named.Type.ShouldBe("O");
        named.DisplayName.ShouldBe("Town Square");
        direct.ShouldBe(new Channel { Id = Dm, Type = Channel.Direct, Name = $"{CallsBot}__{Ana}", LastPostAt = 1795328133215 });
        read.LastPostAt.ShouldBe(1795328164954);
    }

    [Fact]
    public async Task Posts()
    {
        var post = await Replay("post-create-as-user.json", api => api.CreatePostAsync(
            new PostDraft { ChannelId = TownSquare, Message = "calls do not connect since this morning" }, default));
        var reply = await Replay("post-create-thread-reply-by-bot.json", api => api.CreatePostAsync(
            new PostDraft { ChannelId = TownSquare, Message = "bot reply before joining channel", RootId = post.Id }, default));
        var withFile = await Replay("post-create-with-file.json", api => api.CreatePostAsync(
            new PostDraft { ChannelId = Dm, Message = "here is the log", FileIds = ["wkx9huq4qjd798anmr7e3axwde"] }, default));

        post.UserId.ShouldBe(Ana);
        post.CreateAt.ShouldBe(1795328164903);
        post.RootId.ShouldBe("");
        reply.RootId.ShouldBe(post.Id);
        reply.Props.ShouldNotBeNull().FromBot.ShouldBe("true");
        withFile.FileIds.ShouldBe(["wkx9huq4qjd798anmr7e3axwde"]);
    }

    [Fact]
    public async Task A_post_with_buttons()
    {
        var draft = new PostDraft
        {
            ChannelId = Dm,
            Message = "Where does it hurt?",
            Props = new PostProps
            {
                Attachments =
                [
                    new Attachment
                    {
                        Color = "#1C58D9",
                        Title = "Step 1",
                        Text = "Pick a symptom",
                        Fields = [new AttachmentField { Short = true, Title = "RTCD", Value = "v1.1.0" }],
                        Actions =
                        [
                            new PostAction
                            {
                                Id = "connect",
                                Name = "Not connecting",
                                Style = "primary",
                                Integration = new ActionIntegration
                                {
                                    Url = "http://127.0.0.1:9099/action",
                                    Context = new Dictionary<string, string>
                                    {
                                        ["node"] = "root", ["answer"] = "connect", ["sig"] = "abc",
                                    },
                                },
                            },
                            new PostAction
                            {
                                Id = "pick",
                                Name = "Pick one",
                                Type = PostAction.Select,
                                Options =
                                [
                                    new Option { Text = "Audio", Value = "audio" },
                                    new Option { Text = "Quality", Value = "quality" },
                                ],
                                Integration = new ActionIntegration
                                {
                                    Url = "http://127.0.0.1:9099/action",
                                    Context = new Dictionary<string, string> { ["node"] = "root" },
                                },
                            },
                        ],
                    },
                ],
            },
        };

        var made = await Replay("post-create-with-actions.json", api => api.CreatePostAsync(draft, default));
        var read = await Replay("post-get-as-user-sees-actions.json", api => api.GetPostAsync(made.Id, default));

        made.Id.ShouldBe("oz4m61iyc38sdrngk3owz9jcbe");
        var card = read.Props!.Attachments!.ShouldHaveSingleItem();
        card.Title.ShouldBe("Step 1");
        card.Fields.ShouldHaveSingleItem().Value.ShouldBe("v1.1.0");
        card.Actions!.Select(a => a.Id).ShouldBe(["connect", "pick"]);
        card.Actions![0].Integration.ShouldBeNull("the server keeps where a press goes from clients");
        card.Actions![1].Options!.Select(o => o.Value).ShouldBe(["audio", "quality"]);
    }

    [Fact]
    public async Task Patches()
    {
        var patched = await Replay("post-patch-by-bot.json", api => api.PatchPostAsync(
            "hg7wgjkeo7rcpdg4ty4makwhqo", new PostPatch { Message = "edited by bot" }, default));
        var refusal = await Refused("post-patch-by-other-user-forbidden.json", api => api.PatchPostAsync(
            "hg7wgjkeo7rcpdg4ty4makwhqo", new PostPatch { Message = "edited by user" }, default));

        patched.EditAt.ShouldBe(1795328164931);
        refusal.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_message_of_one_character_too_many_is_refused()
    {
        var recording = Recording.Read("post-too-long.json");
        var length = recording.RequestBody("message_length")!.GetValue<int>();
        await using var server = await LoopbackServer.StartAsync(context => ReplyAsync(context, recording));
        using var client = ClientOf(server);

        var refusal = await Should.ThrowAsync<MattermostException>(client.Api.CreatePostAsync(
            new PostDraft { ChannelId = Dm, Message = new string('x', length) }, default));

        length.ShouldBe(MattermostClient.MaxMessageLength + 1);
        refusal.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        refusal.ErrorId.ShouldBe("model.post.is_valid.msg.app_error");
    }

    [Fact]
    public async Task An_ephemeral_post_is_refused_to_a_bot()
    {
        var refusal = await Refused("post-ephemeral-as-bot.json", api => api.CreateEphemeralPostAsync(
            new EphemeralPostDraft { UserId = Ana, Post = new PostDraft { ChannelId = TownSquare, Message = "only you" } },
            default));

        refusal.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Commands()
    {
        var command = new SlashCommand
        {
            TeamId = Ops,
            Trigger = "callshelp",
            Url = "http://127.0.0.1:9099/slash",
            Username = "callsbot",
            AutoComplete = true,
            AutoCompleteDescription = "Troubleshoot calls",
            AutoCompleteHint = "[topic]",
            DisplayName = "Calls help",
            Description = "d",
        };
        var bare = new SlashCommand { TeamId = Ops, Trigger = "callshelp", Url = "http://127.0.0.1:9099/slash" };

        var made = await Replay("command-create.json", api => api.CreateCommandAsync(command, default));
        var listed = await Replay("commands-list.json", api => api.GetCommandsAsync(Ops, true, default));
        var duplicate = await Refused("command-create-duplicate.json", api => api.CreateCommandAsync(bare, default));
        var asBot = await Refused("command-create-as-bot.json", api => api.CreateCommandAsync(
            bare with { Trigger = "other" }, default));

        made.Token.ShouldNotBeNull().ShouldBe("4hqje1gyut8njerypmotjw41er");
        made.ToString().ShouldNotContain("4hqje1gyut8njerypmotjw41er");
        listed.ShouldHaveSingleItem().Id.ShouldBe(made.Id);
        duplicate.ErrorId.ShouldBe("api.command.duplicate_trigger.app_error");
        asBot.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Opening_a_dialog()
    {
        var recording = Recording.Read("dialog-open.json");
        var request = new OpenDialogRequest
        {
            TriggerId = recording.RequestBody("trigger_id")!.GetValue<string>(),
            Url = "http://127.0.0.1:9099/dialog",
            Dialog = new Dialog
            {
                CallbackId = "ticket",
                Title = "Support ticket",
                IntroductionText = "Describe it",
                Elements =
                [
                    new DialogElement
                    {
                        DisplayName = "Description", Name = "description", Type = DialogElement.TextArea, MaxLength = 3000,
                    },
                    new DialogElement
                    {
                        DisplayName = "Severity",
                        Name = "severity",
                        Type = "select",
                        Options = [new Option { Text = "High", Value = "high" }, new Option { Text = "Low", Value = "low" }],
                    },
                    new DialogElement { DisplayName = "Attach logs", Name = "logs", Type = "bool", Optional = true },
                ],
                SubmitLabel = "Create",
                NotifyOnCancel = true,
                State = "s1",
            },
        };

        await Replay("dialog-open.json", async api =>
        {
            await api.OpenDialogAsync(request, default);
            return true;
        });
    }

    [Fact]
    public async Task A_dialog_with_a_stale_trigger_is_refused()
    {
        var recording = Recording.Read("dialog-open-bad-trigger.json");
        await using var server = await LoopbackServer.StartAsync(context => ReplyAsync(context, recording));
        using var client = ClientOf(server);

        var refusal = await Should.ThrowAsync<MattermostException>(client.Api.OpenDialogAsync(
            new OpenDialogRequest
            {
                TriggerId = "bad",
                Url = "http://127.0.0.1:9099/dialog",
                Dialog = new Dialog { CallbackId = "c", Title = "x", Elements = [], State = "s" },
            },
            default));

        refusal.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        refusal.ErrorId.ShouldBe("interactive_message.decode_trigger_id.base64_decode_failed");
    }

    [Fact]
    public async Task File_information()
    {
        var file = await Replay("file-info.json", api => api.GetFileInfoAsync("wkx9huq4qjd798anmr7e3axwde", default));

        file.ShouldBe(new FileInfo
        {
            Id = "wkx9huq4qjd798anmr7e3axwde",
            Name = "rtcd.log",
            Size = 37,
            MimeType = "text/x-log; charset=utf-8",
        });
    }

    [Theory]
    [InlineData("rtcd.log")]
    [InlineData("журнал \"rtcd\".log")]
    public async Task Uploading_a_file(string name)
    {
        var recording = Recording.Read("file-upload.json");
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            Address(context.Request).ShouldBe((recording.Method, recording.Target));
            var form = await context.Request.ReadFormAsync();
            form["channel_id"].ToString().ShouldBe(Dm);
            var file = form.Files.ShouldHaveSingleItem();
            file.Name.ShouldBe("files");
            file.FileName.ShouldBe(name);
            using var content = new StreamReader(file.OpenReadStream());
            (await content.ReadToEndAsync()).ShouldBe("ICE failed");
            await ReplyAsync(context, recording);
        });
        using var client = ClientOf(server);

        var uploaded = await client.UploadFileAsync(
            Dm, new OpenGate().File(name, "ICE failed"), default);

        uploaded.Id.ShouldBe("wkx9huq4qjd798anmr7e3axwde");
    }

    [Fact]
    public async Task Downloading_a_file()
    {
        var recording = Recording.Read("file-download.json");
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            await CheckAsync(context, recording);
            await ReplyAsync(context, recording);
        });
        using var client = ClientOf(server);
        using var content = new MemoryStream();

        var length = await client.DownloadFileAsync("wkx9huq4qjd798anmr7e3axwde", content, maxBytes: 1000, default);

        length.ShouldBe(content.Length);
        JsonNode.DeepEquals(JsonNode.Parse(content.ToArray()), recording.ResponseBody).ShouldBeTrue();
    }

    [Fact]
    public async Task A_late_answer_to_a_slash_command()
    {
        var recording = Recording.Read("slash-response-url.json");
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            Address(context.Request).ShouldBe(("POST", "/hooks/commands/HOOK_ID"));
            context.Request.Headers.Authorization.ToString().ShouldBe("", "the path is the proof; the token stays here");
            var sent = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
            sent.Remove("skip_slack_parsing").ShouldBeTrue();
            JsonNode.DeepEquals(sent, recording.RequestBody()).ShouldBeTrue(sent.ToJsonString());
            await ReplyAsync(context, recording);
        });
        using var client = ClientOf(server);

        await client.RespondAsync(
            recording.RequestUrl, new SlashCommandResponse { Text = "late answer" }, default);
    }

    [Fact]
    public void A_pressed_button_is_read()
    {
        var pressed = Inbound("action-request-button.json", MattermostJson.Default.ActionRequest);

        pressed.UserId.ShouldBe(Ana);
        pressed.UserName.ShouldBe("ana");
        pressed.ChannelId.ShouldBe(Dm);
        pressed.PostId.ShouldBe("oz4m61iyc38sdrngk3owz9jcbe");
        pressed.Type.ShouldBe("button");
        pressed.TriggerId.ShouldNotBeEmpty();
        pressed.Context.ToDictionary(c => c.Key, c => c.Value.GetString()).ShouldBe(
            new Dictionary<string, string?> { ["answer"] = "connect", ["node"] = "root", ["sig"] = "abc" }, ignoreOrder: true);
    }

    [Fact]
    public void A_choice_in_a_menu_is_read()
    {
        var chosen = Inbound("action-request-select.json", MattermostJson.Default.ActionRequest);

        chosen.Type.ShouldBe("select");
        chosen.Context["selected_option"].GetString().ShouldBe("audio");
    }

    [Fact]
    public void A_submitted_dialog_is_read()
    {
        var submitted = Inbound("dialog-submission-request.json", MattermostJson.Default.DialogSubmission);

        submitted.CallbackId.ShouldBe("ticket");
        submitted.State.ShouldBe("s1");
        submitted.UserId.ShouldBe(Ana);
        submitted.TeamId.ShouldBe(Ops);
        submitted.Cancelled.ShouldBeFalse();
        submitted.Submission!["description"].GetString().ShouldBe("x");
        submitted.Submission!["logs"].GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public void A_closed_dialog_is_read()
    {
        var closed = Inbound("dialog-cancel-request.json", MattermostJson.Default.DialogSubmission);

        closed.Cancelled.ShouldBeTrue();
        closed.Submission.ShouldNotBeNull().ShouldBeEmpty();
    }

    [Fact]
    public void The_faults_of_a_dialog_are_written_as_the_server_passes_them_on()
    {
        var errors = new DialogResponse { Errors = new Dictionary<string, string> { ["description"] = "too short" } };

        JsonNode.DeepEquals(
            JsonSerializer.SerializeToNode(errors, MattermostJson.Default.DialogResponse),
            Recording.Read("dialog-submit-with-errors.json").ResponseBody).ShouldBeTrue();
        JsonSerializer.Serialize(new DialogResponse(), MattermostJson.Default.DialogResponse).ShouldBe("{}");
    }

    [Fact]
    public void Every_recording_is_in_a_test_here_or_is_an_exchange_of_others()
    {
        var source = File.ReadAllText(SourceFile()) + File.ReadAllText(
            Path.Combine(Path.GetDirectoryName(SourceFile())!, "SlashCommandRequestTests.cs")) + File.ReadAllText(
            Path.Combine(Path.GetDirectoryName(SourceFile())!, "EventStreamTests.cs"));
        var unused = Directory.EnumerateFiles(Recording.Folder, "*.json*")
            .Select(Path.GetFileName)
            .Except(OfOthers)
            .Where(name => !source.Contains($"\"{name}\"", StringComparison.Ordinal));

        unused.ShouldBeEmpty();
        OfOthers.ShouldAllBe(name => File.Exists(Recording.PathOf(name)));
    }

    private static string SourceFile([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;

    private static T Inbound<T>(string file, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(Recording.InboundBody(file), type)!;

    private static MattermostClient ClientOf(LoopbackServer server) =>
        new(server.Address, "Mattermost:BotToken", Token, TimeSpan.FromSeconds(10), TimeProvider.System, gate: new OpenGate());

    private static async Task<T> Replay<T>(string file, Func<IMattermostApi, Task<T>> call)
    {
        var recording = Recording.Read(file);
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            await CheckAsync(context, recording);
            await ReplyAsync(context, recording);
        });
        using var client = ClientOf(server);
        return await call(client.Api);
    }

    private static Task<MattermostException> Refused<T>(string file, Func<IMattermostApi, Task<T>> call) =>
        Should.ThrowAsync<MattermostException>(Replay(file, call));

    private static (string Method, string Target) Address(HttpRequest request) =>
        (request.Method, $"{request.Path}{request.QueryString}");

    private static async Task CheckAsync(HttpContext context, Recording recording)
    {
        Address(context.Request).ShouldBe((recording.Method, recording.Target));
        context.Request.Headers.Authorization.ToString().ShouldBe($"Bearer {Token}");
        if (recording.RequestBody() is not { } expected)
        {
            context.Request.ContentLength.ShouldBeNull();
            return;
        }

        context.Request.ContentType.ShouldBe("application/json");
        var sent = await JsonNode.ParseAsync(context.Request.Body);
        JsonNode.DeepEquals(sent, expected).ShouldBeTrue($"sent {sent} instead of {expected}");
    }

    private static async Task ReplyAsync(HttpContext context, Recording recording)
    {
        context.Response.StatusCode = recording.Status;
        context.Response.ContentType = recording.ContentType;
        await context.Response.WriteAsync(recording.ResponseText);
    }
}
