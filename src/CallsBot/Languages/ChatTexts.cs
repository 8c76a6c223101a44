using System.Globalization;
using System.Runtime.CompilerServices;

namespace CallsBot.Languages;

/// <summary>
/// What the bot says besides the trees and the checks, in one language. The text of <c>DidYouMean</c> stands under the
/// key <c>did-you-mean</c> of <c>Texts/chat.*.yaml</c>, and so on for each member.
/// </summary>
/// <remarks>
/// A member whose name ends in "Button", "Menu", "DialogTitle" and so on has that use's limit: <see cref="TextLimits"/>.
/// </remarks>
internal sealed class ChatTexts
{
    private static readonly Dictionary<Language, Lazy<ChatTexts>> ByLanguage =
        Language.All.ToDictionary(language => language, language => new Lazy<ChatTexts>(() => new ChatTexts(language)));

    private readonly Dictionary<string, Text> _texts;

    private ChatTexts(Language language)
    {
        Language = language;
        _texts = TextFile.Shipped("chat", language).Texts.ToDictionary(entry => NameOf(entry.Key), entry => entry.Value, StringComparer.Ordinal);
    }

    public static ChatTexts English => In(Language.English);

    public Language Language { get; }

    public string Help => Get();

    public string Opening => Get();

    public string OpeningUnderstood => Get();

    public string OpeningNotUnderstood => Get();

    public string Busy => Get();

    public string SessionExpired => Get();

    public string NotYourCard => Get();

    public string AlreadyAnswered => Get();

    public string AnsweredInWords => Get();

    public string NoSuchChoice => Get();

    public string CannotStore => Get();

    public string NothingBefore => Get();

    public string NothingWritten => Get();

    public string NotUnderstood => Get();

    public string StillChecking => Get();

    public string SeenInEvidence => Get();

    public string EvidenceHow => Get();

    public string EvidenceReadingPaste => Get();

    public string EvidenceNothingWrong => Get();

    public string EvidenceNoVerdict => Get();

    public string EvidenceCouldNot => Get();

    public string EvidenceWhatIRead => Get();

    public string EvidenceCertain => Get();

    public string EvidenceLikely => Get();

    public string EvidencePossible => Get();

    public string EvidenceWhatToDo => Get();

    public string EvidenceCause => Get();

    public string EvidenceAlsoSeen => Get();

    public string EvidenceAskAdministrator => Get();

    public string EvidenceMovedOn => Get();

    public string EvidenceBegins => Get();

    public string EvidenceKept => Get();

    public string EvidenceWholeReport => Get();

    public string ProfileAttached => Get();

    public string YouAreWelcome => Get();

    public string CouldNotDoIt => Get();

    public string TellingAdministrator => Get();

    public string SeeDirectMessage => Get();

    public string SeeBelow => Get();

    public string BackButton => Get();

    public string StartOverButton => Get();

    public string AdministratorButton => Get();

    public string ItHelpedButton => Get();

    public string ItDidNotHelpButton => Get();

    public string WriteItButton => Get();

    public string SkipButton => Get();

    public string TryAgainButton => Get();

    public string ChooseMenu => Get();

    public string InterruptsCalls => Get();

    public string DidThatHelp => Get();

    public string WriteOrPaste => Get();

    public string WhatIFound => Get();

    public string PastedText => Get();

    public string CollectDialogTitle => Get();

    public string CollectDialogLabel => Get();

    public string CollectDialogSubmit => Get();

    public string AdministratorDialogTitle => Get();

    public string AdministratorDialogIntroduction => Get();

    public string AdministratorDialogLabel => Get();

    public string AdministratorDialogSubmit => Get();

    public string SoFar => Get();

    public string AdministratorsNotReached => Get();

    public string AdministratorsNotReachedWithSummary => Get();

    public string NobodyToTell => Get();

    public string NobodyToTellWithSummary => Get();

    public string CheckedInDirectMessages => Get();

    public string CheckedHere => Get();

    public string ChecksAreForAdministrators => Get();

    public string TypedTargetsAreOff => Get();

    public string TargetHasCredentials => Get();

    public string TargetIsLoopback => Get();

    public string AlreadyTesting => Get();

    public string TestingTitle => Get();

    public string TestCancelled => Get();

    public string TestIsOver => Get();

    public string CouldNotTest => Get();

