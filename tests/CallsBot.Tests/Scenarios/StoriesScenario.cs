using System.Net;
using CallsBot.Conversations;
using CallsBot.Languages;
using CallsBot.Protocols.Mattermost;
using CallsBot.Sandbox;
using CallsBot.Sandbox.Offloader;
using CallsBot.Sandbox.Rtcd;
using CallsBot.Tests.Sandbox.Rtcd;
using CallsBot.Tests.Support;
using CallsBot.Troubleshooting;
using Microsoft.Extensions.DependencyInjection;
using static CallsBot.Tests.Scenarios.Story;

namespace CallsBot.Tests.Scenarios;

/// <summary>
/// What people have reported, and what it turned out to be: given the faults and what the person answers, the bot comes to
/// that cause. Where a fault can be made, the sandbox makes it; what only a person can know, they say.
/// </summary>
public abstract class StoriesScenario
{
    protected const string KeepsConnecting = "It keeps connecting, then gives up";
    protected const string Drops = "It connects, then drops in seconds";
    protected const string Failed = "Calls failed, or no call button";
    protected const string Sound = "Sound is missing or bad";
    protected const string ScreenRecordingOrRinging = "Screen, recording or ringing";
    protected const string SomethingElse = "Something else";
    protected const string Everyone = "For everyone";
    protected const string Some = "For some people";
    protected const string OnlyMe = "Only for me";

    private protected static async Task TellAsync(
        string who, string cause, IEnumerable<StoryStep> does, Func<BotAndSandbox, Task>? faults = null, SandboxSettings? settings = null)
    {
        await using var story = await BeginAsync(who, faults, settings);

        await story.GoesAsync(does);

        (await story.EndsAsync()).Cause.ShouldBe(cause);
    }

    private protected static Func<BotAndSandbox, Task> Rtcd(RtcdConditions conditions) => bot =>
    {
        bot.Sandbox.Rtcd.Conditions = conditions;
        return Task.CompletedTask;
    };

    private protected static Func<BotAndSandbox, Task> Rtcd(RtcdFault fault) => bot => bot.Sandbox.Rtcd.Is(fault);

    private protected static Func<BotAndSandbox, Task> Has(Action<BotAndSandbox> fault) => bot =>
    {
        fault(bot);
        return Task.CompletedTask;
    };

    /// <summary>People come from the internet; the call server answers as before.</summary>
    private protected static void IsPublic(BotAndSandbox bot) => bot.Mattermost.SiteUrlIs("https://8.8.8.8");
}

/// <summary>Calls that do not connect, or are cut.</summary>
public sealed class ConnectingStoriesScenario : StoriesScenario
{
    [Fact]
    public Task A_cloud_firewall_without_a_rule_for_UDP_is_found_layer_by_layer() => TellAsync(
        Administrator,
        "cloud-firewall-was-closed",
        [KeepsConnecting, Everyone, ItDidNotHelp, "Callers to the call server", "The rule for UDP is missing", ItHelped],
        Rtcd(new RtcdConditions { LosesUdpIn = IpFamilies.Both }));

    [Fact]
    public Task An_address_of_a_container_is_named_as_what_callers_get() => TellAsync(
        Administrator,
        "docker-address-advertised",
        [KeepsConnecting, Everyone, ItHelped],
        Has(bot =>
        {
            IsPublic(bot);
            bot.Sandbox.Rtcd.Conditions = new RtcdConditions { HostOverride = "172.17.0.2" };
        }));

    [Fact]
    public Task A_loopback_address_is_named_as_what_callers_get() => TellAsync(
        Administrator, "loopback-address-advertised", [KeepsConnecting, Everyone, ItHelped], Has(IsPublic));

    [Fact]
    public Task A_host_override_that_means_a_private_address_to_the_server_is_found() => TellAsync(
        Administrator,
        "ice-host-override-was-wrong",
        [Writes("calls keep connecting and never get there"), Everyone, ItHelped],
        Has(bot =>
        {
            IsPublic(bot);
            bot.Sandbox.Rtcd.Conditions = new RtcdConditions { HostOverride = "calls.example.com" };
        }),
        KnowsNames("10.20.0.7"));

