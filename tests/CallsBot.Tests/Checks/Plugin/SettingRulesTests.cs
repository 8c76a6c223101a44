using System.Text.Json;
using CallsBot.Checks;
using CallsBot.Checks.Plugin;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Checks.Plugin;

public sealed class SettingRulesTests
{
    private const string Masked = "********************************";

    private static readonly Licence Enterprise = new(IsLicensed: true, "enterprise", IsCloud: false, null);
    private static readonly Licence Professional = new(IsLicensed: true, "professional", IsCloud: false, null);
    private static readonly Licence Cloud = new(IsLicensed: true, "enterprise", IsCloud: true, null);

    /// <summary>For each rule a situation that it finds something in, and one next to it that it is quiet about.</summary>
    private static readonly Dictionary<string, (SettingsContext Fires, SettingsContext Quiet)> Situations = new()
    {
        ["setting-of-wrong-kind"] = (Stored("""{"udpserverport":"8443"}"""), Stored("""{"udpserverport":8443}""")),
        ["setting-unknown"] = (Stored("""{"transcribernumthread":2}"""), Stored("""{"transcribernumthreads":2,"livekiturl":""}""")),
        ["setting-twice"] = (Stored("""{"rtcdserviceurl":"","RTCDServiceURL":""}"""), Stored("""{"rtcdserviceurl":""}""")),
        ["setting-not-in-force"] = (
            Stored("""{"recordingquality":"high"}""", """{"UDPServerPort":8443,"RecordingQuality":"medium"}""", "{}"),
            Stored("""{"recordingquality":"high"}""", """{"UDPServerPort":8443,"RecordingQuality":"low"}""", """{"RecordingQuality":"low"}""")),
        ["setting-from-environment"] = (
            Stored("{}", """{"UDPServerPort":8443}""", """{"EnableIPv6":"true"}"""), Stored("""{"enableipv6":true}""", """{"UDPServerPort":8443}""", "{}")),
        ["max-participants-from-deprecated-variable"] = (
            Stored("""{"maxcallparticipants":0}""", """{"UDPServerPort":8443,"MaxCallParticipants":20}""", "{}"),
            Stored("""{"maxcallparticipants":0}""", """{"UDPServerPort":8443,"MaxCallParticipants":200}""", "{}") with { Licence = Cloud }),
        ["rtcd-url-invalid"] = (Stored("""{"rtcdserviceurl":"http://rtcd.example.com"}"""), Stored("""{"rtcdserviceurl":"http://rtcd.example.com:8045"}""")),
        ["rtcd-credentials-in-url"] = (Stored("""{"rtcdserviceurl":"http://id:S3CRET@rtcd:8045"}"""), Stored("""{"rtcdserviceurl":"http://rtcd:8045/@"}""")),
        ["rtcd-url-ignored-for-lack-of-licence"] = (
            Stored("""{"rtcdserviceurl":"http://rtcd:8045"}""") with { Licence = Professional }, Stored("""{"rtcdserviceurl":"http://rtcd:8045"}""") with { Licence = Cloud }),
        ["rtcd-url-loopback"] = (Stored("""{"rtcdserviceurl":"http://localhost:8045"}"""), Stored("""{"rtcdserviceurl":"http://10.0.0.5:8045"}""")),
        ["rtcd-url-plain-to-public-address"] = (Stored("""{"rtcdserviceurl":"http://8.8.8.8:8045"}"""), Stored("""{"rtcdserviceurl":"https://8.8.8.8:8045"}""")),
        ["ice-host-override-without-effect"] = (WithRtcd("""{"icehostoverride":"8.8.8.8"}"""), Stored("""{"icehostoverride":"8.8.8.8"}""")),
        ["ice-host-port-override-without-effect"] = (WithRtcd("""{"icehostportoverride":9443}"""), WithRtcd("""{"icehostportoverride":0}""")),
        ["server-address-without-effect"] = (WithRtcd("""{"tcpserveraddress":"10.0.0.1"}"""), WithRtcd("""{"tcpserveraddress":""}""")),
        ["server-port-without-effect"] = (WithRtcd("""{"udpserverport":9443}"""), WithRtcd("""{"udpserverport":8443}""")),
        ["ipv6-without-effect"] = (WithRtcd("""{"enableipv6":true}"""), Stored("""{"enableipv6":true}""")),
        ["server-side-turn-without-effect"] = (WithRtcd("""{"serversideturn":true}"""), WithRtcd("""{"serversideturn":false}""")),
        ["data-channel-signalling-needs-newer-rtcd"] = (
            WithRtcd("""{"enabledcsignaling":true}""", "v0.17.3"), WithRtcd("""{"enabledcsignaling":true}""", "v0.18.0")),
        ["video-needs-newer-rtcd"] = (WithRtcd("""{"enablevideo":true}""", "v1.2.1"), WithRtcd("""{"enablevideo":true}""", "v1.2.2")),
        ["rtcd-behind-http-proxy"] = (
            WithRtcd("""{"rtcdserviceurl":"http://rtcd:8045"}""") with { Backend = Backend(CallsBackendKind.PluginFailed) }, WithRtcd("""{"rtcdserviceurl":"http://rtcd:8045"}""")),
        ["ice-host-override-malformed"] = (
            Stored("""{"icehostoverride":"chat.example.com:8443"}"""), Stored("""{"icehostoverride":"8.8.8.8/10.0.0.1,8.8.4.4/10.0.0.2"}""")),
        ["ice-host-override-unusable"] = (Stored("""{"icehostoverride":"127.0.0.1"}"""), Stored("""{"icehostoverride":"8.8.8.8"}""")),
        ["ice-host-override-private"] = (Stored("""{"icehostoverride":"172.17.0.2"}"""), Stored("""{"icehostoverride":"8.8.8.8/172.17.0.2"}""")),
        ["ice-host-override-hostname"] = (Stored("""{"icehostoverride":"chat.example.com"}"""), Stored("""{"icehostoverride":"8.8.8.8"}""")),
        ["ice-host-port-override-out-of-range"] = (Stored("""{"icehostportoverride":79}"""), Stored("""{"icehostportoverride":80}""")),
        ["server-port-out-of-range"] = (Stored("""{"tcpserverport":49152}"""), Stored("""{"tcpserverport":49151,"udpserverport":80}""")),
        ["server-address-invalid"] = (Stored("""{"udpserveraddress":"eth0"}"""), Stored("""{"udpserveraddress":"10.0.0.1","tcpserveraddress":"::"}""")),
        ["server-address-loopback"] = (Stored("""{"udpserveraddress":"127.0.0.1"}"""), WithRtcd("""{"udpserveraddress":"127.0.0.1"}""")),
        ["no-public-address"] = (
            Ice("""[{"urls":["turn:t.example.com:3478"],"username":"u","credential":"p"}]"""), Ice("""[{"urls":["stun:s.example.com:3478"]}]""")),
        ["cluster-without-rtcd"] = (
            Stored("{}") with { Server = Server(cluster: true) }, WithRtcd("{}") with { Server = Server(cluster: true) }),
        ["server-side-turn-without-turn"] = (
            Stored("""{"serversideturn":true,"iceserversconfigs":"[{\"urls\":[\"stun:s:3478\"]}]"}"""),
            Stored("""{"serversideturn":true,"iceserversconfigs":"[{\"urls\":[\"turn:t:3478\"]}]"}""")),
        ["ice-servers-unreadable"] = (Ice("""[{"urls":["stun:s:3478"]}"""), Ice("""[{"urls":["stun:s:3478"]}]""")),
        ["ice-server-without-urls"] = (Ice("""[{"url":"stun:s:3478"}]"""), Ice("""[{"urls":["stun:s:3478"]}]""")),
        ["ice-server-unknown-name"] = (
            Ice("""[{"urls":["turn:t:3478"],"username":"u","credentials":"p"}]"""), Ice("""[{"URLS":["turn:t:3478"],"Username":"u","credential":"p"}]""")),
        ["ice-server-address-invalid"] = (Ice("""[{"urls":["stun://s.example.com:3478"]}]"""), Ice("""[{"urls":["stun:s.example.com"]}]""")),
        ["ice-server-mixes-stun-and-turn"] = (
            Ice("""[{"urls":["stun:t:3478","turn:t:3478"]}]"""), Ice("""[{"urls":["stun:t:3478"]},{"urls":["turn:t:3478"]}]""")),
        ["turn-without-credentials"] = (
            Ice("""[{"urls":["turn:t:3478"]}]"""), Ice("""[{"urls":["turn:t:3478"]}]""", secret: true)),
        ["turn-with-half-credentials"] = (
            Ice("""[{"urls":["turn:t:3478"],"username":"u"}]"""), Ice("""[{"urls":["turn:t:3478"],"username":"u","credential":"p"}]""")),
        ["stun-with-credentials"] = (
            Ice("""[{"urls":["stun:t:3478"],"username":"u","credential":"p"}]"""), Ice("""[{"urls":["turn:t:3478"],"username":"u","credential":"p"}]""")),
        ["ice-server-private-address"] = (Ice("""[{"urls":["turn:10.0.0.9:3478"]}]"""), Ice("""[{"urls":["turn:8.8.8.8:3478"]}]""")),
        ["turn-over-udp-only"] = (
            Ice("""[{"urls":["turn:t.example.com:3478"]}]"""), Ice("""[{"urls":["turn:t.example.com:3478","turn:t.example.com:3478?transport=tcp"]}]""")),
        ["many-ice-servers"] = (
            Ice("""[{"urls":["stun:a:1","stun:b:1","stun:c:1","stun:d:1","stun:e:1"]}]"""), Ice("""[{"urls":["stun:a:1","stun:b:1","stun:c:1","stun:d:1"]}]""")),
        ["no-ice-servers"] = (Ice("[]"), Ice("""[{"urls":["stun:a:1"]}]""")),
        ["ice-servers-deprecated-setting"] = (Stored("""{"iceservers":"stun:s:3478"}"""), Stored("""{"iceservers":""}""")),
        ["turn-secret-without-turn"] = (
            Stored("""{"turnstaticauthsecret":"s3cret","iceserversconfigs":"[{\"urls\":[\"stun:s:3478\"]}]"}"""),
            Stored("""{"turnstaticauthsecret":"s3cret","iceserversconfigs":"[{\"urls\":[\"turn:t:3478\"]}]"}""")),
        ["turn-expiry-not-positive"] = (
            Stored("""{"turnstaticauthsecret":"s3cret","turncredentialsexpirationminutes":0}"""), Stored("""{"turncredentialsexpirationminutes":0}""")),
        ["turn-expiry-short"] = (
            Stored("""{"turnstaticauthsecret":"s3cret","turncredentialsexpirationminutes":59}"""), Stored("""{"turnstaticauthsecret":"s3cret","turncredentialsexpirationminutes":60}""")),
        ["test-mode"] = (Stored("{}"), Stored("""{"defaultenabled":true}""")),
        ["max-participants-negative"] = (Stored("""{"maxcallparticipants":-1}"""), Stored("""{"maxcallparticipants":0}""")),
        ["max-participants-high"] = (Stored("""{"maxcallparticipants":51}"""), Stored("""{"maxcallparticipants":50}""")),
        ["simulcast-with-av1"] = (Stored("""{"enableav1":true,"enablesimulcast":true}"""), Stored("""{"enableav1":true,"enablesimulcast":false}""")),
        ["screen-sharing-off"] = (Stored("""{"allowscreensharing":false}"""), Stored("{}")),
        ["recordings-without-job-service"] = (Stored("""{"enablerecordings":true}"""), Stored("""{"enablerecordings":true,"jobserviceurl":"http://o:4545"}""")),
        ["job-service-url-invalid"] = (Stored("""{"jobserviceurl":"offloader:4545"}"""), Stored("""{"jobserviceurl":"https://offloader/jobs/"}""")),
        ["job-service-url-without-port"] = (Stored("""{"jobserviceurl":"http://offloader"}"""), Stored("""{"jobserviceurl":"http://offloader:80"}""")),
        ["job-service-credentials-in-url"] = (Stored("""{"jobserviceurl":"http://id:S3CRET@o:4545"}"""), Stored("""{"jobserviceurl":"http://o:4545"}""")),
        ["job-service-without-recordings"] = (Stored("""{"jobserviceurl":"http://o:4545"}"""), Stored("""{"jobserviceurl":"http://o:4545","enablerecordings":true}""")),
        ["recordings-not-licensed"] = (
            Stored("""{"enablerecordings":true}""") with { Licence = Professional }, Stored("""{"enablerecordings":true}""")),
        ["transcriptions-without-recordings"] = (Stored("""{"enabletranscriptions":true}"""), Stored(Transcribing)),
        ["live-captions-without-transcriptions"] = (
            Stored("""{"enablerecordings":true,"enablelivecaptions":true}"""), Stored(Captioning())),
        ["recording-duration-out-of-range"] = (Stored("""{"maxrecordingduration":181}"""), Stored("""{"maxrecordingduration":180}""")),
        ["recording-duration"] = (Stored("""{"enablerecordings":true}"""), Stored("""{"enablerecordings":true,"maxrecordingduration":180}""")),
        ["recording-quality-unknown"] = (Stored("""{"recordingquality":"best"}"""), Stored("""{"recordingquality":"high"}""")),
        ["transcriber-model-unknown"] = (
            Stored(Transcribing.Replace("}", ",\"transcribermodelsize\":\"large\"}", StringComparison.Ordinal)), Stored("""{"transcribermodelsize":"large"}""")),
        ["transcriber-api-unknown"] = (
            Stored(Transcribing.Replace("}", ",\"transcribeapi\":\"google\"}", StringComparison.Ordinal)), Stored(Transcribing.Replace("}", ",\"transcribeapi\":\"whisper.cpp\"}", StringComparison.Ordinal))),
        ["azure-without-key-or-region"] = (
            Stored(Transcribing.Replace("}", ",\"transcribeapi\":\"azure\",\"transcribeapiazurespeechkey\":\"k\"}", StringComparison.Ordinal)),
            Stored(Transcribing.Replace("}", ",\"transcribeapi\":\"azure\",\"transcribeapiazurespeechkey\":\"" + Masked + "\",\"transcribeapiazurespeechregion\":\"westeurope\"}", StringComparison.Ordinal))),
        ["transcriber-threads-not-positive"] = (
            Stored(Transcribing.Replace("}", ",\"transcribernumthreads\":0}", StringComparison.Ordinal)), Stored(Transcribing.Replace("}", ",\"transcribernumthreads\":1}", StringComparison.Ordinal))),
        ["captions-model-unknown"] = (Stored(Captioning(",\"livecaptionsmodelsize\":\"large\"")), Stored(Captioning(",\"livecaptionsmodelsize\":\"base\""))),
        ["captions-model-slow"] = (Stored(Captioning(",\"livecaptionsmodelsize\":\"small\"")), Stored(Captioning(",\"livecaptionsmodelsize\":\"tiny\""))),
        ["captions-threads-not-positive"] = (Stored(Captioning(",\"livecaptionsnumtranscribers\":0")), Stored(Captioning(",\"livecaptionsnumtranscribers\":1"))),
        ["captions-language-invalid"] = (Stored(Captioning(",\"livecaptionslanguage\":\"english\"")), Stored(Captioning(",\"livecaptionslanguage\":\"\""))),
        ["site-url-missing"] = (Stored("{}") with { Server = Server(siteUrl: "") }, Stored("{}") with { Server = Server(siteUrl: null) }),
        ["site-url-not-https"] = (Stored("{}") with { Server = Server(siteUrl: "http://chat.example.com") }, Stored("{}") with { Server = Server(siteUrl: "http://localhost:8065") }),
        ["site-url-loopback"] = (
            Stored("""{"enablerecordings":true}""") with { Server = Server(siteUrl: "http://127.0.0.1:8065") }, Stored("{}") with { Server = Server(siteUrl: "http://127.0.0.1:8065") }),
        ["developer-mode"] = (Stored("{}") with { Server = Server(developer: true) }, Stored("{}") with { Server = Server() }),
        ["plugins-off"] = (Stored("{}") with { Server = Server() with { PluginsEnabled = false } }, Stored("{}") with { Server = Server() }),
        ["calls-off"] = (Stored("{}") with { Server = Server() with { CallsEnabled = false } }, Stored("{}") with { Server = Server() }),
    };

