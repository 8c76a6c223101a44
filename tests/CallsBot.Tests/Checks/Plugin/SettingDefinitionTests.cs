using CallsBot.Checks.Plugin;

namespace CallsBot.Tests.Checks.Plugin;

public sealed class SettingDefinitionTests
{
    // mattermost-plugin-calls v1.12.2, server/environment_test.go and docs.
    [Theory]
    [InlineData("RTCDServiceURL", "MM_CALLS_RTCD_SERVICE_URL")]
    [InlineData("ICEHostOverride", "MM_CALLS_ICE_HOST_OVERRIDE")]
    [InlineData("UDPServerPort", "MM_CALLS_UDP_SERVER_PORT")]
    [InlineData("ICEServersConfigs", "MM_CALLS_ICE_SERVERS_CONFIGS")]
    [InlineData("MaxCallParticipants", "MM_CALLS_MAX_CALL_PARTICIPANTS")]
    [InlineData("JobServiceURL", "MM_CALLS_JOB_SERVICE_URL")]
    [InlineData("TURNStaticAuthSecret", "MM_CALLS_TURN_STATIC_AUTH_SECRET")]
    [InlineData("EnableAV1", "MM_CALLS_ENABLE_AV1")]
    [InlineData("EnableDCSignaling", "MM_CALLS_ENABLE_DC_SIGNALING")]
    [InlineData("TranscribeAPIAzureSpeechKey", "MM_CALLS_TRANSCRIBE_API_AZURE_SPEECH_KEY")]
    [InlineData("TURNCredentialsExpirationMinutes", "MM_CALLS_TURN_CREDENTIALS_EXPIRATION_MINUTES")]
    [InlineData("EnableIPv6", "MM_CALLS_ENABLE_I_PV6")]
    [InlineData("ServerSideTURN", "MM_CALLS_SERVER_SIDE_TURN")]
    [InlineData("LiveCaptionsNumThreadsPerTranscriber", "MM_CALLS_LIVE_CAPTIONS_NUM_THREADS_PER_TRANSCRIBER")]
    public void A_variable_is_named_as_the_plugin_names_it(string setting, string variable) =>
        SettingDefinition.Get(setting).Variable.ShouldBe(variable);

    [Fact]
    public void A_setting_is_found_in_any_spelling_of_capitals()
    {
        SettingDefinition.Find("rtcdserviceurl").ShouldBe(SettingDefinition.Get("RTCDServiceURL"));
        SettingDefinition.Find("transcribernumthread").ShouldBeNull();
    }
}
