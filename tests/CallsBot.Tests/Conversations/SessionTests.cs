using CallsBot.Conversations;
using CallsBot.Tests.Support;
using CallsBot.Troubleshooting;

namespace CallsBot.Tests.Conversations;

public sealed class SessionTests
{
    [Fact]
    public void A_session_does_not_grow_without_end()
    {
        var session = Session.Begin(Some.Tree(), "user", "channel", "");

        while (session.CanGoOn)
        {
            session = session.After(By(new StartedOver("first"))).ShouldNotBeNull();
            session.Position.ShouldBeLessThan(1_000);
        }

        session.After(By(new Answered("first", "one"))).ShouldBeNull();
    }

    [Fact]
    public void Steps_that_no_longer_fit_the_tree_end_the_session_and_lose_nothing()
    {
        var session = Session.Restore(
            "id", Some.Tree(), "user", "channel", "", "post", [By(new Answered("first", "an answer of an older tree")), By(new Collected("second", "x"))]);

        session.CanGoOn.ShouldBeFalse();
        session.Position.ShouldBe(2);
        session.After(By(new Answered("first", "one"))).ShouldBeNull();
    }

    private static SessionStep By(Trigger trigger) => new(trigger, Result: null, "user", Cause: null);
}
