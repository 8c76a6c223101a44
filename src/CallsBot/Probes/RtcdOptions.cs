using System.ComponentModel.DataAnnotations;
using CallsBot.Settings;
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

    /// <summary>
    /// The name that checks log in to RTCD with. When it is empty, the credentials in the URL are used; without any, what
    /// needs a login is skipped.
    /// </summary>
    public string? ClientId { get; set; }

    /// <summary>The key of <see cref="ClientId"/>; RTCD takes none below 32 characters.</summary>
    [Secret]
    public string? AuthKey { get; set; }

    /// <summary>
    /// The address of a name server to compare with, such as the one that clients use: <c>10.0.0.53</c> or
    /// <c>10.0.0.53:53</c>. When it is empty, only the system's resolver is asked.
    /// </summary>
    public string? SecondResolver { get; set; }

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

        if (!string.IsNullOrEmpty(SecondResolver) && !Probes.SecondResolver.TryParse(SecondResolver, out _))
        {
            yield return new ValidationResult(
                "SecondResolver is not the address of a name server: write 10.0.0.53 or 10.0.0.53:53.", [nameof(SecondResolver)]);
        }

        if (string.IsNullOrEmpty(ClientId) != string.IsNullOrEmpty(AuthKey))
        {
            yield return new ValidationResult(
                "ClientId and AuthKey belong together: set both, or neither to use the credentials in the URL.",
                [string.IsNullOrEmpty(ClientId) ? nameof(ClientId) : nameof(AuthKey)]);
        }
    }

    [OptionsValidator]
    internal sealed partial class Validator : IValidateOptions<RtcdOptions>;
}
