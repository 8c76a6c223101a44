using System.Globalization;
using CallsBot.Analysis;
using CallsBot.Checks;

namespace CallsBot.Tickets;

internal enum CriterionState
{
    Met,
    NotMet,
    Unknown,
}

/// <summary>One of the vendor's five criteria for contacting support.</summary>
/// <param name="Id">N1 to N5, as the troubleshooting guide orders them.</param>
/// <param name="Title">What it asks.</param>
/// <param name="State">Whether it is met.</param>
/// <param name="Why">One sentence; names no host, address or setting.</param>
internal sealed record SupportCriterion(string Id, string Title, CriterionState State, string Why)
{
    public string StateWord => State switch
    {
        CriterionState.Met => "met",
        CriterionState.NotMet => "not met",
        _ => "not known",
    };
}

/// <summary>When the vendor's guide says to contact support, held against what is known (troubleshooting guide, "When to Contact Support").</summary>
internal static class SupportCriteria
{
    private const int ShortestSteps = 15;

    public static IReadOnlyList<SupportCriterion> Of(TicketFacts facts)
    {
        var configured = WellConfigured(facts);
        return [TriedWithoutResult(facts), SeveralClients(facts), configured, NeedsReading(facts), SuspectedBug(facts, configured)];
    }

    private static SupportCriterion TriedWithoutResult(TicketFacts facts)
    {
        SupportCriterion Is(CriterionState state, string why) => new("N1", "Troubleshooting was tried without a result", state, why);

        if (facts.Walk is not { } walk)
        {
            return Is(CriterionState.Unknown, "No troubleshooting questions were answered before this ticket.");
        }

        var tried = walk.Steps.Count(step => step.Helped == false);
        return walk.End switch
        {
            { Resolved: true } end => Is(CriterionState.NotMet, $"The questions ended in \"{end.Title}\", and it helped."),
            null => Is(CriterionState.NotMet, $"The questions have not come to an end; they stand at \"{walk.Stands}\"."),
            { OffersTicket: false } end when tried == 0 =>
                Is(CriterionState.NotMet, $"The questions found a cause, \"{end.Title}\", and what is to be done about it has not been tried."),
            { } end => Is(
                CriterionState.Met,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The questions ended in \"{end.Title}\" after {Count(walk.Steps.Count, "step")}; {(tried == 0 ? "it was not solved on the way" : $"{Count(tried, "suggestion")} did not help")}.")),
        };
    }

    private static SupportCriterion SeveralClients(TicketFacts facts)
    {
        SupportCriterion Is(CriterionState state, string why) => new("N2", "It keeps failing for several clients", state, why);

        var whence = facts.Words.Affected != Affected.Unknown ? "in the ticket" : "in the questions";
        return facts.Affected switch
        {
            Affected.Everyone => Is(CriterionState.Met, $"It fails for everyone, as was said {whence}."),
            Affected.Several => Is(CriterionState.Met, $"It fails for several people, as was said {whence}."),
            Affected.One => Is(CriterionState.NotMet, $"It fails for one person, as was said {whence}."),
            _ => Is(CriterionState.Unknown, "Nobody has said for how many people it fails."),
        };
    }

    private static SupportCriterion WellConfigured(TicketFacts facts)
    {
        SupportCriterion Is(CriterionState state, string why) => new("N3", "Calls are bad although the configuration is right", state, why);

        return facts switch
        {
            { HasServerData: false } => Is(CriterionState.Unknown, "The tests of the server are for administrators, and are not in this ticket."),
            { Report: null } => Is(CriterionState.Unknown, "The server was not tested."),
            { Report.Verdict: { Outcome: Outcome.Fail, Root: { } root } } =>
                Is(CriterionState.NotMet, $"A test failed, which comes first: {root.Title}."),
            { Report.Verdict: { Outcome: Outcome.Warn, Root: { } root } } =>
                Is(CriterionState.Unknown, $"Nothing failed, but there is a warning to look at first: {root.Title}."),
            { Report.Verdict.Outcome: Outcome.Inconclusive } => Is(CriterionState.Unknown, "Nothing failed, but not everything could be tested."),
            { Walk.End.Resolved: true } => Is(CriterionState.NotMet, "Everything that was tested works, and the trouble is over."),
            _ => Is(CriterionState.Met, "Everything that was tested works, and the trouble is still there."),
        };
    }

    private static SupportCriterion NeedsReading(TicketFacts facts)
    {
        SupportCriterion Is(CriterionState state, string why) => new("N4", "Help is needed to read what the tools show", state, why);

        var unclear = facts.Findings.Where(finding => finding.Outcome == Outcome.Inconclusive).ToList();
        var (checks, texts) = (facts.Findings.Count, facts.Walk?.Texts.Count ?? 0);
        return (unclear.Count, texts, checks) switch
        {
            (> 0, _, _) => Is(CriterionState.Met, $"{Count(unclear.Count, "test")} came to no clear result: {string.Join(", ", unclear.Take(5).Select(finding => finding.CheckId))}."),
            _ when facts.Evidence.Any(evidence => evidence.Kinds.Count > 0 && evidence.Kinds.All(kind => kind == PieceKinds.WordOf(PieceKind.Unknown))) =>
                Is(CriterionState.Met, "Something was handed in that CallsBot cannot read."),
            (_, > 0, _) => Is(CriterionState.Met, $"What was pasted has not been explained: {string.Join(", ", facts.Walk!.Texts.Select(text => text.Name))}."),
            (_, _, > 0) => Is(CriterionState.NotMet, "Every test came to a clear result, and nothing was pasted that is left to be read."),
            _ => Is(CriterionState.Unknown, "Nothing was tested, and nothing was pasted."),
        };
    }

    private static SupportCriterion SuspectedBug(TicketFacts facts, SupportCriterion configured)
    {
        SupportCriterion Is(CriterionState state, string why) => new("N5", "A bug in Calls or RTCD is suspected", state, why);

        var hasSteps = facts.Words.Steps.Trim().Length >= ShortestSteps;
        return configured.State switch
        {
            CriterionState.NotMet => Is(CriterionState.NotMet, "What is known explains it without a bug, until that is mended."),
            _ when !hasSteps => Is(CriterionState.Unknown, "Nobody has written how to make it happen."),
            CriterionState.Met => Is(CriterionState.Met, "It can be made to happen with the steps below, and everything that was tested works."),
            _ => Is(CriterionState.Unknown, "There are steps to make it happen, but a fault of the configuration is not ruled out."),
        };
    }

    private static string Count(int count, string what) => Counted.Of(count, what);
}

/// <summary>"1 step", "2 steps".</summary>
internal static class Counted
{
    public static string Of(long count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:#,0} {what}{(count == 1 ? "" : "s")}");
}
