namespace CallsBot.Checks;

/// <summary>What one run looks at, where that differs from the settings. Lives in the run's scope.</summary>
internal sealed class CheckTarget
{
    /// <summary>An RTCD to look at instead of the configured one; may hold credentials. Null for the configured one.</summary>
    public string? RtcdUrl { get; set; }
}
