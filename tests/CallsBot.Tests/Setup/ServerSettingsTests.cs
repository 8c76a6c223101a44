using System.Text.Json;
using CallsBot.Setup;
using CallsBot.Tests.Protocols.Mattermost;

namespace CallsBot.Tests.Setup;

public sealed class ServerSettingsTests
{
    [Fact]
    public void The_recorded_configuration_is_read() =>
        ServerSettings.Of(JsonSerializer.SerializeToElement(Recording.Read("config-as-admin-trimmed.json").ResponseBody))
            .ShouldBe(new ServerSettings(true, true, null, "127.0.0.1 localhost"));

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{ "ServiceSettings": null }""")]
    [InlineData("""{ "ServiceSettings": { "EnableCommands": "true", "AllowedUntrustedInternalConnections": null } }""")]
    public void What_is_not_said_is_not_known(string config) =>
        ServerSettings.Of(JsonSerializer.Deserialize<JsonElement>(config)).ShouldBe(ServerSettings.Unknown);
}
