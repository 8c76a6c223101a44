using CallsBot.Protocols.Dtls;

namespace CallsBot.Analysis.Captures;

/// <summary>How far the DTLS handshake of a flow came.</summary>
internal sealed class DtlsTrace
{
    private const byte FatalLevel = 2;

    public DtlsSide[] Sides { get; } = [new(), new()];

    /// <summary>The first fatal alert in the clear: who sent it, its number (RFC 5246 §7.2), and when.</summary>
    public (int Side, byte Description, long At)? FatalAlert { get; private set; }

    public long FirstAt { get; private set; } = long.MaxValue;

    public long LastAt { get; private set; }

    public long? CompleteAt { get; private set; }

    /// <summary>Both ends showed that they have the keys.</summary>
    public bool IsComplete => CompleteAt is not null;

    /// <summary>Which end began; null when that was not seen.</summary>
    public int? ClientSide => Sides[0].ClientHellos > 0 ? 0 : Sides[1].ClientHellos > 0 ? 1 : null;

    public bool HasServerHello => Sides[0].ServerHellos > 0 || Sides[1].ServerHellos > 0;

    public double Seconds => LastAt > FirstAt ? (LastAt - FirstAt) / 1e9 : 0;

    public void Add(ReadOnlySpan<byte> packet, int side, long now, int length)
    {
        var sender = Sides[side];
        FirstAt = Math.Min(FirstAt, now);
        LastAt = Math.Max(LastAt, now);
        sender.Packets++;
        sender.Largest = Math.Max(sender.Largest, length);
        var isHandshake = false;
        sender.Parted |= IsComplete && packet is [21, ..];
        while (DtlsRecords.Next(ref packet) is { } message)
        {
            isHandshake |= message.Name is not null and not "Alert";
            sender.ClientHellos += message.Name == "ClientHello" ? 1 : 0;
            sender.ServerHellos += message.Name == "ServerHello" ? 1 : 0;
            sender.Finished += message.IsEncrypted ? 1 : 0;
            sender.Certificates += message.Name == "Certificate" ? 1 : 0;
            if (message is { Name: "Alert", Level: FatalLevel })
            {
                FatalAlert ??= (side, message.Description, now);
            }
        }

        if (isHandshake && sender.Finished == 0)
        {
            sender.LargestHandshake = Math.Max(sender.LargestHandshake, length);
            sender.LargestTimes = length >= DtlsSide.LargeBytes ? sender.LargestTimes + 1 : sender.LargestTimes;
        }

        if (Sides[0].Finished > 0 && Sides[1].Finished > 0)
        {
            CompleteAt ??= now;
        }
    }
}

/// <summary>What one end sent of the handshake.</summary>
internal sealed class DtlsSide
{
    /// <summary>The payload from which a packet counts as large: more than STUN checks, which have about 100 bytes.</summary>
    public const int LargeBytes = 200;

    public long Packets { get; set; }

    public int ClientHellos { get; set; }

    public int ServerHellos { get; set; }

    public int Certificates { get; set; }

    /// <summary>Records under encryption.</summary>
    public int Finished { get; set; }

    /// <summary>Whether it sent an alert after the handshake: it closes.</summary>
    public bool Parted { get; set; }

    public int Largest { get; set; }

    /// <summary>The largest packet before encryption began.</summary>
    public int LargestHandshake { get; set; }

    /// <summary>How often a large one was sent before encryption began.</summary>
    public int LargestTimes { get; set; }
}
