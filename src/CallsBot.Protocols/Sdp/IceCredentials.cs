using System.Security.Cryptography;

namespace CallsBot.Protocols.Sdp;

/// <summary>A name and a password that ICE checks are made with (RFC 8445 §5.3).</summary>
public sealed record IceCredentials(string Ufrag, string Password)
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>As long as RFC 8839 §5.4 wants them at least, and more.</summary>
    public static IceCredentials New() => new(RandomNumberGenerator.GetString(Letters, 8), RandomNumberGenerator.GetString(Letters, 32));

    public override string ToString() => $"{Ufrag}:***";
}
