using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CallsBot.Protocols.Stun;

namespace CallsBot.Probes.Turn;

/// <summary>
/// Asks STUN servers where they see us, and has TURN servers relay a packet there and back. Every address is checked, and
/// so is the one that a TURN server names; no server gets more than <see cref="StunConnection.MostPackets"/> packets.
/// </summary>
internal sealed class TurnProbe(TargetAddresses addresses, TimeProvider time)
{
    /// <summary>A name with more addresses than this gets its first ones asked.</summary>
    private const int MostAddresses = 4;

    private const byte Udp = 17;
    private const int EchoTries = 2;

    private static readonly TimeSpan EchoWait = TimeSpan.FromMilliseconds(750);
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Goodbye = TimeSpan.FromMilliseconds(500);

    /// <summary>For everything to one address, so that a server that is slow at every step is not waited for at each.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Certificates that are trusted besides the machine's own.</summary>
    public X509Certificate2Collection ExtraRoots { get; init; } = [];

    /// <summary>A Binding request to each address. Throws <see cref="OperationCanceledException"/> alone.</summary>
    public Task<IReadOnlyList<TurnReply>> BindAsync(IceServerUrl url, TurnTransport transport, CancellationToken cancellationToken) =>
        AtEachAddressAsync(url, transport, BindAsync, cancellationToken);

    /// <summary>
    /// An allocation at each address, a packet through it and back, and its end. Throws
    /// <see cref="OperationCanceledException"/> alone.
    /// </summary>
    /// <param name="url">A TURN server.</param>
    /// <param name="credentials">What to log in with.</param>
    /// <param name="mediaServer">An address that clients have to reach through the relay; null when none is known.</param>
    /// <param name="cancellationToken">Ends everything.</param>
    public Task<IReadOnlyList<TurnReply>> RelayAsync(
        IceServerUrl url, TurnCredentials credentials, IPAddress? mediaServer, CancellationToken cancellationToken) => AtEachAddressAsync(
            url,
            url.Transport,
            (connection, reply, token) => RelayAsync(connection, reply, credentials, mediaServer, url.Target.NamesLoopback, token),
            cancellationToken);

    private async Task<IReadOnlyList<TurnReply>> AtEachAddressAsync(
        IceServerUrl url,
        TurnTransport transport,
        Func<StunConnection, TurnReply, CancellationToken, Task<TurnReply>> ask,
        CancellationToken cancellationToken)
    {
        var resolved = await addresses.ResolveAsync(url.Target, cancellationToken);
        return resolved.Problem is { } problem
            ? [new TurnReply(transport, null, TurnFailure.NameNotFound, SafeText.From(problem))]
            : await Task.WhenAll(resolved.Addresses.Take(MostAddresses).Select(address => AtAsync(url.Target, transport, address, ask, cancellationToken)));
    }

