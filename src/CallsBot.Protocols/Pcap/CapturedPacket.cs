namespace CallsBot.Protocols.Pcap;

/// <summary>Which way a packet went through the machine that captured it, where the capture says so.</summary>
public enum CaptureDirection
{
    Unknown,

    /// <summary>To the capturing machine, or to all.</summary>
    Arriving,

    /// <summary>From the capturing machine.</summary>
    Leaving,
}

/// <summary>One packet as a capture holds it.</summary>
/// <param name="Nanoseconds">When, since 1970 in UTC.</param>
/// <param name="LinkType">A number of the tcpdump group's list of link types, such as 1 for Ethernet.</param>
/// <param name="Bytes">What was captured of it. Good until the next packet is read.</param>
/// <param name="OriginalLength">How long it was on the wire.</param>
/// <param name="Direction">As the capture itself says; <see cref="Frame"/> may know more.</param>
public readonly record struct CapturedPacket(
    long Nanoseconds, int LinkType, ReadOnlyMemory<byte> Bytes, long OriginalLength, CaptureDirection Direction);
