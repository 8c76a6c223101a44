using CallsBot.Probes;
using CallsBot.Protocols.Pprof;
using CallsBot.Sandbox;
using CallsBot.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace CallsBot.Tests.Probes;

/// <summary>A profile is fetched from where it may be fetched, and what comes instead is named.</summary>
public sealed class RtcdProfileProbeTests
{
    private static readonly byte[] Profile = [0x1F, 0x8B, 8, 0, 1, 2, 3, 0xFF, 0x80, 0];

    [Fact]
    public async Task The_bytes_come_as_they_are_and_the_time_is_asked_for()
    {
        string? asked = null;
        await using var server = await LoopbackServer.StartAsync(async http =>
        {
            asked = http.Request.Path + http.Request.QueryString;
            await http.Response.Body.WriteAsync(Profile);
        });

        var recorded = await RecordAsync(server.Address, seconds: 7);

        recorded.Profile.ShouldBe(Profile);
        recorded.Reason.ShouldBeNull();
        asked.ShouldBe("/debug/pprof/profile?seconds=7");
    }

    [Theory]
    [InlineData(404, "404 page not found", "hides /debug/pprof")]
    [InlineData(500, "Could not enable CPU profiling: cpu profiling already in use", "already in use")]
    [InlineData(302, "", "sent on to")]
    [InlineData(200, "hello", "is no profile")]
    [InlineData(200, "", "is no profile")]
    public async Task What_comes_instead_is_the_reason(int status, string body, string reason)
    {
        await using var server = await LoopbackServer.StartAsync(async http =>
        {
            http.Response.StatusCode = status;
            if (status == 302)
            {
                http.Response.Headers.Location = "http://192.0.2.1/";
            }

            await http.Response.WriteAsync(body);
        });

        var recorded = await RecordAsync(server.Address);

        recorded.Profile.ShouldBeNull();
        recorded.Reason.ShouldNotBeNull().ShouldContain(reason);
        recorded.Reason.ShouldContain("127.0.0.1");
    }

    [Fact]
    public async Task More_than_the_limit_is_not_read()
    {
        await using var server = await LoopbackServer.StartAsync(async http =>
        {
            await http.Response.Body.WriteAsync(Profile);
            var part = new byte[1024 * 1024];
            for (var count = 0; count < 21 && !http.RequestAborted.IsCancellationRequested; count++)
            {
                await http.Response.Body.WriteAsync(part);
            }
        });

        (await RecordAsync(server.Address)).Reason.ShouldNotBeNull().ShouldContain("larger than 20 MiB");
    }

    [Fact]
    public async Task Nothing_is_sent_to_an_address_that_is_refused()
    {
        var recorded = await Probe(RtcdProbing.Resolving("169.254.169.254")).RecordAsync(RtcdProbing.Target("http://rtcd.example.com:8045"), 1, CancellationToken.None);

        recorded.Profile.ShouldBeNull();
        recorded.Reason.ShouldNotBeNull().ShouldContain("nothing was sent to it");
    }

    [Fact]
    public async Task A_name_without_addresses_is_the_reason()
    {
        var recorded = await Probe(RtcdProbing.NoName).RecordAsync(RtcdProbing.Target("http://rtcd.example.com:8045"), 1, CancellationToken.None);

        recorded.Profile.ShouldBeNull();
        recorded.Reason.ShouldNotBeNullOrWhiteSpace();
    }

    [Fact]
    public async Task The_pretend_RTCD_hands_out_a_real_profile()
    {
        await using var sandbox = await RunningSandbox.StartAsync(new SandboxSettings(), CancellationToken.None);
        sandbox.Rtcd.LongestRecording = TimeSpan.Zero;

        var recorded = await RecordAsync(sandbox.Rtcd.Url, seconds: 30);

        var profile = PprofProfile.Read(recorded.Profile.ShouldNotBeNull(recorded.Reason));
        profile.SampleTypes[^1].Type.ShouldBe("cpu");
        profile.Samples.ShouldNotBeEmpty();
    }

    private static RtcdProfileProbe Probe(HostResolver? resolve = null) =>
        new(new TargetAddresses(resolve ?? RtcdProbing.NoName, TimeProvider.System), RtcdProbing.CheckedHttp(resolve: resolve), Options.Create(new RtcdOptions()));

    private static Task<RecordedProfile> RecordAsync(Uri address, int seconds = 1) =>
        Probe().RecordAsync(RtcdProbing.Target($"http://127.0.0.1:{address.Port}"), seconds, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
}
