using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using CallsBot.Benchmarks.Children;
using CallsBot.Benchmarks.Wire;
using CallsBot.Conversations;

namespace CallsBot.Benchmarks;

/// <summary>
/// How long Mattermost waits for the reply to a slash command or a press, with 200 of them always in flight.
/// </summary>
/// <remarks>
/// Every person has one connection and sends the next request when the reply to the last is there. Presses walk real
/// sessions, a new one for each round, with the token from the card in the reply before. Slash commands come from new
/// people, no more in a round than the bot's queue holds; the round ends when every session has been opened. So both cores
/// are always busy, and the time is mostly that of waiting for them. The paced rounds show the bot with time to spare.
/// </remarks>
internal sealed class AcknowledgeBenchmark : IAsyncDisposable
{
    private const int InFlight = 200;
    private const int PressesEach = 20;
    private const int CommandsEach = 4;
    private const int WarmUpRounds = 10;
    private const int Rounds = 10;
    private const int PacedRounds = 3;
    private const double BudgetMilliseconds = 25;

    private const string Answer = "answer keeps-connecting";
    private static readonly byte[] AfterAnswer = "\"Who is affected\""u8.ToArray();
    private static readonly byte[] AfterBack = "\"What happens\""u8.ToArray();
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan OpeningLimit = TimeSpan.FromSeconds(60);

    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<int, Card> _cards = new();
    private readonly ConcurrentDictionary<string, int> _wrong = new(StringComparer.Ordinal);
    private MattermostStub _mattermost = null!;
    private BotProcess _bot = null!;
    private ChildProcess _bare = null!;
    private int _barePort;
    private int _people;

    private AcknowledgeBenchmark(TimeProvider time)
    {
        _time = time;
    }

