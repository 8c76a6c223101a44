using CallsBot.Languages;
using CallsBot.Troubleshooting;

namespace CallsBot.Tests.Troubleshooting;

/// <summary>What people write first, and where it leads.</summary>
public sealed class ComplaintsTests
{
    private static readonly Tree Whole = TreeCatalog.Load(KnownChecks.All).Get("start");

    [Theory]
    [InlineData("en", "nobody can hear me", "sound")]
    [InlineData("en", "recording does not start", "screen")]
    [InlineData("en", "I cannot start a recording", "screen")]
    [InlineData("en", "cannot start recording", "screen")]
    [InlineData("en", "the recording is not starting", "screen")]
    [InlineData("en", "I cannot start a call", "fails")]
    [InlineData("de", "Niemand hört mich", "sound")]
    [InlineData("de", "Die Aufzeichnung startet nicht", "screen")]
    [InlineData("fr", "Personne ne m'entend", "sound")]
    [InlineData("fr", "je n’entends personne", "sound")]
    [InlineData("fr", "l'écran partagé est flou", "screen")]
    [InlineData("fr", "L'enregistrement ne démarre pas", "screen")]
    [InlineData("fr", "impossible de lancer l'enregistrement", "screen")]
    [InlineData("es", "nadie me oye", "sound")]
    [InlineData("es", "La grabación no se inicia", "screen")]
    [InlineData("ja", "相手に声が聞こえません", "sound")]
    [InlineData("ja", "録画が開始できません", "screen")]
    public void A_complaint_is_taken_for_the_symptom_that_it_tells_of(string code, string complaint, string answer) =>
        WordMatcher.Match(Whole, Whole.Nodes["what-happens"], complaint, Language.For(code)).ShouldBe(new Answered("what-happens", answer));

    [Theory]
    [InlineData("my users cannot connect")]
    [InlineData("it keeps connecting on my server")]
    public void Whose_users_they_are_does_not_tell_for_whom_it_fails(string complaint) =>
        WordMatcher.Match(Whole, Whole.Nodes["who-keeps"], complaint, Language.English).ShouldBeNull();
}
