using System.Globalization;
using CallsBot.Checks;

namespace CallsBot.Analysis;

/// <summary>Recognises the zip that Mattermost's system console makes for support, by the names of its members. Pure.</summary>
internal static class SupportPacket
{
    private const string Configuration = "sanitized_config.json";
    private const int MostNames = 40;

    // mattermost/server/channels/app/support_packet.go, from 5.37 on.
    private static readonly string[] Others = ["support_packet.yaml", "metadata.yaml", "diagnostics.yaml", "plugins.json", "mattermost.log"];

    /// <returns>What to say about it; null when it is another zip.</returns>
    public static IReadOnlyList<Evidence>? Describe(IEnumerable<string> members)
    {
        var names = members.Select(member => member.Replace('\\', '/')).ToList();
        var files = names.Select(name => name[(name.LastIndexOf('/') + 1)..]).ToHashSet(StringComparer.Ordinal);
        if (!files.Contains(Configuration) || !Others.Any(files.Contains))
        {
            return null;
        }

        var shown = string.Join(", ", names.Take(MostNames).Select(name => FindingText.Clean(name, 80)));
        return [new Evidence("Files", names.Count > MostNames ? string.Create(CultureInfo.InvariantCulture, $"{names.Count}: {shown}, …") : shown)];
    }
}
