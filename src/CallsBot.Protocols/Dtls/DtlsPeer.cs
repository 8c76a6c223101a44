using CallsBot.Protocols.Sdp;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace CallsBot.Protocols.Dtls;

/// <summary>What client and server have in common: what they agree to, and what came of it.</summary>
internal sealed class DtlsPeer(DtlsCertificate certificate, CertificateFingerprint expected)
{
    /// <summary>Best first. RTCD and browsers have the first; all are for certificates on an elliptic curve.</summary>
    public static readonly int[] CipherSuites =
    [
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
    ];

    /// <summary>Best first. RTCD's DTLS fails without one.</summary>
    public static readonly int[] SrtpProfiles =
    [
        SrtpProtectionProfile.SRTP_AEAD_AES_128_GCM,
        SrtpProtectionProfile.SRTP_AEAD_AES_256_GCM,
        SrtpProtectionProfile.SRTP_AES128_CM_HMAC_SHA1_80,
        SrtpProtectionProfile.SRTP_AES128_CM_HMAC_SHA1_32,
    ];

    private int? _cipherSuite;

    public static TlsCrypto NewCrypto() => new BcTlsCrypto(new SecureRandom());

    public CertificateFingerprint? Shown { get; private set; }

    public bool Mismatch { get; private set; }

    public short? AlertReceived { get; private set; }

    public short? AlertRaised { get; private set; }

    public int? SrtpProfile { get; set; }

    public string? CipherSuiteName => _cipherSuite switch
    {
        null => null,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 => "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 => "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 => "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA => "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA => "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
        { } other => $"0x{other:x4}",
    };

    public string? SrtpProfileName => SrtpProfile switch
    {
        null => null,
        SrtpProtectionProfile.SRTP_AEAD_AES_128_GCM => "SRTP_AEAD_AES_128_GCM",
        SrtpProtectionProfile.SRTP_AEAD_AES_256_GCM => "SRTP_AEAD_AES_256_GCM",
        SrtpProtectionProfile.SRTP_AES128_CM_HMAC_SHA1_80 => "SRTP_AES128_CM_HMAC_SHA1_80",
        SrtpProtectionProfile.SRTP_AES128_CM_HMAC_SHA1_32 => "SRTP_AES128_CM_HMAC_SHA1_32",
        { } other => $"0x{other:x4}",
    };

    public TlsCredentialedSigner Credentials(TlsContext context)
    {
        var crypto = (BcTlsCrypto)context.Crypto;
        return new BcDefaultTlsCredentialedSigner(
            new TlsCryptoParameters(context),
            crypto,
            certificate.Key,
            new Certificate([crypto.CreateCertificate(CertificateType.X509, certificate.Encoded)]),
            SignatureAndHashAlgorithm.GetInstance(HashAlgorithm.sha256, SignatureAlgorithm.ecdsa));
    }

    /// <summary>Throws a fatal alert unless it is the certificate that the SDP announces.</summary>
    public void Check(Certificate? shown)
    {
        var encoded = shown is { IsEmpty: false } ? shown.GetCertificateAt(0).GetEncoded() : null;
        Shown = encoded is null ? null : CertificateFingerprint.Of(encoded);
        if (encoded is null || !expected.Matches(encoded))
        {
            Mismatch = true;
            throw new TlsFatalAlert(AlertDescription.bad_certificate);
        }
    }

    public void Heard(short level, short description)
    {
        if (level == AlertLevel.fatal || description == AlertDescription.close_notify)
        {
            AlertReceived ??= description;
        }
    }

    public void Raised(short level, short description)
    {
        if (level == AlertLevel.fatal)
        {
            AlertRaised ??= description;
        }
    }

    public void Completed(TlsContext context) => _cipherSuite = context.SecurityParameters.CipherSuite;
}

internal sealed class DtlsServerPeer(TlsCrypto crypto, DtlsPeer peer) : DefaultTlsServer(crypto)
{
    public override int GetHandshakeResendTimeMillis() => DtlsSession.ResendMilliseconds;

