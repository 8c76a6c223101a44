using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CallsBot.Analysis.Logs;

/// <summary>A line of a log, whatever program wrote it and whatever passed it on. Pure; copes with any bytes.</summary>
/// <remarks>
/// Known forms: JSON of logr (RTCD, Mattermost, offloader) and of zap, logr's console form, Go's log and slog packages, electron-log,
/// logback (mobile), <c>/call logs</c>; before them what docker, docker compose, kubectl, journald and syslog put there.
/// </remarks>
internal sealed class LogLine
{
    /// <summary>Of longer lines, a part is read.</summary>
    public const int Longest = 16 * 1024;

    private const int TimeWithin = 400;

    private static readonly string[] Levels = ["panic", "fatal", "critical", "error", "warning", "warn", "info", "debug", "trace", "silly", "verbose"];

    // The ways in which a session is named by RTCD, by the plugin and by the browser.
    private static readonly string[] SessionKeys = ["sessionID", "session_id", "originalConnID", "origConnID", "connID"];

    private static readonly string[] CallKeys = ["callID", "call_id"];

    private static readonly string[] UserKeys = ["userID", "user_id"];

    private static readonly string[] ErrorKeys = ["error", "err"];

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    private LogLine(string text) => Text = text;

    /// <summary>What digits with decimals or dots are at the beginning of a text.</summary>
    public static ReadOnlySpan<char> NumberAt(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExcept(NumberCharacters);
        return end < 0 ? text : text[..end];
    }

    /// <summary>Without terminal escapes and without what a container runtime wrapped around it; cut where it is very long.</summary>
    public string Text { get; }

    /// <summary>UTC; null when the line has none, or one without a date.</summary>
    public DateTimeOffset? At => field ??= TimeOf(Text);

    /// <summary>Whether the time came without a zone, and was taken as UTC.</summary>
    public bool IsZoneGuessed { get; private set; }

    /// <summary>In lower case, "warn" for "warning"; null when none is named.</summary>
    public string? Level => field ??= LevelOf(Text);

    /// <summary>What the program said, without fields where those can be told apart.</summary>
    public string Message => field ??= Field("msg") ?? MessageOf(Text);

    public string? SessionId => field ??= First(SessionKeys);

    public string? CallId => field ??= First(CallKeys);

    public string? UserId => field ??= First(UserKeys);

    public string? Error => field ??= First(ErrorKeys);

    /// <param name="bytes">A line without its end.</param>
    /// <param name="around">Where in it to look, should it be very long.</param>
    public static LogLine Parse(ReadOnlySpan<byte> bytes, int around = 0)
    {
        if (bytes.Length > Longest)
        {
            var start = Math.Clamp(around - (Longest / 2), 0, bytes.Length - Longest);
            bytes = bytes.Slice(start, Longest);
        }

        var text = bytes.Contains((byte)0x1B) ? WithoutColour(Encoding.UTF8.GetString(bytes)) : Encoding.UTF8.GetString(bytes);
        return new LogLine(Unwrapped(text));
    }

    public static LogLine Parse(string text) => Parse(Encoding.UTF8.GetBytes(text));

    /// <summary>The value of a field: <c>"name":"value"</c>, <c>name=value</c> or <c>name="value"</c>, in any case of letters; null without one.</summary>
    public string? Field(string name)
    {
        for (var at = Text.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0; at = Text.IndexOf(name, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            if (at > 0 && (char.IsAsciiLetterOrDigit(Text[at - 1]) || Text[at - 1] is '_' or '.'))
            {
                continue;
            }

            if (ValueAfter(at + name.Length) is { Length: > 0 } value)
            {
                return value;
            }
        }

        return null;
    }

    private string? First(string[] names)
    {
        foreach (var name in names)
        {
            if (Field(name) is { } value)
            {
                return value;
            }
        }

        return null;
    }

    private string? ValueAfter(int at)
    {
        var rest = Text.AsSpan(at);

        // A quote that is itself quoted stands for JSON in JSON.
        rest = rest.StartsWith("\\\"") ? rest[2..] : rest.StartsWith("\"") ? rest[1..] : rest;
        if (rest.IsEmpty || rest[0] is not (':' or '='))
        {
            return null;
        }

        rest = rest[1..].TrimStart(' ');
        var isEscaped = rest.StartsWith("\\\"");
        if (!isEscaped && !rest.StartsWith("\""))
        {
            var end = rest.IndexOfAny(" ,}]\t");
            return (end < 0 ? rest : rest[..end]).ToString();
        }

        rest = rest[(isEscaped ? 2 : 1)..];
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] == '"')
            {
                return Unescaped(rest[..(isEscaped && i > 0 ? i - 1 : i)]);
            }

