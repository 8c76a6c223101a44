using System.Globalization;

namespace CallsBot.Analysis.Captures;

/// <summary>Packets a second to and from the servers over time, as a picture and in words.</summary>
internal static class PacketRateChart
{
    private const int Width = 800;
    private const int Height = 300;
    private const int Left = 90;
    private const int Right = 785;
    private const int Top = 40;
    private const int Bottom = 250;
    private const int MostTicks = 8;

    private const byte Ink = 1;
    private const byte Grid = 2;
    private const byte Dark = 3;
    private const byte Light = 4;

    // The two lines differ in lightness as well, and one is broken.
    private static readonly int[] Palette = [0xFFFFFF, 0x202020, 0xDDDDDD, 0x12356B, 0xE58A00];

    /// <returns>Null when there is nothing to show.</returns>
    public static Picture? Of(RateHistogram rates)
    {
        if (rates.ToServer.IsEmpty)
        {
            return null;
        }

        var seconds = Math.Max(1.0, rates.ToServer.Length * (rates.Width / 1e9));
        var (to, from) = (Columns(rates.ToServer, rates.Width, seconds), Columns(rates.FromServer, rates.Width, seconds));
        var most = Math.Max(1, Math.Max(to.Max(), from.Max()));
        var step = Round(most / 4, atLeast: 1);
        var top = Math.Ceiling(most / step) * step;

        var image = new PixelImage(Width, Height, Palette);
        Axes(image, seconds, step, top);
        Line(image, from, top, Light, broken: true);
        Line(image, to, top, Dark, broken: false);
        Legend(image);
        return new Picture("packets.png", image.ToPng(), Caption(rates, seconds));
    }

    private static string Caption(RateHistogram rates, double seconds)
    {
        var (to, from) = (Sum(rates.ToServer), Sum(rates.FromServer));
        var (toMost, fromMost) = (Columns(rates.ToServer, rates.Width, seconds).Max(), Columns(rates.FromServer, rates.Width, seconds).Max());
        return string.Create(CultureInfo.InvariantCulture,
            $"Packets a second over {seconds:0.#} s. To the server (solid, dark): {to} packets, {to / seconds:0.#} a second on average, {toMost:0} at most. From the server (broken, light): {from} packets, {from / seconds:0.#} on average, {fromMost:0} at most.");
    }

    /// <summary>The rate for each column of pixels; over at least a second each, so that single packets do not look like thousands.</summary>
    private static double[] Columns(ReadOnlySpan<int> counts, long width, double seconds)
    {
        var columns = (int)Math.Clamp(seconds, 1, (Right - Left) / 2);
        var sums = new double[columns];
        for (var i = 0; i < counts.Length; i++)
        {
            sums[Math.Min(columns - 1, (int)(i * (width / 1e9) / seconds * columns))] += counts[i];
        }

        var each = seconds / columns;
        return [.. sums.Select(sum => sum / each)];
    }

    private static long Sum(ReadOnlySpan<int> counts)
    {
        var sum = 0L;
        foreach (var count in counts)
        {
            sum += count;
        }

        return sum;
    }

    private static void Axes(PixelImage image, double seconds, double step, double top)
    {
        for (var value = 0.0; value <= top + (step / 2); value += step)
        {
            var y = Y(value, top);
            image.Fill(Left, y, Right, y + 1, Grid);
            var label = Short(value);
            image.Write(Left - 8 - PixelImage.WidthOf(label), y - 7, label, Ink);
        }

        var tick = Round(seconds / MostTicks, atLeast: 0.2);
        for (var at = 0.0; at <= seconds + (tick / 100); at += tick)
        {
            var x = Left + (int)(at / seconds * (Right - Left));
            image.Fill(x, Bottom, x + 2, Bottom + 6, Ink);
            var label = Short(at);
            image.Write(Math.Min(x - (PixelImage.WidthOf(label) / 2), Width - PixelImage.WidthOf(label)), Bottom + 10, label, Ink);
        }

        image.Fill(Left - 2, Top - 6, Left, Bottom + 2, Ink);
        image.Fill(Left - 2, Bottom, Right, Bottom + 2, Ink);
        image.Write(Left + ((Right - Left - PixelImage.WidthOf("SECONDS")) / 2), Bottom + 30, "SECONDS", Ink);
    }

    private static void Legend(PixelImage image)
    {
        image.Write(8, 8, "PACKETS/S", Ink);
        Sample(image, 300, Dark, broken: false);
        image.Write(348, 8, "TO SERVER", Ink);
        Sample(image, 530, Light, broken: true);
        image.Write(578, 8, "FROM SERVER", Ink);
    }

    private static void Sample(PixelImage image, int left, byte colour, bool broken)
    {
        for (var x = left; x < left + 40; x++)
        {
            if (!broken || x / 8 % 2 == 0)
            {
                image.Fill(x, 13, x + 1, 17, colour);
            }
        }
    }

    private static void Line(PixelImage image, double[] values, double top, byte colour, bool broken)
    {
        var before = Y(values[0], top);
        for (var x = Left; x < Right; x++)
        {
            var y = Y(values[Math.Min(values.Length - 1, (int)((x - Left) / (double)(Right - Left) * values.Length))], top);
            if (!broken || x / 8 % 2 == 0 || y != before)
            {
                image.Fill(x, Math.Min(y, before) - 1, x + 2, Math.Max(y, before) + 2, colour);
            }

            before = y;
        }
    }

    private static int Y(double value, double top) => Bottom - (int)Math.Round(value / top * (Bottom - Top));

    /// <summary>1, 2 or 5 times a power of ten, not below a value.</summary>
    private static double Round(double value, double atLeast)
    {
        value = Math.Max(value, atLeast);
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return (value / power) switch { <= 1.0001 => 1, <= 2.0001 => 2, <= 5.0001 => 5, _ => 10 } * power;
    }

    private static string Short(double value) => value switch
    {
        >= 1e9 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e9:0.#}G"),
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.#}M"),
        >= 1e4 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e3:0.#}K"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:0.#}"),
    };
}
