using System.Net;
using CallsBot.Sandbox.Rtcd;

namespace CallsBot.Sandbox;

/// <summary>How a sandbox starts. The defaults suit a test: free ports, a known bot, a clock that runs.</summary>
internal sealed record SandboxSettings
{
    /// <summary>Where all servers listen. Anything but a loopback address is refused: every token here is public.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The workspace's port; 0 takes a free one.</summary>
    public int MattermostPort { get; init; }

    /// <summary>The pretend RTCD's port; 0 takes a free one.</summary>
    public int RtcdPort { get; init; }

    /// <summary>The pretend calls-offloader's port; 0 takes a free one.</summary>
    public int OffloaderPort { get; init; }

    /// <summary>The pretend RTCD's client and media.</summary>
    public RtcdSettings Rtcd { get; init; } = new();

    /// <summary>False leaves the bot account out, for tests of <c>callsbot setup</c>.</summary>
    public bool WithBot { get; init; } = true;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// How long the trigger id of a click or a command opens dialogs. Server 5.37 had a constant of 3 s; later ones use
    /// <c>OutgoingIntegrationRequestsTimeout</c>, 30 s by default (model/integration_action.go).
    /// </summary>
    public TimeSpan TriggerLifetime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the workspace waits for an integration: <c>OutgoingIntegrationRequestsTimeout</c>.</summary>
    public TimeSpan IntegrationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The most characters that the props of a post may take as JSON. 8,000 in 5.37, 800,000 since (model/post.go,
    /// PostPropsMaxRunes). The smaller one by default, so that a card that fits here fits everywhere.
    /// </summary>
    public int MaxPropsLength { get; init; } = 8_000;

    /// <summary>How long a driver of a conversation waits for what it was told to expect.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);
}
