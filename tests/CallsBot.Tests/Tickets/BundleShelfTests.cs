using CallsBot.Redaction;
using CallsBot.Tests.Support;
using CallsBot.Tickets;

namespace CallsBot.Tests.Tickets;

public sealed class BundleShelfTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void What_is_taken_is_what_was_put_there_and_can_be_taken_once_by_the_same_person()
    {
        using var shelf = new BundleShelf(_time);
        var key = Put(shelf, "one", "ana", 7);

        shelf.TryTake(key, "bo", out _, out _).ShouldBeFalse();
        shelf.TryTake(key, "ana", out var ticket, out var file).ShouldBeTrue();
        using (file)
        {
            ticket.TicketId.ShouldBe("one");
            file.ReadByte().ShouldBe(7);
        }

        shelf.TryTake(key, "ana", out _, out _).ShouldBeFalse();
        File.Exists(file.Name).ShouldBeFalse();
    }

    [Fact]
    public void After_an_hour_or_a_newer_preview_it_is_gone_with_its_file()
    {
        using var shelf = new BundleShelf(_time);
        var first = Put(shelf, "one", "ana", 1);
        var second = Put(shelf, "one", "ana", 2);
        var other = Put(shelf, "one", "bo", 3);

        shelf.TryTake(first, "ana", out _, out _).ShouldBeFalse();
        shelf.TryTake(other, "bo", out _, out var file).ShouldBeTrue();
        file.Dispose();

        _time.Advance(TimeSpan.FromMinutes(61));
        shelf.TryTake(second, "ana", out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void The_file_is_its_owners_alone_and_goes_when_the_shelf_does()
    {
        string name;
        using (var shelf = new BundleShelf(_time))
        {
            var file = BundleShelf.NewFile();
            name = file.Name;
            if (!OperatingSystem.IsWindows())
            {
                File.GetUnixFileMode(name).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            shelf.Put(Ticket("one"), "ana", needsAdministrator: false, file);
            File.Exists(name).ShouldBeTrue();
        }

        File.Exists(name).ShouldBeFalse();
    }

    [Fact]
    public void Of_too_many_the_oldest_goes()
    {
        using var shelf = new BundleShelf(_time);
        var keys = new List<string>();
        for (var i = 0; i < 21; i++)
        {
            keys.Add(Put(shelf, $"ticket-{i}", "ana", 1));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        shelf.TryTake(keys[0], "ana", out _, out _).ShouldBeFalse();
        shelf.TryTake(keys[1], "ana", out _, out var file).ShouldBeTrue();
        file.Dispose();
    }

    private static string Put(BundleShelf shelf, string id, string userId, byte content)
    {
        var file = BundleShelf.NewFile();
        file.WriteByte(content);
        return shelf.Put(Ticket(id), userId, needsAdministrator: false, file);
    }

    private static WrittenTicket Ticket(string id) => new(id, [], [], new RedactionCounts(), [], []);
}
