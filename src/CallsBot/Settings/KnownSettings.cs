using System.Reflection;

namespace CallsBot.Settings;

/// <summary>Every setting there is: what <c>config show</c> lists, and what is checked before anything starts.</summary>
internal sealed class KnownSettings(IReadOnlyList<SettingsSection> sections)
{
    /// <summary>Settings that belong to the host and the logger; they are theirs to read.</summary>
    private static readonly string[] Others = ["Urls", "Kestrel", "Serilog", "AllowedHosts", "SETTINGS", "SECRETS"];

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

        foreach (var (name, value) in settings.AsEnumerable().Where(entry => entry.Value is not null && Others.Contains(entry.Key.Split(':')[0])).OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            yield return new ShownSetting(name, value!, SettingsFiles.SourceOf(settings, name));
        }
    }

    /// <summary>All that is wrong, a line each: unknown names, values of the wrong kind, values that may not be.</summary>
    public IEnumerable<string> Faults(IConfigurationRoot settings)
    {
        foreach (var top in settings.GetChildren().Where(top => !Others.Contains(top.Key, StringComparer.OrdinalIgnoreCase)))
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
    }

    private static string Default(object? value) => value switch
    {
        null or IReadOnlyCollection<string> { Count: 0 } => "(not set)",
        _ => value.ToString() ?? "",
    };

    private static string Value(PropertyInfo property, string? value) =>
        value is null ? "(not set)" : property.IsDefined(typeof(SecretAttribute)) ? "***" : WithoutCredentials(value);

    /// <summary>Addresses may carry a user name and password before an @.</summary>
    public static string WithoutCredentials(string value) => value.LastIndexOf('@') is >= 0 and var at
        ? $"{(value.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme && scheme < at ? value[..(scheme + 3)] : "")}***{value[at..]}"
        : value;
}

internal sealed record ShownSetting(string Key, string Value, string Source);
