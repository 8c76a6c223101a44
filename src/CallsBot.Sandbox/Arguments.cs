using System.Globalization;
using System.Net;

namespace CallsBot.Sandbox;

/// <summary>The words of a command line, one after the other. What does not fit is a <see cref="SandboxException"/>.</summary>
internal sealed class Arguments(IReadOnlyList<string> words)
{
    private int _at = -1;

    /// <returns>Null after the last one.</returns>
    public string? Next() => ++_at < words.Count ? words[_at] : null;

    /// <summary>What belongs to the option before it.</summary>
    public string Value()
    {
        var option = words[_at];
        return Next() ?? throw new SandboxException($"{option} needs a value.");
    }

    public int Port()
    {
        var option = words[_at];
        var value = Value();
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= ushort.MaxValue
            ? port
            : throw new SandboxException($"{option} needs a port number from 0 to 65535, not '{value}'.");
    }

    public int Number(int least)
    {
        var option = words[_at];
        var value = Value();
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw new SandboxException($"{option} needs a number from {least}, not '{value}'.");
    }

    public IPAddress Address()
    {
        var option = words[_at];
        var value = Value();
        return IPAddress.TryParse(value, out var address) ? address : throw new SandboxException($"{option} needs an IP address, not '{value}'.");
    }
}
