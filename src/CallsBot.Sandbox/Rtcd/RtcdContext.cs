using System.Net;

namespace CallsBot.Sandbox.Rtcd;

/// <summary>What all parts of a pretend RTCD share.</summary>
/// <param name="Conditions">Those in force.</param>
/// <param name="Resolve">Finds the addresses of a name.</param>
/// <param name="Changed">To be called when somebody may have waited for what has happened.</param>
internal sealed record RtcdContext(
    RtcdLog Log,
    Func<RtcdConditions> Conditions,
    Func<string, CancellationToken, Task<IReadOnlyList<IPAddress>>> Resolve,
    Action Changed,
    UnexpectedRequests Unexpected,
    TimeProvider Time);
