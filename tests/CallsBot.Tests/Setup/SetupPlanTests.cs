using CallsBot.Setup;

namespace CallsBot.Tests.Setup;

public sealed class SetupPlanTests
{
    [Fact]
    public void Every_fault_is_said_at_once()
    {
        var arguments = Plans.Good with
        {
            Mattermost = "chat.example.com",
            Teams = [" "],
            CallbackUrl = "ftp://bot.example.com",
            BotName = "Calls Bot",
            Rtcd = "rtcd.example.com:8045",
        };

        SetupPlan.TryCreate(arguments, out var plan, out var faults).ShouldBeFalse();

        plan.ShouldBeNull();
        faults.Select(fault => fault.Split(':')[0]).ShouldBe(
            ["--mattermost", "--callback-url", "--team", "--name", "--rtcd"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("https://user:hunter2@chat.example.com")]
    [InlineData("https://chat.example.com/?token=hunter2")]
    [InlineData("https://chat.example.com/#hunter2")]
    [InlineData("hunter2@chat.example.com")]
    public void An_address_with_a_secret_in_it_is_refused_and_not_repeated(string address)
    {
        SetupPlan.TryCreate(Plans.Good with { Mattermost = address, CallbackUrl = address }, out _, out var faults).ShouldBeFalse();

        faults.Count.ShouldBe(2);
        string.Concat(faults).ShouldNotContain("hunter2");
    }

    [Theory]
    [InlineData("http://bot.example.com:8077")]
    [InlineData("http://bot.example.com:8077/")]
    [InlineData(" http://BOT.example.com:8077// ")]
    public void The_command_goes_below_the_callback_url_however_that_ends(string callback) =>
        Plans.Of(Plans.Good with { CallbackUrl = callback }).CommandUrl.ShouldBe("http://bot.example.com:8077/mattermost/command");

    [Fact]
    public void A_callback_url_may_have_a_path() =>
        Plans.Of(Plans.Good with { CallbackUrl = "https://chat.example.com/callsbot/" }).HealthUrl
            .ShouldBe("https://chat.example.com/callsbot/healthz");

    [Theory]
    [InlineData("http://rtcd.example.com:8045", false)]
    [InlineData("http://client:key@rtcd.example.com:8045", true)]
    [InlineData("http://client:k@y@rtcd.example.com:8045", true)]
    public void Credentials_in_the_address_of_RTCD_are_seen(string rtcd, bool hasCredentials) =>
        Plans.Of(Plans.Good with { Rtcd = rtcd }).RtcdHasCredentials.ShouldBe(hasCredentials);

    [Theory]
    [InlineData("http://")]
    [InlineData("http://client:hunter2@")]
    [InlineData("http://client:hunter2 @rtcd:8045")]
    [InlineData("client:hunter2@rtcd:8045")]
    [InlineData("http://client:hunter2@rtcd.internal")]
    [InlineData("http://client:hunter2@rtcd.internal:8045/rtcd")]
    [InlineData("http://client:hunter2#/@rtcd:8045")]
    public void A_broken_address_of_RTCD_is_refused_and_not_repeated(string rtcd)
    {
        SetupPlan.TryCreate(Plans.Good with { Rtcd = rtcd }, out _, out var faults).ShouldBeFalse();

        faults.ShouldHaveSingleItem().ShouldNotContain("hunter2");
    }

    [Fact]
    public void An_address_of_RTCD_that_the_bot_would_refuse_is_refused_with_the_reason()
    {
        SetupPlan.TryCreate(Plans.Good with { Rtcd = "http://rtcd.internal" }, out _, out var faults).ShouldBeFalse();

        faults.ShouldHaveSingleItem().ShouldStartWith("--rtcd: the URL has no port.");
    }

    [Fact]
    public void Teams_and_administrators_count_once_and_lose_what_people_type_around_them()
    {
        var plan = Plans.Of(Plans.Good with { Teams = ["ops", " ops ", "dev"], Administrators = ["@ana", "Ana", " bo "] });

        plan.Teams.ShouldBe(["ops", "dev"]);
        plan.Administrators.ShouldBe(["ana", "bo"]);
    }
}