    [Fact]
    public Task A_host_override_that_means_another_address_outside_is_found_when_only_people_outside_fail() => TellAsync(
        Administrator,
        "override-name-differs-inside",
        [KeepsConnecting, "I do not know", "Outside, at home for example", "The name differs outside"],
        Rtcd(new RtcdConditions { HostOverride = "calls.example.com" }),
        KnowsNames("127.0.0.1"));

    [Fact]
    public Task A_private_address_is_named_when_people_outside_cannot_connect() => TellAsync(
        Administrator,
        "ice-host-override-was-wrong",
        [KeepsConnecting, Some, "Outside, at home for example", ItHelped],
        Has(bot =>
        {
            IsPublic(bot);
            bot.Sandbox.Rtcd.Conditions = new RtcdConditions { HostOverride = "192.168.10.4" };
        }));

    [Fact]
    public Task A_call_server_that_is_down_is_found() => TellAsync(
        Administrator, "rtcd-was-down", [KeepsConnecting, Everyone, ItHelped], Rtcd(RtcdFault.Stopped));

    [Fact]
    public Task A_call_server_that_is_too_old_after_an_update_is_found() => TellAsync(
        Colleague,
        "rtcd-version-too-old",
        [SomethingElse, "Since an update or a restart", "Since an update"],
        Rtcd(RtcdFault.OldVersion));

    [Theory]
    [InlineData(nameof(RtcdFault.OldVersion), "rtcd-version-too-old")]
    [InlineData(nameof(RtcdFault.Stopped), "rtcd-some-addresses-fail")]
    public async Task One_call_server_of_several_is_enough_to_be_found(string fault, string cause)
    {
        await using var story = await BeginAsync(Administrator, Has(bot =>
        {
            // The plugin looks the name up and uses every address of it.
            bot.Settings["Rtcd:ServiceUrl"] = $"http://rtcd.localhost:{bot.Sandbox.Rtcd.Url.Port}";
            bot.Resolve = (_, _) => Task.FromResult(new[] { IPAddress.Loopback, IPAddress.Parse("127.0.0.2") });
        }));
        using var port = ReservedPort.Take(IPAddress.Parse("127.0.0.2"), story.Bot.Sandbox.Rtcd.Url.Port, "the second RTCD");
        var settings = new RtcdSettings { AuthKey = story.Bot.Sandbox.Rtcd.AuthKey, MediaAddresses = [IPAddress.Parse("127.0.0.2")] };
        await using var second = new RtcdSandbox([port], settings, story.Bot.Sandbox.Unexpected, TimeProvider.System, TimeSpan.FromSeconds(10));
        await second.StartAsync(CancellationToken.None);
        await second.Is(Enum.Parse<RtcdFault>(fault));

        await story.GoesAsync(KeepsConnecting, Everyone);

        (await story.EndsAsync()).Cause.ShouldBe(cause);
        story.Transcript.ShouldContain("127.0.0.2");
    }

    [Fact]
    public Task Keys_that_do_not_agree_are_found() => TellAsync(
        Administrator,
        "rtcd-key-was-wrong",
        [KeepsConnecting, Everyone, ItHelped],
        Rtcd(new RtcdConditions { Client = ClientState.WrongKey }));

    [Fact]
    public Task A_store_that_was_lost_with_its_container_is_found() => TellAsync(
        Administrator,
        "rtcd-store-lost",
        [SomethingElse, "Since an update or a restart", "Since a restart or a move"],
        Rtcd(new RtcdConditions { Client = ClientState.Unregistered }));

    [Fact]
    public Task A_proxy_that_strips_the_upgrade_before_the_call_server_is_found() => TellAsync(
        Administrator,
        "proxy-before-rtcd-api",
        [KeepsConnecting, Everyone],
        Rtcd(new RtcdConditions { Socket = SocketFault.UpgradeStripped }));

    [Fact]
    public Task A_service_url_that_leads_to_a_web_page_is_found() => TellAsync(
        Administrator, "service-url-was-wrong", [KeepsConnecting, Everyone, ItHelped], Rtcd(RtcdFault.ProxyPage));

    [Fact]
    public Task A_tunnel_before_the_media_is_found_where_neither_UDP_nor_TCP_gets_through() => TellAsync(
        Administrator,
        "web-proxy-before-media",
        [KeepsConnecting, Everyone, ItDidNotHelp, "A web proxy, ingress or tunnel"],
        Rtcd(new RtcdConditions { LosesUdpIn = IpFamilies.Both, RefusesTcp = IpFamilies.Both }));

