using CallsBot.Redaction;
using CallsBot.Tickets;

namespace CallsBot.Tests.Tickets;

/// <summary>By itself: what other tests hold at the same time would count.</summary>
[CollectionDefinition(nameof(TicketBundleMemoryTests), DisableParallelization = true)]
[Collection(nameof(TicketBundleMemoryTests))]
public sealed class TicketBundleMemoryTests
{
    [Fact]
    public async Task Far_into_a_large_log_no_more_memory_is_held_than_at_its_beginning()
    {
        const int Lines = 400_000;
        var held = new List<long>();

        // 48 MB of lines, none of which is kept by anybody.
        IEnumerable<string> Log()
        {
            for (var i = 0; i < Lines; i++)
            {
                if (i is 5_000 or Lines - 1)
                {
                    held.Add(GC.GetTotalMemory(forceFullCollection: true));
                }

                yield return $"{{\"timestamp\":\"2026-11-22 06:18:{i % 60:00}.123 Z\",\"level\":\"info\",\"msg\":\"got public IP\",\"localAddr\":\"10.1.2.3\",\"number\":{i}}}";
            }
        }

        await using var bundle = new TicketBundle(Stream.Null, Pseudonyms.Random(), SomeTicket.At);
        await bundle.AddAsync(BundlePart.Of("logs/a.log", "a log", Log()), CancellationToken.None);

        bundle.Entries.ShouldHaveSingleItem().Length.ShouldBeGreaterThan(40_000_000);
        (held[1] - held[0]).ShouldBeLessThan(8 * 1024 * 1024);
    }
}
