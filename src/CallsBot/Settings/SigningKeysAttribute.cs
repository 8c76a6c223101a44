using System.ComponentModel.DataAnnotations;

namespace CallsBot.Settings;

/// <summary>Base64 of at least 32 bytes, each.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SigningKeysAttribute : ValidationAttribute
{
    public const int MinimumBytes = 32;

    public SigningKeysAttribute()
        : base("The field {0} must hold keys of at least 32 bytes in base64. Make one with: openssl rand -base64 32")
    {
    }

    public static bool IsKey(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length >= MinimumBytes;
    }

    public override bool IsValid(object? value) => value is not IEnumerable<string> keys || keys.All(IsKey);
}
