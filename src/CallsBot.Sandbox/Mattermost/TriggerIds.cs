using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CallsBot.Sandbox.Mattermost;

/// <summary>
/// Makes and checks the ids that let an integration open a dialog: bound to one account, signed, short-lived
/// (model/integration_action.go, GenerateTriggerId). The server signs with ECDSA; nobody but the server can check that.
/// </summary>
internal sealed class TriggerIds(TimeProvider time, TimeSpan lifetime)
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <returns>What the client gets to know, and what the integration gets.</returns>
    public (string ForClient, string ForIntegration) New(string accountId)
    {
        var forClient = Ids.New();
        var data = $"{forClient}:{accountId}:{time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}:";
        return (forClient, Convert.ToBase64String(Encoding.UTF8.GetBytes(data + Sign(data))));
    }

    /// <exception cref="RefusedException">Garbled, forged or expired.</exception>
    public (string ForClient, string AccountId) Read(string triggerId)
    {
        var bytes = new byte[triggerId.Length];
        if (!Convert.TryFromBase64String(triggerId, bytes, out var length))
        {
            throw Refused("base64_decode_failed", "Failed to decode base64 for trigger ID for interactive dialog.");
        }

        var parts = Encoding.UTF8.GetString(bytes, 0, length).Split(':');
        if (parts.Length != 4)
        {
            throw Refused("missing_data", "Trigger ID missing required data for interactive dialog.");
        }

        if (!long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || time.GetUtcNow().ToUnixTimeMilliseconds() - milliseconds > lifetime.TotalMilliseconds)
        {
            throw Refused(
                "expired",
                $"Trigger ID for interactive dialog is expired. Trigger IDs live for a maximum of {lifetime.TotalSeconds} seconds.");
        }

        if (parts[3] != Sign($"{parts[0]}:{parts[1]}:{parts[2]}:"))
        {
            throw Refused("verify_signature_failed", "Signature verification failed of trigger ID for interactive dialog.");
        }

        return (parts[0], parts[1]);
    }

    private string Sign(string data) => Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(data)));

    private static RefusedException Refused(string what, string message) =>
        new(new ApiError(400, $"interactive_message.decode_trigger_id.{what}", message));
}
