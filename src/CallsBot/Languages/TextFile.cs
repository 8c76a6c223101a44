using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace CallsBot.Languages;

/// <summary>One resource file: texts by key, in the order of the file. Pure.</summary>
internal sealed class TextFile
{
    private const string Folder = "Languages/";

    private TextFile(IReadOnlyDictionary<string, Text> texts, IReadOnlyList<string> faults)
    {
        Texts = texts;
        Faults = faults;
    }

    public IReadOnlyDictionary<string, Text> Texts { get; }

    /// <summary>What is wrong with the file by itself, each with its line.</summary>
    public IReadOnlyList<string> Faults { get; }

    public static string NameOf(string kind, Language language) => $"{kind}.{language.Code}.yaml";

    /// <summary>A file that ships with the bot. Its faults fail the build, so they are not expected here.</summary>
    /// <exception cref="InvalidOperationException">The file has faults.</exception>
    public static TextFile Shipped(string kind, Language language)
    {
        var file = Read(YamlOf(kind, language));
        return file.Faults.Count == 0 ? file : throw new InvalidOperationException($"{NameOf(kind, language)}: {file.Faults[0]}");
    }

    /// <summary>Whether a file ships with the bot.</summary>
    public static bool Exists(string kind, Language language) =>
        typeof(TextFile).Assembly.GetManifestResourceInfo(Folder + NameOf(kind, language)) is not null;

    /// <summary>The content of a file that ships with the bot.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static string YamlOf(string kind, Language language)
    {
        var name = NameOf(kind, language);
        using var stream = typeof(TextFile).Assembly.GetManifestResourceStream(Folder + name)
            ?? throw new InvalidOperationException($"{name} is missing");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    public static TextFile Read(string yaml)
    {
        var texts = new Dictionary<string, Text>(StringComparer.Ordinal);
        var faults = new List<string>();
        if (Root(yaml, faults) is not { } root)
        {
            return new TextFile(texts, faults);
        }

        foreach (var (key, value) in root.Children)
        {
            var line = key.Start.Line;
            if (key is not YamlScalarNode { Value: { Length: > 0 } name })
            {
                faults.Add($"line {line}: a key must be a word");
            }
            else if (value is YamlScalarNode { Value: { Length: > 0 } text })
            {
                texts.Add(name, new Text(new Dictionary<PluralForm, string> { [PluralForm.Other] = text }, IsCounted: false));
            }
            else if (value is YamlMappingNode forms)
            {
                texts.Add(name, new Text(FormsOf(name, forms, faults), IsCounted: true));
            }
            else
            {
                faults.Add($"line {line}: {name} has no text");
            }
        }

        return new TextFile(texts, faults);
    }

    /// <summary>The map that a file is; null, and a fault, for anything else.</summary>
    internal static YamlMappingNode? Root(string yaml, List<string> faults)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException ex)
        {
            faults.Add($"line {ex.Start.Line}: {ex.Message}");
            return null;
        }

        if (stream.Documents is [{ RootNode: YamlMappingNode root }])
        {
            return root;
        }

        faults.Add("the file is no list of keys and texts");
        return null;
    }

    private static Dictionary<PluralForm, string> FormsOf(string key, YamlMappingNode forms, List<string> faults)
    {
        var read = new Dictionary<PluralForm, string>();
        foreach (var (name, value) in forms.Children)
        {
            if (name is YamlScalarNode { Value: "one" or "other" } word && value is YamlScalarNode { Value: { Length: > 0 } text })
            {
                read[word.Value == "one" ? PluralForm.One : PluralForm.Other] = text;
            }
            else
            {
                faults.Add($"line {name.Start.Line}: {key} has something other than a text for one and for other");
            }
        }

        if (!read.ContainsKey(PluralForm.Other))
        {
            faults.Add($"line {forms.Start.Line}: {key} has no text for other");
            read[PluralForm.Other] = "";
        }

        return read;
    }
}
