using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CallsBot.Tests.Probes;

/// <summary>Certificates made for a test. The dates are fixed: what is valid stays so for the life of this code.</summary>
internal static class Certificates
{
    private static readonly DateTimeOffset LongAgo = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset NotSoLongAgo = new(2021, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset FarAhead = new(2119, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static X509Certificate2 SelfSigned(params string[] names) => Make(LongAgo, FarAhead, names);

    public static X509Certificate2 Expired(params string[] names) => Make(LongAgo, NotSoLongAgo, names);

    /// <returns>A root, and a certificate that it issued for 127.0.0.1 and localhost.</returns>
    public static (X509Certificate2 Root, X509Certificate2 Server) Issued(params string[] names) => Issued(null, names);

    /// <param name="issuerUrl">Where the certificate says that its issuer's can be had (RFC 5280, section 4.2.2.1).</param>
    /// <param name="names">Names and addresses that the certificate is for.</param>
    public static (X509Certificate2 Root, X509Certificate2 Server) Issued(Uri? issuerUrl, params string[] names)
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest("CN=CallsBot test root", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        using var root = rootRequest.CreateSelfSigned(LongAgo, FarAhead);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(key, names);
        if (issuerUrl is not null)
        {
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(null, [issuerUrl.ToString()]));
        }

        using var certificate = request.Create(root, LongAgo, FarAhead, [1, 2, 3, 4]);
        using var withKey = certificate.CopyWithPrivateKey(key);
        return (X509CertificateLoader.LoadCertificate(root.RawData), Usable(withKey));
    }

    private static X509Certificate2 Make(DateTimeOffset from, DateTimeOffset until, string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Request(key, names).CreateSelfSigned(from, until);
        return Usable(certificate);
    }

    private static CertificateRequest Request(ECDsa key, string[] names)
    {
        var request = new CertificateRequest("CN=rtcd, O=CallsBot tests", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(alternatives.Build());
        return request;
    }

    private static X509Certificate2 Usable(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
}
