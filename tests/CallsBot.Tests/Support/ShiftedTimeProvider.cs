namespace CallsBot.Tests.Support;

/// <summary>The system's clock, set forward: timers run as they should, and dates are later.</summary>
internal sealed class ShiftedTimeProvider : TimeProvider
{
    public TimeSpan Shift { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}
