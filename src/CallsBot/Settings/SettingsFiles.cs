using System.Text.Json;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace CallsBot.Settings;

/// <summary>Where settings come from. Later sources win.</summary>
/// <remarks>
/// <list type="number">
/// <item><c>appsettings.json</c> beside the program: what ships.</item>
/// <item>The settings file: <c>--settings FILE</c>, else <c>CALLSBOT_SETTINGS</c>, else <c>callsbot.json</c> in the working folder.</item>
/// <item>The secrets folder: <c>CALLSBOT_SECRETS</c>, else <c>secrets</c> beside the settings file. One file a setting, named like the setting with <c>__</c> for the colon.</item>
/// <item>Environment variables that begin with <c>CALLSBOT_</c>.</item>
/// </list>
/// </remarks>
internal static class SettingsFiles
{
    public const string Prefix = "CALLSBOT_";
    public const string DefaultFile = "callsbot.json";
    public const string DefaultSecrets = "secrets";

    /// <summary>Reads all sources. What cannot be read becomes a fault, and the rest is read all the same.</summary>
    /// <param name="file">The settings file that was asked for; null to look in the usual places.</param>
    public static LoadedSettings Load(string? file = null)
    {
        var faults = new List<string>();
        var builder = new ConfigurationBuilder();
        AddJson(builder, Path.Combine(AppContext.BaseDirectory, "appsettings.json"), mustExist: false, faults);

        var asked = file ?? Environment.GetEnvironmentVariable(Prefix + "SETTINGS");
        AddJson(builder, asked ?? DefaultFile, mustExist: asked is not null, faults);

        var askedSecrets = Environment.GetEnvironmentVariable(Prefix + "SECRETS");
        var secrets = askedSecrets
            ?? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(asked ?? DefaultFile))!, DefaultSecrets);
        AddSecrets(builder, secrets, mustExist: askedSecrets is not null, faults);

        builder.AddEnvironmentVariables(Prefix);
        return new LoadedSettings(builder.Build(), faults);
    }

    /// <summary>Names the source of a key for a person.</summary>
    public static string SourceOf(IConfigurationRoot settings, string key) =>
        settings.Providers.LastOrDefault(provider => provider.TryGet(key, out _)) switch
        {
            JsonConfigurationProvider json => json.Source.Path ?? "JSON",
            SecretFilesProvider secrets => Path.Combine(secrets.Folder, FileName(key)),
            EnvironmentVariablesConfigurationProvider => Prefix + FileName(key),
            null => "default",
            var other => other.ToString() ?? "",
        };

    public static bool IsFromEnvironment(IConfigurationRoot settings, string key) =>
        settings.Providers.LastOrDefault(provider => provider.TryGet(key, out _)) is EnvironmentVariablesConfigurationProvider;

    /// <summary>The name of the file or variable that holds a setting.</summary>
    public static string FileName(string key) => key.Replace(":", "__", StringComparison.Ordinal);

    private static void AddJson(ConfigurationBuilder builder, string path, bool mustExist, List<string> faults)
    {
        if (!File.Exists(path))
        {
            if (mustExist)
            {
                faults.Add($"{path}: there is no such settings file.");
            }

            return;
        }

        try
        {
            // Read here once, because a provider that fails takes every other source with it.
            using var parsed = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (parsed.RootElement.ValueKind != JsonValueKind.Object)
            {
                faults.Add($"{path}: a settings file is one JSON object, this is {parsed.RootElement.ValueKind}.");
                return;
            }
        }
        catch (JsonException ex)
        {
            faults.Add($"{path}, line {ex.LineNumber + 1}: this is not JSON: {FirstSentence(ex.Message)}");
            return;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            faults.Add($"{path}: cannot be read: {ex.Message}");
            return;
        }

        builder.AddJsonFile(
            source =>
            {
                source.FileProvider = new Microsoft.Extensions.FileProviders.PhysicalFileProvider(
                    Path.GetDirectoryName(Path.GetFullPath(path))!, Microsoft.Extensions.FileProviders.Physical.ExclusionFilters.None);
                source.Path = Path.GetFileName(path);
                source.ReloadOnChange = false;
            });
    }

    private static void AddSecrets(ConfigurationBuilder builder, string folder, bool mustExist, List<string> faults)
    {
        if (!Directory.Exists(folder))
        {
            if (mustExist)
            {
                faults.Add($"{folder}: there is no such secrets folder ({Prefix}SECRETS).");
            }

            return;
        }

        builder.Add(new SecretFilesSource(folder, faults));
    }

    private static string FirstSentence(string message) =>
        message.IndexOf(". ", StringComparison.Ordinal) is > 0 and var end ? message[..(end + 1)] : message;
}

/// <param name="Settings">What could be read.</param>
/// <param name="Faults">What could not, a line each.</param>
internal sealed record LoadedSettings(IConfigurationRoot Settings, IReadOnlyList<string> Faults);

internal sealed class SecretFilesSource(string folder, List<string> faults) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new SecretFilesProvider(folder, faults);
}

/// <summary>One setting a file, as container platforms mount secrets. Refuses files that everybody on the machine may read.</summary>
internal sealed class SecretFilesProvider(string folder, List<string> faults) : ConfigurationProvider
{
    public string Folder => folder;

    public override void Load()
    {
        foreach (var path in Directory.EnumerateFiles(folder).Where(path => !Path.GetFileName(path).StartsWith('.')))
        {
            try
            {
                var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
                if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(target).HasFlag(UnixFileMode.OtherRead))
                {
                    faults.Add($"{path}: everybody on this machine may read this secret. Run: chmod 600 {path}");
                    continue;
                }

                Data[Path.GetFileName(path).Replace("__", ":", StringComparison.Ordinal)] = File.ReadAllText(path).Trim();
            }
            catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
            {
                faults.Add($"{path}: cannot be read: {ex.Message}");
            }
        }
    }
}
