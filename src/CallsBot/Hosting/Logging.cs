using Serilog;
using Serilog.Formatting.Compact;

namespace CallsBot.Hosting;

internal static class Logging
{
    private const string Template = "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}";

    /// <summary>
    /// Logs go to standard error: readable on a terminal, compact JSON anywhere else. Levels come from the settings
    /// group "Serilog".
    /// </summary>
    public static ILoggingBuilder AddStandardError(this ILoggingBuilder logging, IConfiguration settings)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", Serilog.Events.LogEventLevel.Warning)
            .MinimumLevel.Override("System", Serilog.Events.LogEventLevel.Warning)
            .ReadFrom.Configuration(settings)
            .Enrich.FromLogContext();

        configuration = Console.IsErrorRedirected
            ? configuration.WriteTo.Console(new RenderedCompactJsonFormatter(), standardErrorFromLevel: Serilog.Events.LogEventLevel.Verbose)
            : configuration.WriteTo.Console(
                outputTemplate: Template, standardErrorFromLevel: Serilog.Events.LogEventLevel.Verbose,
                formatProvider: System.Globalization.CultureInfo.InvariantCulture);

        return logging.ClearProviders().AddSerilog(configuration.CreateLogger(), dispose: true);
    }
}
