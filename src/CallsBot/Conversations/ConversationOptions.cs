using System.ComponentModel.DataAnnotations;
using CallsBot.Settings;
using Microsoft.Extensions.Options;

namespace CallsBot.Conversations;

internal sealed partial class ConversationOptions
{
    public const string Section = "Conversations";

    /// <summary>The address under which Mattermost reaches this bot, such as <c>http://callsbot.internal:8077</c>.</summary>
    [Required, HttpAddress]
    public required Uri CallbackUrl { get; set; }

    /// <summary>
    /// Keys that sign what buttons and dialogs carry: base64 of 32 random bytes or more. The first signs; the others
    /// are still accepted, so that a key can be changed without breaking cards that are already posted.
    /// </summary>
    [Required, MinLength(1), SigningKeys, Secret]
    public required IReadOnlyList<string> SigningKeys { get; set; }

    /// <summary>User names of those who are told when somebody asks for an administrator.</summary>
    public IReadOnlyList<string> Administrators { get; set; } = [];

    /// <summary>
    /// Whether system administrators may name an RTCD to look at: <c>/callshelp check rtcd2.example.com:8045</c>. Off,
    /// because the bot then connects to addresses that people type.
    /// </summary>
    public bool TypedTargets { get; set; }

    /// <summary>
    /// Whether the order in which likely causes are tried follows what people answered to "Did that help?". Off: the order
    /// of the tree files.
    /// </summary>
    public bool LearnFromOutcomes { get; set; } = true;

    /// <summary>How long a session, and every button of it, stays valid.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "90.00:00:00")]
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The full address of one of the bot's endpoints, as Mattermost reaches it.</summary>
    /// <param name="path">With its leading slash.</param>
    public string CallbackTo(string path) => CallbackUrl.ToString().TrimEnd('/') + path;

    [OptionsValidator]
    internal sealed partial class Validator : IValidateOptions<ConversationOptions>;
}
