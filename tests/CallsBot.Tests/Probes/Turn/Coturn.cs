using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace CallsBot.Tests.Probes.Turn;

/// <summary>A real coturn on loopback, with a configuration of a test's own.</summary>
internal sealed class Coturn : IAsyncDisposable
{
    public const string Realm = "callsbot.test";
    public const string User = "ana";
    public const string Password = "correct-horse";
    public const string Secret = "static-auth-secret-of-the-test";

    private const string Program = "/usr/bin/turnserver";

    private readonly Process _process;
    private readonly DirectoryInfo _folder;
    private readonly List<string> _log = [];

    private Coturn(DirectoryInfo folder, int port, int tlsPort, X509Certificate2 root)
    {
        (_folder, Port, TlsPort, Root) = (folder, port, tlsPort, root);
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(Program, ["-c", Path.Combine(folder.FullName, "turnserver.conf")])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        _process.OutputDataReceived += (_, line) => Log(line.Data);
        _process.ErrorDataReceived += (_, line) => Log(line.Data);
    }

    public static bool IsMissing => !File.Exists(Program) && Environment.GetEnvironmentVariable("CI") is null;

    public int Port { get; }

    public int TlsPort { get; }

    /// <summary>Of the certificate that it shows, which is for 127.0.0.1.</summary>
    public X509Certificate2 Root { get; }

    /// <param name="settings">Lines of the configuration, besides addresses, ports and certificate.</param>
    public static async Task<Coturn> StartAsync(params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("callsbot-coturn-");
        var (root, certificate) = Certificates.Issued("127.0.0.1");
        var (port, tlsPort) = (FreePort(), FreePort());
        using (certificate)
        {
            using var key = certificate.GetECDsaPrivateKey()!;
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "cert.pem"), certificate.ExportCertificatePem());
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        }

        string[] common =
        [
            "listening-ip=127.0.0.1",
            "relay-ip=127.0.0.1",
            $"listening-port={port.ToString(CultureInfo.InvariantCulture)}",
            $"tls-listening-port={tlsPort.ToString(CultureInfo.InvariantCulture)}",
            $"cert={folder.FullName}/cert.pem",
            $"pkey={folder.FullName}/key.pem",
            $"userdb={folder.FullName}/turndb",
            $"pidfile={folder.FullName}/pid",
            $"realm={Realm}",
            "log-file=stdout",
            "no-cli",
            "no-dtls",
        ];
        await File.WriteAllLinesAsync(Path.Combine(folder.FullName, "turnserver.conf"), [.. common, .. settings]);
        var coturn = new Coturn(folder, port, tlsPort, root);
        coturn._process.Start();
        coturn._process.BeginOutputReadLine();
        coturn._process.BeginErrorReadLine();
        await coturn.ListensAsync();
        return coturn;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
        _process.Dispose();
        Root.Dispose();
        _folder.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private async Task ListensAsync()
    {
        for (var attempt = 0; !await TakesConnectionsAsync(); attempt++)
        {
            (attempt < 400 && !_process.HasExited).ShouldBeTrue($"coturn did not start: {Said()}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task<bool> TakesConnectionsAsync()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, TlsPort));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private string Said()
    {
        lock (_log)
        {
            return string.Join('\n', _log);
        }
    }

    private void Log(string? line)
    {
        lock (_log)
        {
            _log.Add(line ?? "");
        }
    }
}
