using CallsBot.Storage;
using CallsBot.Tests.Support;
using CallsBot.Tickets;

namespace CallsBot.Tests.Tickets;

/// <summary>What both engines must do alike.</summary>
public sealed class TicketStoreTests
{
    private readonly ManualTimeProvider _time = new();

    [Theory, Engines]
    public async Task A_draft_is_found_after_a_restart_with_the_latest_of_each_field(string engine)
    {
        await using var database = await TestDatabase.OpenAsync(engine);
        var store = Store(database.Database);
        var draft = await store.OpenAsync("ana", "direct-1", "session-1", default);
        await store.AddAsync(draft.Id, [(TicketField.Description, "It fails."), (TicketField.Since, "today")], "ana", "dialog-1", default);
        await store.AddAsync(draft.Id, [(TicketField.Description, "It fails at noon."), (TicketField.Since, "today"), (TicketField.Logs, TicketField.Yes)], "ana", "dialog-2", default);

        await using var reopened = database.Reopen();
        await reopened.MigrateAsync(default);
        var found = (await Store(reopened).FindAsync(draft.Id, default)).ShouldNotBeNull();

        found.OwnerId.ShouldBe("ana");
        found.ChannelId.ShouldBe("direct-1");
        found.SessionId.ShouldBe("session-1");
        found.Words(id => id).Description.ShouldBe("It fails at noon.");
        found.IncludesLogs.ShouldBeTrue();
        found.Entries.Count.ShouldBe(4, "what stays the same is not written again");
    }

    [Theory, Engines]
    public async Task Asking_again_opens_the_same_draft_until_it_was_handed_out(string engine)
    {
        await using var database = await TestDatabase.OpenAsync(engine);
        var store = Store(database.Database);
        var first = await store.OpenAsync("ana", "direct-1", "session-1", default);

        (await store.OpenAsync("ana", "direct-1", "session-1", default)).Id.ShouldBe(first.Id);
        (await store.OpenAsync("ana", "direct-1", "session-2", default)).Id.ShouldNotBe(first.Id);
        (await store.OpenAsync("bo", "direct-2", "session-1", default)).Id.ShouldNotBe(first.Id);

        await store.AddAsync(first.Id, [(TicketField.Sent, "hash")], "ana", "press-1", default);

        (await store.FindAsync(first.Id, default))!.IsSent.ShouldBeTrue();
        (await store.OpenAsync("ana", "direct-1", "session-1", default)).Id.ShouldNotBe(first.Id);
    }

    [Theory, Engines]
    public async Task Several_people_add_at_once_and_nothing_is_lost_or_doubled(string engine)
    {
        await using var database = await TestDatabase.OpenAsync(engine);
        var store = Store(database.Database);
        var draft = await store.OpenAsync("ana", "direct-1", "", default);

        await Task.WhenAll(Enumerable.Range(0, 6).Select(person => store.AddAsync(
            draft.Id, [(TicketField.Addition, $"words of {person}")], $"person-{person}", $"post-{person}", default)));
        await store.AddAsync(draft.Id, [(TicketField.Addition, "words of 0")], "person-0", "post-0", default);

        var additions = (await store.FindAsync(draft.Id, default))!.Additions.ToList();
        additions.Select(addition => addition.Value).ShouldBe(Enumerable.Range(0, 6).Select(person => $"words of {person}"), ignoreOrder: true);
        (await store.FindAsync(draft.Id, default))!.Words(id => $"name of {id}").Additions[0].By.ShouldStartWith("name of person-");
    }

    [Theory, Engines]
    public async Task Expired_tickets_go_with_their_entries_and_nobody_adds_to_them(string engine)
    {
        await using var database = await TestDatabase.OpenAsync(engine);
        var store = Store(database.Database);
        var old = await store.OpenAsync("ana", "direct-1", "", default);
        await store.AddAsync(old.Id, [(TicketField.Description, "It fails.")], "ana", "dialog-1", default);
        _time.Advance(TimeSpan.FromDays(31));
        var young = await store.OpenAsync("bo", "direct-2", "", default);

        (await store.DeleteBeforeAsync(_time.GetUtcNow() - TimeSpan.FromDays(30), default)).ShouldBe(1);

        (await store.FindAsync(old.Id, default)).ShouldBeNull();
        (await store.AddAsync(old.Id, [(TicketField.Addition, "x")], "bo", "post-1", default)).ShouldBeNull();
        (await store.FindAsync(young.Id, default)).ShouldNotBeNull();
    }

    [Fact]
    public void What_people_wrote_is_not_printed_with_a_draft()
    {
        var draft = new TicketDraft("k3f9m2xqab", "ana", "direct-1", "", SomeTicket.At, [new TicketEntry(TicketField.Description, "their words", "ana", SomeTicket.At)]);

        $"{draft} {draft.Entries[0]} {draft.Words(id => id)}".ShouldNotContain("their words");
    }

    private TicketStore Store(Database database) => new(database, _time);
}
