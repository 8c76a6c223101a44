using System.Net;
using CallsBot.Sandbox.Page;

namespace CallsBot.Sandbox.Rtcd;

/// <summary>What the command line says when it asks for the pretend RTCD alone.</summary>
internal sealed record RtcdOptions
{
    public const string Usage = """
        rtcd [options]  starts the pretend RTCD alone, on any addresses, and prints one line of JSON once it is ready:
                        url, urls, mediaPort, clientId, authKey

          --address A         where HTTP and media are served; again for more addresses (127.0.0.1)
          --port N            port of HTTP and WebSocket (8045); 0 takes a free one
          --media-address A   where media is served, if elsewhere; again for more
          --media-port N      port of media, UDP and TCP (8443); 0 takes a free one
          --client-id ID      the registered client (callsbot)
          --auth-key KEY      its key, at least 32 characters (a random one)
          --version V         what it is (v1.2.6)
          --self-registration lets anybody register
          --fault ID          what ails it; again for more. '--fault list' prints those there are
          --host-override H   ice_host_override: an address, a name, or pairs
          --port-override N   ice_host_port_override
          --drop-after N      datagrams of a peer are lost after so many
          --lose-every N      every so-manieth check is lost
          --until-eof         ends when its standard input does, too
        """;

    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    public int Port { get; init; } = 8045;

    /// <summary>Empty for <see cref="Addresses"/>.</summary>
    public IReadOnlyList<IPAddress> MediaAddresses { get; init; } = [];

    public int MediaPort { get; init; } = 8443;

    public string? ClientId { get; init; }

    public string? AuthKey { get; init; }

    public string Version { get; init; } = RtcdSandbox.CurrentVersion;

    public bool AllowsSelfRegistration { get; init; }

    public RtcdFault Fault { get; init; } = RtcdFault.Healthy;

    public RtcdConditions Conditions { get; init; } = RtcdConditions.Good;

    public bool UntilEndOfInput { get; init; }

    /// <summary>Print the faults, and nothing else.</summary>
    public bool ListsFaults { get; init; }

    /// <exception cref="SandboxException">An option is unknown or has no fitting value.</exception>
    public static RtcdOptions Parse(Arguments args)
    {
        var options = new RtcdOptions();
        while (args.Next() is { } option)
        {
            options = option switch
            {
                "--address" => options with { Addresses = [.. options.Addresses, args.Address()] },
                "--port" => options with { Port = args.Port() },
                "--media-address" => options with { MediaAddresses = [.. options.MediaAddresses, args.Address()] },
                "--media-port" => options with { MediaPort = args.Port() },
                "--client-id" => options with { ClientId = args.Value() },
                "--auth-key" => options with { AuthKey = KeyIn(args) },
                "--version" => options with { Version = args.Value() },
                "--self-registration" => options with { AllowsSelfRegistration = true },
                "--fault" => options.With(args.Value()),
                "--host-override" => options with { Conditions = options.Conditions with { HostOverride = args.Value() } },
                "--port-override" => options with { Conditions = options.Conditions with { PortOverride = args.Port() } },
                "--drop-after" => options with { Conditions = options.Conditions with { LosesUdpAfter = args.Number(least: 0) } },
                "--lose-every" => options with { Conditions = options.Conditions with { LosesEveryStun = args.Number(least: 1) } },
                "--until-eof" => options with { UntilEndOfInput = true },
                var unknown => throw new SandboxException($"'{unknown}' is not an option. Run with --help to see those there are."),
            };
        }

        return options.Addresses.Count > 0 ? options : options with { Addresses = [IPAddress.Loopback] };
    }

    /// <summary>Without the key.</summary>
    public override string ToString() => $"{string.Join(", ", Addresses)}, port {Port}, {Fault}";

    private static string KeyIn(Arguments args) => args.Value() is { Length: >= RegisteredClients.KeyLength } key
        ? key
        : throw new SandboxException($"--auth-key needs at least {RegisteredClients.KeyLength} characters.");

    private RtcdOptions With(string fault) =>
        fault == "list" ? this with { ListsFaults = true }
        : RtcdSwitch.Parse(fault) is { } known ? this with { Fault = known }
        : RtcdConditionSwitch.Find(fault) is { } condition ? this with { Conditions = condition.Apply(Conditions) }
        : throw new SandboxException($"'{fault}' is not a fault. Run with '--fault list' to see those there are.");
}