    public static TheoryData<string> Ids => [.. SettingRules.All.Select(rule => rule.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_rule_fires_where_it_should_and_is_quiet_next_to_it(string id)
    {
        var rule = SettingRules.All.Single(rule => rule.Id == id);
        Situations.ShouldContainKey(id, "a rule without a test");
        var (fires, quiet) = Situations[id];

        var hits = rule.HitsIn(fires).ToList();

        hits.ShouldNotBeEmpty();
        hits.ShouldAllBe(hit => hit.Seen.Length > 5 && !hit.Seen.EndsWith('.') && !hit.Seen.Contains("S3CRET", StringComparison.Ordinal));
        rule.HitsIn(quiet).Select(hit => hit.Seen).ShouldBeEmpty();
    }

    [Fact]
    public void There_are_many_rules_with_words_of_their_own_and_no_test_for_one_that_is_gone()
    {
        SettingRules.All.Count.ShouldBeGreaterThanOrEqualTo(30);
        SettingRules.All.Select(rule => rule.Id).ShouldBeUnique();
        SettingRules.All.ShouldAllBe(rule => rule.Fix.EndsWith('.') && rule.Documentation.StartsWith("https://docs.mattermost.com/", StringComparison.Ordinal));
        SettingRules.All.ShouldAllBe(rule => rule.Level == Outcome.Fail || rule.Level == Outcome.Warn || rule.Level == Outcome.Pass);
        Situations.Keys.Except(SettingRules.All.Select(rule => rule.Id)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_rule_about_a_setting_names_one_that_there_is()
    {
        Situations.SelectMany(entry => SettingRules.All.Single(rule => rule.Id == entry.Key).HitsIn(entry.Value.Fires))
            .Select(hit => hit.Setting)
            .Where(name => SettingDefinition.Find(name) is null && !name.Contains('.', StringComparison.Ordinal))
            .ShouldBe(["transcribernumthread"]);
    }

    [Fact]
    public void The_page_about_the_rules_has_each_of_them_with_an_example()
    {
        var rows = string.Concat(SettingRules.All.Select(rule =>
        {
            var hit = rule.HitsIn(Situations[rule.Id].Fires).First();
            var level = rule.Level switch { Outcome.Fail => "fails", Outcome.Warn => "warns", _ => "notes" };
            return $"| `{rule.Id}` | {level} | {hit.Setting} {hit.Seen.Replace("|", "\\|", StringComparison.Ordinal)} | {rule.Fix.Replace("|", "\\|", StringComparison.Ordinal)} |\n";
        }));
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "settings-rules.md"));
        var begin = page.IndexOf('\n', page.IndexOf("|---", StringComparison.Ordinal)) + 1;
        var received = Path.Combine(Repository.Root, "tests", "CallsBot.Tests", "Checks", "Plugin", $"{nameof(SettingRulesTests)}.received.txt");
        File.Delete(received);
        if (page[begin..] != rows)
        {
            File.WriteAllText(received, rows);
            page[begin..].ShouldBe(rows, $"docs/settings-rules.md tells something else; the rows are in {received}");
        }
    }

    [Fact]
    public void Stun_and_turn_in_one_entry_with_credentials_hurt_only_the_plugins_own_media_server()
    {
        const string Mixed = """{"iceserversconfigs":"[{\"urls\":[\"stun:t:3478\",\"turn:t:3478\"],\"username\":\"u\",\"credential\":\"p\"}]"}""";
        var rule = SettingRules.All.Single(rule => rule.Id == "ice-server-mixes-stun-and-turn");

        rule.HitsIn(Stored(Mixed)).ShouldNotBeEmpty();
        rule.HitsIn(WithRtcd(Mixed)).ShouldBeEmpty();
    }

    [Fact]
    public void A_livekit_installation_gets_no_advice_about_rtcd_or_ports()
    {
        var context = Stored("""{"rtcdserviceurl":"nonsense","udpserverport":1,"icehostoverride":"127.0.0.1","iceserversconfigs":"{","defaultenabled":true}""")
            with
        { Backend = Backend(CallsBackendKind.LiveKit) };

        SettingRules.All.SelectMany(rule => rule.HitsIn(context).Select(_ => rule.Id)).ShouldBe(["max-participants-high"]);
    }

    [Fact]
    public void A_sound_installation_with_rtcd_has_no_warning()
    {
        var context = WithRtcd("""{"rtcdserviceurl":"https://rtcd.internal:8045","defaultenabled":true,"maxcallparticipants":50,"iceserversconfigs":"[{\"urls\":[\"stun:stun.global.calls.mattermost.com:3478\"]}]"}""")
            with
        { Server = Server() };

        SettingRules.All.Where(rule => rule.HitsIn(context).Any()).Select(rule => rule.Id).ShouldBeEmpty();
    }

    private const string Transcribing = """{"enablerecordings":true,"enabletranscriptions":true}""";

    private static string Captioning(string more = "") =>
        Transcribing.Replace("}", ",\"enablelivecaptions\":true" + more + "}", StringComparison.Ordinal);

    private static SettingsContext Ice(string list, bool secret = false)
    {
        var settings = new Dictionary<string, string> { ["iceserversconfigs"] = list };
        if (secret)
        {
            settings["turnstaticauthsecret"] = Masked;
        }

        return Stored(JsonSerializer.Serialize(settings));
    }

    private static SettingsContext Stored(string stored, string? effective = null, string? environment = null) => new(
        CallsSettingsTests.From(stored, effective, environment), Backend(CallsBackendKind.Integrated), null, Enterprise, DeveloperMode: false);

    private static SettingsContext WithRtcd(string stored, string rtcd = "v1.2.6") => new(
        CallsSettingsTests.From(stored), Backend(CallsBackendKind.Rtcd, rtcd), null, Enterprise, DeveloperMode: false);

    private static CallsBackend Backend(CallsBackendKind kind, string? rtcd = null) => new(kind, "x", "1.12.2", rtcd, IsInferred: false);

    private static ServerConfig Server(string? siteUrl = "https://chat.example.com", bool cluster = false, bool developer = false) =>
        new(siteUrl, developer, developer, cluster, true, true, null, null);
}
