using System.Reflection;
using System.Text.RegularExpressions;
using Serilog.Events;

namespace CallsBot.Settings;

/// <summary>Every setting there is: what <c>config show</c> lists, and what is checked before anything starts.</summary>
internal sealed partial class KnownSettings(IReadOnlyList<SettingsSection> sections)
{
    /// <summary>Settings that belong to the host and the logger; they are theirs to read.</summary>
    private static readonly string[] Others = ["Urls", "Kestrel", "Serilog", "AllowedHosts", "SETTINGS", "SECRETS"];

    /// <summary>What names of settings that are not ours say when the value is a secret.</summary>
    private static readonly string[] SecretWords = ["password", "key", "token", "secret", "connectionstring"];

    /// <summary>The names of all settings, such as <c>Mattermost:Server</c>.</summary>
    public IEnumerable<string> Names => sections.SelectMany(
        section => section.Properties.Select(property => $"{section.Name}:{property.Name}"));

    /// <summary>Every setting with its value and source, secrets masked.</summary>
    public IEnumerable<ShownSetting> Show(IConfigurationRoot settings)
    {
        foreach (var section in sections)
        {
            var defaults = section.NewOptions();
            foreach (var property in section.Properties)
            {
                var key = $"{section.Name}:{property.Name}";
                var entries = settings.GetSection(key).AsEnumerable().Where(entry => entry.Value is not null).ToList();
                if (entries.Count == 0)
                {
                    yield return new ShownSetting(key, Default(property.GetValue(defaults)), "default");
                }

                foreach (var (name, value) in entries.OrderBy(entry => entry.Key, StringComparer.Ordinal))
                {
                    yield return new ShownSetting(name, Value(property, value), SettingsFiles.SourceOf(settings, name));
                }
            }
        }

        foreach (var (name, value) in settings.AsEnumerable().Where(entry => entry.Value is not null && IsOther(entry.Key.Split(':')[0])).OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            yield return new ShownSetting(name, Value(name, value!), SettingsFiles.SourceOf(settings, name));
        }
    }

    /// <summary>All that is wrong, a line each: unknown names, values of the wrong kind, values that may not be.</summary>
    public IEnumerable<string> Faults(IConfigurationRoot settings)
    {
        foreach (var top in settings.GetChildren().Where(top => !IsOther(top.Key)))
        {
            // Kubernetes sets CALLSBOT_SERVICE_HOST and more of the kind where a service is called callsbot.
            if (top.Value is not null && SettingsFiles.IsFromEnvironment(settings, top.Key))
            {
                continue;
            }

            if (sections.FirstOrDefault(section => section.Name.Equals(top.Key, StringComparison.OrdinalIgnoreCase)) is not { } section)
            {
                yield return $"{top.Key}: there is no such group of settings. There are {string.Join(", ", sections.Select(s => s.Name))}.";
                continue;
            }

            foreach (var unknown in top.GetChildren().Where(child => !section.Properties.Any(p => p.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase))))
            {
                yield return $"{unknown.Path}: there is no such setting ({SettingsFiles.SourceOf(settings, unknown.Path)}). There are {string.Join(", ", section.Properties.Select(p => p.Name))}.";
            }
        }

        foreach (var section in sections)
        {
            foreach (var fault in section.Faults(settings))
            {
                yield return fault;
            }
        }

        foreach (var fault in LogFaults(settings).Concat(UrlFaults(settings)))
        {
            yield return fault;
        }
    }

    /// <summary>
    /// What is wrong with the values that some sections have, and with the log levels; values that are missing are not missed.
    /// </summary>
    public IEnumerable<string> FaultsOfPresent(IConfigurationRoot settings, params string[] names) =>
        sections.Where(section => names.Contains(section.Name))
            .SelectMany(section => section.Faults(settings, presentOnly: true))
            .Concat(LogFaults(settings));

    private static IEnumerable<string> LogFaults(IConfigurationRoot settings)
    {
        var least = settings.GetSection("Serilog:MinimumLevel");
        var overrides = least.GetSection("Override").GetChildren();
        foreach (var level in overrides.Append(least.GetSection("Default")).Append(least).Where(level => level.Value is not null))
        {
            if (!Enum.GetNames<LogEventLevel>().Contains(level.Value, StringComparer.OrdinalIgnoreCase))
            {
                yield return $"{level.Path}: '{level.Value}' is no log level ({SettingsFiles.SourceOf(settings, level.Path)}). There are {string.Join(", ", Enum.GetNames<LogEventLevel>())}.";
            }
        }
    }

    private static IEnumerable<string> UrlFaults(IConfigurationRoot settings)
    {
        if (settings["Urls"] is not { } urls)
        {
            yield break;
        }

        foreach (var url in urls.Split(';') is { Length: > 1 } several ? several.Where(url => url.Length > 0) : [urls])
        {
            // + and * stand for every address of the machine, and are no host to Uri.
            if (!Uri.TryCreate(EveryAddress().Replace(url, "$1any"), UriKind.Absolute, out var address)
                || address is not { Scheme: "http" or "https", UserInfo: "", PathAndQuery: "/", Fragment: "" }
                || url.Any(char.IsWhiteSpace))
            {
                yield return $"Urls: '{WithoutCredentials(url)}' is no address to listen on ({SettingsFiles.SourceOf(settings, "Urls")}). Write http://127.0.0.1:8077, or http://+:8077 for every address of this machine; several with ; between them.";
            }
        }
    }

    private static bool IsOther(string group) => Others.Contains(group, StringComparer.OrdinalIgnoreCase);

    private static string Value(string name, string value) =>
        SecretWords.Any(word => name.Split(':')[^1].Contains(word, StringComparison.OrdinalIgnoreCase)) ? "***" : WithoutCredentials(value);

    private static string Default(object? value) => value switch
    {
        null or IReadOnlyCollection<string> { Count: 0 } => "(not set)",
        _ => value.ToString() ?? "",
    };

    private static string Value(PropertyInfo property, string? value) =>
        value is null ? "(not set)" : property.IsDefined(typeof(SecretAttribute)) ? "***" : WithoutCredentials(value);

    /// <summary>Addresses may carry a user name and password before an @. An @ at the beginning is a person's.</summary>
    public static string WithoutCredentials(string value) => value.LastIndexOf('@') is > 0 and var at
        ? $"{(value.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme && scheme < at ? value[..(scheme + 3)] : "")}***{value[at..]}"
        : value;

    [GeneratedRegex("^(https?://)[+*](?=[:/]|$)", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex EveryAddress();
}

internal sealed record ShownSetting(string Key, string Value, string Source);
