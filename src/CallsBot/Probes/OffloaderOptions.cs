using System.ComponentModel.DataAnnotations;
using CallsBot.Settings;
using Microsoft.Extensions.Options;

namespace CallsBot.Probes;

/// <summary>The section "Offloader" of the settings.</summary>
internal sealed partial class OffloaderOptions : IValidatableObject
{
    public const string Section = "Offloader";

    /// <summary>
    /// As in the Calls plugin's setting: <c>http://offloader.example.com:4545</c>. May hold credentials. When it is empty,
    /// the plugin's own setting is read with the administrator's token.
    /// </summary>
    public string? ServiceUrl { get; set; }

    /// <summary>
    /// The name that checks log in to calls-offloader with. When it is empty, the credentials in the URL are used; without
    /// any, what needs a login is skipped.
    /// </summary>
    public string? ClientId { get; set; }

    /// <summary>The key of <see cref="ClientId"/>.</summary>
    [Secret]
    public string? AuthKey { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrEmpty(ServiceUrl) && !OffloaderUrl.TryParse(ServiceUrl, out _, out var fault))
        {
            yield return new ValidationResult($"The URL {fault}.", [nameof(ServiceUrl)]);
        }

        if (string.IsNullOrEmpty(ClientId) != string.IsNullOrEmpty(AuthKey))
        {
            yield return new ValidationResult(
                "ClientId and AuthKey belong together: set both, or neither to use the credentials in the URL.",
                [string.IsNullOrEmpty(ClientId) ? nameof(ClientId) : nameof(AuthKey)]);
        }
    }

    [OptionsValidator]
    internal sealed partial class Validator : IValidateOptions<OffloaderOptions>;
}
