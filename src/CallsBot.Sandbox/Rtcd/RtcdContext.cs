using System.Net;
using CallsBot.Protocols.Rtcd;

namespace CallsBot.Sandbox.Rtcd;

/// <summary>What all parts of a pretend RTCD share.</summary>
/// <param name="Conditions">Those in force.</param>
/// <param name="Version">What it behaves as; empty for a development build, which knows everything.</param>
/// <param name="Resolve">Finds the addresses of a name.</param>
/// <param name="Changed">To be called when somebody may have waited for what has happened.</param>
internal sealed record RtcdContext(
    RtcdLog Log,
    Func<RtcdConditions> Conditions,
    Func<string> Version,
    Func<string, CancellationToken, Task<IReadOnlyList<IPAddress>>> Resolve,
    Action Changed,
    UnexpectedRequests Unexpected,
    TimeProvider Time)
{
    /// <summary>Development builds pass every such question (rtcd, service/version.go; the plugin's server/utils.go).</summary>
    public bool IsAtLeast(string least) =>
        !RtcdSemver.TryParse(Version(), out var own) || (RtcdSemver.TryParse(least, out var asked) && own >= asked);
}
