namespace CallsBot.Redaction;

/// <summary>Tells host names from file names, packages and identifiers with dots.</summary>
internal static class HostNames
{
    /// <summary>Top-level domains that occur in host names and hardly as a last part of identifiers.</summary>
    private static readonly HashSet<string> TopLevel = new(StringComparer.OrdinalIgnoreCase)
    {
        "com", "net", "org", "edu", "gov", "mil", "int", "eu", "de", "fr", "uk", "nl", "se", "dk", "fi", "ch", "cz", "ru", "ua", "jp", "cn", "kr",
        "br", "mx", "ca", "au", "nz", "be", "es", "it", "pl", "pt", "hu", "gr", "ro", "tr", "il", "za", "sg", "hk", "tw", "us", "io", "ai", "biz",
        "cloud", "online", "tech", "site", "xyz", "shop", "local", "localdomain", "lan", "internal", "intranet", "intra", "corp", "private", "home",
        "arpa", "test", "example", "invalid", "onion", "amazonaws", "svc", "consul", "travel", "berlin", "company", "systems", "solutions", "email",
        "network", "hospital", "bank", "team", "chat", "works", "global", "digital", "agency", "software",
    };

    /// <summary>Top-level domains that are also file types, members or words: only with three labels in lower case.</summary>
    private static readonly HashSet<string> Doubtful = new(StringComparer.Ordinal)
    {
        "at", "is", "in", "to", "me", "id", "info", "name", "app", "dev", "tv", "cc", "ws", "co", "no", "li", "lu", "st", "media", "video", "group",
    };

    private static readonly HashSet<string> FileTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        "go", "js", "ts", "tsx", "jsx", "json", "log", "yaml", "yml", "toml", "conf", "cfg", "txt", "md", "pem", "crt", "key", "sock", "gz", "zip",
        "tar", "html", "css", "map", "wasm", "so", "cs", "py", "sh", "db", "sql", "csv", "png", "svg", "exe", "dll", "prof",
    };

    /// <summary>Names that belong to the software or the whole internet, and to nobody's network.</summary>
    private static readonly HashSet<string> Technical = new(StringComparer.OrdinalIgnoreCase)
    {
        "localhost", "localhost.localdomain", "rtcd", "mattermost", "calls-offloader", "offloader", "calls-recorder", "calls-transcriber", "coturn",
        "nginx", "haproxy", "postgres", "mysql", "db", "redis", "host", "any", "all", "localhost6", "srflx", "relay", "prflx", "unix", "docker",
        "host.docker.internal", "kubernetes", "kubernetes.default.svc", "svc.cluster.local", "cluster.local", "websocket", "socket.io",
        "mattermost.com", "www.mattermost.com", "docs.mattermost.com", "support.mattermost.com", "forum.mattermost.com", "developers.mattermost.com",
        "community.mattermost.com", "stun.global.calls.mattermost.com", "api.mattermost.com", "push.mattermost.com", "releases.mattermost.com",
        "github.com", "api.github.com", "raw.githubusercontent.com", "golang.org", "google.golang.org", "go.uber.org", "gopkg.in", "go.opentelemetry.io",
        "k8s.io", "sigs.k8s.io", "docker.io", "ghcr.io", "quay.io", "npmjs.org", "registry.npmjs.org", "npmjs.com", "w3.org", "www.w3.org",
        "ietf.org", "datatracker.ietf.org", "www.ietf.org", "webrtc.org", "www.webrtc.org", "pion.ly", "pkg.go.dev", "developer.mozilla.org",
        "stun.l.google.com", "stun1.l.google.com", "stun2.l.google.com", "stun3.l.google.com", "stun4.l.google.com", "stun.cloudflare.com",
        "asp.net", "example.com", "example.org", "example.net", "node.js", "b.io", "nhooyr.io", "filippo.io", "modernc.org",
    };

    public static bool IsTechnical(ReadOnlySpan<char> name) => Technical.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name);

    public static bool EndsInTopLevel(ReadOnlySpan<char> name)
    {
        var dot = name.LastIndexOf('.');
        return dot > 0 && TopLevel.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name[(dot + 1)..]);
    }

    public static bool EndsInFileType(ReadOnlySpan<char> name)
    {
        var dot = name.LastIndexOf('.');
        return dot > 0 && FileTypes.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name[(dot + 1)..]);
    }

    /// <summary>Whether a word in running text is a host name.</summary>
    public static bool LooksLikeHost(ReadOnlySpan<char> word)
    {
        var dot = word.LastIndexOf('.');
        if (dot <= 0 || word.Length - dot < 3 || word.Length > 253 || word.Contains("..", StringComparison.Ordinal) || word[0] is '-' or '.')
        {
            return false;
        }

        var last = word[(dot + 1)..];
        var first = word[..word.IndexOf('.')];

        // System.Net and Http.Internal are namespaces; com.mattermost.calls does not end in a top-level domain.
        if (char.IsAsciiLetterUpper(last[0]) && char.IsAsciiLetterLower(last[^1]) || first is "com" or "org" or "io" or "net" && dot == first.Length)
        {
            return false;
        }

        if (TopLevel.GetAlternateLookup<ReadOnlySpan<char>>().Contains(last))
        {
            return word[..dot].ContainsAnyExcept(Characters.DigitsAndDots);
        }

        return Doubtful.GetAlternateLookup<ReadOnlySpan<char>>().Contains(last) && word[..dot].Contains('.')
            && !word.ContainsAnyInRange('A', 'Z') && !word.Contains('_');
    }
}
