using CallsBot.Analysis;

namespace CallsBot.Tests.Analysis;

public sealed class ShapeTests
{
    [Fact]
    public void A_shape_that_fails_on_the_bytes_does_not_recognise_them_and_the_others_are_asked()
    {
        var broken = new Shape(PieceKind.Capture, _ => throw new InvalidOperationException("broken"));

        Shape.Of(Head.Of("x"), [broken, new Shape(PieceKind.RtcdLog, _ => 70)]).ShouldBe((PieceKind.RtcdLog, 70));
    }
}
