using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace CallsBot.Protocols.Sdp;

/// <summary>The hash of a certificate that DTLS has to show (RFC 8122 §5).</summary>
/// <param name="Algorithm">In lower case, such as "sha-256".</param>
/// <param name="Hex">Pairs of upper-case digits with colons between.</param>
public sealed record CertificateFingerprint(string Algorithm, string Hex)
{
    private const string Sha256 = "sha-256";

    public bool IsSha256 => Algorithm == Sha256;

    /// <param name="certificate">In DER.</param>
    public static CertificateFingerprint Of(ReadOnlySpan<byte> certificate) => new(Sha256, Colons(SHA256.HashData(certificate)));

    /// <param name="value">What stands after "a=fingerprint:".</param>
    /// <returns>False for any text that is not one.</returns>
    public static bool TryParse(string? value, [NotNullWhen(true)] out CertificateFingerprint? fingerprint)
    {
        fingerprint = null;
        var parts = value?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not [{ Length: <= 16 } algorithm, { Length: <= 256 } hex])
        {
            return false;
        }

        var pairs = hex.ToUpperInvariant().Split(':');
        if (pairs.Length < 16 || !pairs.All(pair => pair.Length == 2 && pair.All(char.IsAsciiHexDigit)))
        {
            return false;
        }

        fingerprint = new CertificateFingerprint(algorithm.ToLowerInvariant(), string.Join(':', pairs));
        return true;
    }

    /// <param name="certificate">In DER.</param>
    /// <returns>False too for a hash that is not known here.</returns>
    public bool Matches(ReadOnlySpan<byte> certificate) => Algorithm switch
    {
        Sha256 => Hex == Colons(SHA256.HashData(certificate)),
        "sha-384" => Hex == Colons(SHA384.HashData(certificate)),
        "sha-512" => Hex == Colons(SHA512.HashData(certificate)),
        _ => false,
    };

    public override string ToString() => $"{Algorithm} {Hex}";

    private static string Colons(byte[] hash) => string.Join(':', hash.Select(b => b.ToString("X2", provider: null)));
}
