using System.Globalization;
using CallsBot.Benchmarks.Children;
using CallsBot.Benchmarks.Wire;

namespace CallsBot.Benchmarks;

/// <summary>How long after its process was started the bot is ready, and how much memory it then keeps while idle.</summary>
internal static class StartupBenchmark
{
    private const int Starts = 7;
    private const double BudgetSeconds = 1.0;
    private const double BudgetMebibytes = 110;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    public static async Task<Findings> RunAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var (bot, empty) = (new List<Start>(), new List<Start>());
        for (var i = 0; i < Starts; i++)
        {
            empty.Add(await StartEmptyAsync(time, cancellationToken));
            bot.Add(await StartBotAsync(time, cancellationToken));
        }

        return new Findings(
            "startup",
            "an ASP.NET Core app as `dotnet new web` makes it, with one route, started in the same way.",
            [
                new Row("ready after start, median", Quantity.Seconds, Seconds(bot).Median, Seconds(empty).Median, BudgetSeconds),
                new Row("resident memory when idle, median", Quantity.Mebibytes, Memory(bot).Median, Memory(empty).Median, BudgetMebibytes),
            ],
            [
                $"{Starts} starts each, in turn. Ready: `/readyz` answers 200, so the bot has made its database, signed in and opened the event stream. Memory: VmRSS {Idle.TotalSeconds} s later.",
                string.Create(CultureInfo.InvariantCulture, $"Spread, ready: {Seconds(bot).Min:0.00} to {Seconds(bot).Max:0.00} s; baseline {Seconds(empty).Min:0.00} to {Seconds(empty).Max:0.00} s."),
                string.Create(CultureInfo.InvariantCulture, $"Processor time until ready, median: {Used(bot).Median:0.00} s; baseline {Used(empty).Median:0.00} s."),
                string.Create(CultureInfo.InvariantCulture, $"Spread, memory: {Memory(bot).Min:0.0} to {Memory(bot).Max:0.0} MiB; baseline {Memory(empty).Min:0.0} to {Memory(empty).Max:0.0} MiB."),
            ]);
    }

    private static async Task<Start> StartBotAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        await using var mattermost = await MattermostStub.StartAsync(time, _ => { });
        await using var bot = await BotProcess.StartAsync(mattermost, time, cancellationToken);
        var used = bot.Process.ProcessorSeconds();
        await Task.Delay(Idle, time, cancellationToken);
        return new Start(bot.ReadyAfterMilliseconds / 1000, used, bot.Process.ResidentMebibytes());
    }

    private static async Task<Start> StartEmptyAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var port = ChildProcess.FreePort();
        var folder = ChildProcess.NewFolder();
        var startedAt = time.GetTimestamp();
        await using var app = ChildProcess.Start(
            ChildProcess.Self, [EmptyApp.Argument, port.ToString(CultureInfo.InvariantCulture)], folder);
        var ready = await app.ReadyAsync(port, EmptyApp.Ready, startedAt, time, cancellationToken);
        var used = app.ProcessorSeconds();
        await Task.Delay(Idle, time, cancellationToken);
        return new Start(ready / 1000, used, app.ResidentMebibytes());
    }

    private static Samples Seconds(IEnumerable<Start> starts) => new(starts.Select(start => start.Seconds));

    private static Samples Used(IEnumerable<Start> starts) => new(starts.Select(start => start.ProcessorSeconds));

    private static Samples Memory(IEnumerable<Start> starts) => new(starts.Select(start => start.Mebibytes));

    private sealed record Start(double Seconds, double ProcessorSeconds, double Mebibytes);
}
