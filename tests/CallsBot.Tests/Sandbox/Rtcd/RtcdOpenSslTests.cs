using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CallsBot.Protocols.Sdp;
using CallsBot.Sandbox;
using CallsBot.Sandbox.Rtcd;

namespace CallsBot.Tests.Sandbox.Rtcd;

/// <summary>The pretend RTCD's handshake with a DTLS that is not ours: packets are handed on to the `openssl` command.</summary>
public sealed class RtcdOpenSslTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("callsbot-openssl-");
    private RunningSandbox _sandbox = null!;

    private RtcdSandbox Rtcd => _sandbox.Rtcd;

    public async Task InitializeAsync() => _sandbox = await RunningSandbox.StartAsync(new SandboxSettings(), CancellationToken.None);

    public async Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        await _sandbox.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Openssl_behind_a_relay_is_a_participant(int candidate)
    {
        var (certificate, key, fingerprint) = NewCertificate();
        using var openssl = Process.Start(new ProcessStartInfo(
            "openssl", $"s_server -dtls1_2 -accept 127.0.0.1:0 -cert {certificate} -key {key} -Verify 1 -use_srtp SRTP_AES128_CM_SHA1_80")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var relay = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await relay.ConnectAsync(IPAddress.Loopback, await PortOf(openssl));
        using var participant = await Participant.ConnectAsync(Rtcd);
        participant.Fingerprint = fingerprint;
        await participant.JoinAsync(candidates: 2);
        await using var peer = await MediaPeer.ConnectAsync(participant, participant.Candidates[candidate]);
        using var stop = new CancellationTokenSource();
        var there = ThereAsync(peer, relay, stop.Token);
        var back = BackAsync(peer, relay, stop.Token);

        await peer.CheckAsync(nominate: true);

        await Rtcd.Until(rtcd => rtcd.Metric("rtcd_rtc_conn_states_total", "type=\"connected\"") == 1, "connected");
        await participant.LeaveAsync();
        openssl.Kill();
        await stop.CancelAsync();
        await there;
        await back;
    }

    private static async Task ThereAsync(MediaPeer peer, Socket relay, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var packet in peer.Other.ReadAllAsync(cancellationToken))
            {
                await relay.SendAsync(packet, cancellationToken);
            }
        }
        catch (Exception ex) when (ex is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private static async Task BackAsync(MediaPeer peer, Socket relay, CancellationToken cancellationToken)
    {
        var buffer = new byte[2048];
        try
        {
            while (true)
            {
                await peer.SendAsync(buffer.AsMemory(0, await relay.ReceiveAsync(buffer, cancellationToken)));
            }
        }
        catch (Exception ex) when (ex is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private static async Task<int> PortOf(Process server)
    {
        while (await server.StandardOutput.ReadLineAsync().WaitAsync(Participant.Patience) is { } line)
        {
            if (line.StartsWith("ACCEPT ", StringComparison.Ordinal))
            {
                return int.Parse(line.AsSpan(line.LastIndexOf(':') + 1), NumberStyles.None, CultureInfo.InvariantCulture);
            }
        }

        throw new InvalidOperationException(await server.StandardError.ReadToEndAsync());
    }

    private (string Certificate, string Key, CertificateFingerprint Fingerprint) NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=openssl", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var (certificateFile, keyFile) = (Path.Combine(_folder.FullName, "certificate.pem"), Path.Combine(_folder.FullName, "key.pem"));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (certificateFile, keyFile, CertificateFingerprint.Of(certificate.RawData));
    }
}