    public override void ProcessClientExtensions(IDictionary<int, byte[]> clientExtensions)
    {
        base.ProcessClientExtensions(clientExtensions);
        if (TlsSrtpUtilities.GetUseSrtpExtension(clientExtensions) is { } offered)
        {
            peer.SrtpProfile = DtlsPeer.SrtpProfiles.Cast<int?>().FirstOrDefault(profile => offered.ProtectionProfiles.Contains(profile!.Value));
        }
    }

    public override IDictionary<int, byte[]> GetServerExtensions()
    {
        var extensions = base.GetServerExtensions() ?? new Dictionary<int, byte[]>();
        if (peer.SrtpProfile is { } profile)
        {
            TlsSrtpUtilities.AddUseSrtpExtension(extensions, new UseSrtpData([profile], []));
        }

        return extensions;
    }

    public override CertificateRequest GetCertificateRequest() => new(
        [ClientCertificateType.ecdsa_sign, ClientCertificateType.rsa_sign],
        TlsUtilities.GetDefaultSupportedSignatureAlgorithms(m_context),
        null);

    public override void NotifyClientCertificate(Certificate clientCertificate) => peer.Check(clientCertificate);

    public override void NotifyAlertReceived(short alertLevel, short alertDescription) => peer.Heard(alertLevel, alertDescription);

    public override void NotifyAlertRaised(short alertLevel, short alertDescription, string message, Exception cause) =>
        peer.Raised(alertLevel, alertDescription);

    public override void NotifyHandshakeComplete()
    {
        base.NotifyHandshakeComplete();
        peer.Completed(m_context);
    }

    protected override ProtocolVersion[] GetSupportedVersions() => ProtocolVersion.DTLSv12.Only();

    protected override int[] GetSupportedCipherSuites() => TlsUtilities.GetSupportedCipherSuites(Crypto, DtlsPeer.CipherSuites);

    protected override TlsCredentialedSigner GetECDsaSignerCredentials() => peer.Credentials(m_context);
}

internal sealed class DtlsClientPeer(TlsCrypto crypto, DtlsPeer peer) : DefaultTlsClient(crypto)
{
    public override int GetHandshakeResendTimeMillis() => DtlsSession.ResendMilliseconds;

    public override IDictionary<int, byte[]> GetClientExtensions()
    {
        var extensions = base.GetClientExtensions() ?? new Dictionary<int, byte[]>();
        TlsSrtpUtilities.AddUseSrtpExtension(extensions, new UseSrtpData(DtlsPeer.SrtpProfiles, []));
        return extensions;
    }

    public override void ProcessServerExtensions(IDictionary<int, byte[]> serverExtensions)
    {
        base.ProcessServerExtensions(serverExtensions);
        if (TlsSrtpUtilities.GetUseSrtpExtension(serverExtensions) is { ProtectionProfiles: [var profile] })
        {
            peer.SrtpProfile = profile;
        }
    }

    public override TlsAuthentication GetAuthentication() => new Authentication(() => m_context, peer);

    public override void NotifyAlertReceived(short alertLevel, short alertDescription) => peer.Heard(alertLevel, alertDescription);

    public override void NotifyAlertRaised(short alertLevel, short alertDescription, string message, Exception cause) =>
        peer.Raised(alertLevel, alertDescription);

    public override void NotifyHandshakeComplete()
    {
        base.NotifyHandshakeComplete();
        peer.Completed(m_context);
    }

    protected override ProtocolVersion[] GetSupportedVersions() => ProtocolVersion.DTLSv12.Only();

    protected override int[] GetSupportedCipherSuites() => TlsUtilities.GetSupportedCipherSuites(Crypto, DtlsPeer.CipherSuites);

    private sealed class Authentication(Func<TlsContext> context, DtlsPeer peer) : TlsAuthentication
    {
        public void NotifyServerCertificate(TlsServerCertificate serverCertificate) => peer.Check(serverCertificate.Certificate);

        public TlsCredentials GetClientCredentials(CertificateRequest certificateRequest) => peer.Credentials(context());
    }
}
