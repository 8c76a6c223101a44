using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CallsBot.Tickets;

internal sealed partial class TicketOptions : IValidatableObject
{
    public const string Section = "Tickets";

    /// <summary>A folder with own templates for tickets, as docs/tickets.md describes them; empty for none.</summary>
    public string TemplatesFolder { get; set; } = "";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        string? fault = null;
        try
        {
            TicketTemplate.All(TemplatesFolder);
        }
        catch (Exception ex) when (ex is TicketTemplateException or IOException or UnauthorizedAccessException)
        {
            fault = ex.Message;
        }

        if (fault is not null)
        {
            yield return new ValidationResult($"names no folder of templates: {fault}", [nameof(TemplatesFolder)]);
        }
    }

    [OptionsValidator]
    internal sealed partial class Validator : IValidateOptions<TicketOptions>;
}
