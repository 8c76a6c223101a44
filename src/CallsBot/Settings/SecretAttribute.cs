namespace CallsBot.Settings;

/// <summary>Marks a setting whose value is never shown: not by <c>config show</c>, not in a fault, not in a log.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretAttribute : Attribute;
