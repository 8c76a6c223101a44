using CallsBot.Conversations;
using CallsBot.Tests.Support;

namespace CallsBot.Tests.Conversations;

public sealed class SignedTokensTests
{
    private static readonly SignedToken Token = new(SignedToken.Card, "session-1", 3, "user-1", "");

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void What_was_signed_is_read_back()
    {
        var tokens = Tokens();

        tokens.Read(tokens.Issue(Token), SignedToken.Card, out var read).ShouldBe(TokenState.Valid);

        read.ShouldBe(Token);
    }

    [Fact]
    public void Changing_any_one_character_makes_a_token_forged()
    {
        var tokens = Tokens();
        var text = tokens.Issue(Token);

        for (var i = 0; i < text.Length; i++)
        {
            var changed = string.Concat(text.AsSpan(0, i), text[i] == 'A' ? "B" : "A", text.AsSpan(i + 1));

            tokens.Read(changed, SignedToken.Card, out var read).ShouldBe(TokenState.Forged, $"at {i}");
            read.ShouldBeNull();
        }
    }

    [Fact]
    public void A_token_for_one_purpose_is_refused_for_another()
    {
        var tokens = Tokens();

        tokens.Read(tokens.Issue(Token), SignedToken.CollectDialog, out _).ShouldBe(TokenState.Forged);
    }

    [Fact]
    public void A_token_expires_with_the_session()
    {
        var tokens = Tokens();
        var text = tokens.Issue(Token);

        _time.Advance(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(1));
        tokens.Read(text, SignedToken.Card, out _).ShouldBe(TokenState.Valid);

        _time.Advance(TimeSpan.FromSeconds(1));
        tokens.Read(text, SignedToken.Card, out var read).ShouldBe(TokenState.Expired);
        read.ShouldBe(Token);
    }

    [Fact]
    public void A_former_key_is_still_accepted_and_no_longer_signs()
    {
        var (former, current) = (Some.SigningKey(), Some.SigningKey());
        var old = Tokens(former).Issue(Token);
        var both = Tokens(current, former);

        both.Read(old, SignedToken.Card, out _).ShouldBe(TokenState.Valid);
        Tokens(former).Read(both.Issue(Token), SignedToken.Card, out _).ShouldBe(TokenState.Forged);
    }

    [Fact]
    public void A_key_that_is_gone_takes_its_tokens_with_it() =>
        Tokens().Read(Tokens().Issue(Token), SignedToken.Card, out _).ShouldBe(TokenState.Forged);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("...")]
    [InlineData("v1.abcd")]
    [InlineData("v1.00000000.!!!.mac")]
    [InlineData("v2.00000000.YQ.mac")]
    [InlineData("\u0000\ud800")]
    public void Garbage_is_forged(string? text) => Tokens().Read(text, SignedToken.Card, out _).ShouldBe(TokenState.Forged);

    [Fact]
    public void A_text_too_long_to_be_a_token_is_not_looked_at() =>
        Tokens().Read(new string('a', 5_000_000) + ".b", SignedToken.Card, out _).ShouldBe(TokenState.Forged);

    private SignedTokens Tokens(params string[] keys) => new(Some.ConversationOptions(keys), _time);
}
