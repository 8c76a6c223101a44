using System.Globalization;

namespace CallsBot.Protocols.Rtcd;

/// <summary>Reads single values from a page of metrics (Prometheus, exposition formats, text-based format).</summary>
public static class PrometheusText
{
    /// <summary>The values of all series of a metric, added up.</summary>
    /// <param name="page">The whole page.</param>
    /// <param name="metric">The metric's name.</param>
    /// <returns>Null when no series of it is there. Lines that are no sample are passed over.</returns>
    public static double? Sum(string page, string metric)
    {
        double? sum = null;
        foreach (var range in page.AsSpan().Split('\n'))
        {
            var line = page.AsSpan(range).Trim();
            if (!line.StartsWith(metric, StringComparison.Ordinal))
            {
                continue;
            }

            var rest = line[metric.Length..];
            if (rest.IsEmpty || rest[0] is not ('{' or ' ' or '\t'))
            {
                continue;
            }

            rest = AfterLabels(rest).Trim();
            var end = rest.IndexOfAny(' ', '\t');
            if (double.TryParse(end < 0 ? rest : rest[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            {
                sum = (sum ?? 0) + value;
            }
        }

        return sum;
    }

    // A label's value may hold a closing brace; within quotes a backslash escapes the next character.
    private static ReadOnlySpan<char> AfterLabels(ReadOnlySpan<char> text)
    {
        if (text[0] != '{')
        {
            return text;
        }

        var quoted = false;
        for (var at = 1; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '\\' when quoted:
                    at++;
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case '}' when !quoted:
                    return text[(at + 1)..];
            }
        }

        return [];
    }
}
