using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace CallsBot.Settings;

/// <summary>One class of options and how to check it.</summary>
internal sealed partial record SettingsSection(
    string Name, Type Type, Func<object> NewOptions, Func<object, ValidateOptionsResult> Validate)
{
    public IReadOnlyList<PropertyInfo> Properties { get; } =
        [.. Type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite)];

    public static SettingsSection Of<T>(string name, IValidateOptions<T> validator)
        where T : class => new(
            name, typeof(T), Activator.CreateInstance<T>, options => validator.Validate(null, (T)options));

    /// <param name="settings">All settings.</param>
    /// <param name="presentOnly">Leaves out what is wrong with settings that are not there.</param>
    public IEnumerable<string> Faults(IConfiguration settings, bool presentOnly = false)
    {
        var options = NewOptions();
        var unreadable = new List<string>();
        foreach (var property in Properties)
        {
            // Bound one by one, so that one value of the wrong kind does not hide the others.
            try
            {
                if (settings.GetSection($"{Name}:{property.Name}").Get(property.PropertyType) is { } value)
                {
                    property.SetValue(options, value);
                }
            }
            catch (InvalidOperationException)
            {
                unreadable.Add(property.Name);
            }
        }

        foreach (var name in unreadable)
        {
            yield return Fault(settings, name, $"cannot be read as {Kind(Properties.First(p => p.Name == name).PropertyType)}.");
        }

        foreach (var failure in Validate(options).Failures ?? [])
        {
            if (MemberName().Match(failure) is { Success: true } match && !unreadable.Contains(match.Groups[1].Value)
                && (!presentOnly || settings.GetSection($"{Name}:{match.Groups[1].Value}").Exists()))
            {
                yield return Fault(settings, match.Groups[1].Value, Plain(failure[match.Length..]));
            }
        }
    }

    private string Fault(IConfiguration settings, string property, string what)
    {
        var key = $"{Name}:{property}";
        var isSecret = Properties.First(p => p.Name == property).IsDefined(typeof(SecretAttribute));
        var value = settings[key] is { } given && !isSecret ? $" It is '{KnownSettings.WithoutCredentials(given)}'." : "";
        var list = Properties.First(p => p.Name == property).PropertyType.IsAssignableTo(typeof(IEnumerable<string>)) ? "__0" : "";
        return $"{key}: {what}{value} Set {SettingsFiles.Prefix}{SettingsFiles.FileName(key)}{list}, or the file {SettingsFiles.DefaultSecrets}/{SettingsFiles.FileName(key)}{list}.";
    }

    /// <summary>Without the words that only say which class holds the setting.</summary>
    private static string Plain(string failure) => Framework().Replace(failure, "").Replace("is required.", "is missing.", StringComparison.Ordinal);

    private static string Kind(Type type) =>
        type == typeof(Uri) ? "an address such as https://chat.example.com"
        : type == typeof(TimeSpan) ? "a time such as 00:00:10"
        : type.Name;

    [GeneratedRegex(@"^The (?:field )?\w+\.\w+ (?:field )?", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Framework();

    [GeneratedRegex(@"^(?:Property )?(\w+): ", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex MemberName();
}
