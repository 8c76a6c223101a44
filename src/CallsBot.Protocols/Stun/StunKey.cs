using System.Security.Cryptography;
using System.Text;

namespace CallsBot.Protocols.Stun;

/// <summary>What MESSAGE-INTEGRITY is computed with.</summary>
/// <remarks>
/// The texts are taken as they are: SASLprep (RFC 8265), which RFC 8489 wants before hashing, changes nothing about the
/// ASCII letters that ICE and the TURN REST scheme use, and coturn leaves it out too.
/// </remarks>
public sealed class StunKey
{
    private readonly byte[] _bytes;

    private StunKey(byte[] bytes) => _bytes = bytes;

    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>RFC 8489 §9.1.1; ICE: the password of whoever receives the request (RFC 8445 §7.1.2).</summary>
    public static StunKey ShortTerm(string password) => new(Encoding.UTF8.GetBytes(password));

    /// <summary>RFC 8489 §9.2.2 with MD5, the only algorithm that TURN servers in use offer.</summary>
    public static StunKey LongTerm(string username, string realm, string password) =>
        new(MD5.HashData(Encoding.UTF8.GetBytes($"{username}:{realm}:{password}")));

    public override string ToString() => "***";
}
