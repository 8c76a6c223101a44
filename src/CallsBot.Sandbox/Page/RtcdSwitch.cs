using CallsBot.Sandbox.Rtcd;

namespace CallsBot.Sandbox.Page;

/// <summary>One of the switches on the page.</summary>
/// <param name="Fault">What it does.</param>
/// <param name="Id">What the page calls it in requests.</param>
/// <param name="Label">What people read.</param>
/// <param name="What">What happens then, in one line.</param>
internal sealed record RtcdSwitch(RtcdFault Fault, string Id, string Label, string What)
{
    public static IReadOnlyList<RtcdSwitch> All { get; } =
    [
        new(RtcdFault.Healthy, "healthy", "Healthy", $"Answers with version {RtcdSandbox.CurrentVersion}"),
        new(RtcdFault.Stopped, "stopped", "Stopped", "Connections are refused"),
        new(RtcdFault.Silent, "silent", "Silent", "Takes connections, never answers"),
        new(RtcdFault.Slow, "slow", "Slow", "Answers after three seconds"),
        new(RtcdFault.ProxyError, "proxy-error", "Bad gateway", "A proxy answers 502 with its own page"),
        new(RtcdFault.ProxyPage, "proxy-page", "Someone else's page", "A proxy or portal answers 200 with HTML"),
        new(RtcdFault.WrongJson, "wrong-json", "Wrong JSON", "JSON, but not an RTCD's"),
        new(RtcdFault.OldVersion, "old-version", "Too old", $"Version {RtcdSandbox.OldVersion}, below the least that Calls takes"),
        new(RtcdFault.EmptyVersion, "empty-version", "Development build", "No version in the answer"),
        new(RtcdFault.Tls, "tls", "TLS on the port", "With a certificate that nobody signed"),
        new(RtcdFault.Redirect, "redirect", "Redirect", "Every path leads to a login page"),
        new(RtcdFault.ServerError, "server-error", "Server error", "HTTP 500"),
    ];

    public static RtcdSwitch For(RtcdFault fault) => All.Single(one => one.Fault == fault);

    public static RtcdFault? Parse(string id) => All.FirstOrDefault(one => one.Id == id)?.Fault;
}
