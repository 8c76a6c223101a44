using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CallsBot.Cli;

namespace CallsBot.Setup;

/// <summary>
/// A settings file in which a few keys are changed and all others stay. Keys are found as the bot finds them: whatever
/// their case, nested or written with colons.
/// </summary>
internal sealed class SettingsDocument
{
    private const UnixFileMode NewFileMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly JsonObject _root;
    private readonly List<string> _changed = [];

    private SettingsDocument(string path, JsonObject root, bool exists, bool hasComments)
    {
        Path = path;
        _root = root;
        Exists = exists;
        HasComments = hasComments;
    }

    public string Path { get; }

    public bool Exists { get; }

    /// <summary>Writing the file would lose them.</summary>
    public bool HasComments { get; }

    /// <summary>The keys that are no longer as they were read.</summary>
    public IReadOnlyList<string> Changed => _changed;

    /// <summary>An empty document when there is no such file.</summary>
    /// <exception cref="SetupException">The file is there and is not a settings file.</exception>
    public static SettingsDocument Load(string path)
    {
        string text;
        try
        {
            if (!File.Exists(path))
            {
                return new SettingsDocument(path, [], exists: false, hasComments: false);
            }

            text = File.ReadAllText(path);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"{path}: cannot be read: {ex.Message}", ExitCodes.Usage, ex);
        }

        try
        {
            return Parse(text, JsonCommentHandling.Skip) is JsonObject root
                ? new SettingsDocument(path, root, exists: true, HoldsComments(text))
                : throw new SetupException($"{path}: a settings file is one JSON object, and this is not. Mend it or move it away.", ExitCodes.Usage);
        }
        catch (JsonException ex)
        {
            // The parser's own words may quote what stands there.
            throw new SetupException($"{path}, line {ex.LineNumber + 1}: this is not JSON. Mend it or move it away.", ExitCodes.Usage, ex);
        }
    }

    public string? Find(string key) => Locate(_root, key) is var (owner, name) && owner[name] is JsonValue value ? value.ToString() : null;

    public IReadOnlyList<string> FindList(string key) =>
        Locate(_root, key) is var (owner, name) && owner[name] is JsonArray list ? [.. list.OfType<JsonNode>().Select(item => item.ToString())] : [];

    public void Set(string key, string value)
    {
        if (Find(key) != value)
        {
            Put(key, JsonValue.Create(value));
        }
    }

    public void Set(string key, IReadOnlyList<string> values)
    {
        if (!FindList(key).SequenceEqual(values))
        {
            Put(key, new JsonArray([.. values.Select(value => (JsonNode)value)]));
        }
    }

    public void Remove(string key)
    {
        if (Locate(_root, key) is var (owner, name))
        {
            owner.Remove(name);
            _changed.Add(key);
        }
    }

    /// <exception cref="SetupException">It cannot be written.</exception>
    public void Save() =>
        AtomicFile.Write(Path, Encoding.UTF8.GetBytes(_root.ToJsonString(Indented) + "\n"), NewFileMode, force: false);

    private static JsonNode? Parse(string text, JsonCommentHandling comments) => JsonNode.Parse(
        text,
        documentOptions: new JsonDocumentOptions
        {
            AllowDuplicateProperties = false,
            AllowTrailingCommas = true,
            CommentHandling = comments,
        });

    private static bool HoldsComments(string text)
    {
        try
        {
            Parse(text, JsonCommentHandling.Disallow);
            return false;
        }
        catch (JsonException)
        {
            return true;
        }
    }

    /// <summary>The object that holds a key, and the key's name in it.</summary>
    private static (JsonObject Owner, string Name)? Locate(JsonObject node, string key)
    {
        foreach (var (name, value) in node)
        {
            if (name.Equals(key, StringComparison.OrdinalIgnoreCase))
            {
                return (node, name);
            }

            if (value is JsonObject inner
                && key.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)
                && Locate(inner, key[(name.Length + 1)..]) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private void Put(string key, JsonNode value)
    {
        _changed.Add(key);
        if (Locate(_root, key) is var (owner, name))
        {
            owner[name] = value;
            return;
        }

        var parts = key.Split(':');
        var node = _root;
        foreach (var part in parts[..^1])
        {
            if (Locate(node, part) is var (parent, section) && parent[section] is JsonObject inner)
            {
                node = inner;
                continue;
            }

            var made = new JsonObject();
            node[part] = made;
            node = made;
        }

        node[parts[^1]] = value;
    }
}
