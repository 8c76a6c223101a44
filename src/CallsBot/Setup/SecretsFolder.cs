using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using CallsBot.Cli;

namespace CallsBot.Setup;

/// <summary>The folder with one file a secret, named like the setting with <c>__</c> for the colon.</summary>
/// <param name="path">As it is to be shown.</param>
internal sealed class SecretsFolder(string path)
{
    public const string BotToken = "Mattermost__BotToken";
    public const string AdminToken = "Mattermost__AdminToken";
    public const string SigningKey = "Conversations__SigningKeys__0";
    public const string Rtcd = "Rtcd__ServiceUrl";

    private const string CommandTokens = "Mattermost__CommandTokens__";

    // Shows that secrets can be written here. The bot does not read names that begin with a dot.
    private const string Trial = ".trial";

    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode = FileMode | UnixFileMode.UserExecute;

    // A group may read: that is how a container's account gets at them.
    private const UnixFileMode TooOpen =
        UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    public string PathOf(string name) => Path.Combine(path, name);

    /// <summary>
    /// Makes the folder, and shuts out others from it and from what it holds. Comes before anything is changed on the
    /// server that would be lost if it could not be kept.
    /// </summary>
    public void Prepare(SetupReport report)
    {
        if (!Directory.Exists(path))
        {
            if (!report.CheckOnly)
            {
                Create();
            }

            report.Created($"the folder {path} for secrets, open to you alone");
        }
        else if (!OperatingSystem.IsWindows())
        {
            foreach (var entry in Guarded(() => Directory.EnumerateFiles(path).Prepend(path).ToList()))
            {
                Shut(entry, report);
            }
        }

        if (!report.CheckOnly)
        {
            Write(Trial, "");
            Delete(Trial);
        }
    }

    /// <summary>Trimmed, as the bot reads it. Null when there is no such file.</summary>
    public string? Read(string name) => Guarded(() => File.Exists(PathOf(name)) ? File.ReadAllText(PathOf(name)).Trim() : null);

    public void Write(string name, string secret) =>
        AtomicFile.Write(PathOf(name), Encoding.UTF8.GetBytes(secret + "\n"), FileMode, force: true);

    public void Delete(string name) => Guarded(() =>
    {
        File.Delete(PathOf(name));
        return true;
    });

    /// <summary>The name of the file for a command token.</summary>
    public static string CommandToken(int index) => CommandTokens + index.ToString(CultureInfo.InvariantCulture);

    /// <summary>Index and token of every command token that is there.</summary>
    public SortedDictionary<int, string> ReadCommandTokens()
    {
        var tokens = new SortedDictionary<int, string>();
        foreach (var file in Guarded(() => Directory.Exists(path) ? Directory.GetFiles(path, CommandTokens + "*") : []))
        {
            var name = Path.GetFileName(file);
            if (int.TryParse(name[CommandTokens.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                && CommandToken(index) == name)
            {
                tokens[index] = Read(name) ?? "";
            }
        }

        return tokens;
    }

    [UnsupportedOSPlatform("windows")]
    private void Shut(string entry, SetupReport report)
    {
        var mode = Guarded(() => File.GetUnixFileMode(AtomicFile.TargetOf(entry)));
        if ((mode & TooOpen) == 0)
        {
            return;
        }

        if (!report.CheckOnly)
        {
            Guarded(() =>
            {
                File.SetUnixFileMode(AtomicFile.TargetOf(entry), entry == path ? FolderMode : FileMode);
                return true;
            });
        }

        report.Repaired($"the mode of {entry}: it was {Convert.ToString((int)mode, 8)}, open to others");
    }

    private void Create() => Guarded(() =>
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return OperatingSystem.IsWindows() ? Directory.CreateDirectory(path) : Directory.CreateDirectory(path, FolderMode);
    });

    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"{path}: cannot be used: {ex.Message}", ExitCodes.Usage, ex);
        }
    }
}