            // In JSON in JSON a backslash before the quote ends the value.
            i += rest[i] == '\\' && !(isEscaped && i + 1 < rest.Length && rest[i + 1] == '"') ? 1 : 0;
        }

        return Unescaped(rest);
    }

    private static string Unescaped(ReadOnlySpan<char> value)
    {
        if (!value.Contains('\\'))
        {
            return value.ToString();
        }

        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            text.Append(value[i] != '\\' || i + 1 == value.Length ? value[i] : value[++i] switch
            {
                'n' or 'r' or 't' => ' ',
                var other => other,
            });
        }

        return text.ToString();
    }

    /// <summary>Out of docker's json-file lines, which hold the line as a string.</summary>
    private static string Unwrapped(string text)
    {
        var json = text.AsSpan().TrimStart();
        if (!json.StartsWith("{\"log\":\"", StringComparison.Ordinal))
        {
            return text;
        }

        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json.ToString()));
            reader.Read();
            reader.Read();
            reader.Read();
            return reader.GetString()?.TrimEnd('\n') ?? text;
        }
        catch (Exception ex) when (ex is JsonException or InvalidOperationException)
        {
            // Cut, or no JSON after all: the fields are found in the raw text as well.
            return text;
        }
    }

    private static string WithoutColour(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\x1B')
            {
                clean.Append(text[i]);
                continue;
            }

            // ECMA-48: ESC [ parameters, then one character from @ to ~.
            i++;
            if (i < text.Length && text[i] == '[')
            {
                for (i++; i < text.Length && text[i] is < '@' or > '~'; i++)
                {
                }
            }
        }

        return clean.ToString();
    }

    /// <summary>The program's own time; the one that a container runtime put before it only where there is no other.</summary>
    private DateTimeOffset? TimeOf(string text)
    {
        var named = text.IndexOf("\"timestamp\":\"", StringComparison.Ordinal) is >= 0 and var at ? at + 13
            : text.IndexOf(" time=", StringComparison.Ordinal) is >= 0 and var slog ? slog + 6
            : -1;
        if (named >= 0 && TryTime(text.AsSpan(named), out var time))
        {
            return time;
        }

        if (text.IndexOf("\"ts\":", StringComparison.Ordinal) is >= 0 and var seconds && Epoch(text.AsSpan(seconds + 5)) is { } epoch)
        {
            return epoch;
        }

        DateTimeOffset? found = null;
        var head = text.AsSpan(0, Math.Min(text.Length, TimeWithin));
        for (var i = 0; i + 19 <= head.Length; i++)
        {
            if (head[i] == '2' && head[i + 1] == '0' && (i == 0 || !char.IsAsciiLetterOrDigit(head[i - 1])) && TryTime(text.AsSpan(i), out time))
            {
                found = time;

                // The second one in brackets is the program's, after one of the container runtime's.
                if (i > 0 && head[i - 1] == '[')
                {
                    return found;
                }

                i += 18;
            }
        }

        return found;
    }

    private static DateTimeOffset? Epoch(ReadOnlySpan<char> text)
    {
        return double.TryParse(NumberAt(text), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 1e9 and < 4e9
            ? DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : null;
    }

    /// <summary><c>2026-11-22 06:18:00.123 +01:00</c> with the usual variants: T, slashes, no or more decimals, Z, +0100.</summary>
    private bool TryTime(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length < 19 || text[4] is not ('-' or '/') || text[7] != text[4] || text[10] is not (' ' or 'T') || text[13] != ':' || text[16] != ':'
            || !Number(text, 0, 4, out var year) || !Number(text, 5, 2, out var month) || !Number(text, 8, 2, out var day)
            || !Number(text, 11, 2, out var hour) || !Number(text, 14, 2, out var minute) || !Number(text, 17, 2, out var second)
            || month is < 1 or > 12 || day < 1 || hour > 23 || minute > 59 || second > 59 || year < 2000 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        var rest = text[19..];
        var ticks = 0L;
        if (rest is ['.' or ',', >= '0' and <= '9', ..])
        {
            rest = rest[1..];
            var unit = TimeSpan.TicksPerSecond / 10;
            while (rest is [>= '0' and <= '9', ..])
            {
                ticks += unit * (rest[0] - '0');
                unit /= 10;
                rest = rest[1..];
            }
        }

        var zone = rest is [' ', 'Z' or '+' or '-', ..] ? rest[1..] : rest;
        var offset = TimeSpan.Zero;
        if (zone is ['+' or '-', ..] && Number(zone, 1, 2, out var hours) && hours <= 14)
        {
            var minutesAt = zone.Length > 3 && zone[3] == ':' ? 4 : 3;
            offset = new TimeSpan(hours, Number(zone, minutesAt, 2, out var minutes) && minutes < 60 ? minutes : 0, 0);
            offset = zone[0] == '-' ? -offset : offset;
        }
        else if (zone is not ['Z', ..])
        {
            IsZoneGuessed = true;
        }

        // A zone can move the last hours of the year 9999 beyond what can be said.
        var inUtc = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks + ticks - offset.Ticks;
        if (inUtc < DateTimeOffset.MinValue.Ticks || inUtc > DateTimeOffset.MaxValue.Ticks)
        {
            return false;
        }

        time = new DateTimeOffset(inUtc, TimeSpan.Zero);
        return true;
    }

    private static bool Number(ReadOnlySpan<char> text, int at, int length, out int value)
    {
        value = 0;
        if (text.Length < at + length)
        {
            return false;
        }

        foreach (var digit in text.Slice(at, length))
        {
            if (!char.IsAsciiDigit(digit))
            {
                return false;
            }

            value = (value * 10) + digit - '0';
        }

        return true;
    }

    private string? LevelOf(string text)
    {
        var named = Field("level");
        if (named is not null && Known(named) is { } known)
        {
            return known;
        }

        var head = text.AsSpan(0, Math.Min(text.Length, 200));
        foreach (var word in head.SplitAny(" []|\t"))
        {
            if (Known(head[word]) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static string? Known(ReadOnlySpan<char> word)
    {
        foreach (var level in Levels)
        {
            if (word.Equals(level, StringComparison.OrdinalIgnoreCase))
            {
                return level == "warning" ? "warn" : level;
            }
        }

        return null;
    }

    /// <summary>Between the time and the fields.</summary>
    private static string MessageOf(string text)
    {
        var end = text.IndexOf(" caller=", StringComparison.Ordinal);
        var start = text.IndexOf("] ", StringComparison.Ordinal);
        var from = start >= 0 && start < (end < 0 ? text.Length : end) ? start + 2 : 0;
        return (end < 0 ? text[from..] : text[from..end]).Trim();
    }
}
