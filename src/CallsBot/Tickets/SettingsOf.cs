using System.Text;
using CallsBot.Checks.Plugin;

namespace CallsBot.Tickets;

/// <summary>The settings of the Calls plugin as a ticket shows them: secrets masked, credentials taken out of URLs.</summary>
internal static class SettingsOf
{
    public const string Default = "the default";

    public static IReadOnlyList<SettingFact> Plugin(CallsSettings settings) =>
    [
        .. SettingDefinition.All.OrderBy(definition => definition.Name, StringComparer.Ordinal).Select(definition => new SettingFact(
            definition.Name,
            IsUrl(definition) && settings.Text(definition.Name) is { Length: > 0 } url ? Probes.SafeText.From(url) : settings.Shown(definition.Name),
            settings.Whence(definition.Name))),
    ];

    /// <summary>As <c>settings/calls-plugin.txt</c> of a bundle: a line each.</summary>
    public static string Write(IReadOnlyList<SettingFact> settings)
    {
        var text = new StringBuilder("# Settings of the Calls plugin, with where each value comes from. *** stands for a secret that is set.\n");
        foreach (var setting in settings)
        {
            text.Append(setting.Name).Append(": ").Append(setting.Value).Append("  # ").Append(setting.Whence).Append('\n');
        }

        return text.ToString();
    }

    private static bool IsUrl(SettingDefinition definition) =>
        definition is { Kind: SettingKind.Text, IsSecret: false } && definition.Name.EndsWith("URL", StringComparison.Ordinal);
}
