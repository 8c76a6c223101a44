using System.Text;

namespace CallsBot.Protocols.Rtcd;

/// <summary>What a client has registered with at RTCD.</summary>
public sealed record RtcdCredentials(string ClientId, string AuthKey)
{
    /// <summary>The value of the Authorization header. RTCD takes everything that is not "Bearer" for Basic.</summary>
    public string ToBasic() => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ClientId}:{AuthKey}"));

    public override string ToString() => $"{ClientId}:***";
}
