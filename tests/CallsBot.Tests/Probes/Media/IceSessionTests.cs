using System.Net;
using CallsBot.Probes.Media;
using CallsBot.Protocols.Sdp;
using CallsBot.Protocols.Stun;

namespace CallsBot.Tests.Probes.Media;

public sealed class IceSessionTests
{
    private static readonly IceCredentials Ours = IceCredentials.New();
    private static readonly IceCredentials Theirs = IceCredentials.New();

    private readonly IceSession _ice = new(Ours, Theirs);

    [Fact]
    public void A_check_names_both_sides_and_is_signed_with_the_servers_password()
    {
        var check = _ice.Check(nominate: false);

        check.Username.ShouldBe($"{Theirs.Ufrag}:{Ours.Ufrag}");
        check.IsSignedWith(StunKey.ShortTerm(Theirs.Password)).ShouldBeTrue();
        (check.FingerprintMatches, check.UseCandidate, check.IceControlled).ShouldBe((true, false, null));
        _ice.Check(nominate: true).UseCandidate.ShouldBeTrue();
        _ice.Check(nominate: true).IceControlling.ShouldBe(check.IceControlling);
        _ice.Check(nominate: false).TransactionId.ToArray().ShouldNotBe(check.TransactionId.ToArray());
    }

    [Fact]
    public void Only_the_server_of_this_session_is_answered()
    {
        _ice.IsServersCheck(From(Ours, Theirs, Ours.Password)).ShouldBeTrue();
        _ice.IsServersCheck(From(Ours, Theirs, Theirs.Password)).ShouldBeFalse("signed with another password");
        _ice.IsServersCheck(From(Theirs, Ours, Ours.Password)).ShouldBeFalse("the names the wrong way round");
        _ice.IsServersCheck(From(Ours, IceCredentials.New(), Ours.Password)).ShouldBeFalse("another server");
        _ice.IsServersCheck(StunMessageBuilder.Request(StunMethod.Binding).Username($"{Ours.Ufrag}:{Theirs.Ufrag}").Build())
            .ShouldBeFalse("not signed");
    }

    [Fact]
    public void An_answer_says_where_the_server_is_seen_and_is_signed_with_our_password()
    {
        var source = IPEndPoint.Parse("192.0.2.1:8443");
        var check = From(Ours, Theirs, Ours.Password);

        var answer = _ice.AnswerTo(check, source);

        answer.Answers(check).ShouldBeTrue();
        answer.MappedAddress.ShouldBe(source);
        answer.IsSignedWith(StunKey.ShortTerm(Ours.Password)).ShouldBeTrue();
    }

    [Fact]
    public void Answers_are_believed_when_the_server_signed_them()
    {
        var check = _ice.Check(nominate: false);

        _ice.IsServersAnswer(StunMessageBuilder.SuccessOf(check).Build(StunKey.ShortTerm(Theirs.Password))).ShouldBeTrue();
        _ice.IsServersAnswer(StunMessageBuilder.SuccessOf(check).Build(StunKey.ShortTerm(Ours.Password))).ShouldBeFalse();
        _ice.IsServersAnswer(StunMessageBuilder.SuccessOf(check).Build()).ShouldBeFalse();
    }

    [Fact]
    public void The_agent_is_awake_since_the_earliest_request_that_was_answered()
    {
        _ice.AwakeSince.ShouldBeNull();

        _ice.WasAwakeAt(50);
        _ice.WasAwakeAt(40);
        _ice.WasAwakeAt(60);

        _ice.AwakeSince.ShouldBe(40);
    }

    private static StunMessage From(IceCredentials to, IceCredentials from, string password) =>
        StunMessageBuilder.Request(StunMethod.Binding)
            .Username($"{to.Ufrag}:{from.Ufrag}").IceControlled(1).Priority(1)
            .Build(StunKey.ShortTerm(password), fingerprint: true);
}