    [Fact]
    public Task A_port_that_has_another_number_outside_is_found() => TellAsync(
        Administrator,
        "media-port-changed",
        [KeepsConnecting, Everyone, ItDidNotHelp, "Another port number outside"],
        Rtcd(new RtcdConditions { LosesUdpIn = IpFamilies.Both, SilentTcp = IpFamilies.Both }));

    [Fact]
    public Task A_port_that_the_call_server_names_and_nobody_listens_on_is_found() => TellAsync(
        Administrator,
        "media-port-nothing-listens",
        [KeepsConnecting, Everyone],
        Rtcd(new RtcdConditions { HostOverride = "127.0.0.1", PortOverride = 9 }));

    [Fact]
    public Task An_office_network_that_holds_calls_back_is_found_by_trying_another() => TellAsync(
        Colleague, "client-network-blocks-media", [KeepsConnecting, OnlyMe, "An office or campus network", ItHelped]);

    [Fact]
    public Task A_network_that_lets_neither_UDP_nor_TCP_through_needs_a_relay() => TellAsync(
        Administrator,
        "turn-needed",
        [SomethingElse, "Test or look at the server", "The firewall", "Callers to TURN", "Neither, nor can it be opened"]);

    [Fact]
    public Task A_VPN_that_holds_calls_back_is_found() => TellAsync(
        Colleague, "vpn-blocks-media", [Writes("it keeps connecting forever"), OnlyMe, Writes("I am on the vpn"), ItHelped]);

    [Fact]
    public Task Calls_cut_when_the_call_server_was_restarted_are_explained() => TellAsync(
        Colleague,
        "rtcd-restarted-during-calls",
        [Drops, Everyone, "rtc connected, then the call dropped", "When a server was restarted"]);

    [Fact]
    public Task A_rollout_in_Kubernetes_that_cuts_calls_is_explained() => TellAsync(
        Administrator,
        "kubernetes-grace-period-too-short",
        [SomethingElse, "Test or look at the server", "Kubernetes", "They are cut by a rollout"]);

    [Fact]
    public async Task Calls_of_the_second_version_get_no_advice_about_the_call_server_of_the_first()
    {
        await using var story = await BeginAsync(Administrator, Has(bot => bot.Mattermost.InstallCalls("2.0.1")));

        await story.GoesAsync(KeepsConnecting, Everyone);

        (await story.EndsAsync()).Cause.ShouldBe("calls-v2");
        story.Transcript.ShouldNotContain(story.Bot.Sandbox.Rtcd.Url.Authority);
        story.Bot.Sandbox.Rtcd.Requests.ShouldBeEmpty();
    }

    private static SandboxSettings KnowsNames(string address) => new()
    {
        Rtcd = new RtcdSettings { Resolve = (_, _) => Task.FromResult<IReadOnlyList<IPAddress>>([IPAddress.Parse(address)]) },
    };
}

/// <summary>No call button, or Calls that does not start.</summary>
public sealed class StartingStoriesScenario : StoriesScenario
{
    [Fact]
    public Task A_plugin_that_met_no_call_server_when_it_started_is_started_again() => TellAsync(
        Administrator,
        "plugin-was-not-running",
        [Failed, ItHelped],
        Has(bot => bot.Mattermost.InstallCalls("1.12.2", PluginState.FailedToStart)));

    [Fact]
    public Task Somebody_who_is_no_administrator_is_led_to_one_when_the_plugin_is_off() => TellAsync(
        Colleague,
        "needs-administrator",
        [Writes("there is no call button"), ItDidNotHelp],
        Has(bot => bot.Mattermost.InstallCalls("1.12.2", PluginState.NotRunning)));

    [Fact]
    public Task A_plugin_that_runs_on_some_nodes_only_is_found() => TellAsync(
        Administrator,
        "plugin-not-on-every-node",
        [KeepsConnecting, Everyone, ItDidNotHelp],
        Has(bot => bot.Mattermost.InstallCallsOnNodes("1.12.2", new Dictionary<string, PluginState>
        {
            ["node-a"] = PluginState.Running,
            ["node-b"] = PluginState.FailedToStart,
        })));

