using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace CallsBot.Protocols.Sdp;

/// <summary>What of an offer or an answer matters to a session with one data channel.</summary>
/// <param name="Ice">Of the media section, or of the session.</param>
/// <param name="Fingerprint">Of the certificate that DTLS has to show.</param>
public sealed record SessionDescription(IceCredentials Ice, CertificateFingerprint Fingerprint)
{
    /// <summary>No description that RTCD writes comes near it.</summary>
    public const int MaxLength = 256 * 1024;

    private const int MostCandidates = 256;

    /// <summary>"actpass", "active" or "passive" (RFC 5763 §5); null when it is not said, which is taken for actpass.</summary>
    public string? Setup { get; init; }

    /// <summary>The name of the first media section.</summary>
    public string? Mid { get; init; }

    /// <summary>Those in the description itself, as they come: pion writes each for component 1 and again for 2.</summary>
    public IReadOnlyList<IceCandidate> Candidates { get; init; } = [];

    /// <summary>No more candidates will come (RFC 8840 §4).</summary>
    public bool EndOfCandidates { get; init; }

    /// <summary>The least that pion takes for an offer or an answer: one data channel, nothing else.</summary>
    /// <param name="mid">The same in offer and answer.</param>
    public string ToSdp(string mid = "0")
    {
        var sdp = new StringBuilder();
        Line("v=0");
        Line("o=- 1 2 IN IP4 127.0.0.1");
        Line("s=-");
        Line("t=0 0");
        Line($"a=group:BUNDLE {Mid ?? mid}");
        Line("a=msid-semantic: WMS");
        Line("m=application 9 UDP/DTLS/SCTP webrtc-datachannel");
        Line("c=IN IP4 0.0.0.0");
        Line($"a=ice-ufrag:{Ice.Ufrag}");
        Line($"a=ice-pwd:{Ice.Password}");
        Line("a=ice-options:trickle");
        Line($"a=fingerprint:{Fingerprint}");
        Line($"a=setup:{Setup ?? "actpass"}");
        Line($"a=mid:{Mid ?? mid}");
        Line("a=sctp-port:5000");
        Line("a=max-message-size:262144");
        foreach (var candidate in Candidates)
        {
            Line($"a={candidate}");
        }

        if (EndOfCandidates)
        {
            Line("a=end-of-candidates");
        }

        return sdp.ToString();

        void Line(string text) => sdp.Append(CultureInfo.InvariantCulture, $"{text}\r\n");
    }

    /// <summary>
    /// Reads the session lines and the first media section, which has precedence (RFC 8839 §4.4). Lines that are not
    /// known are skipped.
    /// </summary>
    /// <returns>False for any text without ICE credentials or fingerprint.</returns>
    public static bool TryParse(string? sdp, [NotNullWhen(true)] out SessionDescription? description)
    {
        description = null;
        if (sdp is null or { Length: > MaxLength } || !sdp.StartsWith("v=0", StringComparison.Ordinal))
        {
            return false;
        }

        var (session, media, sections) = (new Level(), new Level(), 0);
        foreach (var piece in sdp.AsSpan().EnumerateLines())
        {
            if (piece.StartsWith("m=") && ++sections > 1)
            {
                break;
            }

            (sections == 0 ? session : media).Read(piece);
        }

        if ((media.Ufrag ?? session.Ufrag) is not { Length: > 0 } ufrag
            || (media.Password ?? session.Password) is not { Length: > 0 } password
            || (media.Fingerprint ?? session.Fingerprint) is not { } fingerprint)
        {
            return false;
        }

        description = new SessionDescription(new IceCredentials(ufrag, password), fingerprint)
        {
            Setup = media.Setup ?? session.Setup,
            Mid = media.Mid,
            Candidates = [.. session.Candidates, .. media.Candidates],
            EndOfCandidates = session.EndOfCandidates || media.EndOfCandidates,
        };
        return true;
    }

    /// <summary>Without the password.</summary>
    public override string ToString() => $"{Ice.Ufrag}, {Setup}, {Candidates.Count} candidates";

    private sealed class Level
    {
        public string? Ufrag { get; private set; }

        public string? Password { get; private set; }

        public CertificateFingerprint? Fingerprint { get; private set; }

        public string? Setup { get; private set; }

        public string? Mid { get; private set; }

        public List<IceCandidate> Candidates { get; } = [];

        public bool EndOfCandidates { get; private set; }

        public void Read(ReadOnlySpan<char> line)
        {
            EndOfCandidates |= line is "a=end-of-candidates";
            var colon = line.IndexOf(':');
            if (!line.StartsWith("a=") || colon < 0)
            {
                return;
            }

            var value = line[(colon + 1)..].ToString();
            switch (line[2..colon])
            {
                case "ice-ufrag":
                    Ufrag ??= value;
                    break;
                case "ice-pwd":
                    Password ??= value;
                    break;
                case "setup":
                    Setup ??= value;
                    break;
                case "mid":
                    Mid ??= value;
                    break;
                case "fingerprint":
                    Fingerprint = Better(Fingerprint, CertificateFingerprint.TryParse(value, out var read) ? read : null);
                    break;
                case "candidate" when Candidates.Count < MostCandidates && IceCandidate.TryParse(value, out var candidate):
                    Candidates.Add(candidate);
                    break;
            }
        }

        /// <summary>One certificate may be given with several hashes.</summary>
        private static CertificateFingerprint? Better(CertificateFingerprint? first, CertificateFingerprint? second) =>
            first is null || (!first.IsSha256 && second is { IsSha256: true }) ? second : first;
    }
}
