using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;

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
            .Filter.ByExcluding(line => line.Level < least || line.MessageTemplate.Text == HostFailedToStart)
            .Enrich.FromLogContext();

        configuration = Console.IsErrorRedirected
            ? configuration.WriteTo.Console(new RenderedCompactJsonFormatter(), standardErrorFromLevel: LogEventLevel.Verbose)
            : configuration.WriteTo.Console(
                outputTemplate: Template, standardErrorFromLevel: LogEventLevel.Verbose,
                formatProvider: System.Globalization.CultureInfo.InvariantCulture);

        return logging.ClearProviders().AddSerilog(configuration.CreateLogger(), dispose: true);
    }
}
