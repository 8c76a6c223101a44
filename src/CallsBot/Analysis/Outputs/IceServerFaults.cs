using System.Text.Json;

namespace CallsBot.Analysis.Outputs;

/// <summary>What can be wrong with a list of STUN and TURN servers, wherever it is set.</summary>
internal static class IceServerFaults
{
    /// <param name="servers">The list.</param>
    /// <param name="hasSecret">Whether short-lived credentials are made from a secret.</param>
    /// <returns>Ids of findings.</returns>
    public static IEnumerable<string> Of(JsonElement servers, bool hasSecret)
    {
        if (servers.ValueKind != JsonValueKind.Array)
        {
            yield return "config-ice-servers-invalid";
            yield break;
        }

        foreach (var server in servers.EnumerateArray().Select(server => (JsonElement?)server).Take(50))
        {
            var urls = server.Member("urls");
            var all = urls.Text() is { } one ? [one] : urls.Items().Select(url => ((JsonElement?)url).Text() ?? "").ToList();
            if (all.Count == 0 || all.Any(url => !IsUrl(url)))
            {
                yield return "config-ice-servers-invalid";
            }

            // The parser's key is "credential"; one example of the documentation has it wrong.
            var hasCredential = server.Member("credential").Text() is { Length: > 0 } && server.Member("username").Text() is { Length: > 0 };
            if (server.Member("credentials") is not null && server.Member("credential") is null)
            {
                yield return "config-credential-misspelled";
            }
            else if (!hasCredential && !hasSecret && all.Any(url => url.StartsWith("turn", StringComparison.OrdinalIgnoreCase)))
            {
                yield return "config-turn-without-credential";
            }
        }
    }

    private static bool IsUrl(string url) =>
        url.StartsWith("stun:", StringComparison.OrdinalIgnoreCase) || url.StartsWith("turn:", StringComparison.OrdinalIgnoreCase)
        || url.StartsWith("stuns:", StringComparison.OrdinalIgnoreCase) || url.StartsWith("turns:", StringComparison.OrdinalIgnoreCase);
}
