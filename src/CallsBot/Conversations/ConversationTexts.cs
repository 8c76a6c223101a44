namespace CallsBot.Conversations;

/// <summary>What the bot says besides the trees' own texts. Whole sentences, Markdown as Mattermost renders it.</summary>
internal static class ConversationTexts
{
    public const string Help =
        """
        I find out why a call does not work, and say what to do.

        - `/callshelp` starts with a few questions, in a direct message.
        - `/callshelp it keeps connecting` starts from what you describe.
        - `/callshelp admin` tells an administrator what we found so far. Add a message if you like: `/callshelp admin it broke this morning`.
        - `/callshelp check` tests the call server and everything around it, for administrators.
        - `/callshelp status` shows how I am doing, and what the last test found.
        - `/callshelp help` shows this.

        In our direct messages you can press the buttons or write: the number or the words of an answer, `back`, `start over`, `check`, `status`, `help`, or `admin: your message`.
        """;

    public const string Opening = "Let us find out what is wrong. You can press a button, or write your answer.";

    public const string OpeningUnderstood = "From what you wrote, this is where I would begin. If it is not right, press **Back**.";

    public const string OpeningNotUnderstood = "I could not tell from your words where to begin, so let us start with a question.";

    public const string Busy = "A lot is going on right now. Please try again in a few seconds.";

    public const string SessionExpired = "These questions have expired, or have changed since. Start again with `/callshelp`.";

    public const string NotYourCard = "These buttons belong to somebody else. Type `/callshelp` to get your own.";

    public const string AlreadyAnswered = "That question is already answered.";

    public const string AnsweredInWords = "The next question is further down.";

    public const string NoSuchChoice = "That answer is not on the card any more. Type `/callshelp` to start again.";

    public const string CannotStore = "I cannot store your answer just now. Please try again in a minute, and tell an administrator if it stays that way.";

    public const string NothingBefore = "This is the first question: there is nothing to go back to.";

    public const string NothingWritten = "Please write something, or close this window and press Skip.";

    public const string NotUnderstood = "I did not understand that. Press a button, or write the number of an answer.";

    public const string StillChecking = "I am still checking. The result will be on the card above in a moment.";

    public const string CannotReadFiles = "I cannot read files yet. Please tell me in words what happens, or type `/callshelp`.";

    public const string YouAreWelcome = "Glad to help. Write again when you need me.";

    public const string CouldNotDoIt =
        "That did not work: Mattermost or my storage did not answer. Please try again in a minute, and tell an administrator if it stays that way.";

    public const string TellingAdministrator = "I am passing this on. I will write to you in our direct messages.";

    public const string CheckedInDirectMessages = "I am testing, and will write what I find in our direct messages.";

    public const string CheckedHere = "I am testing.";

    public const string ChecksAreForAdministrators =
        "The tests show server addresses and settings, so only system administrators can start them. Type `/callshelp` and I will find out with you what is wrong, or `/callshelp admin` to tell an administrator.";

    public const string TypedTargetsAreOff =
        "I may only look at the configured RTCD. Type `/callshelp check` without a name, or have `Conversations:TypedTargets` set to `true` in my settings.";

    public const string TargetHasCredentials = "Please leave the credentials out: what is typed here is kept. For another client, use `callsbot doctor` on a server.";

    public const string TargetIsLoopback = "That is the machine I run on. For an RTCD there, set `Rtcd:ServiceUrl` in my settings.";

    public const string AlreadyTesting = "I am still testing for you. The result will be on the card above in a moment.";

    public const string TestingTitle = "Testing the way a call takes";
    public const string TestCancelled = "Cancelled. What had ended by then is below.";
    public const string TestIsOver = "This test is over. Type `/callshelp check` for a new one.";
    public const string CouldNotTest = "The test broke off. Please try again, and look into my log if it happens again.";
    public const string Cancel = "Cancel";
    public const string TestAgain = "Test again";
    public const string WholeReport = "The whole report, for a ticket or for programs.";

    public const string CollectDialogTitle = "Paste it here";
    public const string CollectDialogLabel = "What you see";
    public const string CollectDialogSubmit = "Send";

    public const string AdministratorDialogTitle = "Talk to an administrator";
    public const string AdministratorDialogIntroduction =
        "An administrator gets your answers so far and what was found, together with your message.";
    public const string AdministratorDialogLabel = "Your message";
    public const string AdministratorDialogSubmit = "Send";

    public const string Back = "Back";
    public const string StartOver = "Start over";
    public const string Administrator = "Talk to an administrator";
    public const string ItHelped = "It helped";
    public const string ItDidNotHelp = "It did not help";
    public const string WriteIt = "Paste it";
    public const string Skip = "Skip";
    public const string TryAgain = "Try again";
    public const string Choose = "Choose an answer";

    public const string DidThatHelp = "Did that help?";
    public const string WriteOrPaste = "Write it as your next message, or press a button.";
    public const string Solved = "Solved";
    public const string NextSteps = "Do this next";
    public const string WhatIFound = "What I found";

    public const string PastedText = "(what you pasted)";

    /// <param name="link">Address of the direct channel; empty when it is not known.</param>
    public static string SeeDirectMessage(string link) => link.Length > 0
        ? $"I have a few questions for you in [our direct messages]({link})."
        : "I have a few questions for you in our direct messages.";

    public const string SeeBelow = "I have a few questions for you.";

    public static string DidYouMean(string typed, string meant) =>
        $"I do not know `{typed.Trim()}`. Did you mean `/callshelp {meant}`? To describe a problem, use a few more words.";

    public static string BadTarget(string fault) => $"I cannot use that as an RTCD: the URL {fault}.";

    public static string Checking(string activity) => $"{activity} …";

    public static string AskedForAdministrator(string username, string message, string summary)
    {
        var said = message.Length > 0
            ? $"@{username} asks for help with calls, and writes:\n{Quote(message)}"
            : $"@{username} asks for help with calls.";
        return summary.Length > 0 ? $"{said}\n\n**So far**\n{summary}" : said;
    }

    public static string AdministratorTold(IReadOnlyList<string> names) =>
        $"I told {string.Join(", ", names.Select(name => "@" + name))} and passed on your answers so far. They can write to you here in Mattermost.";

    public static string AdministratorsNotReached(string summary)
    {
        const string NotReached = "I could not reach an administrator just now. Please try again in a minute, or ask the person who runs Mattermost for you";
        return summary.Length > 0 ? $"{NotReached}, and show them this:\n\n{summary}" : $"{NotReached}.";
    }

    public static string NobodyToTell(string summary)
    {
        const string Nobody = "No administrator is set up for me to tell. Please ask the person who runs Mattermost for you";
        return summary.Length > 0 ? $"{Nobody}, and show them this:\n\n{summary}" : $"{Nobody}.";
    }

    private static string Quote(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => "> " + line));
}