    [Fact]
    public Task Test_mode_is_switched_off_by_an_administrator() => TellAsync(
        Administrator, "test-mode-was-on", [Failed, "A message comes up", "Test mode, or Calls is not enabled", ItHelped]);

    [Fact]
    public Task Test_mode_is_explained_to_everybody_else() => TellAsync(
        Colleague, "test-mode", [Failed, "There is no call button", "Only administrators see it"]);

    [Fact]
    public Task A_server_without_a_licence_has_calls_of_two_people_only() => TellAsync(
        Colleague,
        "unlicensed-direct-calls-only",
        [Failed, "A message comes up", "Calls are only available in DM channels"],
        Has(bot =>
        {
            bot.Mattermost.LicenseIs(null);
            bot.Mattermost.Calls.Set("RTCDServiceURL", "");
            bot.Settings["Rtcd:ServiceUrl"] = null;
        }));

    [Fact]
    public Task A_server_that_lost_its_licence_and_kept_its_call_server_has_calls_of_two_people_only() => TellAsync(
        Administrator,
        "unlicensed-direct-calls-only",
        [Failed, "A message comes up", "Calls are only available in DM channels", "No, in none"],
        Has(bot => bot.Mattermost.LicenseIs(null)));

    [Fact]
    public Task Calls_of_forty_minutes_are_explained_by_the_edition() => TellAsync(
        Colleague,
        "edition-time-limit",
        [Failed, "Calls end after 40 minutes", "No, only for two"],
        Has(bot => bot.Mattermost.LicenseIs("entry")));

    [Fact]
    public Task A_call_that_nobody_is_in_any_more_is_ended() => TellAsync(
        Colleague, "stuck-call-ended", [SomethingElse, "A call that never ends", "A call without anybody in it", ItHelped]);

    [Fact]
    public Task A_program_that_the_operating_system_denies_is_allowed() => TellAsync(
        Administrator,
        "program-was-denied",
        [SomethingElse, "Test or look at the server", "The firewall", "\"Operation not permitted\"", "The call server does not start", ItHelped]);

    [Fact]
    public Task Figures_that_Prometheus_cannot_fetch_are_explained() => TellAsync(
        Administrator,
        "prometheus-cannot-reach-rtcd",
        [SomethingElse, "Test or look at the server", "Metrics", "They are missing", "It answers", "DOWN, with an error", "deadline exceeded"]);
}

/// <summary>Sound, picture and ringing.</summary>
public sealed class SoundStoriesScenario : StoriesScenario
{
    [Fact]
    public Task A_microphone_that_Chrome_may_not_use_is_found() => TellAsync(
        Colleague, "microphone-not-allowed", [Sound, "Nobody hears me", "Chrome", ItDidNotHelp, ItHelped]);

    [Fact]
    public Task A_page_without_https_gets_no_microphone() => TellAsync(
        Colleague,
        "insecure-context",
        [Sound, "Nobody hears me", "No, or there is a warning"],
        Has(bot => bot.Mattermost.SiteUrlIs("http://chat.example.com")));

    [Fact]
    public Task A_microphone_that_Windows_holds_back_is_found() => TellAsync(
        Colleague,
        "microphone-blocked-by-system",
        [Sound, "Nobody hears me", "Mattermost desktop app", ItDidNotHelp, ItDidNotHelp, ItDidNotHelp, "Windows", ItHelped]);

    [Fact]
    public Task The_wrong_microphone_is_found() => TellAsync(
        Colleague,
        "wrong-microphone",
        [Sound, "Nobody hears me", "Firefox", ItDidNotHelp, ItDidNotHelp, ItHelped]);

    [Fact]
    public Task A_phone_app_that_cannot_unmute_with_an_old_plugin_is_found() => TellAsync(
        Colleague,
        "mobile-app-needs-newer-calls",
        [Sound, "Nobody hears me", "App on Android", "No, it stays as it is"],
        Has(bot => bot.Mattermost.InstallCalls("1.6.0")));

    [Fact]
    public Task Bluetooth_that_took_the_sound_is_found() => TellAsync(
        Colleague, "bluetooth-took-sound", [Sound, "I hear nobody", "App on Android", ItDidNotHelp, ItHelped]);

    [Fact]
    public Task A_muted_tab_is_found() => TellAsync(
        Colleague, "tab-muted", [Sound, "I hear nobody", "Chrome", ItDidNotHelp, ItDidNotHelp, ItHelped]);

