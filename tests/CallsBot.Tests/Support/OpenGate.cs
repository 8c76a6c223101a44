using CallsBot.Protocols.Mattermost;

namespace CallsBot.Tests.Support;

/// <summary>Lets every text pass as it is, for tests of what is on the wire.</summary>
internal sealed class OpenGate : OutgoingGate
{
    protected override Func<string, string> Begin() => text => text;
}
