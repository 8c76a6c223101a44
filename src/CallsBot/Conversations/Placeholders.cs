using CallsBot.Probes;

namespace CallsBot.Conversations;

/// <summary>Puts this installation's addresses into the commands of a tree's text for administrators.</summary>
internal static class Placeholders
{
    private const string RtcdServer = "YOUR_RTCD_SERVER";
    private const string DefaultApiPort = ":8045";

    /// <param name="text">The text, with <c>YOUR_RTCD_SERVER</c> where the call server's name belongs.</param>
    /// <param name="rtcdUrl">The call server's address; where it is not known the placeholder stays.</param>
    public static string Fill(string text, string? rtcdUrl) => ProbeTarget.TryParse(rtcdUrl ?? "", out var target, out _)
        ? text.Replace(RtcdServer + DefaultApiPort, target.Authority, StringComparison.Ordinal)
            .Replace(RtcdServer, target.Host, StringComparison.Ordinal)
        : text;
}
