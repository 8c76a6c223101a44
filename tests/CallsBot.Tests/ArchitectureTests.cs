using System.Text.RegularExpressions;
using CallsBot.Tests.Support;

namespace CallsBot.Tests;

/// <summary>Keeps the arrows between projects and feature folders pointing one way.</summary>
public sealed partial class ArchitectureTests
{
    /// <summary>What each feature folder may know. <c>Protocols</c> is open to all; <c>Cli</c> and the root see everything.</summary>
    private static readonly Dictionary<string, string[]> MayKnow = new()
    {
        ["StateMachines"] = [],
        ["Languages"] = ["Checks"],
        ["Settings"] = [],
        ["Storage"] = ["Settings"],
        ["Mattermost"] = ["Settings"],
        ["Hosting"] = ["Mattermost", "Redaction", "Storage", "Troubleshooting"],
        ["Probes"] = ["Settings"],
        ["Redaction"] = [],
        ["Analysis"] = ["Checks", "Languages", "Redaction", "Reports"],
        ["Checks"] = ["Mattermost", "Probes"],
        ["Reports"] = ["Checks", "Languages", "Probes"],
        ["Troubleshooting"] = ["Checks", "Languages", "StateMachines"],
        ["Tickets"] = ["Analysis", "Checks", "Languages", "Mattermost", "Probes", "Redaction", "Reports", "Settings", "Storage", "Troubleshooting"],
        ["Conversations"] = ["Analysis", "Checks", "Hosting", "Languages", "Mattermost", "Probes", "Redaction", "Reports", "Settings", "Storage", "Tickets", "Troubleshooting"],
        ["Setup"] = ["Mattermost", "Probes", "Settings"],
    };

    [Fact]
    public void Feature_folders_know_only_what_they_may()
    {
        var arrows = Arrows(Repository.Source("CallsBot")).ToList();

        arrows.ShouldContain(arrow => arrow.From == "Conversations" && arrow.To == "Troubleshooting", "the usings are read");
        arrows.Select(arrow => arrow.From).Distinct().Except(["Cli", ""]).ShouldBeSubsetOf(MayKnow.Keys);
        arrows.Where(arrow => arrow.From is not ("Cli" or "") && !MayKnow[arrow.From].Contains(arrow.To))
            .Select(arrow => $"{arrow.File}: {arrow.From} must not know {arrow.To}")
            .ShouldBeEmpty();
    }

    [Fact]
    public void What_folders_may_know_goes_round_in_no_circle()
    {
        var left = MayKnow.ToDictionary(entry => entry.Key, entry => entry.Value.ToHashSet());
        while (left.FirstOrDefault(entry => !entry.Value.Overlaps(left.Keys)) is { Key: { } free })
        {
            left.Remove(free);
        }

        left.Keys.ShouldBeEmpty();
    }

    [Fact]
    public void Protocols_know_neither_the_bot_nor_the_web_server()
    {
        var assembly = typeof(CallsBot.Protocols.Mattermost.MattermostClient).Assembly;

        assembly.GetReferencedAssemblies().Select(name => name.Name!)
            .Where(name => name is "callsbot" or "CallsBot.Sandbox" || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
                || name.StartsWith("Microsoft.Extensions", StringComparison.Ordinal))
            .ShouldBeEmpty();
    }

    [Fact]
    public void The_sandbox_never_sees_the_bot()
    {
        Repository.Source("CallsBot.Sandbox").SelectMany(file => Usings(File.ReadAllText(file)))
            .Where(name => !name.StartsWith("Sandbox", StringComparison.Ordinal) && !name.StartsWith("Protocols", StringComparison.Ordinal))
            .ShouldBeEmpty();
    }

    private static IEnumerable<(string File, string From, string To)> Arrows(IEnumerable<string> files)
    {
        foreach (var file in files)
        {
            var folder = Path.GetRelativePath(Path.Combine(Repository.Root, "src", "CallsBot"), file).Split('/') is [var first, _, ..] ? first : "";
            foreach (var to in Usings(File.ReadAllText(file)).Select(name => name.Split('.')[0]).Where(to => to != "Protocols" && to != folder))
            {
                yield return (file, folder, to);
            }
        }
    }

    private static IEnumerable<string> Usings(string source) =>
        UsingLine().Matches(source).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"^using (?:static )?CallsBot\.([\w.]+);", RegexOptions.Multiline, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex UsingLine();
}
