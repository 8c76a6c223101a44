using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CallsBot.Protocols.Dtls;
using CallsBot.Protocols.Sdp;

namespace CallsBot.Tests.Protocols.Dtls;

/// <summary>Against a DTLS that is not ours: the `openssl` command, on loopback.</summary>
public sealed class OpenSslTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly DtlsCertificate _ours = DtlsCertificate.New(TimeProvider.System);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("callsbot-openssl-");
    private readonly CertificateFingerprint _theirs;

    public OpenSslTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=openssl", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        File.WriteAllText(Key, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Certificate, certificate.ExportCertificatePem());
        _theirs = CertificateFingerprint.Of(certificate.RawData);
    }

    private string Key => Path.Combine(_folder.FullName, "key.pem");

    private string Certificate => Path.Combine(_folder.FullName, "certificate.pem");

    [Fact]
    public async Task The_server_shakes_hands_with_openssl()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var openssl = Start(
            $"s_client -dtls1_2 -connect {socket.LocalEndPoint} -use_srtp SRTP_AES128_CM_SHA1_80 -cert {Certificate} -key {Key}");

        var (result, data) = await RunAsync(socket, DtlsRole.Server, _theirs, () => openssl.StandardInput.WriteLineAsync("hello"));

        result.Outcome.ShouldBe(DtlsOutcome.Completed);
        (result.SrtpProfile, result.PeerFingerprint).ShouldBe(("SRTP_AES128_CM_HMAC_SHA1_80", _theirs));
        data.ShouldBe("hello\n"u8.ToArray());
        Stop(openssl);
    }

    [Fact]
    public async Task The_server_refuses_an_openssl_that_shows_no_certificate()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var openssl = Start($"s_client -dtls1_2 -connect {socket.LocalEndPoint} -use_srtp SRTP_AES128_CM_SHA1_80");

        var (result, _) = await RunAsync(socket, DtlsRole.Server, _theirs, () => Task.CompletedTask);

        (result.Outcome, result.PeerFingerprint).ShouldBe((DtlsOutcome.FingerprintMismatch, null));
        Stop(openssl);
    }

    [Fact]
    public async Task The_client_shakes_hands_with_openssl()
    {
        using var openssl = Start($"s_server -dtls1_2 -accept 127.0.0.1:0 -cert {Certificate} -key {Key} -Verify 1 -use_srtp SRTP_AES128_CM_SHA1_80");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(IPAddress.Loopback, await PortOf(openssl));

        var (result, data) = await RunAsync(socket, DtlsRole.Client, _theirs, () => openssl.StandardInput.WriteLineAsync("hello"));

        result.Outcome.ShouldBe(DtlsOutcome.Completed);
        (result.SrtpProfile, result.PeerFingerprint).ShouldBe(("SRTP_AES128_CM_HMAC_SHA1_80", _theirs));
        data.ShouldBe("hello\n"u8.ToArray());
        Stop(openssl);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<(DtlsResult Result, byte[]? Data)> RunAsync(
        Socket socket, DtlsRole role, CertificateFingerprint expected, Func<Task> completed)
    {
        using var stop = new CancellationTokenSource(Patience);
        EndPoint? peer = role == DtlsRole.Client ? socket.RemoteEndPoint : null;
        await using var session = new DtlsSession(
            role, _ours, expected, async (packet, token) => await socket.SendToAsync(packet, peer!, token), TimeProvider.System);
        var reading = ReadAsync();
        var result = await session.HandshakeAsync(Patience, stop.Token);
        byte[]? data = null;
        if (result.Outcome == DtlsOutcome.Completed)
        {
            await completed();
            data = await session.ReceiveAsync(Patience, stop.Token);
        }

        await stop.CancelAsync();
        await reading;
        return (result, data);

        async Task ReadAsync()
        {
            var buffer = new byte[2048];
            try
            {
                while (true)
                {
                    var packet = await socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), stop.Token);
                    peer ??= packet.RemoteEndPoint;
                    session.Deliver(buffer.AsSpan(0, packet.ReceivedBytes));
                }
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        }
    }

    private static Process Start(string arguments) => Process.Start(new ProcessStartInfo("openssl", arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static async Task<int> PortOf(Process server)
    {
        while (await server.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line.StartsWith("ACCEPT ", StringComparison.Ordinal))
            {
                return int.Parse(line.AsSpan(line.LastIndexOf(':') + 1), NumberStyles.None, CultureInfo.InvariantCulture);
            }
        }

        throw new InvalidOperationException(await server.StandardError.ReadToEndAsync());
    }

    private static void Stop(Process openssl)
    {
        openssl.Kill();
        openssl.WaitForExit(Patience).ShouldBeTrue();
    }
}
