using System.Globalization;
using CallsBot.Benchmarks.Children;
using CallsBot.Benchmarks.Wire;

namespace CallsBot.Benchmarks;

/// <summary>
/// The bot's share of a direct message: from the moment at which its event is written to the WebSocket to the moment at
/// which the answer has arrived at the server.
/// </summary>
/// <remarks>
/// People walk the tree in words: the first message opens a session, then an answer and "back" in turn. Every answer is a
/// card that says which message it answers, so that a lost and a doubled answer both show.
/// </remarks>
internal sealed class MessagesBenchmark : IAsyncDisposable
{
    private const int MessagesEach = 10;
    private const int WarmUp = 3_000;
    private const int OneByOneRounds = 5;
    private const int OneByOneMessages = 500;
    private const int Messages = 20_000;
    private const int OfferedPerSecond = 1_000;
    private const double BudgetMilliseconds = 3;
    private const double BudgetPerSecond = 1_000;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private Side _bot = null!;
    private Side _echo = null!;
    private BotProcess _botProcess = null!;
    private ChildProcess _echoProcess = null!;

    private MessagesBenchmark(TimeProvider time)
    {
        _time = time;
    }

    public static async Task<Findings> RunAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        await using var benchmark = new MessagesBenchmark(time);
        await benchmark.StartAsync(cancellationToken);
        return await benchmark.MeasureAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_echoProcess is not null)
        {
            await _echoProcess.DisposeAsync();
        }

        if (_botProcess is not null)
        {
            await _botProcess.DisposeAsync();
        }

        foreach (var side in new[] { _bot, _echo }.OfType<Side>())
        {
            await side.DisposeAsync();
        }
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        _bot = await Side.StartAsync(_time);
        _echo = await Side.StartAsync(_time);
        _botProcess = await BotProcess.StartAsync(_bot.Mattermost, _time, cancellationToken);
        _echoProcess = ChildProcess.Start(ChildProcess.Self, [EchoBot.Argument, _echo.Mattermost.Address], ChildProcess.NewFolder());
        foreach (var side in new[] { _bot, _echo })
        {
            await side.Mattermost.Listening.Task.WaitAsync(Silence, _time, cancellationToken);
        }
    }

    private async Task<Findings> MeasureAsync(CancellationToken cancellationToken)
    {
        await _bot.FloodAsync(WarmUp, perSecond: null, cancellationToken);
        await _echo.FloodAsync(WarmUp, perSecond: null, cancellationToken);

        var (botAlone, echoAlone) = (new List<Samples>(), new List<Samples>());
        for (var i = 0; i < OneByOneRounds; i++)
        {
            echoAlone.Add(await _echo.OneByOneAsync(OneByOneMessages, cancellationToken));
            botAlone.Add(await _bot.OneByOneAsync(OneByOneMessages, cancellationToken));
        }

        var echoPaced = await _echo.FloodAsync(Messages, OfferedPerSecond, cancellationToken);
        var botPaced = await _bot.FloodAsync(Messages, OfferedPerSecond, cancellationToken);
        var usedBefore = _botProcess.Process.ProcessorSeconds();
        var botFlood = await _bot.FloodAsync(Messages, perSecond: null, cancellationToken);
        var used = _botProcess.Process.ProcessorSeconds() - usedBefore;
        var echoFlood = await _echo.FloodAsync(Messages, perSecond: null, cancellationToken);

        var complaints = await _botProcess.Process.ComplaintsAsync(cancellationToken);
        var sound = botPaced.Sound && botFlood.Sound && complaints.Count == 0 && _bot.Mattermost.Unknown.IsEmpty;
        var (bot, echo) = (Samples.Together(botAlone), Samples.Together(echoAlone));
        return new Findings(
            "messages",
            "an echo bot of a few lines on ClientWebSocket and HttpClient, without storage and logic, against the same stand-in; rounds alternating with the bot's.",
            [
                new Row("message to answer, one at a time, p50", Quantity.Milliseconds, bot.Median, echo.Median, BudgetMilliseconds, sound),
                new Row("message to answer, one at a time, p99", Quantity.Milliseconds, bot.Percentile(99), echo.Percentile(99)),
                new Row($"message to answer at {OfferedPerSecond:#,0} messages/s, p50", Quantity.Milliseconds, botPaced.Milliseconds.Median, echoPaced.Milliseconds.Median),
                new Row($"message to answer at {OfferedPerSecond:#,0} messages/s, p99", Quantity.Milliseconds, botPaced.Milliseconds.Percentile(99), echoPaced.Milliseconds.Percentile(99)),
                new Row("messages answered, as many as the socket takes", Quantity.PerSecond, botFlood.PerSecond, echoFlood.PerSecond, BudgetPerSecond, sound),
            ],
            [
                string.Create(CultureInfo.InvariantCulture, $"One at a time: {OneByOneRounds} rounds of {OneByOneMessages} after {WarmUp:#,0} messages to warm up. Spread of a round's p50: {Spread(botAlone)}; baseline {Spread(echoAlone)}."),
                string.Create(CultureInfo.InvariantCulture, $"At {OfferedPerSecond:#,0}/s, {botPaced.Asked:#,0} messages in {botPaced.Channels:#,0} channels: {botPaced.Told} Offered in fact: {botPaced.OfferedPerSecond:#,0}/s."),
                string.Create(CultureInfo.InvariantCulture, $"As many as the socket takes, {botFlood.Asked:#,0} messages in {botFlood.Channels:#,0} channels: {botFlood.Told} The bot used {1000 * used / botFlood.Asked:0.00} ms of processor time a message."),
                string.Create(CultureInfo.InvariantCulture, $"Each answer is a card, and the card before it is closed by an edit: {_bot.Mattermost.Patches:#,0} edits came. The stand-in sends every post and edit of the bot back as an event, as the server does."),
                string.Create(CultureInfo.InvariantCulture, $"Resident memory after all of this: {_botProcess.Process.ResidentMebibytes():0} MiB; the echo bot {_echoProcess.ResidentMebibytes():0} MiB."),
                .. complaints.Take(1).Select(line => $"The bot logged {complaints.Count} warnings or errors, the first: `{line}`."),
                .. _bot.Mattermost.Unknown.Take(1).Select(unknown => $"The bot asked the stand-in for what it does not have, such as: {unknown}."),
            ]);
    }

    private static string Spread(List<Samples> rounds)
    {
        var medians = new Samples(rounds.Select(round => round.Median));
        return string.Create(CultureInfo.InvariantCulture, $"{medians.Min:0.00} to {medians.Max:0.00} ms");
    }

    /// <summary>One bot under measurement, with a stand-in for Mattermost of its own.</summary>
    private sealed class Side : IAsyncDisposable
    {
        private readonly TimeProvider _time;
        private readonly SemaphoreSlim _answered = new(0);
        private Mailbag _bag = new(0, 0);
        private int _messages;
        private int _channels;

        private Side(TimeProvider time)
        {
            _time = time;
        }

        public MattermostStub Mattermost { get; private set; } = null!;

        public static async Task<Side> StartAsync(TimeProvider time)
        {
            var side = new Side(time);
            side.Mattermost = await MattermostStub.StartAsync(time, side.Take);
            return side;
        }

        /// <summary>Writes a message when the one before is answered.</summary>
        public async Task<Samples> OneByOneAsync(int count, CancellationToken cancellationToken)
        {
            foreach (var message in Prepare(count))
            {
                await Mattermost.SendAsync(message, cancellationToken);
                if (!await _answered.WaitAsync(Silence, cancellationToken))
                {
                    throw new InvalidOperationException("A message was not answered.");
                }
            }

            return new Samples(Milliseconds());
        }

        /// <summary>Writes messages at a rate, or as the socket takes them, and waits until nothing more comes.</summary>
        public async Task<Flood> FloodAsync(int count, int? perSecond, CancellationToken cancellationToken)
        {
            var prepared = Prepare(count);
            var from = _time.GetTimestamp();
            using (var timer = new PeriodicTimer(Tick, _time))
            {
                for (var sent = 0; sent < count;)
                {
                    var due = perSecond is { } rate ? Math.Min(count, (int)(_time.GetElapsedTime(from).TotalSeconds * rate) + 1) : count;
                    for (; sent < due; sent++)
                    {
                        await Mattermost.SendAsync(prepared[sent], cancellationToken);
                    }

                    if (sent < count)
                    {
                        await timer.WaitForNextTickAsync(cancellationToken);
                    }
                }
            }

            for (var answers = 0; answers < count && await _answered.WaitAsync(Silence, cancellationToken); answers++)
            {
            }

            // A second answer to the same message, and edits of the last cards, would come now.
            for (var quiet = false; !quiet;)
            {
                var patches = Mattermost.Patches;
                quiet = !await _answered.WaitAsync(Settled, cancellationToken) && Mattermost.Patches == patches;
            }

            return new Flood(_bag, new Samples(Milliseconds()), _time);
        }

        public async ValueTask DisposeAsync()
        {
            await Mattermost.DisposeAsync();
            _answered.Dispose();
        }

        /// <summary>Messages for new channels, ten in each, so that a channel's next one comes after all others' turn.</summary>
        private List<MattermostStub.Message> Prepare(int count)
        {
            var channels = count / MessagesEach;
            var bag = new Mailbag(_messages, count) { Channels = channels };
            var messages = Enumerable.Range(0, count).Select(n =>
            {
                var user = Ids.User(_channels + (n % channels));
                var text = (n / channels) switch { 0 => "hi", var turn => turn % 2 == 1 ? "1" : "back" };
                return Mattermost.Direct(
                    Ids.Message(_messages + n), MattermostStub.ChannelOf(user), user, text, at => Volatile.Write(ref bag.WrittenAt[n], at));
            }).ToList();
            _messages += count;
            _channels += channels;
            _bag = bag;
            return messages;
        }

        private void Take(ReceivedPost post)
        {
            var bag = _bag;
            var n = Ids.NumberOf(post.Body.Span, "\"callsbot_in_reply_to\":\""u8) - bag.First;
            if (n < 0 || n >= bag.Answers.Length)
            {
                Interlocked.Increment(ref bag.Strangers);
                return;
            }

            if (Interlocked.Increment(ref bag.Answers[n]) == 1)
            {
                bag.AnsweredAt[n] = post.At;
                if (post.Body.Span.IndexOf("\"token\":\""u8) >= 0)
                {
                    Interlocked.Increment(ref bag.Cards);
                }

                _answered.Release();
            }
        }

        private IEnumerable<double> Milliseconds()
        {
            var bag = _bag;
            return Enumerable.Range(0, bag.Answers.Length)
                .Where(n => bag.Answers[n] > 0)
                .Select(n => _time.GetElapsedTime(bag.WrittenAt[n], bag.AnsweredAt[n]).TotalMilliseconds);
        }
    }

    /// <summary>What became of the messages of one round.</summary>
    private sealed class Mailbag(int first, int count)
    {
        public readonly long[] WrittenAt = new long[count];
        public readonly long[] AnsweredAt = new long[count];
        public readonly int[] Answers = new int[count];

        /// <summary>Answers that are cards.</summary>
        public int Cards;

        /// <summary>Posts that answer no message of the round.</summary>
        public int Strangers;

        public int First => first;

        public int Channels { get; init; }
    }

    private sealed class Flood(Mailbag bag, Samples milliseconds, TimeProvider time)
    {
        public Samples Milliseconds => milliseconds;

        public int Asked => bag.Answers.Length;

        public int Channels => bag.Channels;

        private int Lost => bag.Answers.Count(answers => answers == 0);

        private int Doubled => bag.Answers.Count(answers => answers > 1);

        private int NotCards => Asked - Lost - bag.Cards;

        public bool Sound => Lost == 0 && Doubled == 0 && NotCards == 0 && bag.Strangers == 0;

        public string Told => string.Create(
            CultureInfo.InvariantCulture,
            $"{Lost} lost, {Doubled} answered twice, {NotCards} answered with something other than a card, {bag.Strangers} posts that answer nothing.");

        public double PerSecond => (Asked - Lost) / time.GetElapsedTime(bag.WrittenAt.Min(), bag.AnsweredAt.Max()).TotalSeconds;

        public double OfferedPerSecond => Asked / time.GetElapsedTime(bag.WrittenAt.Min(), bag.WrittenAt.Max()).TotalSeconds;
    }
}
