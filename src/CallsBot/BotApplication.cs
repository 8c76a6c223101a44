using System.Net.Http.Headers;
using CallsBot.Analysis;
using CallsBot.Checks;
using CallsBot.Conversations;
using CallsBot.Hosting;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Protocols.Mattermost;
using CallsBot.Redaction;
using CallsBot.Reports;
using CallsBot.Settings;
using CallsBot.Storage;
using CallsBot.Tickets;
using CallsBot.Troubleshooting;

namespace CallsBot;

/// <summary>The running bot: what it is made of, and what it answers to.</summary>
internal static class BotApplication
{
    /// <summary>A message of 16,383 characters, form-encoded, is up to 150 kB. Nothing that Mattermost posts to an integration is larger.</summary>
    private const long LargestRequest = 256 * 1024;

    private const string DefaultUrl = "http://127.0.0.1:8077";

    /// <param name="settings">The settings. Throws <see cref="SettingsException"/> with every fault when they are not usable.</param>
    /// <param name="configure">For tests: replaces the clock and the addresses, nothing else.</param>
    public static WebApplication Build(LoadedSettings settings, Action<WebApplicationBuilder>? configure = null)
    {
        if (settings.Faults.Concat(BotSettings.Known.Faults(settings.Settings)).ToList() is { Count: > 0 } faults)
        {
            throw new SettingsException(faults);
        }

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddConfiguration(settings.Settings);
        builder.Logging.AddStandardError(builder.Configuration);
        builder.WebHost.UseUrls(builder.Configuration["Urls"] ?? DefaultUrl);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = LargestRequest;
            kestrel.AddServerHeader = false;
        });
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            // Strict about null and missing fields, as MattermostJson is: its own options do not count here.
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, MattermostJson.Default);
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.RespectRequiredConstructorParameters = true;
        });
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = false);
        builder.Services.AddSingleton(TimeProvider.System);

        builder.Services
            .AddRedaction()
            .AddStorage()
            .AddMattermost()
            .AddProbes()
            .AddChecks()
            .AddReports()
            .AddAnalysis()
            .AddTickets()
            .AddTroubleshooting()
            .AddConversations();
        configure?.Invoke(builder);

        var app = builder.Build();
        app.Use(RefuseOtherCharsets);
        SlashCommandEndpoint.Map(app);
        ActionEndpoint.Map(app);
        DialogEndpoint.Map(app);
        HealthEndpoints.Map(app);
        return app;
    }

    /// <summary>Mattermost writes UTF-8. A charset that cannot be read would be a 500 further on.</summary>
    private static Task RefuseOtherCharsets(HttpContext http, RequestDelegate next)
    {
        if (MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
            && type.CharSet is { } charset && !charset.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return Task.CompletedTask;
        }

        return next(http);
    }
}
