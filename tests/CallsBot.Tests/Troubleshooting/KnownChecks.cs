using CallsBot.Checks;
using CallsBot.Cli;
using CallsBot.Settings;
using CallsBot.Troubleshooting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CallsBot.Tests.Troubleshooting;

/// <summary>The signatures that the shipped trees are written against.</summary>
internal static class KnownChecks
{
    /// <summary>Those of the program itself.</summary>
    public static readonly IReadOnlyCollection<CheckSignature> All = OfTheProgram();

    public static CheckSignature Signature(string id, params (Outcome Outcome, string[] Codes)[] reasons) => new(
        id,
        new HashSet<Outcome>([Outcome.Pass, .. reasons.Select(reason => reason.Outcome)]),
        reasons.SelectMany(reason => reason.Codes.Select(code => (code, reason.Outcome)))
            .ToDictionary(pair => pair.code, pair => pair.Outcome));

    private static IReadOnlyList<CheckSignature> OfTheProgram()
    {
        using var services = OfflineServices.Create(new LoadedSettings(new ConfigurationBuilder().Build(), []));
        return CheckSignature.Of(services.GetRequiredService<CheckCatalog>());
    }
}
