using CallsBot.Protocols.Rtp;

namespace CallsBot.Analysis.Captures;

/// <summary>The RTP packets of one SSRC in one direction of a flow.</summary>
internal sealed class MediaStream(Flow flow, uint ssrc, int side)
{
    private const int FewPackets = 10;

    /// <summary>A voice packet of Opus has some 60 to 300 bytes, one of a picture mostly above 1,000.</summary>
    private const double LargeSound = 400;

    public Flow Flow => flow;

    public uint Ssrc => ssrc;

    /// <summary>Who sends it.</summary>
    public int Side => side;

    public RtpStatistics Statistics { get; } = new();

    public bool IsToServer => side == flow.ClientIndex;

    /// <summary>Enough packets in order not to be a chance look of other bytes.</summary>
    public bool IsReal => Statistics.Packets >= FewPackets && Statistics.Restarts * 20 <= Statistics.Packets;

    /// <summary>Small packets, each with a time of its own.</summary>
    public bool LooksLikeSound => Statistics.MeanPacketBytes < LargeSound && Statistics.Timestamps * 10 >= Statistics.Packets * 9;
}
