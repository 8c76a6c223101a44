using System.Text.Json.Nodes;
using CallsBot.Sandbox.Mattermost;
using CallsBot.Sandbox.Page;

namespace CallsBot.Sandbox.Rtcd;

/// <summary>The pretend RTCD in a process of its own, so that it can live in a network namespace of its own.</summary>
internal static class RtcdApplication
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Runs until cancelled. What nobody expects of a client is written to <paramref name="errors"/> at the end.</summary>
    /// <exception cref="SandboxException">A port is taken, or an address is not this machine's.</exception>
    public static async Task RunAsync(RtcdOptions options, TextReader input, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        if (options.ListsFaults)
        {
            await output.WriteLineAsync(string.Join('\n', RtcdSwitch.All.Select(one => $"{one.Id,-24}{one.What}").Concat(
                RtcdConditionSwitch.All.Select(one => $"{one.Id,-24}{one.Group}: {one.What}"))));
            return;
        }

        var ports = new List<ReservedPort>();
        try
        {
            foreach (var address in options.Addresses)
            {
                ports.Add(ReservedPort.TakeAnywhere(address, ports.Count > 0 ? ports[0].EndPoint.Port : options.Port, "the pretend RTCD"));
            }

            var defaults = new RtcdSettings();
            var settings = defaults with
            {
                ClientId = options.ClientId ?? defaults.ClientId,
                AuthKey = options.AuthKey ?? defaults.AuthKey,
                MediaAddresses = options.MediaAddresses.Count > 0 ? options.MediaAddresses : options.Addresses,
                MediaPort = options.MediaPort,
            };
            var unexpected = new UnexpectedRequests();
            await using var rtcd = new RtcdSandbox(ports, settings, unexpected, TimeProvider.System, Patience) { Version = options.Version, Conditions = options.Conditions };
            rtcd.Clients.AllowsSelfRegistration = options.AllowsSelfRegistration;
            await rtcd.StartAsync(cancellationToken);
            await rtcd.Is(options.Fault);
            await output.WriteLineAsync(new JsonObject
            {
                ["url"] = UrlOf(ports[0]),
                ["urls"] = Json.Array(ports.Select(port => JsonValue.Create(UrlOf(port)))),
                ["mediaPort"] = rtcd.MediaPort,
                ["clientId"] = rtcd.ClientId,
                ["authKey"] = rtcd.AuthKey,
            }.ToText());
            await output.FlushAsync(cancellationToken);
            await EndAsync(options.UntilEndOfInput ? input : null, cancellationToken);
            foreach (var request in unexpected)
            {
                await errors.WriteLineAsync($"Not known to an RTCD: {request}");
            }
        }
        finally
        {
            ports.ForEach(port => port.Dispose());
        }
    }

    private static string UrlOf(ReservedPort port) => $"http://{port.EndPoint}";

    private static async Task EndAsync(TextReader? input, CancellationToken cancellationToken)
    {
        try
        {
            if (input is not null)
            {
                // A console cannot be read with a token, so the read is left behind when the process is told to end.
                await Task.Run(input.ReadToEnd, CancellationToken.None).WaitAsync(cancellationToken);
            }
            else
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }
}
