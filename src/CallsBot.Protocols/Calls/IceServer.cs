using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace CallsBot.Protocols.Calls;

/// <summary>
/// One entry of a list of STUN and TURN servers (rtcd, service/rtc/config.go, ICEServerConfig). The credential is left out
/// of <see cref="ToString"/>.
/// </summary>
/// <param name="Urls">Such as "turn:turn.example.com:3478?transport=udp".</param>
/// <param name="Username">Empty when there is none.</param>
/// <param name="Credential">Empty when there is none.</param>
public sealed record IceServer(IReadOnlyList<string> Urls, string Username, string Credential)
{
    /// <summary>Names in the entry that mean nothing to the plugin.</summary>
    public IReadOnlyList<string> UnknownNames { get; init; } = [];

    /// <summary>
    /// Whether the plugin takes it for a TURN server, for which it makes credentials or which it keeps from clients: all of
    /// its addresses have to be TURN's.
    /// </summary>
    public bool IsTurn => Urls.Count > 0 && Urls.All(IsTurnUrl);

    /// <summary>Whether it mixes STUN and TURN.</summary>
    public bool IsMixed => Urls.Any(IsTurnUrl) && !IsTurn;

    public bool HasCredentials => Username.Length > 0 || Credential.Length > 0;

    /// <param name="list">A JSON list of entries.</param>
    /// <param name="servers">The entries, when there is no fault.</param>
    /// <param name="fault">What is wrong, as the end of a sentence that begins "The list". Quotes no value.</param>
    public static bool TryReadList(
        JsonElement list, [NotNullWhen(true)] out IReadOnlyList<IceServer>? servers, [NotNullWhen(false)] out string? fault)
    {
        servers = null;
        if (list.ValueKind != JsonValueKind.Array)
        {
            fault = "is no list: it has to begin with [ and end with ]";
            return false;
        }

        var read = new List<IceServer>();
        foreach (var entry in list.EnumerateArray())
        {
            if (!TryRead(entry, out var server, out var wrong))
            {
                fault = $"has an entry (number {read.Count + 1}) that {wrong}";
                return false;
            }

            read.Add(server);
        }

        servers = read;
        fault = null;
        return true;
    }

    public override string ToString() =>
        $"{string.Join(", ", Urls)} {(HasCredentials ? "with" : "without")} credentials";

    private static bool TryRead(
        JsonElement entry, [NotNullWhen(true)] out IceServer? server, [NotNullWhen(false)] out string? fault)
    {
        server = null;
        fault = null;
        if (entry.ValueKind != JsonValueKind.Object)
        {
            fault = "is no object: it has to look like {\"urls\":[\"stun:stun.example.com:3478\"]}";
            return false;
        }

        List<string> urls = [];
        var (username, credential) = ("", "");
        List<string> unknown = [];
        foreach (var property in entry.EnumerateObject())
        {
            // Go's decoder does not mind the case of a name.
            switch (property.Name.ToUpperInvariant())
            {
                case "URLS" when property.Value.ValueKind == JsonValueKind.Array:
                    foreach (var url in property.Value.EnumerateArray())
                    {
                        if (url.ValueKind != JsonValueKind.String)
                        {
                            fault = "has an address that is no text";
                            return false;
                        }

                        urls.Add(url.GetString()!);
                    }

                    break;
                case "URLS" when property.Value.ValueKind != JsonValueKind.Null:
                    fault = "has \"urls\" that is no list: write [ ] around the address";
                    return false;
                case "USERNAME" or "CREDENTIAL" when property.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null):
                    fault = $"has a \"{property.Name.ToLowerInvariant()}\" that is no text";
                    return false;
                case "USERNAME":
                    username = property.Value.GetString() ?? "";
                    break;
                case "CREDENTIAL":
                    credential = property.Value.GetString() ?? "";
                    break;
                case "URLS":
                    break;
                default:
                    unknown.Add(property.Name);
                    break;
            }
        }

        server = new IceServer(urls, username, credential) { UnknownNames = unknown };
        return true;
    }

    private static bool IsTurnUrl(string url) =>
        url.StartsWith("turn:", StringComparison.Ordinal) || url.StartsWith("turns:", StringComparison.Ordinal);
}
