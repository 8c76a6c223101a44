using CallsBot.Protocols.Rtcd;
using FsCheck;
using FsCheck.Fluent;

namespace CallsBot.Tests.Protocols.Rtcd;

public sealed class RtcdSemverTests
{
    [Theory]
    [InlineData("v1.2.6", "v1.2.6")]
    [InlineData("1.2.6", "v1.2.6")]
    [InlineData("1.2.6-dev", "v1.2.6-dev")]
    [InlineData("v0.17.0-rc.1+build.5", "v0.17.0-rc.1")]
    [InlineData("v1", "v1.0.0")]
    [InlineData("v1.2", "v1.2.0")]
    public void Release_numbers_are_read_with_and_without_the_v(string text, string expected)
    {
        RtcdSemver.TryParse(text, out var version).ShouldBeTrue();
        version!.ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("master")]
    [InlineData("dev-1a2b3c")]
    [InlineData("v")]
    [InlineData("vv1.2.3")]
    [InlineData("1.2.3.4")]
    [InlineData("1..3")]
    [InlineData("1.2.3-")]
    [InlineData("1.2.3-a..b")]
    [InlineData(" 1.2.3")]
    [InlineData("1.2.3\n")]
    [InlineData("１.2.3")]
    [InlineData("99999999999999999999.0.0")]
    public void What_is_no_release_number_is_unknown(string? text)
    {
        RtcdSemver.TryParse(text, out var version).ShouldBeFalse();
        version.ShouldBeNull();
    }

    /// <summary>The chain of semver.org 2.0, section 11, between two ordinary releases.</summary>
    [Fact]
    public void Versions_are_ordered_as_semver_says()
    {
        string[] ascending =
        [
            "v0.9.9", "v0.16.10", "v0.17.0-dev", "v0.17.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
            "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "v1.2.6", "v1.10.0", "v2.0.0",
        ];
        var versions = Array.ConvertAll(ascending, Parse);

        for (var i = 0; i < versions.Length; i++)
        {
            for (var j = 0; j < versions.Length; j++)
            {
                Math.Sign(versions[i].CompareTo(versions[j])).ShouldBe(i.CompareTo(j), $"{versions[i]} and {versions[j]}");
            }
        }

        (Parse("0.16.9") < Parse("v0.17.0")).ShouldBeTrue();
        (Parse("v0.17.0+b1") >= Parse("0.17.0")).ShouldBeTrue();
    }

    [Fact]
    public void Any_text_is_either_read_to_what_reads_the_same_or_unknown()
    {
        Prop.ForAll((string? text) => !RtcdSemver.TryParse(text, out var version) || Parse(version.ToString()) == version)
            .QuickCheckThrowOnFailure();
        Prop.ForAll((uint major, uint minor, uint patch) =>
            Parse($"v{major}.{minor}.{patch}") is var version
            && (version.Major, version.Minor, version.Patch) == (major, minor, patch)).QuickCheckThrowOnFailure();
    }

    private static RtcdSemver Parse(string text) =>
        RtcdSemver.TryParse(text, out var version) ? version : throw new FormatException(text);
}
