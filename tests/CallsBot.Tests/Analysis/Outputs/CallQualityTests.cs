using CallsBot.Analysis.Outputs;

namespace CallsBot.Tests.Analysis.Outputs;

public sealed class CallQualityTests
{
    [Fact]
    public void A_perfect_path_scores_as_the_model_says()
    {
        // R = 93.2 − 0.024 · 20 = 92.72 by hand; G.107 annex B gives 4.40 for it.
        CallQuality.Score(0, TimeSpan.Zero, TimeSpan.Zero).ShouldBe(4.40, tolerance: 0.01);
    }

    [Fact]
    public void Loss_delay_and_jitter_each_lower_the_score()
    {
        var best = CallQuality.Score(0.01, TimeSpan.FromMilliseconds(80), TimeSpan.FromMilliseconds(5));

        CallQuality.Score(0.05, TimeSpan.FromMilliseconds(80), TimeSpan.FromMilliseconds(5)).ShouldBeLessThan(best);
        CallQuality.Score(0.01, TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(5)).ShouldBeLessThan(best);
        CallQuality.Score(0.01, TimeSpan.FromMilliseconds(80), TimeSpan.FromMilliseconds(90)).ShouldBeLessThan(best);
    }

    [Fact]
    public void It_stays_on_the_scale_however_bad_the_path_is()
    {
        CallQuality.Score(1, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5)).ShouldBe(1);
    }
}
