using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace CallsBot.Protocols.Rtcd;

/// <summary>
/// A release number, read as loosely as the Calls plugin reads it (Masterminds/semver v1.5: a leading v, minor and patch
/// may be left out) and ordered by semver.org 2.0, section 11: a pre-release comes before its release, build metadata
/// does not count.
/// </summary>
public sealed partial record RtcdSemver : IComparable<RtcdSemver>
{
    private RtcdSemver(long major, long minor, long patch, string preRelease)
    {
        Major = major;
        Minor = minor;
        Patch = patch;
        PreRelease = preRelease;
    }

    public long Major { get; }

    public long Minor { get; }

    public long Patch { get; }

    /// <summary>Without the hyphen; empty for a release.</summary>
    public string PreRelease { get; }

    /// <returns>False for what is no release number: empty, "master", "dev-1a2b3c", anything else.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out RtcdSemver? version)
    {
        version = null;
        var match = Shape().Match(text ?? "");
        if (!match.Success
            || !TryNumber(match.Groups["major"], out var major)
            || !TryNumber(match.Groups["minor"], out var minor)
            || !TryNumber(match.Groups["patch"], out var patch))
        {
            return false;
        }

        version = new RtcdSemver(major, minor, patch, match.Groups["pre"].Value);
        return true;
    }

    public int CompareTo(RtcdSemver? other)
    {
        if (other is null)
        {
            return 1;
        }

        var numbers = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        return numbers != 0 ? numbers : ComparePreReleases(PreRelease, other.PreRelease);
    }

    public static bool operator <(RtcdSemver left, RtcdSemver right) => Compare(left, right) < 0;

    public static bool operator >(RtcdSemver left, RtcdSemver right) => Compare(left, right) > 0;

    public static bool operator <=(RtcdSemver left, RtcdSemver right) => Compare(left, right) <= 0;

    public static bool operator >=(RtcdSemver left, RtcdSemver right) => Compare(left, right) >= 0;

    public override string ToString() => PreRelease.Length == 0 ? $"v{Major}.{Minor}.{Patch}" : $"v{Major}.{Minor}.{Patch}-{PreRelease}";

    private static int Compare(RtcdSemver? left, RtcdSemver? right) =>
        left is null ? (right is null ? 0 : -1) : left.CompareTo(right);

    private static bool TryNumber(Group group, out long number)
    {
        number = 0;
        return !group.Success || long.TryParse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private static int ComparePreReleases(string left, string right)
    {
        if (left.Length == 0 || right.Length == 0)
        {
            return right.Length.CompareTo(left.Length);
        }

        var lefts = left.Split('.');
        var rights = right.Split('.');
        for (var i = 0; i < Math.Min(lefts.Length, rights.Length); i++)
        {
            if (CompareIdentifiers(lefts[i], rights[i]) is var order and not 0)
            {
                return order;
            }
        }

        return lefts.Length.CompareTo(rights.Length);
    }

    private static int CompareIdentifiers(string left, string right)
    {
        var leftIsNumber = left.All(char.IsAsciiDigit);
        var rightIsNumber = right.All(char.IsAsciiDigit);
        return (leftIsNumber, rightIsNumber) switch
        {
            (true, true) => CompareNumbers(left.TrimStart('0'), right.TrimStart('0')),
            (true, false) => -1,
            (false, true) => 1,
            _ => string.CompareOrdinal(left, right),
        };
    }

    /// <summary>Digits of any length: the longer number is the greater.</summary>
    private static int CompareNumbers(string left, string right) =>
        left.Length != right.Length ? left.Length.CompareTo(right.Length) : string.CompareOrdinal(left, right);

    [GeneratedRegex(
        @"\Av?(?<major>[0-9]+)(\.(?<minor>[0-9]+))?(\.(?<patch>[0-9]+))?(-(?<pre>[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?(\+[0-9A-Za-z.-]+)?\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Shape();
}
