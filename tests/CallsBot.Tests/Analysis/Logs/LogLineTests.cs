using CallsBot.Analysis.Logs;

namespace CallsBot.Tests.Analysis.Logs;

public sealed class LogLineTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 22, 6, 18, 0, 123, TimeSpan.Zero);

    [Theory]
    [InlineData("""{"timestamp":"2026-11-22 06:18:00.123 Z","level":"error","msg":"x","caller":"ws/server.go:123","error":"no"}""", "error")]
    [InlineData("""{"timestamp":"2026-11-22 07:18:00.123 +01:00","level":"warn","msg":"x"}""", "warn")]
    [InlineData("""{"level":"debug","ts":1795328280.123,"caller":"app/server.go:269","msg":"x"}""", "debug")]
    [InlineData("""error [2026-11-22 06:18:00.123 Z] x          caller="ws/server.go:123" error="no" """, "error")]
    [InlineData("\u001b[31merror\u001b[0m [2026-11-22 06:18:00.123 Z] \u001b[31mx\u001b[0m caller=\"ws/server.go:123\"", "error")]
    [InlineData("""2026-11-22T06:18:05.999999999Z error [2026-11-22 06:18:00.123 Z] x caller="ws/server.go:123" """, "error")]
    [InlineData("""rtcd-1  | warn  [2026-11-22 06:18:00.123 Z] x caller="ws/server.go:123" """, "warn")]
    [InlineData("""[pod/rtcd-6d5f/rtcd] {"timestamp":"2026-11-22 06:18:00.123 Z","level":"error","msg":"x"}""", "error")]
    [InlineData("""Nov 22 06:18:01 media rtcd[812]: info  [2026-11-22 06:18:00.123 Z] x caller="ws/server.go:123" """, "info")]
    [InlineData("""{"log":"{\"timestamp\":\"2026-11-22 06:18:00.123 Z\",\"level\":\"error\",\"msg\":\"x\"}\n","stream":"stdout","time":"2026-11-22T06:18:09Z"}""", "error")]
    [InlineData("debug [2026-11-22T06:18:00.123Z] x", "debug")]
    [InlineData("[2026-11-22 06:18:00.123] [warn]  [Calls] x", "warn")]
    [InlineData("2026/11/22 06:18:00.123 +0000 ERROR x", "error")]
    [InlineData("time=2026-11-22T06:18:00.123Z level=ERROR source=/app/main.go:61 msg=\"x\" err=no", "error")]
    public void Time_and_level_are_read_from_every_form_of_line(string line, string level)
    {
        var parsed = LogLine.Parse(line);

        parsed.At.ShouldBe(At);
        parsed.Level.ShouldBe(level);
    }

    [Theory]
    [InlineData("x.js:1 com.mattermost.calls: peer error")]
    [InlineData("[2026-13-42 06:18:00.123] [warn] x")]
    [InlineData("""{"level":"info","ts":99999999999999999999,"msg":"x"}""")]
    [InlineData("""{"timestamp":"9999-12-31T23:59:59-14:00","level":"info","msg":"x"}""")]
    [InlineData("""{"timestamp":"0001-01-01T00:00:00+14:00","level":"info","msg":"x"}""")]
    [InlineData("2026-")]
    [InlineData("")]
    public void A_line_without_a_time_has_none(string line) => LogLine.Parse(line).At.ShouldBeNull();

    [Theory]
    [InlineData("""{"timestamp":"2026-11-22 06:18:00.123 Z","msg":"timed out signaling","sessionCfg":{"GroupID":"g","CallID":"c1","UserID":"u1","SessionID":"s1"}}""")]
    [InlineData("""error [2026-11-22 06:18:00.123 Z] timed out signaling   caller="rtc/session.go:176" sessionCfg="{\"GroupID\":\"g\",\"CallID\":\"c1\",\"UserID\":\"u1\",\"SessionID\":\"s1\"}" """)]
    [InlineData("""error [2026-11-22 06:18:00.123 Z] timed out signaling   caller="rtc/session.go:176" callID=c1 userID=u1 sessionID=s1""")]
    [InlineData("""{"msg":"failed","session_id":"s1","call_id":"c1","user_id":"u1","plugin_id":"com.mattermost.calls"}""")]
    public void A_session_is_named_in_every_way_in_which_programs_name_it(string line)
    {
        var parsed = LogLine.Parse(line);

        (parsed.SessionId, parsed.CallId, parsed.UserId).ShouldBe(("s1", "c1", "u1"));
    }

    [Fact]
    public void A_quoted_value_is_taken_whole_with_its_quotes()
    {
        LogLine.Parse("""error [2026-11-22 06:18:00.123 Z] x caller="a/b.go:1" error="said \"no\" twice" a=b""").Error.ShouldBe("said \"no\" twice");
        LogLine.Parse("""{"msg":"x","error":"cut off""").Error.ShouldBe("cut off");
    }

    [Fact]
    public void A_name_within_another_name_is_not_that_field() =>
        LogLine.Parse("prevConnID=old originalConnID=first connID=now").SessionId.ShouldBe("first");

    [Fact]
    public void The_message_is_what_the_program_said()
    {
        LogLine.Parse("""{"timestamp":"2026-11-22 06:18:00.123 Z","level":"error","msg":"ice failed","sessionID":"a"}""").Message.ShouldBe("ice failed");
        LogLine.Parse("""info  [2026-11-22 06:18:00.123 Z] rtc connected!    caller="rtc/sfu.go:350" sessionID=a""").Message.ShouldBe("rtc connected!");
    }

    [Fact]
    public void Of_a_long_line_the_part_around_the_hit_is_read()
    {
        var line = new string('x', 50_000) + " error [2026-11-22T06:18:00.123Z] here " + new string('y', 50_000);

        LogLine.Parse(System.Text.Encoding.UTF8.GetBytes(line), 50_010).Text.ShouldContain("here");
    }
}