    public static async Task<Findings> RunAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        await using var benchmark = new AcknowledgeBenchmark(time);
        await benchmark.StartAsync(cancellationToken);
        return await benchmark.MeasureAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_bare is not null)
        {
            await _bare.DisposeAsync();
        }

        if (_bot is not null)
        {
            await _bot.DisposeAsync();
        }

        if (_mattermost is not null)
        {
            await _mattermost.DisposeAsync();
        }
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        _mattermost = await MattermostStub.StartAsync(_time, Take);
        _bot = await BotProcess.StartAsync(_mattermost, _time, cancellationToken);

        // The bare endpoint replies with what the bot replied to one person.
        var folder = ChildProcess.NewFolder();
        var (card, line) = (Path.Combine(folder, "card.json"), Path.Combine(folder, "line.json"));
        await using (var connection = await LoadConnection.OpenAsync(_bot.Port, cancellationToken))
        {
            var person = _people++;
            var said = await connection.ExchangeAsync(Command(_bot.Port, person), cancellationToken);
            await File.WriteAllBytesAsync(line, said.Body, cancellationToken);
            await OpenedAsync(1, cancellationToken);
            var pressed = await connection.ExchangeAsync(Press(_bot.Port, person, _cards[person], Answer), cancellationToken);
            await File.WriteAllBytesAsync(card, pressed.Body, cancellationToken);
        }

        _barePort = ChildProcess.FreePort();
        var startedAt = _time.GetTimestamp();
        _bare = ChildProcess.Start(
            ChildProcess.Self,
            [BareEndpoint.Argument, _barePort.ToString(CultureInfo.InvariantCulture), card, line],
            folder);
        await _bare.ReadyAsync(_barePort, BareEndpoint.Ready, startedAt, _time, cancellationToken);
    }

    private async Task<Findings> MeasureAsync(CancellationToken cancellationToken)
    {
        var bot = await ConnectAsync(_bot.Port, cancellationToken);
        var bare = await ConnectAsync(_barePort, cancellationToken);
        var rounds = new List<(Round Pressed, Round BarePressed, Round Commanded, Round BareCommanded)>();
        var (paced, barePaced) = (new List<Round>(), new List<Round>());
        var (opened, commanded) = (0, 0);
        var pressing = (Bot: 0.0, Bare: 0.0);
        var openingTook = TimeSpan.Zero;
        try
        {
            for (var i = 0; i < WarmUpRounds + Rounds; i++)
            {
                var people = await OpenSessionsAsync(bot, cancellationToken);
                var used = (Bot: _bot.Process.ProcessorSeconds(), Bare: _bare.ProcessorSeconds());
                var barePressed = await PressesAsync(bare, _barePort, people: null, pace: null, cancellationToken);
                var pressed = await PressesAsync(bot, _bot.Port, people, pace: null, cancellationToken);
                used = (_bot.Process.ProcessorSeconds() - used.Bot, _bare.ProcessorSeconds() - used.Bare);
                var bareCommanded = await CommandsAsync(bare, _barePort, _people, cancellationToken);

                var before = _cards.Count;
                var first = _people;
                _people += InFlight * CommandsEach;
                var from = _time.GetTimestamp();
                var round = await CommandsAsync(bot, _bot.Port, first, cancellationToken);
                await OpenedAsync(before + (InFlight * CommandsEach), cancellationToken);
                if (i >= WarmUpRounds)
                {
                    pressing = (pressing.Bot + used.Bot, pressing.Bare + used.Bare);
                    openingTook += _time.GetElapsedTime(from);
                    opened += _cards.Count - before;
                    commanded += InFlight * CommandsEach;
                    rounds.Add((pressed, barePressed, round, bareCommanded));
                }
            }

            for (var i = 0; i < PacedRounds; i++)
            {
                var people = await OpenSessionsAsync(bot, cancellationToken);
                barePaced.Add(await PressesAsync(bare, _barePort, people: null, Pace, cancellationToken));
                paced.Add(await PressesAsync(bot, _bot.Port, people, Pace, cancellationToken));
            }
        }
        finally
        {
            foreach (var connection in bot.Concat(bare))
            {
                await connection.DisposeAsync();
            }
        }

        var complaints = await _bot.Process.ComplaintsAsync(cancellationToken);
        var sound = _wrong.IsEmpty && opened == commanded && complaints.Count == 0 && _mattermost.Unknown.IsEmpty;
        return new Findings(
            "acknowledge",
            "a minimal-API endpoint with the bot's Kestrel settings that reads the same request and writes a reply of the same size; in its own process, rounds alternating with the bot's.",
            [
                .. Rows("button", rounds.Select(round => round.Pressed), rounds.Select(round => round.BarePressed), sound),
                .. PacedRows(Together(paced), Together(barePaced)),
                .. Rows("slash command", rounds.Select(round => round.Commanded), rounds.Select(round => round.BareCommanded), sound),
            ],
            [
                $"{Rounds} rounds after {WarmUpRounds} to warm up, {InFlight} in flight; a round is {InFlight * PressesEach} presses ({InFlight} new sessions, {PressesEach} presses each, an answer and Back in turn) and {InFlight * CommandsEach} slash commands, each by another person. {PacedRounds} more rounds of presses are paced: each of the {InFlight} people presses every {Pace.TotalMilliseconds} ms.",
                Spread("button", rounds.Select(round => round.Pressed), rounds.Select(round => round.BarePressed)),
                Spread("slash command", rounds.Select(round => round.Commanded), rounds.Select(round => round.BareCommanded)),
                string.Create(CultureInfo.InvariantCulture, $"Processor time of a press: {1e6 * pressing.Bot / (Rounds * InFlight * PressesEach):0} µs in the bot, {1e6 * pressing.Bare / (Rounds * InFlight * PressesEach):0} µs in the baseline. The load generator and the stand-in share the cores with them."),
                _wrong.IsEmpty
                    ? "Replies: all were 200 with the card that was due (presses) or the line that announces it (commands); every walk ended at its last step."
                    : $"Replies that were not as they should be: {string.Join("; ", _wrong.Select(kind => $"{kind.Value} × {kind.Key}"))}.",
                string.Create(CultureInfo.InvariantCulture, $"Work after the reply: of {commanded:#,0} sessions asked for in the rounds, {opened:#,0} were opened, {opened / openingTook.TotalSeconds:#,0} a second from the first command to the last card."),
                .. Complaints(complaints),
            ]);
    }

    private static IEnumerable<Row> Rows(string what, IEnumerable<Round> measured, IEnumerable<Round> bare, bool sound)
    {
        var (mine, its) = (Together(measured), Together(bare));
        yield return new Row($"{what} acknowledged, {InFlight} in flight, p50", Quantity.Milliseconds, mine.Median, its.Median);
        yield return new Row($"{what} acknowledged, {InFlight} in flight, p99", Quantity.Milliseconds, mine.Percentile(99), its.Percentile(99), BudgetMilliseconds, sound);
        yield return new Row($"{what} acknowledged, {InFlight} in flight, max", Quantity.Milliseconds, mine.Max, its.Max);
        yield return new Row($"{what}s acknowledged", Quantity.PerSecond, Rate(measured), Rate(bare));
    }

    private static IEnumerable<Row> PacedRows(Samples mine, Samples its)
    {
        var rate = string.Create(CultureInfo.InvariantCulture, $"{InFlight / Pace.TotalSeconds:#,0}");
        yield return new Row($"button acknowledged at {rate} presses/s, p50", Quantity.Milliseconds, mine.Median, its.Median);
        yield return new Row($"button acknowledged at {rate} presses/s, p99", Quantity.Milliseconds, mine.Percentile(99), its.Percentile(99));
    }

    private static Samples Together(IEnumerable<Round> rounds) => Samples.Together(rounds.Select(round => round.Milliseconds));

    private static double Rate(IEnumerable<Round> rounds) =>
        rounds.Sum(round => round.Milliseconds.Count) / rounds.Sum(round => round.Took.TotalSeconds);

    private static string Spread(string what, IEnumerable<Round> measured, IEnumerable<Round> bare)
    {
        var (mine, its) = (P99s(measured), P99s(bare));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Spread of a round's p99, {what}: {mine.Min:0.0} to {mine.Max:0.0} ms, median {mine.Median:0.0}; baseline {its.Min:0.0} to {its.Max:0.0} ms, median {its.Median:0.0}.");
    }

    private static Samples P99s(IEnumerable<Round> rounds) => new(rounds.Select(round => round.Milliseconds.Percentile(99)));

    private IEnumerable<string> Complaints(IReadOnlyList<string> log)
    {
        if (log.Count > 0)
        {
            yield return $"The bot logged {log.Count} warnings or errors, the first: `{log[0]}`.";
        }

        if (_mattermost.Unknown.TryPeek(out var unknown))
        {
            yield return $"The bot asked the stand-in for what it does not have, {_mattermost.Unknown.Count} times, such as: {unknown}.";
        }
    }

    private static async Task<LoadConnection[]> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        var connections = new LoadConnection[InFlight];
        for (var i = 0; i < InFlight; i++)
        {
            connections[i] = await LoadConnection.OpenAsync(port, cancellationToken);
        }

        return connections;
    }

    private async Task<int[]> OpenSessionsAsync(LoadConnection[] connections, CancellationToken cancellationToken)
    {
        var before = _cards.Count;
        var people = Enumerable.Range(_people, InFlight).ToArray();
        _people += InFlight;
        await Task.WhenAll(connections.Select((connection, i) =>
            connection.ExchangeAsync(Command(_bot.Port, people[i]), cancellationToken).AsTask()));
        await OpenedAsync(before + InFlight, cancellationToken);
        return people;
    }

    private async Task OpenedAsync(int count, CancellationToken cancellationToken)
    {
        var from = _time.GetTimestamp();
        while (_cards.Count < count && _time.GetElapsedTime(from) < OpeningLimit)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), _time, cancellationToken);
        }
    }

    /// <param name="connections">One for each person.</param>
    /// <param name="port">Where they lead.</param>
    /// <param name="people">Whose sessions; null for the bare endpoint, which has none.</param>
    /// <param name="pace">How often each presses; null for as soon as the reply to the last press is there.</param>
    /// <param name="cancellationToken">Ends the round.</param>
    private async Task<Round> PressesAsync(LoadConnection[] connections, int port, int[]? people, TimeSpan? pace, CancellationToken cancellationToken)
    {
        var milliseconds = new double[InFlight * PressesEach];
        var from = _time.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, InFlight).Select(i => Task.Run(
            async () =>
            {
                var card = _cards[people?[i] ?? 0];
                for (var press = 0; press < PressesEach; press++)
                {
                    if (pace is { } every)
                    {
                        // Everybody's turns, spread evenly.
                        var wait = (every * (press + ((double)i / InFlight))) - _time.GetElapsedTime(from);
                        await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, _time, cancellationToken);
                    }

                    var request = Press(port, people?[i] ?? 0, card, press % 2 == 0 ? Answer : Choice.Back);
                    var at = _time.GetTimestamp();
                    var reply = await connections[i].ExchangeAsync(request, cancellationToken);
                    milliseconds[(i * PressesEach) + press] = _time.GetElapsedTime(at).TotalMilliseconds;
                    if (people is not null)
                    {
                        card = card with { Token = Next(reply, press % 2 == 0 ? AfterAnswer : AfterBack) ?? card.Token };
                    }
                }

                if (people is not null && PositionOf(card.Token) is var position && position != PressesEach)
                {
                    Count($"a walk that ended at step {position} of {PressesEach}");
                }
            },
            cancellationToken)));
        return new Round(new Samples(milliseconds), _time.GetElapsedTime(from));
    }

    private async Task<Round> CommandsAsync(LoadConnection[] connections, int port, int firstPerson, CancellationToken cancellationToken)
    {
        var requests = Enumerable.Range(firstPerson, InFlight * CommandsEach).Select(person => Command(port, person)).ToArray();
        var milliseconds = new double[requests.Length];
        var from = _time.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, InFlight).Select(i => Task.Run(
            async () =>
            {
                for (var n = i; n < requests.Length; n += InFlight)
                {
                    var at = _time.GetTimestamp();
                    var reply = await connections[i].ExchangeAsync(requests[n], cancellationToken);
                    milliseconds[n] = _time.GetElapsedTime(at).TotalMilliseconds;
                    if (reply.Status != 200 || reply.Body.Span.IndexOf("/messages/@callsbot"u8) < 0)
                    {
                        Count($"{reply.Status} to a command: {Start(reply)}");
                    }
                }
            },
            cancellationToken)));
        return new Round(new Samples(milliseconds), _time.GetElapsedTime(from));
    }

    /// <returns>The token of the card in the reply; null, and counted, when it is not the card that is due.</returns>
    private string? Next(HttpReply reply, byte[] due)
    {
        var body = reply.Body.Span;
        if (reply.Status == 200 && body.StartsWith("{\"update\":{"u8) && body.IndexOf(due) >= 0
            && body.IndexOf("\"ephemeral_text\":"u8) < 0 && TokenIn(body) is { } token)
        {
            return token;
        }

        Count($"{reply.Status} to a press: {Start(reply)}");
        return null;
    }

    private static string? TokenIn(ReadOnlySpan<byte> json)
    {
        // Every button of a card carries the same token.
        var begin = json.IndexOf("\"token\":\""u8) + "\"token\":\"".Length;
        return begin < "\"token\":\"".Length ? null : Encoding.ASCII.GetString(json.Slice(begin, json[begin..].IndexOf((byte)'"')));
    }

    /// <summary>How many steps the session had when the token was made: <see cref="SignedTokens"/>.</summary>
    private static int PositionOf(string token) => int.Parse(
        Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Split('.')[2])).Split('|')[2], CultureInfo.InvariantCulture);

    private static string Start(HttpReply reply) => Encoding.UTF8.GetString(reply.Body.Span[..Math.Min(120, reply.Body.Length)]);

    private void Count(string wrong) => _wrong.AddOrUpdate(wrong, 1, (_, count) => count + 1);

    private void Take(ReceivedPost post)
    {
        if (Ids.NumberOf(post.Body.Span, "\"channel_id\":\""u8) is >= 0 and var person && TokenIn(post.Body.Span) is { } token)
        {
            _cards[person] = new Card(post.Id, token);
        }
    }

    private static byte[] Command(int port, int person) => HttpText.Post(
        port, SlashCommandEndpoint.Path, HttpText.Form, $"Token {BotProcess.CommandToken}",
        $"channel_id=c0000000000000000000000001&channel_name=town-square&command=%2Fcallshelp&response_url=http%3A%2F%2F127.0.0.1%3A8065%2Fhooks%2Fcommands%2Frw76usmhkincuybdpgsyso1p4w&team_domain=ops&team_id=5h5tzi8s7ibpuxyji3caw93eoc&text=&token={BotProcess.CommandToken}&trigger_id={Trigger(person)}&user_id={Ids.User(person)}&user_name=ana");

    private static byte[] Press(int port, int person, Card card, string choice) => HttpText.Post(
        port, ActionEndpoint.Path, HttpText.Json, authorization: null,
        $$$"""{"user_id":"{{{Ids.User(person)}}}","user_name":"ana","channel_id":"{{{MattermostStub.ChannelOf(Ids.User(person))}}}","channel_name":"{{{MattermostStub.BotId}}}__{{{Ids.User(person)}}}","team_id":"","team_domain":"","post_id":"{{{card.PostId}}}","trigger_id":"{{{Trigger(person)}}}","type":"button","data_source":"","context":{"{{{ActionEndpoint.ChoiceKey}}}":"{{{choice}}}","{{{ActionEndpoint.TokenKey}}}":"{{{card.Token}}}"}}""");

    // As long as a real one.
    private static string Trigger(int person) => string.Create(CultureInfo.InvariantCulture, $"{person:D190}");

    private sealed record Card(string PostId, string Token);

    private sealed record Round(Samples Milliseconds, TimeSpan Took);
}
