using System.Net;
using System.Net.Sockets;
using CallsBot.Checks.Rtcd;
using CallsBot.Probes;
using CallsBot.Probes.Media;
using CallsBot.Protocols.Rtcd;
using Microsoft.Extensions.Options;

namespace CallsBot.Checks.Media;

/// <summary>
/// One WebSocket and one throw-away session in a run for each address of the RTCD, shared by all checks that judge what
/// came of them. Lives in the run's scope, and closes the WebSockets with it.
/// </summary>
/// <remarks>
/// Only at the addresses that the Calls plugin uses: the IPv4 ones, when there are any. A session learns of RTCD's media
/// addresses of both families whichever way it was begun.
/// </remarks>
internal sealed class MediaSurvey : IAsyncDisposable, IDisposable
{
    private readonly RtcdSurvey _survey;
    private readonly CheckedHttp _http;
    private readonly MediaProbe _probe;
    private readonly IOptions<RtcdOptions> _options;
    private readonly TimeProvider _time;
    private readonly Once<IReadOnlyList<SocketAtAddress>> _sockets;
    private readonly Once<IReadOnlyList<SessionAtAddress>> _sessions;
    private readonly List<HttpMessageInvoker> _invokers = [];
    private readonly List<RtcdSocket> _open = [];
    private bool _disposed;

    public MediaSurvey(
        RtcdSurvey survey, CheckedHttp http, MediaProbe probe, IOptions<RtcdOptions> options, TimeProvider time)
    {
        (_survey, _http, _probe, _options, _time) = (survey, http, probe, options, time);
        _sockets = new Once<IReadOnlyList<SocketAtAddress>>(OpenOnceAsync);
        _sessions = new Once<IReadOnlyList<SessionAtAddress>>(ProbeOnceAsync);
    }

    /// <returns>
    /// One for each address that counts and that gave an HTTP answer to the question for its version. Empty when there is
    /// none, or nothing to log in with.
    /// </returns>
    public Task<IReadOnlyList<SocketAtAddress>> OpenAsync(CancellationToken cancellationToken) => _sockets.GetAsync(cancellationToken);

    /// <returns>One for each address whose WebSocket opened.</returns>
    public Task<IReadOnlyList<SessionAtAddress>> ProbeAsync(CancellationToken cancellationToken) => _sessions.GetAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        List<RtcdSocket> sockets;
        List<HttpMessageInvoker> invokers;
        lock (_open)
        {
            _disposed = true;
            sockets = [.. _open];
            invokers = [.. _invokers];
        }

        await Task.WhenAll(sockets.Select(socket => socket.DisposeAsync().AsTask()));
        foreach (var invoker in invokers)
        {
            invoker.Dispose();
        }
    }

    /// <summary>For a scope in which no check was run: nothing is open then.</summary>
    public void Dispose()
    {
        lock (_open)
        {
            _disposed = true;
            _invokers.ForEach(invoker => invoker.Dispose());
        }
    }

    private async Task<IReadOnlyList<SocketAtAddress>> OpenOnceAsync(CancellationToken cancellationToken)
    {
        if (await _survey.AskAsync(cancellationToken) is not { } replies
            || await _survey.FindCredentialsAsync(cancellationToken) is not { } found)
        {
            return [];
        }

        var answering = replies.ByAddress.Where(pair => pair.Reply.Status is not null).Select(pair => pair.Address).ToList();
        var counted = answering.Exists(IsIPv4) ? answering.FindAll(IsIPv4) : answering;
        return await Task.WhenAll(counted.Select(address => OpenAsync(replies.Target, address, found.Credentials, cancellationToken)));
    }

    private async Task<SocketAtAddress> OpenAsync(
        ProbeTarget target, CheckedAddress address, RtcdCredentials credentials, CancellationToken cancellationToken)
    {
        var invoker = _http.InvokerTo(target, address);
        lock (_open)
        {
            _invokers.Add(invoker);
        }

        var opening = await RtcdSocket.OpenAsync(
            target.Uri, credentials, invoker, _options.Value.ResponseTimeout, _time, cancellationToken);
        if (opening.Socket is { } socket && !TryKeep(socket))
        {
            // The run is over; nobody waits for this.
            await socket.DisposeAsync();
            invoker.Dispose();
        }

        return new SocketAtAddress(address, opening);
    }

    private bool TryKeep(RtcdSocket socket)
    {
        lock (_open)
        {
            if (!_disposed)
            {
                _open.Add(socket);
            }

            return !_disposed;
        }
    }

    private async Task<IReadOnlyList<SessionAtAddress>> ProbeOnceAsync(CancellationToken cancellationToken)
    {
        var target = (await _survey.FindAsync(cancellationToken)).Target;
        var sockets = await OpenAsync(cancellationToken);
        return await Task.WhenAll(sockets
            .Where(at => at.Opening.Socket is not null)
            .Select(async at => new SessionAtAddress(
                at.At, await _probe.RunAsync(at.Opening.Socket!, target!.NamesLoopback, cancellationToken))));
    }

    private static bool IsIPv4(CheckedAddress address) => address.Address.AddressFamily == AddressFamily.InterNetwork;
}

/// <param name="At">Where RTCD's API is.</param>
/// <param name="Opening">What came of the WebSocket there.</param>
internal sealed record SocketAtAddress(CheckedAddress At, RtcdSocketOpening Opening)
{
    public IPAddress Address => At.Address;
}

/// <param name="At">Where RTCD's API is.</param>
/// <param name="Result">What the throw-away session showed.</param>
internal sealed record SessionAtAddress(CheckedAddress At, MediaProbeResult Result)
{
    public IPAddress Address => At.Address;
}
