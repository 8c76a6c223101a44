using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CallsBot.Probes;

/// <summary>The certificate that a server showed, and what is wrong with it. Its texts are safe to show.</summary>
internal sealed record CertificateSeen
{
    public required string Subject { get; init; }

    public required string Issuer { get; init; }

    public required DateTimeOffset ValidFrom { get; init; }

    public required DateTimeOffset ValidUntil { get; init; }

    /// <summary>The names and addresses that it is for.</summary>
    public required string Names { get; init; }

    public required bool OutOfDate { get; init; }

    public required bool WrongName { get; init; }

    public required bool Untrusted { get; init; }

    public bool IsGood => !OutOfDate && !WrongName && !Untrusted;

    public static CertificateSeen From(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var statuses = chain?.ChainStatus.Select(s => s.Status).ToList() ?? [];
        return new CertificateSeen
        {
            Subject = SafeText.From(certificate.Subject),
            Issuer = SafeText.From(certificate.Issuer),
            ValidFrom = new DateTimeOffset(certificate.NotBefore),
            ValidUntil = new DateTimeOffset(certificate.NotAfter),
            Names = SafeText.From(NamesOf(certificate)),
            OutOfDate = statuses.Contains(X509ChainStatusFlags.NotTimeValid),
            WrongName = errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch),
            Untrusted = errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors)
                && statuses.Exists(s => s != X509ChainStatusFlags.NotTimeValid),
        };
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Subject}, issued by {Issuer}, for {Names}, valid from {ValidFrom:yyyy-MM-dd} to {ValidUntil:yyyy-MM-dd}");

    private static string NamesOf(X509Certificate2 certificate)
    {
        try
        {
            var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().ToList();
            var all = names.SelectMany(n => n.EnumerateDnsNames())
                .Concat(names.SelectMany(n => n.EnumerateIPAddresses()).Select(a => a.ToString()))
                .ToList();
            return all.Count == 0 ? "no host" : string.Join(", ", all);
        }
        catch (CryptographicException)
        {
            return "names that cannot be read";
        }
    }
}
