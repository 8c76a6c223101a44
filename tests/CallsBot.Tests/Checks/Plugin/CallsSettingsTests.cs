using System.Text.Json;
using CallsBot.Checks.Plugin;

namespace CallsBot.Tests.Checks.Plugin;

public sealed class CallsSettingsTests
{
    [Theory]
    [InlineData("""{"rtcdserviceurl":" http://rtcd:8045 "}""")]
    [InlineData("""{"RTCDServiceURL":"http://rtcd:8045"}""")]
    public void Names_are_read_in_any_spelling_and_values_without_white_space(string stored)
    {
        var settings = From(stored);

        settings.RtcdServiceUrl.ShouldBe("http://rtcd:8045");
        settings.SourceOf("RTCDServiceURL").ShouldBe(SettingSource.SystemConsole);
        settings.Whence("rtcdserviceurl").ShouldBe("from the System Console");
    }

    [Fact]
    public void The_environment_wins_and_is_named()
    {
        var settings = From("""{"udpserverport":8443}""", """{"UDPServerPort":9443}""", """{"UDPServerPort":"9443"}""");

        settings.Number("UDPServerPort").ShouldBe(9443);
        settings.Whence("UDPServerPort").ShouldBe("from the environment variable MM_CALLS_UDP_SERVER_PORT");
    }

    [Fact]
    public void A_variable_is_read_by_itself_while_the_plugin_does_not_answer()
    {
        var settings = From("{}", effective: null, """{"EnableRecordings":"T","MaxRecordingDuration":"30","JobServiceURL":"http://o:4545"}""");

        settings.RecordingsEnabled.ShouldBeTrue();
        settings.Number("MaxRecordingDuration").ShouldBe(30);
        settings.JobServiceUrl.ShouldBe("http://o:4545");
    }

    [Fact]
    public void What_the_server_masks_is_taken_from_the_plugin_and_otherwise_unknown()
    {
        const string Stored = """{"turnstaticauthsecret":"********************************"}""";

        From(Stored).TurnStaticAuthSecret.ShouldBeEmpty();
        From(Stored).IsMasked("TURNStaticAuthSecret").ShouldBeTrue();
        From(Stored).IsSet("TURNStaticAuthSecret").ShouldBeTrue();
        From(Stored, """{"UDPServerPort":8443,"TURNStaticAuthSecret":"S3CRET"}""").TurnStaticAuthSecret.ShouldBe("S3CRET");
    }

    [Theory]
    [InlineData("""{"udpserverport":"8443"}""", "UDPServerPort", true)]
    [InlineData("""{"udpserverport":84.43}""", "UDPServerPort", true)]
    [InlineData("""{"udpserverport":null}""", "UDPServerPort", false)]
    [InlineData("""{"defaultenabled":"true"}""", "DefaultEnabled", true)]
    [InlineData("""{"defaultenabled":true}""", "DefaultEnabled", false)]
    [InlineData("""{"rtcdserviceurl":5}""", "RTCDServiceURL", true)]
    public void A_value_of_the_wrong_kind_is_noticed(string stored, string name, bool wrong) =>
        From(stored).IsOfWrongKind(name).ShouldBe(wrong);

    [Theory]
    [InlineData("""{"iceserversconfigs":"[{\"urls\":[\"stun:a:1\"]}]"}""", null, null, 1, false)]
    [InlineData("""{"iceserversconfigs":""}""", null, null, 0, false)]
    [InlineData("{}", null, null, 1, false)]
    [InlineData("{}", """{"UDPServerPort":1,"ICEServersConfigs":[{"urls":["stun:a:1"]}]}""", "{}", 1, false)]
    [InlineData("{}", """{"UDPServerPort":1,"ICEServersConfigs":null}""", "{}", 0, false)]
    [InlineData("""{"iceserversconfigs":"********************************"}""", """{"UDPServerPort":1,"ICEServersConfigs":[{"urls":["stun:a:1"]}]}""", null, 1, true)]
    [InlineData("""{"iceserversconfigs":"[]"}""", """{"UDPServerPort":1,"ICEServersConfigs":null}""", """{"ICEServersConfigs":"[{\"urls\":[\"stun:b:2\"]}]"}""", 1, false)]
    public void Ice_servers_are_found_wherever_they_can_be_read(string stored, string? effective, string? environment, int count, bool partial)
    {
        From(stored, effective, environment).TryGetIceServers(out var servers, out var fault, out var some).ShouldBeTrue(fault);

        servers.Count.ShouldBe(count);
        some.ShouldBe(partial);
    }

    [Fact]
    public void Masked_ice_servers_without_a_running_plugin_are_unknown_and_not_faulty()
    {
        From("""{"iceserversconfigs":"********************************"}""").TryGetIceServers(out _, out var fault, out _).ShouldBeFalse();

        fault.ShouldBeNull();
    }

    [Fact]
    public void Nothing_of_a_secret_is_printed()
    {
        var settings = From("""{"turnstaticauthsecret":"S3CRET","rtcdserviceurl":"http://id:S3CRET@rtcd:8045","iceserversconfigs":"[{\"credential\":\"S3CRET\"}]"}""");

        settings.ToString().ShouldNotContain("S3CRET");
        foreach (var definition in SettingDefinition.All)
        {
            settings.Shown(definition.Name).ShouldNotContain("S3CRET");
        }
    }

    internal static CallsSettings From(string stored, string? effective = null, string? environment = null) => CallsSettings.From(
        Element(stored), effective is null ? null : Element(effective), environment is null ? null : Element(environment));

    private static JsonElement Element(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
