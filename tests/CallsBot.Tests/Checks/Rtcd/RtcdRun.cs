using System.Net;
using System.Security.Cryptography.X509Certificates;
using CallsBot.Checks;
using CallsBot.Mattermost;
using CallsBot.Probes;
using CallsBot.Reports;
using CallsBot.Tests.Probes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CallsBot.Tests.Checks.Rtcd;

/// <summary>Runs checks of RTCD as the program puts them together, with a name service that only knows what a test says.</summary>
internal sealed class RtcdRun
{
    public string ClientId { get; init; } = "clientA";

    public string AuthKey { get; init; } = "S3CRETS3CRETS3CRETS3CRETS3CRETS3";

    public required string? Url { get; init; }

    /// <summary>Named for the run instead of the configured one.</summary>
    public string? Named { get; init; }

    public HostResolver Resolve { get; init; } = RtcdProbing.NoName;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public X509Certificate2? Root { get; init; }

    public bool HasCredentials { get; init; } = true;

    public AdministratorAccess Administrator { get; init; } = AdministratorAccess.None;

    public PublicAccess Everyone { get; init; } = PublicAccess.None;

    public Dictionary<string, string?> Settings { get; init; } = [];

    /// <summary>Runs one check, whether or not what it needs is met.</summary>
    public async Task<CheckResult> RunAsync(string id)
    {
        await using var services = Build();
        await using var scope = services.GetRequiredService<CheckCatalog>().Open(Named);
        return await scope.Checks.Single(c => c.Id == id).RunAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>Runs checks with what they need, in one run.</summary>
    public async Task<IReadOnlyList<CheckResult>> RunAllAsync(params string[] ids)
    {
        await using var services = Build();
        await using var scope = services.GetRequiredService<CheckCatalog>().Open(Named);
        var schedule = new CheckSchedule(Time, new LogLines<CheckSchedule>());
        var ends = await schedule.RunAsync(scope.Checks, ids, TimeSpan.FromSeconds(10), null, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        return [.. ends.Select(end => end.Result)];
    }

    /// <summary>Runs checks with what they need, and says what they come to.</summary>
    public async Task<Report> ReportAsync(params string[] ids)
    {
        await using var services = Build();
        return await services.GetRequiredService<Diagnosis>()
            .RunAsync(new DiagnosisRequest { Only = ids }, progress: null, CancellationToken.None)
            .WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>The checks, to be asked what they are.</summary>
    public static IReadOnlyList<ICheck> Catalog()
    {
        using var services = new RtcdRun { Url = null }.Build();
        return [.. services.GetRequiredService<CheckCatalog>().All];
    }

    private ServiceProvider Build()
    {
        var settings = new Dictionary<string, string?>(Settings) { ["Rtcd:ServiceUrl"] = Url };
        if (HasCredentials)
        {
            settings["Rtcd:ClientId"] = ClientId;
            settings["Rtcd:AuthKey"] = AuthKey;
        }

        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddLogging();
        services.AddSingleton(Administrator);
        services.AddSingleton(Everyone);
        services.AddSingleton(Time);
        services.AddProbes().AddChecks().AddReports();
        services.AddSingleton(Resolve);
        services.AddSingleton(provider => new CheckedHttp(provider.GetRequiredService<TargetAddresses>(), Time)
        {
            ExtraRoots = Root is null ? [] : [Root],
        });
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }
}

/// <summary>What an RTCD answers over HTTP, by the beginning of the request; a test puts in its place what it likes.</summary>
internal sealed class Rtcd
{
    public const string NotFound = "404 page not found\n";

    public Dictionary<string, string> Replies { get; } = new()
    {
        ["GET /version"] = Http.Json(Http.Version),
        ["GET /system"] = Http.Json("""{"cpu_load":0.25}"""),
        ["GET /calls/"] = Http.Reply("404 Not Found", "text/plain; charset=utf-8", "failed to get session configs: group not found\n"),
        ["POST /login"] = Http.Json("""{"bearerToken":"T0KENT0KENT0KENT0KENT0KENT0KENT0","code":"200"}"""),
        ["GET /metrics"] = Http.Reply("200 OK", "text/plain; version=0.0.4; charset=utf-8", "# HELP go_goroutines Number of goroutines.\n"),
        ["HEAD /debug/pprof/mutex"] = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 206\r\n\r\n",
    };

    public List<string> Requests { get; } = [];

    public Rtcd With(string path, string reply)
    {
        foreach (var known in Replies.Keys.Where(key => key.StartsWith(path, StringComparison.Ordinal)).ToList())
        {
            Replies.Remove(known);
        }

        Replies[path] = reply;
        return this;
    }

    public string Answer(string request)
    {
        lock (Requests)
        {
            Requests.Add(request);
        }

        return Replies.FirstOrDefault(reply => request.StartsWith(reply.Key, StringComparison.Ordinal)).Value
            ?? Http.Reply("404 Not Found", "text/plain; charset=utf-8", NotFound);
    }

    public ScriptedPort Start(string address = "127.0.0.1", int port = 0) =>
        ScriptedPort.Answering(Answer, IPAddress.Parse(address), port);
}
