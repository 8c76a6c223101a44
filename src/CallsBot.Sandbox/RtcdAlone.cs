using System.Net;
using System.Text.Json;
using CallsBot.Sandbox.Rtcd;

namespace CallsBot.Sandbox;

/// <summary>The pretend RTCD in a process of its own, such as one in a network namespace.</summary>
internal static class RtcdAlone
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Runs until cancelled. Prints one line of JSON when it is ready.</summary>
    /// <exception cref="SandboxException">A port is taken, or an address is not this machine's.</exception>
    public static async Task RunAsync(RtcdAloneOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        var ports = new List<ReservedPort>();
        try
        {
            foreach (var address in options.Addresses)
            {
                ports.Add(ReservedPort.TakeAnywhere(address, options.Port, "the pretend RTCD"));
            }

            var settings = new RtcdSettings { MediaAddresses = options.Addresses, MediaPort = options.MediaPort };
            await using var rtcd = new RtcdSandbox(ports, settings, [], TimeProvider.System, Patience);
            await rtcd.StartAsync(cancellationToken);
            await output.WriteLineAsync(JsonSerializer.Serialize(new Dictionary<string, string>
            {
                ["url"] = rtcd.Url.ToString().TrimEnd('/'),
                ["clientId"] = rtcd.ClientId,
                ["authKey"] = rtcd.AuthKey,
            }));
            await output.FlushAsync(cancellationToken);
            await SandboxApplication.WaitAsync(cancellationToken);
        }
        finally
        {
            foreach (var port in ports)
            {
                port.Dispose();
            }
        }
    }
}

/// <param name="Addresses">Where the API and the media port listen.</param>
/// <param name="Port">The API's port.</param>
/// <param name="MediaPort">For UDP and TCP alike.</param>
internal sealed record RtcdAloneOptions(IReadOnlyList<IPAddress> Addresses, int Port, int MediaPort)
{
    public const string Verb = "rtcd";

    /// <exception cref="SandboxException">An option is unknown or has no fitting value.</exception>
    public static RtcdAloneOptions Parse(IReadOnlyList<string> args)
    {
        var options = new RtcdAloneOptions([], Port: 8045, MediaPort: 8443);
        for (var i = 0; i < args.Count; i++)
        {
            options = args[i] switch
            {
                "--address" when SandboxOptions.ValueOf(args, ref i) is var text => IPAddress.TryParse(text, out var address)
                    ? options with { Addresses = [.. options.Addresses, address] }
                    : throw new SandboxException($"--address needs an IP address, not '{text}'."),
                "--port" => options with { Port = SandboxOptions.PortIn(args, ref i) },
                "--media-port" => options with { MediaPort = SandboxOptions.PortIn(args, ref i) },
                var unknown => throw new SandboxException($"'{unknown}' is not an option of '{Verb}'. Run with --help to see those there are."),
            };
        }

        return options.Addresses.Count > 0 ? options : options with { Addresses = [IPAddress.Loopback] };
    }
}
