using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using CallsBot.Probes;

namespace CallsBot.Setup;

/// <summary>What was asked for on the command line, as it was typed.</summary>
internal sealed record SetupArguments
{
    public required string Mattermost { get; init; }

    public required string AdminTokenFile { get; init; }

    public required IReadOnlyList<string> Teams { get; init; }

    public required string CallbackUrl { get; init; }

    public bool CheckOnly { get; init; }

    public string Output { get; init; } = ".";

    public string? Rtcd { get; init; }

    public IReadOnlyList<string> Administrators { get; init; } = [];

    public string BotName { get; init; } = SetupPlan.DefaultBotName;

    public bool KeepAdminToken { get; init; }
}

/// <summary>What was asked for, checked: only what the server and the disk have to say is still open.</summary>
internal sealed partial record SetupPlan
{
    public const string DefaultBotName = "callsbot";

    /// <summary>Where the bot takes slash commands.</summary>
    public const string CommandPath = "/mattermost/command";

    /// <summary>Where the bot says that it runs.</summary>
    public const string HealthPath = "/healthz";

    private SetupPlan()
    {
    }

    /// <summary>Without a slash at its end, unless it has a sub-path only of that.</summary>
    public required Uri Mattermost { get; init; }

    public required string AdminTokenFile { get; init; }

    /// <summary>Names, each once.</summary>
    public required IReadOnlyList<string> Teams { get; init; }

    public required Uri Callback { get; init; }

    public bool CheckOnly { get; init; }

    /// <summary>The folder as it was typed, for the output.</summary>
    public required string Output { get; init; }

    /// <summary>As it was typed. A secret when <see cref="RtcdHasCredentials"/>.</summary>
    public string? Rtcd { get; init; }

    public bool RtcdHasCredentials => Rtcd?.Contains('@', StringComparison.Ordinal) ?? false;

    /// <summary>User names without the @, each once.</summary>
    public required IReadOnlyList<string> Administrators { get; init; }

    public required string BotName { get; init; }

    public bool KeepAdminToken { get; init; }

    /// <summary>Where Mattermost is to send the slash command.</summary>
    public string CommandUrl => TextOf(Callback) + CommandPath;

    public string HealthUrl => TextOf(Callback) + HealthPath;

    /// <summary>The address as it is written into settings and commands: no slash at its end.</summary>
    public static string TextOf(Uri address) => address.GetLeftPart(UriPartial.Path).TrimEnd('/');

    /// <param name="arguments">What was typed.</param>
    /// <param name="plan">Null when there are faults.</param>
    /// <param name="faults">Everything that is wrong, a line each. None quotes what may hold a password.</param>
    public static bool TryCreate(
        SetupArguments arguments, [NotNullWhen(true)] out SetupPlan? plan, out IReadOnlyList<string> faults)
    {
        var found = new List<string>();
        var mattermost = Address("--mattermost", arguments.Mattermost, found);
        var callback = Address("--callback-url", arguments.CallbackUrl, found);
        var teams = arguments.Teams.Select(team => team.Trim()).Where(team => team.Length > 0).Distinct().ToList();
        if (teams.Count == 0)
        {
            found.Add("--team: name at least one team, as in the address of its channels: https://chat.example.com/TEAM/channels/town-square.");
        }

        if (!BotNamePattern().IsMatch(arguments.BotName))
        {
            found.Add("--name: the name of a bot is 3 to 22 lower-case letters, digits, '.', '-' and '_', and begins with a letter.");
        }

        // As strict as the bot that will read it from the settings.
        if (arguments.Rtcd is { } rtcd && !ProbeTarget.TryParse(rtcd, out _, out var fault))
        {
            found.Add($"--rtcd: the URL {fault}. Write the address as in the Calls plugin's setting, such as http://rtcd.example.com:8045.");
        }

        faults = found;
        plan = found.Count > 0 ? null : new SetupPlan
        {
            Mattermost = mattermost!,
            AdminTokenFile = arguments.AdminTokenFile,
            Teams = teams,
            Callback = callback!,
            CheckOnly = arguments.CheckOnly,
            Output = arguments.Output,
            Rtcd = arguments.Rtcd,
            Administrators = [.. arguments.Administrators.Select(name => name.Trim().TrimStart('@')).Where(name => name.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)],
            BotName = arguments.BotName,
            KeepAdminToken = arguments.KeepAdminToken,
        };
        return plan is not null;
    }

    private static Uri? Address(string option, string text, List<string> faults)
    {
        if (!Uri.TryCreate(text.Trim(), UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https")
            || address.Host.Length == 0)
        {
            faults.Add($"{option}: write a whole address, such as https://chat.example.com.");
            return null;
        }

        if (address.UserInfo.Length > 0)
        {
            faults.Add($"{option}: the address holds a user name or password. It would be stored and shown in the clear: leave it out.");
            return null;
        }

        if (address.Query.Length > 0 || address.Fragment.Length > 0)
        {
            faults.Add($"{option}: leave out what follows the path (? and #).");
            return null;
        }

        return address;
    }

    [GeneratedRegex("^[a-z][a-z0-9._-]{2,21}$", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex BotNamePattern();
}
