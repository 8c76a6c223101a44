namespace CallsBot.Sandbox.Rtcd;

/// <summary>What pion wants of an offer before it answers (pion/sdp, unmarshal.go; pion/webrtc v4.2.6, SetRemoteDescription and sdp.go).</summary>
internal static class OfferRules
{
    /// <returns>Pion's complaint; null for an offer that it takes.</returns>
    public static string? Fault(string sdp)
    {
        var lines = sdp.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0).ToList();
        if (lines.Exists(line => line.Length < 2 || line[1] != '=') || !lines.Select(line => line[0]).Take(4).SequenceEqual("vost"))
        {
            return "sdp: invalid syntax";
        }

        var sections = new List<List<string>> { new() };
        foreach (var line in lines)
        {
            if (line.StartsWith("m=", StringComparison.Ordinal))
            {
                sections.Add([]);
            }

            sections[^1].Add(line);
        }

        var (session, media) = (sections[0], sections[1..]);
        if (media.Exists(section => Values(section, "mid").Count == 0))
        {
            return "remoteDescription contained media section without mid value";
        }

        var bundled = Values(session, "group").Select(group => group.Split(' ')).FirstOrDefault(words => words is ["BUNDLE", _, ..])?[1];
        var first = media.Find(section => bundled is null || Values(section, "mid")[0] == bundled) ?? [];
        return Values(session, "ice-ufrag").Concat(Values(first, "ice-ufrag")).FirstOrDefault() is not { Length: > 0 } ? "SetRemoteDescription called with no ice-ufrag"
            : Values(session, "ice-pwd").Concat(Values(first, "ice-pwd")).FirstOrDefault() is not { Length: > 0 } ? "SetRemoteDescription called with no ice-pwd"
            : Values(session, "fingerprint").Concat(Values(first, "fingerprint")).FirstOrDefault() is not { } fingerprint ? "SetRemoteDescription called with no fingerprint"
            : fingerprint.Split(' ').Length != 2 ? "SetRemoteDescription called with an invalid fingerprint"
            : null;
    }

    private static List<string> Values(IEnumerable<string> section, string name) =>
        [.. section.Where(line => line.StartsWith($"a={name}:", StringComparison.Ordinal)).Select(line => line[$"a={name}:".Length..])];
}
