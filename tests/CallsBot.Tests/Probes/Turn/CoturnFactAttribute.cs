namespace CallsBot.Tests.Probes.Turn;

/// <summary>Runs where coturn is installed, as <c>test.sh</c> sees to. In CI it must be: the test fails otherwise.</summary>
internal sealed class CoturnFactAttribute : FactAttribute
{
    public CoturnFactAttribute() => Skip = Coturn.IsMissing ? "coturn is not installed" : null;
}

/// <inheritdoc cref="CoturnFactAttribute"/>
internal sealed class CoturnTheoryAttribute : TheoryAttribute
{
    public CoturnTheoryAttribute() => Skip = Coturn.IsMissing ? "coturn is not installed" : null;
}
