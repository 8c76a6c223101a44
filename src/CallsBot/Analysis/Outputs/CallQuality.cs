namespace CallsBot.Analysis.Outputs;

/// <summary>Estimates how a call sounds.</summary>
internal static class CallQuality
{
    /// <summary>Below it the client of Calls warns its user (calls-common, rtc_monitor.ts).</summary>
    public const double WarnsBelow = 3.5;

    // What device, encoder and decoder add, beside the network.
    private const double OwnDelay = 20;

    /// <summary>The mean opinion score by a simplified E-model (ITU-T G.107), from 1 (bad) to 4.4.</summary>
    /// <param name="loss">The share of packets lost, 0 to 1.</param>
    /// <param name="roundTrip">There and back.</param>
    /// <param name="jitter">Between arrivals (RFC 3550 §6.4.1).</param>
    /// <remarks>
    /// R = 93.2 − Id − Ie,eff, with all parameters but delay and loss at their defaults (G.107, table 3). Id in the piecewise linear form of Cole and
    /// Rosenbluth, "Voice over IP Performance Monitoring" (2001); one-way delay is half the round trip, a jitter buffer of twice the jitter and
    /// 20 ms. Ie,eff = (95 − Ie) · Ppl ÷ (Ppl + Bpl) for random loss, with Ie = 0 and Bpl = 25.1, which G.113 Appendix I gives for G.711 with
    /// concealment: there is no published value for Opus, which conceals better, so that this rather says too little. MOS from R: G.107, annex B.
    /// </remarks>
    public static double Score(double loss, TimeSpan roundTrip, TimeSpan jitter)
    {
        var delay = (roundTrip.TotalMilliseconds / 2) + (2 * jitter.TotalMilliseconds) + OwnDelay;
        var delayImpairment = (0.024 * delay) + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
        var percent = Math.Clamp(loss, 0, 1) * 100;
        var lossImpairment = 95 * percent / (percent + 25.1);
        var rating = Math.Clamp(93.2 - delayImpairment - lossImpairment, 0, 100);
        return Math.Max(1, 1 + (0.035 * rating) + (rating * (rating - 60) * (100 - rating) * 7e-6));
    }
}
