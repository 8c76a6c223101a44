using System.ComponentModel.DataAnnotations;
using CallsBot.Settings;
using Microsoft.Extensions.Options;

namespace CallsBot.Mattermost;

internal sealed partial class MattermostOptions
{
    public const string Section = "Mattermost";

    /// <summary>The address of the Mattermost server as the bot reaches it, such as <c>https://chat.example.com</c>.</summary>
    [Required, HttpAddress]
    public required Uri Server { get; set; }

    /// <summary>The access token of the bot account.</summary>
    [Required, MinLength(20), Secret]
    public required string BotToken { get; set; }

    /// <summary>
    /// The access token of a system administrator, for the checks that a bot account may not run (plugin states,
    /// configuration). Without it they are skipped.
    /// </summary>
    [MinLength(20), Secret]
    public string? AdminToken { get; set; }

    /// <summary>The token of the slash command, one for each team that has it.</summary>
    [Required, MinLength(1), Secret]
    public required IReadOnlyList<string> CommandTokens { get; set; }

    /// <summary>For one request to Mattermost, its retries included.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:02:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(20);

    [OptionsValidator]
    internal sealed partial class Validator : IValidateOptions<MattermostOptions>;
}