    [Fact]
    public Task An_echo_is_a_colleagues_loudspeaker_before_it_is_anything_of_the_server() => TellAsync(
        Colleague, "echo-from-loudspeaker", [Sound, "Echo, noise or hum", "Echo", ItHelped]);

    [Fact]
    public Task Choppy_sound_for_several_people_at_one_place_is_the_network_of_that_place() => TellAsync(
        Colleague,
        "site-network-congested",
        [SomethingElse, "Poor quality, delay, echo", "Choppy or robotic", Some, "An office or campus network", "Yes, several"]);

    [Fact]
    public Task Packets_lost_on_the_way_to_the_call_server_are_found() => TellAsync(
        Colleague,
        "rtcd-media-packets-lost",
        [Sound, "Choppy, robotic or late", Everyone],
        Rtcd(new RtcdConditions { LosesEveryStun = 3 }));

    [Fact]
    public Task A_call_server_without_processor_time_is_found() => TellAsync(
        Administrator,
        "rtcd-at-its-limit",
        [Sound, "Choppy, robotic or late", Everyone, "There are people", "As much as there or more"],
        Rtcd(new RtcdConditions { CpuLoad = 8.9 }));

    [Fact]
    public Task A_Mac_that_remembers_an_old_permission_to_share_the_screen_is_asked_anew() => TellAsync(
        Colleague,
        "macos-screen-permission-stale",
        [ScreenRecordingOrRinging, "Sharing a screen", "I cannot share my screen", "Mattermost desktop app", "A message on permissions", "macOS", ItDidNotHelp, ItHelped]);

    [Fact]
    public Task A_phone_that_rings_only_while_the_app_is_open_is_explained() => TellAsync(
        Colleague,
        "rings-in-foreground-only",
        [ScreenRecordingOrRinging, "Ringing and notifications", "My phone does not ring", "Yes, then it does"]);
}

/// <summary>Recording, transcription and the service behind them.</summary>
public sealed class RecordingStoriesScenario : StoriesScenario
{
    private const string Recording = "Recording, captions";

    [Fact]
    public Task A_recording_service_that_did_not_answer_when_Calls_started_is_found() => TellAsync(
        Administrator,
        "offloader-unreachable-at-activation",
        [ScreenRecordingOrRinging, Recording, "It does not start", ItHelped],
        Has(bot =>
        {
            Records(bot);
            bot.Mattermost.CallsStartsWithoutJobService();
        }));

    [Fact]
    public Task A_recording_service_that_is_down_is_found() => TellAsync(
        Administrator,
        "offloader-was-down",
        [ScreenRecordingOrRinging, Recording, "It does not start", ItHelped],
        async bot =>
        {
            Records(bot);
            await bot.Sandbox.Offloader.Is(OffloaderFault.Stopped);
        });

    [Fact]
    public Task Old_jobs_that_take_all_places_are_found() => TellAsync(
        Administrator,
        "recording-jobs-hung",
        [ScreenRecordingOrRinging, Recording, "It does not start", "Too many jobs are running", "Old ones that never ended", ItHelped],
        Has(Records));

    [Fact]
    public Task A_recorder_that_cannot_reach_Mattermost_is_found() => TellAsync(
        Administrator,
        "recorder-could-not-reach-mattermost",
        [ScreenRecordingOrRinging, Recording, "It does not start", "It waits, then says it failed", "Mattermost is not reached", ItHelped],
        Has(Records));

    [Fact]
    public Task A_recording_that_stops_at_the_longest_duration_is_explained() => TellAsync(
        Colleague,
        "recording-duration-limit",
        [ScreenRecordingOrRinging, Recording, "It stops too early", "Always after the same time"],
        Has(Records));

    [Fact]
    public Task A_transcript_that_is_missing_because_recordings_are_off_is_explained() => TellAsync(
        Administrator, "recordings-off", [ScreenRecordingOrRinging, Recording, "The transcript is missing"]);

    private static void Records(BotAndSandbox bot)
    {
        bot.Mattermost.Calls.Set("EnableRecordings", true);
        bot.Mattermost.Calls.Set("JobServiceURL", bot.Sandbox.Offloader.Url.ToString().TrimEnd('/'));
    }
}

