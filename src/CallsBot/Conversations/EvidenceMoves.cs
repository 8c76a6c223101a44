using System.Text;
using CallsBot.Analysis;
using CallsBot.Checks;
using CallsBot.Languages;
using CallsBot.Protocols.Mattermost;
using CallsBot.Troubleshooting;

namespace CallsBot.Conversations;

/// <summary>Moves a session on to where evidence leads.</summary>
internal sealed partial class EvidenceMoves(
    EvidenceStore store, SessionStore sessions, SessionSteps steps, SessionPosts posts, TreeCatalog trees, ILogger<EvidenceMoves> logger)
{
    private const int MostNames = 20;

    /// <summary>Fires what the evidence answers at the session of the channel, or begins one where it says where to begin.</summary>
    public async Task MoveOnAsync(
        StoredEvidence evidence, Post post, AnalysisReport report, Language language, CancellationToken cancellationToken)
    {
        var texts = ChatTexts.In(language);
        var latest = await sessions.FindLatestAsync(evidence.ChannelId, evidence.RootId, cancellationToken);
        var session = latest is { CanGoOn: true, Current: not ConcludeNode { Resolved: true } }
            ? await steps.SettleAsync(latest, cancellationToken)
            : null;
        var target = TargetOf(report, session?.Tree ?? trees.Get(Conversation.FirstTree));
        var begun = session is null && target is not null;
        if (begun)
        {
            session = Session.Begin(trees.Get(Conversation.FirstTree), evidence.UserId, evidence.ChannelId, evidence.RootId);
            await sessions.TryCreateAsync(session, $"post {evidence.PostId}", cancellationToken);
        }

        if (session is null)
        {
            return;
        }

        await store.BelongsToAsync(evidence.PostId, session.Id, cancellationToken);
        if (session.Steps.Any(step => step.Cause == evidence.PostId))
        {
            return;
        }

        Trigger? trigger = target is not null && target != session.Current.Id ? new Shown(session.Current.Id, target)
            : session.Current is CollectNode collect ? new Collected(collect.Id, Collectable(post, report))
            : null;
        if (trigger is null
            || await steps.TryTakeAsync(session, new SessionStep(trigger, null, evidence.UserId, evidence.PostId), cancellationToken) is not { } next)
        {
            return;
        }

        LogMovedOn(next.Id, next.Current.Id);
        var said = begun ? texts.EvidenceBegins : trigger is Shown ? texts.EvidenceMovedOn : texts.EvidenceKept;
        await posts.ShowNewAsync(next, said, answersPost: null, cancellationToken, begun ? null : session);
    }

    /// <summary>Where the surest fault that names a node leads; a mere possibility leads nowhere.</summary>
    private static string? TargetOf(AnalysisReport report, Tree tree) =>
        report.Findings
            .Where(finding => finding is { Outcome: Outcome.Fail or Outcome.Warn, Certainty: not Certainty.Possible })
            .Select(finding => finding.Type.Node)
            .FirstOrDefault(node => node is not null && tree.Nodes.ContainsKey(node));

    /// <summary>What a question for a paste keeps: the text, or the names of the files.</summary>
    private static string Collectable(Post post, AnalysisReport report)
    {
        var text = new StringBuilder(post.Message.Trim());
        foreach (var name in report.Pieces.Select(piece => piece.Piece.Name).Where(name => name != EvidenceSources.PastedText).Distinct().Take(MostNames))
        {
            text.Append(text.Length > 0 ? "\n" : "").Append('[').Append(name).Append(']');
        }

        return text.ToString();
    }

    [LoggerMessage(LogLevel.Information, "Evidence moved session {SessionId} on to {NodeId}.")]
    private partial void LogMovedOn(string sessionId, string nodeId);
}