    public string CancelButton => Get();

    public string TestAgainButton => Get();

    public string WholeReport => Get();

    public string WhatWasSeen => Get();

    public string StatusNoTest => Get();

    public string DoThisNext => Get();

    public string WhatItCauses => Get();

    public string AlsoFailed => Get();

    public string Warnings => Get();

    public string NotTested => Get();

    public string Inventory => Get();

    public string OutcomePass => Get();

    public string OutcomeWarn => Get();

    public string OutcomeFail => Get();

    public string OutcomeInconclusive => Get();

    public string OutcomeSkipped => Get();

    public string HeadlineNothingTested => Get();

    public string HeadlineNotAllTested => Get();

    public string HeadlinePassed => Get();

    public string CertaintyInferred => Get();

    public string CertaintyOthers => Get();

    public string CertaintySeen => Get();

    public string CertaintyExplains => Get();

    public string TerminalOpening => Get();

    public string TerminalEnd => Get();

    public string TerminalNotUnderstood => Get();

    public string TerminalDidThatHelp => Get();

    public string TerminalOneLine => Get();

    public string TicketButton => Get();

    public string TicketInDirectMessages => Get();

    public string TicketSeeBelow => Get();

    public string TicketIntroduction => Get();

    public string TicketIntroductionUser => Get();

    public string TicketFillInButton => Get();

    public string TicketChangeButton => Get();

    public string TicketPreviewButton => Get();

    public string TicketPassOnButton => Get();

    public string TicketYesButton => Get();

    public string TicketDialogTitle => Get();

    public string TicketDialogIntroduction => Get();

    public string TicketDialogSubmit => Get();

    public string TicketDescriptionDialogLabel => Get();

    public string TicketDescriptionDialogHelp => Get();

    public string TicketSinceDialogLabel => Get();

    public string TicketSinceDialogHelp => Get();

    public string TicketStepsDialogLabel => Get();

    public string TicketAffectedDialogLabel => Get();

    public string TicketAffectedOne => Get();

    public string TicketAffectedSeveral => Get();

    public string TicketAffectedEveryone => Get();

    public string TicketLogsDialogLabel => Get();

    public string TicketLogsDialogHelp => Get();

    public string TicketLogsYes => Get();

    public string TicketLogsNo => Get();

    public string TicketDescriptionMissing => Get();

    public string TicketPreparing => Get();

    public string TicketPreviewFiles => Get();

    public string TicketPreviewNothingReplaced => Get();

    public string TicketPreviewCriteria => Get();

    public string TicketPreviewNeeds => Get();

    public string TicketPreviewConsent => Get();

    public string TicketHandingOut => Get();

    public string TicketLinks => Get();

    public string TicketPreviewGone => Get();

    public string TicketExpired => Get();

    public string TicketNotYours => Get();

    public string TicketCouldNot => Get();

    public string TicketNoMoreAdministrator => Get();

    public string TicketNobodyToPassTo => Get();

    public string TicketAdministratorsNotReached => Get();

    public static ChatTexts In(Language language) => ByLanguage[language].Value;

