using System.Security.Cryptography;
using CallsBot.Probes;
using CallsBot.Settings;

namespace CallsBot.Setup;

/// <summary>What is written to the output folder, apart from the bot's token.</summary>
internal sealed class FileSteps(SetupPlan plan, SecretsFolder secrets, SettingsDocument document, SetupReport report)
{
    private const string ServerKey = "Mattermost:Server";
    private const string CallbackKey = "Conversations:CallbackUrl";
    private const string AdministratorsKey = "Conversations:Administrators";
    private const string RtcdKey = "Rtcd:ServiceUrl";

    /// <summary>
    /// One file for each team's command. A file whose token is no command's any more is used for another, or deleted.
    /// </summary>
    /// <param name="commands">The commands of the teams that were asked for.</param>
    /// <param name="elsewhere">The tokens of other teams' commands; null when that is not known, and nothing is deleted.</param>
    public void CommandTokens(IReadOnlyList<TeamCommand> commands, IReadOnlyCollection<string>? elsewhere)
    {
        var files = secrets.ReadCommandTokens();
        var inUse = commands.Select(command => command.Token).OfType<string>().ToHashSet();
        var spare = new Queue<int>(elsewhere is null
            ? []
            : files.Where(file => !inUse.Contains(file.Value) && !elsewhere.Contains(file.Value)).Select(file => file.Key));

        foreach (var command in commands)
        {
            if (command.Token is { } token && files.FirstOrDefault(file => file.Value == token) is { Value: not null } known)
            {
                report.Ok($"the token of /{TeamSteps.Trigger} in team {command.Team} is in {secrets.PathOf(SecretsFolder.CommandToken(known.Key))}");
                continue;
            }

            var replaces = spare.TryDequeue(out var index);
            if (!replaces)
            {
                index = Enumerable.Range(0, files.Count + 1).First(free => !files.ContainsKey(free));
            }

            // In a look there may be no token yet; the place is taken all the same.
            files[index] = command.Token ?? "";
            var name = SecretsFolder.CommandToken(index);
            if (!report.CheckOnly && command.Token is { } made)
            {
                secrets.Write(name, made);
            }

            if (replaces)
            {
                report.Repaired($"{secrets.PathOf(name)}: it held the token of no command, and is for /{TeamSteps.Trigger} in team {command.Team}");
            }
            else
            {
                report.Created($"the token of /{TeamSteps.Trigger} in team {command.Team} in {secrets.PathOf(name)}");
            }
        }

        foreach (var index in spare)
        {
            var name = SecretsFolder.CommandToken(index);
            if (!report.CheckOnly)
            {
                secrets.Delete(name);
            }

            report.Repaired($"{secrets.PathOf(name)}: it held the token of no command, and is not needed");
        }
    }

    /// <summary>Whether there are command tokens that none of these commands has.</summary>
    public bool HasOtherTokens(IReadOnlyList<TeamCommand> commands) =>
        secrets.ReadCommandTokens().Values.Except(commands.Select(command => command.Token).OfType<string>()).Any();

    public void SigningKey()
    {
        var file = secrets.PathOf(SecretsFolder.SigningKey);
        var kept = secrets.Read(SecretsFolder.SigningKey);
        if (kept is not null && SigningKeysAttribute.IsKey(kept))
        {
            report.Ok($"the signing key in {file} is kept");
            return;
        }

        if (!report.CheckOnly)
        {
            secrets.Write(SecretsFolder.SigningKey, Convert.ToBase64String(RandomNumberGenerator.GetBytes(SigningKeysAttribute.MinimumBytes)));
        }

        if (kept is null)
        {
            report.Created($"a signing key in {file}");
        }
        else
        {
            report.Repaired($"the signing key in {file}: it was not base64 of {SigningKeysAttribute.MinimumBytes} bytes or more. Buttons on cards that are already posted stop working");
        }
    }

