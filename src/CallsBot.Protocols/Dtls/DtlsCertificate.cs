using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CallsBot.Protocols.Sdp;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Security;

namespace CallsBot.Protocols.Dtls;

/// <summary>
/// A self-signed certificate for one session, on P-256. Nobody trusts it for its name: the SDP says which one to expect.
/// The key never leaves memory.
/// </summary>
public sealed class DtlsCertificate
{
    private static readonly TimeSpan Validity = TimeSpan.FromDays(1);

    private DtlsCertificate(byte[] certificate, AsymmetricKeyParameter key)
    {
        Encoded = certificate;
        Key = key;
        Fingerprint = CertificateFingerprint.Of(certificate);
    }

    /// <summary>SHA-256, for the SDP.</summary>
    public CertificateFingerprint Fingerprint { get; }

    internal byte[] Encoded { get; }

    internal AsymmetricKeyParameter Key { get; }

    public static DtlsCertificate New(TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=CallsBot", key, HashAlgorithmName.SHA256);
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now - Validity, now + Validity);
        return new DtlsCertificate(certificate.RawData, PrivateKeyFactory.CreateKey(key.ExportPkcs8PrivateKey()));
    }
}