    /// <summary>The member for a key: "DidYouMean" for "did-you-mean".</summary>
    public static string NameOf(string key) => string.Concat(key.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    /// <param name="link">Address of the direct channel.</param>
    public string SeeDirectMessageAt(string link) => Fill([("link", link)]);

    /// <param name="typed">What was typed after the command.</param>
    /// <param name="meant">The sub-command that is nearest.</param>
    public string DidYouMean(string typed, string meant) => Fill([("typed", typed.Trim()), ("meant", meant)]);

    public string Solved(string title) => Fill([("title", title)]);

    public string WhatIFoundInShort(string summary) => Fill([("summary", summary)]);

    public string Finding(string outcome, string summary) => Fill([("outcome", outcome), ("summary", summary)]);

    public string Answered(string question, string answer) => Fill([("question", question), ("answer", answer)]);

    public string Checking(string activity) => Fill([("activity", activity)]);

    public string AskedForAdministrator(string username) => Fill([("username", username)]);

    public string AskedForAdministratorWithMessage(string username) => Fill([("username", username)]);

    public string AdministratorTold(IEnumerable<string> names) => Fill([("names", Language.List(names.Select(name => "@" + name)))]);

    public string QuestionAndAnswer(string question, string answer) => Fill([("question", question), ("answer", answer)]);

    /// <param name="fault">The end of an English sentence: faults of addresses are for administrators.</param>
    public string BadTarget(string fault) => Fill([("fault", fault)]);

    public string TestingProgress(int ended, int expected, int seconds) =>
        Fill([("ended", Number(ended)), ("expected", Number(expected)), ("seconds", Number(seconds))]);

    public string FailedSoFar(string outcome, string name, string summary) => Fill([("outcome", outcome), ("name", name), ("summary", summary)]);

    public string StatusConnected(string version) => Fill([("version", version)]);

    public string StatusNotConnected(string version) => Fill([("version", version)]);

    public string StatusCoverage(int answered, int total) => Fill([("answered", Number(answered)), ("total", Number(total))]);

    public string StatusLastTest(string time, string counts) => Fill([("time", time), ("counts", counts)]);

    public string CountPass(int count) => Counted(count);

    public string CountWarn(int count) => Counted(count);

    public string CountFail(int count) => Counted(count);

    public string CountInconclusive(int count) => Counted(count);

    public string CountSkipped(int count) => Counted(count);

    public string Verdict(string outcome, string headline) => Fill([("outcome", outcome), ("headline", headline)]);

    public string HeadlineFailed(string title, string summary) => Fill([("title", title), ("summary", summary)]);

    public string HeadlineWarned(string title, string summary) => Fill([("title", title), ("summary", summary)]);

    public string NameWithTarget(string title, string target) => Fill([("title", title), ("target", target)]);

    public string Seconds(double number) => Fill([("number", Language.Number(number))]);

    public string Milliseconds(double number) => Fill([("number", number.ToString("0", CultureInfo.InvariantCulture))]);

    public string ReportFooter(string run, string time, string duration, string version) =>
        Fill([("run", run), ("time", time), ("duration", duration), ("version", version)]);

    public string TicketTitle(string ticket) => Fill([("ticket", ticket)]);

    public string TicketWritten(string field, string value) => Fill([("field", field), ("value", value)]);

    public string TicketAddedSoFar(string count) => Fill([("count", count)]);

    public string TicketHowToAdd(string ticket) => Fill([("ticket", ticket)]);

    public string TicketPreviewTitle(string ticket) => Fill([("ticket", ticket)]);

    public string TicketPreviewFile(string name, string size, string what) => Fill([("name", name), ("size", size), ("what", what)]);

    public string TicketPreviewReplaced(string counts) => Fill([("counts", counts)]);

    public string TicketHandedOut(string ticket) => Fill([("ticket", ticket)]);

    public string TicketAdded(string ticket) => Fill([("ticket", ticket)]);

    public string TicketNotFound(string ticket) => Fill([("ticket", ticket)]);

    public string TicketAdditionMissing(string ticket) => Fill([("ticket", ticket)]);

    public string TicketSomebodyAdded(string username, string ticket) => Fill([("username", username), ("ticket", ticket)]);

    public string TicketPassedOn(string username) => Fill([("username", username)]);

    public string TicketPassedOnTo(string names) => Fill([("names", names)]);

    public string EvidenceReading(string names) => Fill([("names", names)]);

    public string EvidenceUnknown(string names) => Fill([("names", names)]);

    public string EvidenceTooLarge(string name, string limit) => Fill([("name", name), ("limit", limit)]);

    public string EvidenceTooSlow(int minutes) => Fill([("minutes", Number(minutes))]);

    public string EvidencePiece(string name, string kind) => Fill([("name", name), ("kind", kind)]);

    public string EvidenceLine(string file, long line) => Fill([("file", file), ("line", line.ToString(CultureInfo.InvariantCulture))]);

    public string ProfileRecording(int seconds) => Fill([("seconds", Number(seconds))]);

    public string ProfileFailed(string reason) => Fill([("reason", reason)]);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private string Get([CallerMemberName] string name = "") => _texts[name].Of(PluralForm.Other);

    private string Fill((string Name, string Value)[] words, [CallerMemberName] string name = "") =>
        Text.Fill(_texts[name].Of(PluralForm.Other), words);

    private string Counted(int count, [CallerMemberName] string name = "") =>
        Text.Fill(_texts[name].Of(Language.FormFor(count)), [("count", Number(count))]);
}
