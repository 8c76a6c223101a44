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
            if (TryRead(page.AsSpan(range), metric, out _, out var value))
            {
                sum = (sum ?? 0) + value;
            }
        }

        return sum;
    }

    /// <summary>The values of all series of a metric, added up for each value of a label.</summary>
    /// <param name="page">The whole page.</param>
    /// <param name="metric">The metric's name.</param>
    /// <param name="label">The label's name.</param>
    /// <returns>By the label's value, escaped as it is in the page; a series without the label counts under "".</returns>
    public static IReadOnlyDictionary<string, double> SumBy(string page, string metric, string label)
    {
        var sums = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var range in page.AsSpan().Split('\n'))
        {
            if (TryRead(page.AsSpan(range), metric, out var labels, out var value))
            {
                var key = LabelOf(labels, label).ToString();
                sums[key] = sums.GetValueOrDefault(key) + value;
            }
        }

        return sums;
    }

    /// <summary>Reads a sample: <c>metric{label="value",…} 1.5 1700000000000</c>, without the time.</summary>
    private static bool TryRead(ReadOnlySpan<char> line, string metric, out ReadOnlySpan<char> labels, out double value)
    {
        labels = default;
        value = 0;
        line = line.Trim();
        if (!line.StartsWith(metric, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = line[metric.Length..];
        if (rest.IsEmpty || rest[0] is not ('{' or ' ' or '\t'))
        {
            return false;
        }

        var number = AfterLabels(rest);
        labels = rest[..^number.Length];
        number = number.Trim();
        var end = number.IndexOfAny(' ', '\t');
        return double.TryParse(end < 0 ? number : number[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    /// <param name="labels">With the braces.</param>
    /// <param name="name">The label's name.</param>
    /// <returns>Empty when it is not there.</returns>
    private static ReadOnlySpan<char> LabelOf(ReadOnlySpan<char> labels, string name)
    {
        var rest = labels.TrimStart('{');
        while (rest.IndexOf("=\"", StringComparison.Ordinal) is >= 0 and var equals)
        {
            var isIt = rest[..equals].Trim(", \t").Equals(name, StringComparison.Ordinal);
            rest = rest[(equals + 2)..];
            var end = 0;
            while (end < rest.Length && rest[end] != '"')
            {
                end += rest[end] == '\\' ? 2 : 1;
            }

            end = Math.Min(end, rest.Length);
            if (isIt)
            {
                return rest[..end];
            }

            rest = rest[Math.Min(end + 1, rest.Length)..];
        }

        return [];
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
