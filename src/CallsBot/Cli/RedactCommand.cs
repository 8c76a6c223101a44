using System.CommandLine;
using System.Globalization;
using System.Text;
using CallsBot.Redaction;

namespace CallsBot.Cli;

/// <summary><c>callsbot redact</c>: a file, a folder or a zip without what must not leave the house.</summary>
internal static class RedactCommand
{
    public static Command Create()
    {
        var input = new Argument<string>("in") { Description = "A file, a folder or a zip." };
        var output = new Argument<string>("out") { Description = "Where the redacted copy goes. It must not exist." };
        var key = new Option<FileInfo?>("--key")
        {
            Description = "A file of 16 bytes or more. Runs with the same key give the same things the same names.",
        };
        var report = new Option<FileInfo?>("--report") { Description = "Writes the report to this file, too." };
        var command = new Command("redact", "Copies logs and settings without secrets, names and addresses.") { input, output, key, report };
        command.SetAction((result, cancellationToken) => RunAsync(
            result.GetRequiredValue(input),
            result.GetRequiredValue(output),
            result.GetValue(key),
            result.GetValue(report),
            result.InvocationConfiguration.Output,
            result.InvocationConfiguration.Error,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string input,
        string output,
        FileInfo? key,
        FileInfo? report,
        TextWriter results,
        TextWriter error,
        CancellationToken cancellationToken)
    {
        try
        {
            var pseudonyms = key is null
                ? Pseudonyms.Random()
                : Pseudonyms.WithKey(await File.ReadAllBytesAsync(key.FullName, cancellationToken));
            if (report is not null && Path.Exists(report.FullName))
            {
                throw new RedactionException($"'{report}' exists already. Name a new file: nothing is overwritten.");
            }

            var files = await new FileRedactor(pseudonyms).RedactAsync(input, output, cancellationToken);
            var text = Report(files);
            await results.WriteAsync(text);
            if (report is not null)
            {
                await File.WriteAllTextAsync(report.FullName, text, cancellationToken);
            }

            return files.Count == 0 || files.Any(file => file.LeftOut is null) ? ExitCodes.Success : ExitCodes.Failed;
        }
        catch (Exception ex) when (ex is RedactionException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            await error.WriteLineAsync(ex.Message);
            return ExitCodes.Usage;
        }
    }

    private static string Report(IReadOnlyList<RedactedFile> files)
    {
        var text = new StringBuilder();
        var all = new RedactionCounts();
        foreach (var file in files)
        {
            all.Add(file.Counts);
            text.Append(CultureInfo.InvariantCulture, $"{file.Name}: {(file.LeftOut is { } why ? $"left out, {why}" : Counts(file.Counts))}\n");
        }

        var kept = files.Count(file => file.LeftOut is null);
        return text.Append(CultureInfo.InvariantCulture, $"In all: {kept} of {files.Count} files; {Counts(all)}\n").ToString();
    }

    private static string Counts(RedactionCounts counts) => counts.Total == 0
        ? "nothing replaced"
        : string.Join(", ", counts.Found.Select(found => string.Create(CultureInfo.InvariantCulture, $"{found.Class.Name()} {found.Count}")));
}
