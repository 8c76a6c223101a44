using System.Net;
using CallsBot.Checks;
using CallsBot.Mattermost;
using CallsBot.Probes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CallsBot.Tests.Checks;

public sealed class CheckServicesTests
{
    [Fact]
    public void Needs_and_explanations_name_checks_that_there_are_and_go_round_in_no_circle()
    {
        using var services = Build();
        var checks = services.GetRequiredService<CheckCatalog>().All;

        checks.SelectMany(c => c.Needs.Concat(c.ExplainedBy)).Except(checks.Select(c => c.Id)).ShouldBeEmpty();
        var left = checks.ToDictionary(c => c.Id, c => c.Needs.Concat(c.ExplainedBy).ToList());
        while (left.FirstOrDefault(entry => !entry.Value.Exists(left.ContainsKey)) is { Key: { } free })
        {
            left.Remove(free);
        }

        left.Keys.ShouldBeEmpty();
    }

    [Fact]
    public void A_single_check_gets_ten_seconds()
    {
        using var services = Build();

        services.GetRequiredService<CheckRunner>().Deadline.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Every_check_that_is_written_is_registered()
    {
        using var services = Build();
        var written = typeof(ICheck).Assembly.GetTypes().Where(t => t.IsClass && typeof(ICheck).IsAssignableFrom(t));

        services.GetRequiredService<CheckCatalog>().All.Select(c => c.GetType()).Distinct().ShouldBe(written, ignoreOrder: true);
    }

    [Fact]
    public void Settings_are_read_from_the_section_rtcd()
    {
        using var services = Build(
            ("Rtcd:ServiceUrl", "http://rtcd.internal:8045"), ("Rtcd:ConnectTimeout", "00:00:01"), ("Rtcd:ResponseTimeout", "00:00:02"));

        var options = services.GetRequiredService<IOptions<RtcdOptions>>().Value;

        (options.ServiceUrl, options.ConnectTimeout, options.ResponseTimeout)
            .ShouldBe(("http://rtcd.internal:8045", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void All_faulty_settings_are_reported_at_once_and_none_is_quoted()
    {
        using var services = Build(
            ("Rtcd:ServiceUrl", "http://clientA:S3CRET@rtcd"), ("Rtcd:ConnectTimeout", "01:00:00"), ("Rtcd:ResponseTimeout", "00:00:00"));

        var fault = Should.Throw<OptionsValidationException>(() => services.GetRequiredService<IOptions<RtcdOptions>>().Value);

        fault.Failures.Count().ShouldBe(3);
        fault.Message.ShouldContain("has no port");
        fault.Message.ShouldNotContain("S3CRET");
    }

    [Fact]
    public async Task The_resolver_of_the_container_is_the_systems()
    {
        using var services = Build();

        var addresses = await services.GetRequiredService<HostResolver>()("localhost", CancellationToken.None);

        addresses.ShouldContain(a => IPAddress.IsLoopback(a));
    }

    private static ServiceProvider Build(params (string Key, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)))
            .Build());
        services.AddLogging();
        services.AddSingleton(AdministratorAccess.None);
        services.AddProbes().AddChecks();
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }
}
