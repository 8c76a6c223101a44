using System.CommandLine;
using CallsBot.Checks;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Reports;
using CallsBot.Settings;

namespace CallsBot.Cli;

/// <summary><c>callsbot doctor</c>: all checks once, without the bot, for when Mattermost itself may be down.</summary>
internal static class DoctorCommand
{
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(5);

    public static Command Create()
    {
        var settings = SettingsOption.Create();
        var rtcd = new Option<string[]>("--rtcd")
        {
            Description = "The URL of an RTCD, such as http://rtcd.example.com:8045. May be given several times. Without it: Rtcd:ServiceUrl, else the Calls plugin's setting.",
        };
        var clientId = new Option<string?>("--client-id") { Description = "The client to log in to RTCD with." };
        var authKey = new Option<FileInfo?>("--auth-key-file") { Description = "A file with that client's key." };
        var mattermost = new Option<string?>("--mattermost") { Description = "The address of the Mattermost server." };
        var token = new Option<FileInfo?>("--token-file") { Description = "A file with a system administrator's token, for what only administrators may read." };
        var offloader = new Option<string?>("--offloader") { Description = "The URL of the calls-offloader." };
        var format = new Option<ReportFormat>("--format") { Description = "text, json, junit, sarif or markdown.", DefaultValueFactory = _ => ReportFormat.Text };
        var output = new Option<FileInfo?>("--output") { Description = "Writes the report to this file instead of standard output." };
        var only = new Option<string[]>("--only") { Description = "Ids of the checks to run, with commas. What they need is run as well." };
        var timeout = new Option<TimeSpan>("--timeout")
        {
            Description = "For everything together, such as 10s or 1m.",
            DefaultValueFactory = _ => DiagnosisRequest.DefaultDeadline,
            CustomParser = TimeOption.Between(ShortestTimeout, LongestTimeout),
        };
        var command = new Command("doctor", "Run all checks once. Exit code 0: all is well; 3: a check failed; 4: a warning, or something could not be tested.")
        {
            settings, rtcd, clientId, authKey, mattermost, token, offloader, format, output, only, timeout,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var arguments = new Arguments(
                parsed.GetValue(rtcd) ?? [],
                parsed.GetValue(clientId),
                parsed.GetValue(authKey),
                parsed.GetValue(mattermost),
                parsed.GetValue(token),
                parsed.GetValue(offloader),
                [.. (parsed.GetValue(only) ?? []).SelectMany(ids => ids.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
                parsed.GetValue(timeout),
                parsed.GetValue(format),
                parsed.GetValue(output));
            return await RunAsync(SettingsFiles.Load(parsed.GetValue(settings)), arguments, parsed.InvocationConfiguration, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        LoadedSettings settings, Arguments arguments, InvocationConfiguration console, CancellationToken cancellationToken)
    {
        Dictionary<string, string?> overrides;
        IReadOnlyList<string> urls;
        try
        {
            overrides = await OverridesAsync(arguments, cancellationToken);
            urls = Urls(arguments, overrides);
        }
        catch (Exception ex) when (ex is UsageException or IOException or UnauthorizedAccessException)
        {
            await console.Error.WriteLineAsync(ex.Message);
            return ExitCodes.Usage;
        }

        var all = new ConfigurationBuilder().AddConfiguration(settings.Settings).AddInMemoryCollection(overrides).Build();
        await using var services = OfflineServices.Create(settings with { Settings = all });
        var known = services.GetRequiredService<CheckCatalog>();
        if (arguments.Only.FirstOrDefault(id => !known.TryGet(id, out _)) is { } unknown)
        {
            await console.Error.WriteLineAsync($"--only: there is no check '{unknown}'. There are {string.Join(", ", known.All.Select(check => check.Id))}.");
            return ExitCodes.Usage;
        }

        var report = await services.GetRequiredService<Diagnosis>().RunAsync(
            new DiagnosisRequest
            {
                RtcdUrls = urls,
                Only = arguments.Only.Count == 0 ? null : arguments.Only,
                Deadline = arguments.Timeout,
            },
            progress: null,
            cancellationToken);

        var text = arguments.Format.Write(report);
        if (arguments.Output is not { } file)
        {
            await console.Output.WriteAsync(text);
        }
        else
        {
            try
            {
                await File.WriteAllTextAsync(file.FullName, text, CancellationToken.None);
            }
            catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
            {
                await console.Error.WriteLineAsync($"The report could not be written to '{file}': {ex.Message} It follows on standard output.");
                await console.Output.WriteAsync(text);
                return ExitCodes.Usage;
            }

            await console.Error.WriteLineAsync($"{ReportWords.English.Of(report.Verdict.Outcome)}: {ReportWords.English.Headline(report.Verdict)} The report is in '{file}'.");
        }

        return report.Verdict.Outcome switch
        {
            Outcome.Fail => ExitCodes.Failed,
            Outcome.Pass => ExitCodes.Success,
            _ => ExitCodes.Warned,
        };
    }

    /// <summary>What the options set, under the names of the settings that they replace for this run.</summary>
    private static async Task<Dictionary<string, string?>> OverridesAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        if ((arguments.ClientId is null) != (arguments.AuthKeyFile is null))
        {
            throw new UsageException("--client-id and --auth-key-file belong together: give both, or neither.");
        }

        var overrides = new Dictionary<string, string?>();
        if (arguments.ClientId is { } clientId)
        {
            overrides[$"{RtcdOptions.Section}:{nameof(RtcdOptions.ClientId)}"] = clientId;
            overrides[$"{RtcdOptions.Section}:{nameof(RtcdOptions.AuthKey)}"] = await SecretAsync("--auth-key-file", arguments.AuthKeyFile!, cancellationToken);
        }

        if (arguments.Mattermost is { } mattermost)
        {
            overrides[$"{MattermostOptions.Section}:{nameof(MattermostOptions.Server)}"] = mattermost;

            // A token in the settings belongs to the server in the settings.
            overrides[$"{MattermostOptions.Section}:{nameof(MattermostOptions.AdminToken)}"] = null;
        }

        if (arguments.TokenFile is { } tokenFile)
        {
            overrides[$"{MattermostOptions.Section}:{nameof(MattermostOptions.AdminToken)}"] = await SecretAsync("--token-file", tokenFile, cancellationToken);
        }

        if (arguments.Offloader is { } offloader)
        {
            overrides[$"{OffloaderOptions.Section}:{nameof(OffloaderOptions.ServiceUrl)}"] = offloader;
        }

        return overrides;
    }

    /// <summary>One RTCD takes the place of the configured one; several are named to the run, each with its credentials.</summary>
    private static IReadOnlyList<string> Urls(Arguments arguments, Dictionary<string, string?> overrides)
    {
        foreach (var url in arguments.Rtcd)
        {
            if (!ProbeTarget.TryParse(url, out _, out var fault))
            {
                throw new UsageException($"--rtcd: the URL {fault}.");
            }
        }

        if (arguments.Rtcd is [var single])
        {
            overrides[$"{RtcdOptions.Section}:{nameof(RtcdOptions.ServiceUrl)}"] = single;
            return [];
        }

        return
        [
            .. arguments.Rtcd.Select(url => arguments.ClientId is { } id && !url.Contains('@', StringComparison.Ordinal)
                ? url.Replace(
                    "://",
                    $"://{Uri.EscapeDataString(id)}:{Uri.EscapeDataString(overrides[$"{RtcdOptions.Section}:{nameof(RtcdOptions.AuthKey)}"] ?? "")}@",
                    StringComparison.Ordinal)
                : url),
        ];
    }

    private static async Task<string> SecretAsync(string option, FileInfo file, CancellationToken cancellationToken)
    {
        if (!file.Exists)
        {
            throw new UsageException($"{option}: there is no file '{file}'.");
        }

        var text = (await File.ReadAllTextAsync(file.FullName, cancellationToken)).Trim();
        return text.Length is > 0 and <= 512 && !text.Any(char.IsWhiteSpace)
            ? text
            : throw new UsageException($"{option}: '{file}' does not hold one word of at most 512 characters.");
    }

    private sealed class UsageException(string message) : Exception(message);

    private sealed record Arguments(
        IReadOnlyList<string> Rtcd,
        string? ClientId,
        FileInfo? AuthKeyFile,
        string? Mattermost,
        FileInfo? TokenFile,
        string? Offloader,
        IReadOnlyList<string> Only,
        TimeSpan Timeout,
        ReportFormat Format,
        FileInfo? Output);
}
