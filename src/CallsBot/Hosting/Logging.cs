using Serilog;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Compact;
using Serilog.Formatting.Display;

namespace CallsBot.Hosting;

internal static class Logging
{
    private const string Template = "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}";

    // The command line says why the host does not start, once and without a stack.
    private const string HostFailedToStart = "Hosting failed to start";

    /// <summary>
    /// Logs go to standard error: readable on a terminal, compact JSON anywhere else. Levels come from the settings
    /// group "Serilog".
    /// </summary>
    /// <param name="logging">Where to log.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="least">Nothing below this is written, whatever the settings say.</param>
    public static ILoggingBuilder AddStandardError(
        this ILoggingBuilder logging, IConfiguration settings, LogEventLevel least = LogEventLevel.Verbose)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("System", LogEventLevel.Warning)
            .ReadFrom.Configuration(settings)
            .Filter.ByExcluding(line => line.Level < least || line.MessageTemplate.Text == HostFailedToStart || IsServiceThatNeverBegan(line))
            .Enrich.FromLogContext();

        ITextFormatter lines = Console.IsErrorRedirected
            ? new RenderedCompactJsonFormatter()
            : new MessageTemplateTextFormatter(Template, System.Globalization.CultureInfo.InvariantCulture);
        configuration = configuration.WriteTo.Console(new RedactingFormatter(lines), standardErrorFromLevel: LogEventLevel.Verbose);

        return logging.ClearProviders().AddSerilog(configuration.CreateLogger(), dispose: true);
    }

    /// <summary>
    /// When the start fails, the host cancels background services that have not begun, and logs each as a fault of its own.
    /// </summary>
    private static bool IsServiceThatNeverBegan(LogEvent line) =>
        line is { Level: >= LogEventLevel.Error, Exception: OperationCanceledException }
        && line.Properties.GetValueOrDefault(Serilog.Core.Constants.SourceContextPropertyName) is ScalarValue { Value: "Microsoft.Extensions.Hosting.Internal.Host" };
}
