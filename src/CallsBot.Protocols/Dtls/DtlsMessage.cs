namespace CallsBot.Protocols.Dtls;

/// <summary>What one record of a DTLS packet holds, as far as it is in the clear.</summary>
/// <param name="Name">Such as "ClientHello", "Alert" or "Finished" (the first handshake message under encryption); null for anything else.</param>
/// <param name="IsEncrypted">Whether keys were in use.</param>
/// <param name="Level">Of an alert in the clear: 1 is a warning, 2 is fatal.</param>
/// <param name="Description">Of an alert in the clear: a number of RFC 5246 §7.2.</param>
public readonly record struct DtlsMessage(string? Name, bool IsEncrypted, byte Level, byte Description);
