using System.Globalization;

namespace CallsBot.Troubleshooting;

/// <summary>One thing wrong in a tree file, or with the file itself.</summary>
/// <param name="Line">Null where the fault is in no one place.</param>
internal sealed record TreeFault(string File, int? Line, string Text)
{
    /// <summary>In the form that editors can jump to.</summary>
    public override string ToString() =>
        Line is { } line ? string.Create(CultureInfo.InvariantCulture, $"{File}:{line}: {Text}") : $"{File}: {Text}";
}

/// <summary>Tree files that cannot be used, with everything that is wrong in all of them.</summary>
internal sealed class TreeFileException(IReadOnlyList<TreeFault> faults)
    : Exception($"The troubleshooting trees cannot be used:\n  {string.Join("\n  ", faults)}")
{
    public IReadOnlyList<TreeFault> Faults { get; } = faults;
}
