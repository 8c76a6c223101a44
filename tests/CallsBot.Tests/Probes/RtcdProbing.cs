using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using CallsBot.Probes;
using CallsBot.Protocols.Rtcd;
using Microsoft.Extensions.Options;

namespace CallsBot.Tests.Probes;

/// <summary>A probe as the program makes it, with a name service that only knows what a test says.</summary>
internal static class RtcdProbing
{
    /// <summary>Reserved for tests by RFC 6761; not a name that says "loopback".</summary>
    public const string Host = "rtcd.test";

    public static RtcdVersionProbe Probe(
        TimeProvider? time = null, HostResolver? resolve = null, RtcdOptions? options = null, X509Certificate2? root = null)
    {
        var addresses = new TargetAddresses(resolve ?? NoName, time ?? TimeProvider.System);
        return new RtcdVersionProbe(addresses, CheckedHttp(time, resolve, root), Options.Create(options ?? new RtcdOptions()));
    }

    public static CheckedHttp CheckedHttp(TimeProvider? time = null, HostResolver? resolve = null, X509Certificate2? root = null)
    {
        var clock = time ?? TimeProvider.System;
        return new CheckedHttp(new TargetAddresses(resolve ?? NoName, clock), clock) { ExtraRoots = root is null ? [] : [root] };
    }

    public static ProbeTarget Target(string url)
    {
        ProbeTarget.TryParse(url, out var target, out var fault).ShouldBeTrue(fault);
        return target.ShouldNotBeNull();
    }

    /// <summary>Asks one address and hands back what became of it, within a bound.</summary>
    public static async Task<HttpReply<RtcdVersion>> AskAsync(this RtcdVersionProbe probe, string url)
    {
        var replies = await probe.AskAsync(Target(url), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        return replies.Replies.ShouldHaveSingleItem();
    }

    public static HostResolver Resolving(params string[] addresses) =>
        (_, _) => Task.FromResult(Array.ConvertAll(addresses, IPAddress.Parse));

    public static Task<IPAddress[]> NoName(string host, CancellationToken cancellationToken) =>
        throw new SocketException((int)SocketError.HostNotFound);
}
