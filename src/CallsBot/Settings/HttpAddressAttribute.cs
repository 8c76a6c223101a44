using System.ComponentModel.DataAnnotations;

namespace CallsBot.Settings;

/// <summary>An absolute address with http or https, and without a password in it.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class HttpAddressAttribute : ValidationAttribute
{
    public HttpAddressAttribute()
        : base("The field {0} must be an address such as https://chat.example.com, without user name and password.")
    {
    }

    public override bool IsValid(object? value) =>
        value is null or Uri { IsAbsoluteUri: true, Scheme: "http" or "https", UserInfo: "" };
}
