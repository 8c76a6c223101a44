using CallsBot.Protocols.Mattermost;

namespace CallsBot.Redaction;

/// <summary>
/// The one exit to Mattermost: takes secrets out of every text. Names and addresses stay, for administrators need them and
/// are shown them in direct messages alone; bundles and tickets are written without them before they come here.
/// </summary>
internal sealed class RedactionGate : OutgoingGate
{
    protected override Func<string, string> Begin()
    {
        var redactor = new Redactor(Pseudonyms.Random(), secretsOnly: true);
        return redactor.Redact;
    }
}