    public void AdministratorToken(string token, ServerSettings settings)
    {
        var file = secrets.PathOf(SecretsFolder.AdminToken);
        var kept = secrets.Read(SecretsFolder.AdminToken);
        if (!plan.KeepAdminToken)
        {
            if (kept is null)
            {
                report.Skipped("the administrator's token is not stored, so the bot skips what a bot account may not look at: plugin states, the Calls plugin's settings, server logs. --keep-admin-token stores it");
            }
            else
            {
                report.Ok($"an administrator's token is in {file} from before");
            }

            return;
        }

        if (settings.EnableUserAccessTokens == false)
        {
            report.ByHand("the administrator's token is that of a session, and ends with it: the server does not take personal access tokens. Set System Console > Integrations > Integration Management > Enable Personal Access Tokens to true, make one, and run this again with it.");
        }

        if (kept == token)
        {
            report.Ok($"the administrator's token is in {file}");
            return;
        }

        if (!report.CheckOnly)
        {
            secrets.Write(SecretsFolder.AdminToken, token);
        }

        if (kept is null)
        {
            report.Created($"the administrator's token in {file}");
        }
        else
        {
            report.Repaired($"the token in {file}: it was another one than that in {plan.AdminTokenFile}");
        }
    }

    /// <param name="administrators">Those who are there and can be told; null to leave the setting alone.</param>
    public void Settings(IReadOnlyList<string>? administrators)
    {
        SetAddress(ServerKey, plan.Mattermost);
        SetAddress(CallbackKey, plan.Callback);
        if (administrators is not null)
        {
            document.Set(AdministratorsKey, administrators);
        }
        else if (plan.Administrators.Count == 0 && document.FindList(AdministratorsKey).Count == 0)
        {
            report.Skipped("nobody is told when a person asks for an administrator. --administrator USERNAME says who is");
        }

        Rtcd();
        SaveSettings();
    }

    private void SetAddress(string key, Uri address)
    {
        var text = SetupPlan.TextOf(address);
        if (document.Find(key)?.TrimEnd('/') != text)
        {
            document.Set(key, text);
        }
    }

    /// <summary>Credentials go to a secret. A secret that is there wins over the settings file, so it is kept up to date.</summary>
    private void Rtcd()
    {
        if (plan.Rtcd is not { } rtcd)
        {
            return;
        }

        var file = secrets.PathOf(SecretsFolder.Rtcd);
        var kept = secrets.Read(SecretsFolder.Rtcd);
        if (kept is null && !plan.RtcdHasCredentials)
        {
            document.Set(RtcdKey, rtcd);
            return;
        }

        document.Remove(RtcdKey);
        if (kept == rtcd || (!plan.RtcdHasCredentials && kept is not null && IsSameTarget(kept, rtcd)))
        {
            report.Ok($"the address of RTCD is in {file}");
            return;
        }

        if (!report.CheckOnly)
        {
            secrets.Write(SecretsFolder.Rtcd, rtcd);
        }

        if (kept is null)
        {
            report.Created($"the address of RTCD in {file}, because it holds credentials");
        }
        else
        {
            report.Repaired($"the address of RTCD in {file}: it was another one");
        }
    }

    /// <summary>Whether two addresses differ in nothing but their credentials.</summary>
    private static bool IsSameTarget(string one, string other) =>
        ProbeTarget.TryParse(one, out var first, out _)
        && ProbeTarget.TryParse(other, out var second, out _)
        && first.Uri == second.Uri;

    private void SaveSettings()
    {
        if (document.Changed.Count == 0)
        {
            report.Ok($"{document.Path} says what was asked for");
            return;
        }

        var keys = string.Join(", ", document.Changed);
        if (document.HasComments)
        {
            report.ByHand($"{document.Path} has comments, which would be lost. Change there yourself: {keys}");
            return;
        }

        if (!report.CheckOnly)
        {
            document.Save();
        }

        if (document.Exists)
        {
            report.Repaired($"{document.Path}: {keys}");
        }
        else
        {
            report.Created($"{document.Path} with {keys}");
        }
    }
}
