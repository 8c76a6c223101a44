using System.CommandLine.Parsing;
using System.Globalization;

namespace CallsBot.Cli;

/// <summary>Reads times such as "10s", "1.5m" or "500ms" from the command line.</summary>
internal static class TimeOption
{
    public static Func<ArgumentResult, TimeSpan> Between(TimeSpan shortest, TimeSpan longest) => result =>
    {
        var text = result.Tokens[0].Value;
        var digits = text.TrimEnd('s', 'm');
        var unit = text[digits.Length..] switch { "ms" => 0.001, "" or "s" => 1, "m" => 60, _ => double.NaN };
        if (double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number * unit))
        {
            var seconds = number * unit;
            if (seconds >= shortest.TotalSeconds && seconds <= longest.TotalSeconds)
            {
                return TimeSpan.FromSeconds(seconds);
            }
        }

        result.AddError($"{(result.Parent as OptionResult)?.Option.Name}: '{text}' is not a time from {Words(shortest)} to {Words(longest)}, such as 10s.");
        return default;
    };

    private static string Words(TimeSpan time) => time.TotalMinutes >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0}m")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0}s");
}
