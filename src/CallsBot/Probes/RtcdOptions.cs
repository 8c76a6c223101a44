using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CallsBot.Probes;

/// <summary>The section "Rtcd" of the settings.</summary>
internal sealed partial class RtcdOptions : IValidatableObject
{
    public const string Section = "Rtcd";

    /// <summary>
    /// As in the Calls plugin's setting: <c>http://rtcd.example.com:8045</c>. May hold credentials. When it is empty, the
    /// plugin's own setting is read with the administrator's token.
    /// </summary>
    public string? ServiceUrl { get; set; }

    [Range(typeof(TimeSpan), "00:00:00.5", "00:00:05", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>From the connection to the last byte of the answer, TLS handshake included.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:00:10", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrEmpty(ServiceUrl) && !ProbeTarget.TryParse(ServiceUrl, out _, out var fault))
        {
            yield return new ValidationResult($"The URL {fault}.", [nameof(ServiceUrl)]);
        }
    }

    [OptionsValidator]
    internal sealed partial class Validator : IValidateOptions<RtcdOptions>;
}