    private async Task<TurnReply> AtAsync(
        ProbeTarget target,
        TurnTransport transport,
        CheckedAddress checkedAddress,
        Func<StunConnection, TurnReply, CancellationToken, Task<TurnReply>> ask,
        CancellationToken cancellationToken)
    {
        var (address, refusal) = checkedAddress;
        if (refusal is not null)
        {
            return new TurnReply(transport, address, TurnFailure.AddressRefused, $"this is {refusal}, and nothing was sent to it");
        }

        var opening = await StunConnection.OpenAsync(target, address, transport, ExtraRoots, time, cancellationToken);
        if (opening.Connection is not { } connection)
        {
            return new TurnReply(transport, address, opening.Failure, opening.Seen) { Certificate = opening.Certificate };
        }

        using (connection)
        {
            using var limit = new CancellationTokenSource(Limit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            var begun = new TurnReply(transport, address, null, "") { Certificate = connection.Certificate };
            TurnReply reply;
            try
            {
                reply = await ask(connection, begun, either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                reply = begun with { Failure = TurnFailure.Silent, Seen = "the answers were too slow in coming" };
            }

            return reply with { Sent = connection.Sent };
        }
    }

    private async Task<TurnReply> BindAsync(StunConnection connection, TurnReply reply, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var answer = await connection.AskAsync(StunMessageBuilder.Request(StunMethod.Binding).Build(fingerprint: true), cancellationToken);
        if (answer is null)
        {
            return Unanswered(connection, reply);
        }

        var took = time.GetElapsedTime(started);
        return answer switch
        {
            { Class: StunClass.Success, MappedAddress: { } mapped } => reply with
            {
                Mapped = mapped,
                RoundTrip = took,
                Software = Shown(answer.Software),
                Seen = string.Create(CultureInfo.InvariantCulture, $"sees us as {mapped}, after {took.TotalMilliseconds:0} ms"),
            },
            { Class: StunClass.Success } => reply with { Failure = TurnFailure.NotStun, Seen = "an answer without an address in it" },
            _ => Failed(reply, answer),
        };
    }

    private async Task<TurnReply> RelayAsync(
        StunConnection connection,
        TurnReply reply,
        TurnCredentials credentials,
        IPAddress? mediaServer,
        bool loopbackAllowed,
        CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var challenge = await connection.AskAsync(Allocate(connection).Build(), cancellationToken);
        if (challenge is null)
        {
            return Unanswered(connection, reply);
        }

        reply = reply with { RoundTrip = time.GetElapsedTime(started), Software = Shown(challenge.Software) };
        if (challenge is { Class: StunClass.Success })
        {
            var open = new Session(connection, null);
            return await UseAsync(open, reply with { IsOpenRelay = true }, challenge, mediaServer, loopbackAllowed, cancellationToken);
        }

        if (challenge is not { Error.Code: 401, Realm: { } realm, Nonce: { } nonce })
        {
            return challenge.Error?.Code == 401
                ? reply with { Failure = TurnFailure.NotStun, Seen = "401 without a realm and a nonce" }
                : Failed(reply, challenge);
        }

        var session = new Session(connection, new Login(credentials.Username, realm, nonce, StunKey.LongTerm(credentials.Username, realm, credentials.Credential)));
        var answer = await session.AskAsync(() => Allocate(connection), cancellationToken);
        return answer switch
        {
            null => Unanswered(connection, reply),
            { Class: StunClass.Error } => Failed(reply, answer),
            _ => await UseAsync(session, reply, answer, mediaServer, loopbackAllowed, cancellationToken),
        };
    }

    private async Task<TurnReply> UseAsync(
        Session session, TurnReply reply, StunMessage allocated, IPAddress? mediaServer, bool loopbackAllowed, CancellationToken cancellationToken)
    {
        if (allocated.XorRelayedAddress is not { } relayed)
        {
            return reply with { Failure = TurnFailure.NotStun, Seen = "an allocation without a relayed address" };
        }

        reply = reply with { Relayed = relayed, Mapped = allocated.MappedAddress };
        session.Connection.Reserved = 1;
        try
        {
            reply = await EchoAsync(session, reply, relayed, loopbackAllowed, cancellationToken);
            return mediaServer is null || mediaServer.AddressFamily != relayed.AddressFamily
                ? reply
                : reply with { ForbidsMediaServer = (await session.PermitAsync(mediaServer, cancellationToken))?.Error?.Code == 403 };
        }
        finally
        {
            // The relay's port and our share of its quota are free at once (RFC 8656 §3.2), even when the time is up.
            session.Connection.Reserved = 0;
            using var grace = new CancellationTokenSource(Goodbye, time);
            try
            {
                await session.AskAsync(() => StunMessageBuilder.Request(StunMethod.Refresh).Lifetime(TimeSpan.Zero), grace.Token);
            }
            catch (OperationCanceledException)
            {
                // Sent, and not answered in time: the server ends the allocation by itself after ten minutes.
            }
        }
    }

    private async Task<TurnReply> EchoAsync(
        Session session, TurnReply reply, IPEndPoint relayed, bool loopbackAllowed, CancellationToken cancellationToken)
    {
        if (AddressPolicy.RefusalOf(relayed.Address, loopbackAllowed) is { } refusal)
        {
            return reply with { Failure = TurnFailure.RelayRefused, Seen = $"relays at {relayed}, which is {refusal}" };
        }

        if (reply.Mapped is not { } mapped || mapped.AddressFamily != relayed.AddressFamily)
        {
            return reply with { Failure = TurnFailure.NoEcho, Seen = $"relays at {relayed}, but did not say where it sees us, so nothing could be sent through it" };
        }

        var permitted = await session.PermitAsync(mapped.Address, cancellationToken);
        if (permitted is not { Class: StunClass.Success })
        {
            return permitted?.Error switch
            {
                { Code: 403 } error => reply with { Failure = TurnFailure.PeerForbidden, Seen = $"relays at {relayed}, but not to {mapped.Address}: {Words(error)}" },
                { } error => reply with { Failure = TurnFailure.Refused, Seen = $"relays at {relayed}, but gave no permission: {Words(error)}" },
                null => reply with { Failure = TurnFailure.NoEcho, Seen = $"relays at {relayed}, but did not answer a request for a permission" },
            };
        }

        using var peer = new Socket(relayed.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        var there = RandomNumberGenerator.GetBytes(16);
        var back = RandomNumberGenerator.GetBytes(16);
        for (var attempt = 0; attempt < EchoTries; attempt++)
        {
            if (await SendThroughAsync(session.Connection, peer, relayed, there, cancellationToken) is not { } seenAs)
            {
                continue;
            }

            if (await SendBackAsync(session.Connection, peer, relayed, seenAs, back, cancellationToken))
            {
                return reply with { Seen = $"relays at {relayed}, there and back" };
            }

            return reply with { Failure = TurnFailure.NoEcho, Seen = $"relays at {relayed} what comes in, but what was sent out through it did not arrive" };
        }

        return reply with { Failure = TurnFailure.NoEcho, Seen = $"relays at {relayed}, but nothing that was sent there came back through it" };
    }

    /// <returns>Where the server saw the packet come from; null when none came through.</returns>
    private static async Task<IPEndPoint?> SendThroughAsync(
        StunConnection connection, Socket peer, IPEndPoint relayed, byte[] payload, CancellationToken cancellationToken)
    {
        if (!connection.TryCount())
        {
            return null;
        }

        try
        {
            await peer.SendToAsync(payload, relayed, cancellationToken);
        }
        catch (SocketException)
        {
            // No way there from here: as good as lost.
            return null;
        }

        var came = await connection.WaitForAsync(
            message => message is { Class: StunClass.Indication, Method: StunMethod.Data, Data: { } data } && data.Span.SequenceEqual(payload),
            EchoWait,
            cancellationToken);
        return came?.XorPeerAddress;
    }

    private async Task<bool> SendBackAsync(
        StunConnection connection, Socket peer, IPEndPoint relayed, IPEndPoint seenAs, byte[] payload, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < EchoTries; attempt++)
        {
            var indication = new StunMessageBuilder(StunClass.Indication, StunMethod.Send).XorPeerAddress(seenAs).Data(payload).Build();
            if (!await connection.SendAsync(indication, cancellationToken))
            {
                return false;
            }

            if (await ArrivesAsync(peer, relayed, payload, cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<bool> ArrivesAsync(Socket peer, IPEndPoint relayed, byte[] payload, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(EchoWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var buffer = new byte[2048];
        try
        {
            while (true)
            {
                // The last-minute address of a relay behind NAT may differ; the payload is what nobody else can know.
                var received = await peer.ReceiveFromAsync(buffer, new IPEndPoint(relayed.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0), either.Token);
                if (buffer.AsSpan(0, received.ReceivedBytes).SequenceEqual(payload))
                {
                    return true;
                }
            }
        }
        catch (Exception ex) when (ex is SocketException || (ex is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private static StunMessageBuilder Allocate(StunConnection connection)
    {
        var allocate = StunMessageBuilder.Request(StunMethod.Allocate).RequestedTransport(Udp).Lifetime(Lifetime);

        // Without this the relay is an IPv4 one (RFC 8656 §7.2), which cannot be reached from where only IPv6 is.
        return connection.Family == AddressFamily.InterNetworkV6 ? allocate.RequestedAddressFamily(AddressFamily.InterNetworkV6) : allocate;
    }

    private static TurnReply Unanswered(StunConnection connection, TurnReply reply) => connection switch
    {
        { SawGarbage: true } => reply with { Failure = TurnFailure.NotStun, Seen = "answers, but not in STUN" },
        { WasClosed: true } => reply with { Failure = TurnFailure.ConnectionClosed, Seen = "accepts the connection, and closes it on a STUN request" },
        { PortError: { } error } => reply with { Failure = StunConnection.FailureOf(error), Seen = $"the port says: {error}" },
        _ => reply with { Failure = TurnFailure.Silent, Seen = reply.Transport == TurnTransport.Udp ? "no answer to three requests" : "accepts the connection, but does not answer" },
    };

    private static TurnReply Failed(TurnReply reply, StunMessage answer)
    {
        if (answer.Error is not { } error)
        {
            return reply with { Failure = TurnFailure.NotStun, Seen = "an error without a code" };
        }

        return reply with
        {
            Failure = error.Code switch
            {
                300 => TurnFailure.SentElsewhere,
                401 or 441 => TurnFailure.WrongCredentials,
                437 or 486 => TurnFailure.QuotaReached,
                508 => TurnFailure.NoCapacity,
                _ => TurnFailure.Refused,
            },
            Seen = Words(error),
        };
    }

    private static string Words(StunError error) =>
        $"{error.Code.ToString(CultureInfo.InvariantCulture)} {SafeText.From(error.Reason, 60)}".TrimEnd();

    private static string? Shown(string? software) => software is null ? null : SafeText.From(software, 60);

    private sealed record Login(string Username, string Realm, string Nonce, StunKey Key)
    {
        public override string ToString() => "login";
    }

    /// <summary>Requests that are signed, with a nonce that the server may replace at any time.</summary>
    private sealed class Session(StunConnection connection, Login? login)
    {
        private Login? _login = login;

        public StunConnection Connection { get; } = connection;

        public async Task<StunMessage?> AskAsync(Func<StunMessageBuilder> request, CancellationToken cancellationToken)
        {
            var answer = await Connection.AskAsync(Signed(request()), cancellationToken);

            // 438 brings the nonce to go on with (RFC 8489 §9.2.4); a server that says it twice wants nothing.
            if (answer is { Error.Code: 438, Nonce: { } nonce } && _login is not null)
            {
                _login = _login with { Nonce = nonce };
                answer = await Connection.AskAsync(Signed(request()), cancellationToken);
            }

            return answer;
        }

        public Task<StunMessage?> PermitAsync(IPAddress address, CancellationToken cancellationToken) => AskAsync(
            () => StunMessageBuilder.Request(StunMethod.CreatePermission).XorPeerAddress(new IPEndPoint(address, 0)), cancellationToken);

        private StunMessage Signed(StunMessageBuilder request) => _login is null
            ? request.Build()
            : request.Username(_login.Username).Realm(_login.Realm).Nonce(_login.Nonce).Build(_login.Key);
    }
}
