using System.Globalization;

namespace CallsBot.Checks.Plugin;

/// <summary>Looks for faults in the settings of the Calls plugin, by rules. Each hit is a subject of the result.</summary>
internal sealed class CallsSettingsCheck(Installation installation) : ICheck
{
    private static readonly string RestartCommand =
        $"mmctl plugin disable {CallsPlugin.Id} && sleep 5 && mmctl plugin enable {CallsPlugin.Id}";

    public string Id => "calls-settings";

    public string Title => "Calls settings";

    public CheckGroup Group => CheckGroup.Plugin;

    public string Activity => "Reading the settings of the Calls plugin";

    public IReadOnlyList<string> Covers { get; } = ["A2.1", "A4.1", "A4.2", "T1", "T9", "T10", "T11", "T15"];

    public IReadOnlyDictionary<string, Outcome> ReasonCodes { get; } =
        CallsSettingsReasons.All.ToDictionary(r => r.Key, r => r.Value.Outcome, StringComparer.Ordinal);

    public async Task<CheckResult> RunAsync(CancellationToken cancellationToken)
    {
        var answer = await installation.SettingsAsync(cancellationToken);
        if (answer.Value is not { } settings)
        {
            var code = answer.Fault switch
            {
                AnswerFault.NotAsked => CallsSettingsReasons.NoAdminToken,
                AnswerFault.Refused => CallsSettingsReasons.AdminTokenRefused,
                _ => CallsSettingsReasons.Unreadable,
            };
            return CallsSettingsReasons.All[code].ToResult(Id, Words("", answer.Seen), [new Evidence("Mattermost", answer.Seen)]);
        }

        var context = new SettingsContext(
            settings,
            await installation.BackendAsync(cancellationToken),
            (await installation.ServerConfigAsync(cancellationToken)).Value,
            (await installation.LicenceAsync(cancellationToken)).Value,
            await installation.DeveloperModeAsync(cancellationToken));
        return Judge(context);
    }

    private CheckResult Judge(SettingsContext context)
    {
        var hits = SettingRules.All
            .SelectMany(rule => rule.HitsIn(context).Select(hit => (Rule: rule, Hit: hit)))
            .OrderByDescending(found => found.Rule.Level)
            .ToList();
        var worst = hits.Count == 0 ? Outcome.Pass : hits[0].Rule.Level;
        var reason = worst switch
        {
            Outcome.Fail => CallsSettingsReasons.All[CallsSettingsReasons.Faulty],
            Outcome.Warn => CallsSettingsReasons.All[CallsSettingsReasons.Doubtful],
            _ => CallsSettingsReasons.Passed,
        };
        var decisive = hits.Where(found => found.Rule.Level == worst && worst != Outcome.Pass).ToList();
        var result = reason.ToResult(
            Id,
            Words(string.Join(" ", decisive.Select(found => $"{found.Hit.Setting} {Said(context, found.Hit)}.")), ""),
            [.. Evidence(context)]);
        return result with
        {
            Subjects = [.. hits.Select(found => Subject(context, found.Rule, found.Hit))],
            NextSteps = [.. decisive.SelectMany(found => Steps(context, found.Rule, found.Hit)).Distinct()],
        };
    }

    private static SubjectResult Subject(SettingsContext context, SettingRule rule, SettingHit hit) =>
        new(hit.Setting, rule.Level, rule.Id, Said(context, hit)) { NextSteps = [.. Steps(context, rule, hit)] };

    /// <summary>With where the value comes from: a value from the environment cannot be changed in the System Console.</summary>
    private static string Said(SettingsContext context, SettingHit hit) => SettingDefinition.Find(hit.Setting) is { } known
        ? $"{hit.Seen} ({context.Settings.Whence(known.Name)})"
        : hit.Seen;

    private static IEnumerable<NextStep> Steps(SettingsContext context, SettingRule rule, SettingHit hit)
    {
        var known = SettingDefinition.Find(hit.Setting);
        var where = known is null ? ""
            : context.Settings.SourceOf(known.Name) == SettingSource.Environment ? $" It is set by {known.Variable} in the environment of the Mattermost servers."
            : $" It is in {known.ConsolePath}.";
        yield return new NextStep($"{hit.Setting}: {rule.Fix}{where} See {rule.Documentation}", rule.Command);
        if (known is { NeedsRestart: true } && rule.Level != Outcome.Pass)
        {
            yield return new NextStep("The plugin reads some of these settings only when it starts. Restart it when no call is running.", RestartCommand);
        }
    }

    private static IEnumerable<Evidence> Evidence(SettingsContext context)
    {
        yield return new Evidence("Rules", SettingRules.All.Count.ToString(CultureInfo.InvariantCulture));
        yield return new Evidence("Stored settings", context.Settings.HasStored ? "read" : "not read");
        yield return new Evidence("Settings in force", context.Settings.HasEffective ? "read from the plugin" : "not read");
        yield return new Evidence("Environment", context.Settings.HasEnvironment ? "read from the plugin" : "not read, so it is not known whether it overrides something");
    }

    private static Dictionary<string, string> Words(string found, string seen) => new()
    {
        ["found"] = found,
        ["seen"] = seen,
        ["count"] = SettingRules.All.Count.ToString(CultureInfo.InvariantCulture),
    };
}
