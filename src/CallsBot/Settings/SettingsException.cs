namespace CallsBot.Settings;

/// <summary>Settings that nothing can start with; every fault at once.</summary>
internal sealed class SettingsException(IReadOnlyList<string> faults)
    : Exception($"The settings are not usable:\n  {string.Join("\n  ", faults)}")
{
    public IReadOnlyList<string> Faults { get; } = faults;
}
