using CallsBot.Checks;
using CallsBot.Conversations;
using CallsBot.Storage;
using CallsBot.Tests.Support;
using CallsBot.Troubleshooting;
using Dapper;

namespace CallsBot.Tests.Conversations;

/// <summary>What both engines must do alike.</summary>
public sealed class SessionStoreTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly TreeCatalog _trees = TreeCatalog.Of([Some.Tree()]);

    [Theory, Engines]
    public async Task A_session_is_found_after_a_restart(string engine)
    {
        await using var database = await TestDatabase.OpenAsync(engine);
        var store = Store(database.Database);
        var session = await BegunAsync(store);
        session = await store.TryAppendAsync(session, By(new Answered("first", "two")), default);
        var result = Some.CheckResult(Outcome.Warn, "odd");
        session = await store.TryAppendAsync(session!, By(new Checked("look", Outcome.Warn, "odd")) with { Result = result }, default);
        await store.MoveCardAsync(session!.Id, "post-9", default);

        await using var reopened = database.Reopen();
        await reopened.MigrateAsync(default);
        var found = await Store(reopened).FindAsync(session.Id, default);

        found.ShouldNotBeNull();
        found.Current.Id.ShouldBe("end");
        found.PostId.ShouldBe("post-9");
        found.UserId.ShouldBe(session.UserId);
        found.Machine.History.ShouldBe(session.Machine.History);
        var finding = found.LatestFindings.ShouldHaveSingleItem();
        finding.Summary.ShouldBe(result.Summary);
        finding.Outcome.ShouldBe(Outcome.Warn);
        finding.NextSteps.ShouldBe(result.NextSteps);
        finding.Evidence.ShouldBe(result.Evidence);
    }

    [Theory, Engines]
    public async Task A_finding_of_a_version_that_knew_less_is_read_with_nothing_missing(string engine)
    {
        await using var database = await TestDatabase.OpenAsync(engine);
        var store = Store(database.Database);
        var session = await BegunAsync(store);
        session = await store.TryAppendAsync(session, By(new Answered("first", "two")), default);
        session = await store.TryAppendAsync(session!, By(new Checked("look", Outcome.Warn, "odd")) with { Result = Some.CheckResult(Outcome.Warn, "odd") }, default);
        await database.Database.WriteAsync(
            transaction => transaction.Connection!.ExecuteAsync(
                "UPDATE session_steps SET result = @old WHERE result IS NOT NULL",
                new { old = """{"CheckId":"look","Outcome":"Warn","ReasonCode":"odd","Summary":"Odd.","Detail":null,"Evidence":[],"Vantage":"Bot","NextSteps":[]}""" },
                transaction),
            default);

        var finding = (await store.FindAsync(session!.Id, default))!.LatestFindings.ShouldHaveSingleItem();

        finding.Summary.ShouldBe("Odd.");
        finding.Subjects.ShouldBeEmpty();
        finding.Inventory.ShouldBeEmpty();
    }

    [Theory, Engines]
    public async Task Of_many_steps_that_race_one_is_stored(string engine)
    {
        await using var database = await TestDatabase.OpenAsync(engine);
        var store = Store(database.Database);
        var session = await BegunAsync(store);
        using var gate = new SemaphoreSlim(0);

        var presses = Enumerable.Range(0, 20).Select(i => Task.Run(async () =>
        {
            await gate.WaitAsync();
            return await store.TryAppendAsync(session, By(new Answered("first", i % 2 == 0 ? "one" : "two")), default);
        })).ToList();
        gate.Release(presses.Count);
        var stored = await Task.WhenAll(presses);

        var winner = stored.Where(next => next is not null).ShouldHaveSingleItem();
        (await store.FindAsync(session.Id, default))!.Current.Id.ShouldBe(winner!.Current.Id);
    }

    [Theory, Engines]
    public async Task Steps_are_only_ever_added(string engine)
    {
        await using var database = await TestDatabase.OpenAsync(engine);
        var store = Store(database.Database);
        var session = await BegunAsync(store);
        Trigger[] triggers =
        [
            new Answered("first", "one"), new WentBack("second"), new Answered("first", "one"), new Collected("second", "what I saw"), new StartedOver("end"),
        ];

        for (var count = 1; count <= triggers.Length; count++)
        {
            session = (await store.TryAppendAsync(session, By(triggers[count - 1]), default)).ShouldNotBeNull();
            (await StepsAsync(database, session.Id)).ShouldBe(triggers.Take(count).Select(t => (t.Kind, t.NodeId, t.Value)));
        }
    }

    [Theory, Engines]
    public async Task A_step_that_does_not_fit_is_not_stored(string engine)
    {
        await using var database = await TestDatabase.OpenAsync(engine);
        var store = Store(database.Database);
        var session = await BegunAsync(store);

        (await store.TryAppendAsync(session, By(new Answered("first", "three")), default)).ShouldBeNull();
        (await store.TryAppendAsync(session, By(new Collected("second", "x")), default)).ShouldBeNull();
        (await store.TryAppendAsync(Session.Begin(Some.Tree(), "u", "c", ""), By(new Answered("first", "one")), default)).ShouldBeNull();

        (await StepsAsync(database, session.Id)).ShouldBeEmpty();
    }

    [Theory, Engines]
    public async Task The_same_cause_makes_one_session(string engine)
    {
        await using var database = await TestDatabase.OpenAsync(engine);
        var store = Store(database.Database);

        (await store.TryCreateAsync(Session.Begin(Some.Tree(), "u", "c", ""), "command 1", default)).ShouldBeTrue();
        (await store.TryCreateAsync(Session.Begin(Some.Tree(), "u", "c", ""), "command 1", default)).ShouldBeFalse();
        (await store.TryCreateAsync(Session.Begin(Some.Tree(), "u", "c", ""), null, default)).ShouldBeTrue();
        (await store.TryCreateAsync(Session.Begin(Some.Tree(), "u", "c", ""), null, default)).ShouldBeTrue();
    }

    [Theory, Engines]
    public async Task The_same_message_makes_one_step(string engine)
    {
        await using var database = await TestDatabase.OpenAsync(engine);
        var store = Store(database.Database);
        var session = await BegunAsync(store);
        var next = await store.TryAppendAsync(session, By(new Answered("first", "one")) with { Cause = "post-1" }, default);

        (await store.TryAppendAsync(next!, By(new Collected("second", "one")) with { Cause = "post-1" }, default)).ShouldBeNull();

        (await StepsAsync(database, session.Id)).Count.ShouldBe(1);
    }

    [Theory, Engines]
    public async Task Words_belong_to_the_latest_session_of_the_channel_or_thread(string engine)
    {
        await using var database = await TestDatabase.OpenAsync(engine);
        var store = Store(database.Database);
        var older = await BegunAsync(store, "channel-1");
        _time.Advance(TimeSpan.FromSeconds(1));
        var newer = await BegunAsync(store, "channel-1");
        _time.Advance(TimeSpan.FromSeconds(1));
        var elsewhere = await BegunAsync(store, "channel-2");
        _time.Advance(TimeSpan.FromSeconds(1));
        var inThread = await BegunAsync(store, "channel-1", "root-1");
        await store.MoveCardAsync(older.Id, "card-1", default);

        (await store.FindLatestAsync("channel-1", "", default))!.Id.ShouldBe(newer.Id);
        (await store.FindLatestAsync("channel-2", "", default))!.Id.ShouldBe(elsewhere.Id);
        (await store.FindLatestAsync("channel-1", "root-1", default))!.Id.ShouldBe(inThread.Id);
        (await store.FindLatestAsync("channel-1", "card-1", default))!.Id.ShouldBe(older.Id, "a thread under the card");
        (await store.FindLatestAsync("channel-1", "root-2", default))!.Id.ShouldBe(inThread.Id, "a thread about something else");
        (await store.FindLatestAsync("channel-3", "", default)).ShouldBeNull();
    }

    [Theory, Engines]
    public async Task An_expired_session_goes_with_its_steps(string engine)
    {
        await using var database = await TestDatabase.OpenAsync(engine);
        var store = Store(database.Database);
        var old = await BegunAsync(store);
        await store.TryAppendAsync(old, By(new Answered("first", "one")), default);
        _time.Advance(TimeSpan.FromDays(30));
        var young = await BegunAsync(store);

        (await store.DeleteBeforeAsync(_time.GetUtcNow() - TimeSpan.FromDays(29), default)).ShouldBe(1);

        (await store.FindAsync(old.Id, default)).ShouldBeNull();
        (await StepsAsync(database, old.Id)).ShouldBeEmpty();
        (await store.FindAsync(young.Id, default)).ShouldNotBeNull();
    }

    [Theory, Engines]
    public async Task A_single_use_token_is_spent_once(string engine)
    {
        await using var database = await TestDatabase.OpenAsync(engine);
        var store = Store(database.Database);

        (await store.TrySpendAsync("nonce", TimeSpan.FromDays(1), default)).ShouldBeTrue();
        (await store.TrySpendAsync("nonce", TimeSpan.FromDays(1), default)).ShouldBeFalse();
        (await store.TrySpendAsync("other", TimeSpan.FromDays(1), default)).ShouldBeTrue();
    }

    [Theory, Engines]
    public async Task Messages_are_received_once_and_answered_once(string engine)
    {
        await using var database = await TestDatabase.OpenAsync(engine);
        var inbox = new InboxStore(database.Database, _time);
        await inbox.GetPositionAsync(default);

        (await inbox.ReceiveAsync("post-1", "channel", 10, true, default)).ShouldBe(Reception.New);
        (await inbox.ReceiveAsync("post-1", "channel", 10, true, default)).ShouldBe(Reception.Unanswered);
        (await inbox.FindUnansweredAsync(default)).ShouldBe(["post-1"]);
        (await inbox.IsAnsweredAsync("post-1", default)).ShouldBeFalse();

        await inbox.AnsweredAsync("post-1", default);

        (await inbox.ReceiveAsync("post-1", "channel", 10, true, default)).ShouldBe(Reception.Answered);
        (await inbox.FindUnansweredAsync(default)).ShouldBeEmpty();
        (await inbox.IsAnsweredAsync("post-1", default)).ShouldBeTrue();
    }

    [Theory, Engines]
    public async Task The_mark_only_moves_forward(string engine)
    {
        await using var database = await TestDatabase.OpenAsync(engine);
        var inbox = new InboxStore(database.Database, _time);
        var start = (await inbox.GetPositionAsync(default)).SeenUntil;
        start.ShouldBe(_time.GetUtcNow().ToUnixTimeMilliseconds(), "a new bot does not answer what was there before it");

        await inbox.ReceiveAsync("post-1", "channel", start + 5, upToDate: true, default);
        await inbox.ReceiveAsync("post-2", "channel", start + 3, upToDate: true, default);
        (await inbox.GetPositionAsync(default)).SeenUntil.ShouldBe(start + 5);

        await inbox.ReceiveAsync("post-3", "channel", start + 9, upToDate: false, default);
        (await inbox.GetPositionAsync(default)).SeenUntil.ShouldBe(start + 5, "something older may still be missing");

        await inbox.SetSeenUntilAsync(start + 9, default);
        (await inbox.GetPositionAsync(default)).SeenUntil.ShouldBe(start + 9);
    }

    private static SessionStep By(Trigger trigger) => new(trigger, Result: null, "user-1", Cause: null);

    private static async Task<List<(string Kind, string NodeId, string? Value)>> StepsAsync(TestDatabase database, string sessionId) =>
        await database.Database.ReadAsync(
            async connection => (await connection.QueryAsync<(string, string, string?)>(
                "SELECT kind, node_id, value FROM session_steps WHERE session_id = @sessionId ORDER BY position", new { sessionId })).AsList(),
            CancellationToken.None);

    private static async Task<Session> BegunAsync(SessionStore store, string channelId = "channel", string rootId = "")
    {
        var session = Session.Begin(Some.Tree(), "user-1", channelId, rootId);
        (await store.TryCreateAsync(session, cause: null, default)).ShouldBeTrue();
        return session;
    }

    private SessionStore Store(Database database) => new(database, _trees, _time);
}