/// <summary>What holds for every walk through the causes.</summary>
public sealed class CausesScenario : StoriesScenario
{
    private const string EchoNoiseOrHum = "Echo, noise or hum";

    [Fact]
    public async Task Who_tried_every_cause_in_vain_is_offered_a_ticket()
    {
        await using var story = await BeginAsync(Colleague);

        await story.GoesAsync(Sound, EchoNoiseOrHum, "Echo", ItDidNotHelp, ItDidNotHelp, ItDidNotHelp, ItDidNotHelp);

        var end = await story.EndsAsync();
        end.Cause.ShouldBe("echo-unexplained");
        end.Resolved.ShouldBeFalse();
        end.OffersTicket.ShouldBeTrue();
        story.Shown.OfType<InstructNode>().Count().ShouldBe(4);
        story.Transcript.ShouldContain($"[{ChatTexts.English.TicketButton}]");
    }

    [Theory]
    [InlineData(true, "echo-room", "echo-loudspeaker")]
    [InlineData(false, "echo-loudspeaker", "echo-room")]
    public async Task What_helped_others_comes_first_unless_that_is_switched_off(bool learns, string first, string second)
    {
        await using var story = await BeginAsync(
            Colleague, Has(bot => bot.Settings["Conversations:LearnFromOutcomes"] = learns ? "true" : "false"));
        for (var i = 0; i < 8; i++)
        {
            await SomebodyWasHelpedAsync(story.Bot, "echo-causes", "echo-room");
        }

        await story.GoesAsync(Sound, EchoNoiseOrHum, "Echo", ItDidNotHelp);

        story.Shown.TakeLast(2).Select(node => node.Id).ShouldBe([first, second]);
    }

    [Fact]
    public async Task What_cuts_calls_off_is_not_offered_while_somebody_is_in_a_call()
    {
        await using var story = await BeginAsync(Administrator, Has(IsPublic));
        using var participant = await Participant.ConnectAsync(story.Bot.Sandbox.Rtcd);
        await participant.JoinAsync(candidates: 2);

        await story.GoesAsync(KeepsConnecting, Everyone);

        (await story.EndsAsync()).Cause.ShouldBe("ice-host-override-wrong");
        story.Shown.ShouldNotContain(node => node.Interrupts);
        story.Bot.Sandbox.Rtcd.Sessions.ShouldBeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public async Task Who_has_said_whom_it_hits_is_not_asked_again()
    {
        await using var story = await BeginAsync(Colleague);

        await story.GoesAsync(Sound, "No sound in either direction", OnlyMe, ItDidNotHelp, ItDidNotHelp, ItDidNotHelp, "No, ask an administrator");

        // The question for the program is the next that support has, after the one that is answered.
        story.Shown[^1].Id.ShouldBe("support-client");
        story.Asked("scope").ShouldBe(["both-scope"]);
    }

    [Fact]
    public async Task Who_has_said_the_program_is_not_asked_again()
    {
        await using var story = await BeginAsync(Colleague);

        await story.GoesAsync(
            Sound, "I hear nobody", "Firefox", ItDidNotHelp, ItDidNotHelp, ItDidNotHelp, ItDidNotHelp, ItDidNotHelp, ItDidNotHelp, ItDidNotHelp,
            "No, ask an administrator", "I do not know");

        story.Shown[^1].Id.ShouldBe("support-since");
        story.Shown.ShouldContain(node => node.Id == "out-tab-firefox");
        story.Asked("client").ShouldBe(["hear-nobody"]);
    }

    private static async Task SomebodyWasHelpedAsync(BotAndSandbox bot, string causes, string cause)
    {
        var tree = bot.Services.GetRequiredService<TreeCatalog>().Get(Conversation.FirstTree);
        var store = bot.Services.GetRequiredService<SessionStore>();
        var session = Session.Begin(tree, "somebody", "elsewhere", "");
        (await store.TryCreateAsync(session, cause: null, CancellationToken.None)).ShouldBeTrue();
        foreach (var trigger in (Trigger[])
            [
                new Answered("what-happens", "sound"), new Answered("sound", "echo"), new Answered("quality", "echo"),
                new Chosen(causes, cause), new Helped(cause, Did: true),
            ])
        {
            session = (await store.TryAppendAsync(session, new SessionStep(trigger, null, session.UserId, null), CancellationToken.None)).ShouldNotBeNull();
        }
    }
}
