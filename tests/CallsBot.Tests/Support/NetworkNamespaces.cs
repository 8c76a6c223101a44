using System.Diagnostics;

namespace CallsBot.Tests.Support;

/// <summary>
/// Two network namespaces, one for the bot and one for RTCD, with a cable between them and nothing else: what nftables
/// drops there is really dropped. Needs root.
/// </summary>
internal sealed class NetworkNamespaces : IAsyncDisposable
{
    /// <summary>Set by <c>test.sh</c> where namespaces can be made.</summary>
    public const string Variable = "CALLSBOT_TEST_NETNS";

    public const string RtcdAddress = "10.203.0.2";
    public const string RtcdAddress6 = "fd00:203::2";
    public const string BotAddress = "10.203.0.1";

    private const string BotAddress6 = "fd00:203::1";

    private readonly string _bot = $"callsbot-{Some.Id()[..8]}";
    private readonly string _rtcd = $"rtcd-{Some.Id()[..8]}";

    private NetworkNamespaces()
    {
    }

    /// <summary>The name of the bot's namespace.</summary>
    public string Bot => _bot;

    /// <summary>The name of RTCD's namespace.</summary>
    public string Rtcd => _rtcd;

    public static bool AreAvailable => Environment.GetEnvironmentVariable(Variable) is not null;

    public static async Task<NetworkNamespaces> CreateAsync()
    {
        var namespaces = new NetworkNamespaces();
        try
        {
            await namespaces.MakeAsync();
            return namespaces;
        }
        catch
        {
            await namespaces.DisposeAsync();
            throw;
        }
    }

    /// <summary>Replaces the packet filter on RTCD's side.</summary>
    /// <param name="arriving">Rules for packets that come from the bot.</param>
    /// <param name="leaving">Rules for packets that go to the bot.</param>
    public Task FilterAsync(string arriving, string leaving) => RunAsync(
        ["netns", "exec", _rtcd, "nft", "-f", "-"],
        $$"""
        flush ruleset
        table inet faults {
          chain arriving {
            type filter hook input priority 0; policy accept;
            {{arriving}}
          }
          chain leaving {
            type filter hook output priority 0; policy accept;
            {{leaving}}
          }
        }

        """);

    /// <summary>The command that runs another on RTCD's side.</summary>
    public IReadOnlyList<string> OnRtcdSide(params IReadOnlyList<string> command) => ["ip", "netns", "exec", _rtcd, .. command];

    /// <summary>The command that runs another on the bot's side.</summary>
    public IReadOnlyList<string> OnBotSide(params IReadOnlyList<string> command) => ["ip", "netns", "exec", _bot, .. command];

    public async ValueTask DisposeAsync()
    {
        // What was made goes, whatever was not; the cable goes with its ends.
        foreach (var name in new[] { _bot, _rtcd })
        {
            if (Directory.Exists("/run/netns") && File.Exists($"/run/netns/{name}"))
            {
                await RunAsync(["netns", "del", name]);
            }
        }
    }

    private async Task MakeAsync()
    {
        await RunAsync(["netns", "add", _bot]);
        await RunAsync(["netns", "add", _rtcd]);
        await RunAsync(["-n", _bot, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", _rtcd]);
        foreach (var (name, address, address6) in new[] { (_bot, BotAddress, BotAddress6), (_rtcd, RtcdAddress, RtcdAddress6) })
        {
            await RunAsync(["-n", name, "link", "set", "lo", "up"]);
            await RunAsync(["-n", name, "addr", "add", $"{address}/24", "dev", "cable"]);

            // No duplicate address detection: the address can be used at once.
            await RunAsync(["-n", name, "addr", "add", $"{address6}/64", "dev", "cable", "nodad"]);
            await RunAsync(["-n", name, "link", "set", "cable", "up"]);
        }
    }

    private static async Task RunAsync(IReadOnlyList<string> args, string input = "")
    {
        using var process = Process.Start(new ProcessStartInfo("ip", args) { RedirectStandardInput = true, RedirectStandardError = true })!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"ip {string.Join(' ', args)} ended with {process.ExitCode}: {error}");
        }
    }
}
