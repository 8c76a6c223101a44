using System.CommandLine;
using System.Runtime.InteropServices;
using CallsBot.Analysis;
using CallsBot.Checks;
using CallsBot.Hosting;
using CallsBot.Reports;
using Serilog.Events;

namespace CallsBot.Cli;

/// <summary><c>callsbot analyse</c>: reads logs, captures and the output of commands, without the bot and without a network.</summary>
internal static class AnalyseCommand
{
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromHours(2);
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(10);

    public static Command Create()
    {
        var files = new Argument<string[]>("file")
        {
            Description = "Logs, captures, profiles, saved output of commands, /call stats, archives of these, and folders; - for standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var format = new Option<ReportFormat>("--format") { Description = "text, json, junit, sarif or markdown.", DefaultValueFactory = _ => ReportFormat.Text };
        var output = new Option<FileInfo?>("--output") { Description = "Writes the report to this file instead of standard output, and pictures beside it." };
        var pictures = new Option<DirectoryInfo?>("--pictures") { Description = "A folder into which pictures are written. Without it and without --output there are none." };
        var timeout = new Option<TimeSpan>("--timeout")
        {
            Description = "For everything together, such as 30s or 20m. What was read by then is reported.",
            DefaultValueFactory = _ => DefaultTimeout,
            CustomParser = TimeOption.Between(ShortestTimeout, LongestTimeout),
        };
        var command = new Command(
            "analyse",
            "Read logs, captures and the output of commands, and say what they show. Exit code 0: nothing is wrong; 2: nothing was recognised; 3: a fault was found; 4: a warning, or it tells too little.")
        {
            files, format, output, pictures, timeout,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new Arguments(
                parsed.GetValue(files) ?? [],
                parsed.GetValue(format),
                parsed.GetValue(output),
                parsed.GetValue(pictures),
                parsed.GetValue(timeout)),
            parsed.InvocationConfiguration,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Arguments arguments, InvocationConfiguration console, CancellationToken cancellationToken)
    {
        if (EvidenceFiles.Find(arguments.Files, out var sources) is { } fault)
        {
            await console.Error.WriteLineAsync(fault);
            return ExitCodes.Usage;
        }

        await using var services = new ServiceCollection()
            .AddLogging(logging => logging.AddStandardError(new ConfigurationBuilder().Build(), LogEventLevel.Warning))
            .AddSingleton(TimeProvider.System)
            .AddAnalysis()
            .BuildServiceProvider();
        var time = services.GetRequiredService<TimeProvider>();
        using var timeout = new CancellationTokenSource(arguments.Timeout, time);
        using var interrupted = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, interrupted.Token);
        var report = await services.GetRequiredService<EvidenceReader>().ReadAsync(
            sources, AnalysisLimits.Default with { Stop = stop.Token }, Progress(console.Error), CancellationToken.None);
        if (interrupted.IsCancellationRequested)
        {
            await console.Error.WriteLineAsync("Stopped. The report holds what was read by then.");
        }

        return await WriteAsync(report, arguments, console);

        // The second one ends the process.
        void End(PosixSignalContext signal)
        {
            signal.Cancel = !interrupted.IsCancellationRequested;
            interrupted.Cancel();
        }
    }

    private static async Task<int> WriteAsync(AnalysisReport report, Arguments arguments, InvocationConfiguration console)
    {
        var text = AnalysisFormats.Write(arguments.Format, report);
        var target = "the report";
        try
        {
            if (arguments.Output is { } file)
            {
                target = $"the report to '{file}'";
                await File.WriteAllTextAsync(file.FullName, text, CancellationToken.None);
            }

            if ((arguments.Pictures ?? arguments.Output?.Directory) is { } folder)
            {
                foreach (var picture in AnalysisPictures.Of(report))
                {
                    target = $"a picture to '{folder}'";
                    folder.Create();
                    await File.WriteAllBytesAsync(Path.Combine(folder.FullName, picture.FileName), picture.Picture.Png, CancellationToken.None);
                    await console.Error.WriteLineAsync($"A picture is in '{Path.Combine(folder.ToString(), picture.FileName)}': {picture.Picture.Caption}");
                }
            }
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            await console.Error.WriteLineAsync($"Writing {target} failed: {ex.Message} The report follows on standard output.");
            await console.Output.WriteAsync(text);
            return ExitCodes.Usage;
        }

        if (arguments.Output is null)
        {
            await console.Output.WriteAsync(text);
        }
        else
        {
            await console.Error.WriteLineAsync($"{AnalysisWords.Headline(report)} The report is in '{arguments.Output}'.");
        }

        return ExitCodeOf(report);
    }

    /// <summary>What the process ends with for a report.</summary>
    internal static int ExitCodeOf(AnalysisReport report) => report.Outcome switch
    {
        Outcome.Fail => ExitCodes.Failed,
        _ when !AnalysisWords.IsAnythingRecognised(report) => ExitCodes.Usage,
        Outcome.Pass when report.Pieces.All(piece => piece.Reading.Trouble is null) => ExitCodes.Success,
        _ => ExitCodes.Warned,
    };

    /// <summary>A line that overwrites itself, on a terminal only.</summary>
    private static Action<ReadPiece>? Progress(TextWriter error)
    {
        if (Console.IsErrorRedirected)
        {
            return null;
        }

        var count = 0;
        return piece => error.Write($"\r\x1B[K{++count} read, the last one: {FindingText.Clean(piece.Piece.Name, 60)} ({PieceKinds.WordOf(piece.Piece.Kind)})\r");
    }

    private sealed record Arguments(
        IReadOnlyList<string> Files, ReportFormat Format, FileInfo? Output, DirectoryInfo? Pictures, TimeSpan Timeout);
}
