using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using CallsBot.Protocols;

namespace CallsBot.Analysis.Captures;

/// <summary>A picture with a handful of colours, and its PNG (ISO/IEC 15948).</summary>
/// <param name="palette">Red, green and blue; the first is the background.</param>
internal sealed class PixelImage(int width, int height, params int[] palette)
{
    private readonly byte[] _pixels = new byte[width * height];

    public int Width => width;

    public int Height => height;

    public byte this[int x, int y]
    {
        get => _pixels[(y * width) + x];
        set
        {
            // What is outside is not seen.
            if (x >= 0 && y >= 0 && x < width && y < height)
            {
                _pixels[(y * width) + x] = value;
            }
        }
    }

    public void Fill(int left, int top, int right, int bottom, byte colour)
    {
        for (var y = top; y < bottom; y++)
        {
            for (var x = left; x < right; x++)
            {
                this[x, y] = colour;
            }
        }
    }

    /// <summary>Writes digits, capitals and a few signs, each six pixels wide and seven high, times the scale. Others become blanks.</summary>
    public void Write(int left, int top, string text, byte colour, int scale = 2)
    {
        foreach (var letter in text.ToUpperInvariant())
        {
            if (PixelFont.Rows.TryGetValue(letter, out var rows))
            {
                for (var row = 0; row < PixelFont.Height; row++)
                {
                    for (var column = 0; column < PixelFont.Width; column++)
                    {
                        if ((rows[row] >> (PixelFont.Width - 1 - column) & 1) != 0)
                        {
                            Fill(left + (column * scale), top + (row * scale), left + ((column + 1) * scale), top + ((row + 1) * scale), colour);
                        }
                    }
                }
            }

            left += PixelFont.Advance * scale;
        }
    }

    public static int WidthOf(string text, int scale = 2) => text.Length * PixelFont.Advance * scale;

    public byte[] ToPng()
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);

        // Eight bits a pixel, by palette.
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 3);
        Chunk(png, "IHDR", header);
        Chunk(png, "PLTE", [.. palette.SelectMany(colour => new[] { (byte)(colour >> 16), (byte)(colour >> 8), (byte)colour })]);
        using (var packed = new MemoryStream())
        {
            using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            {
                for (var y = 0; y < height; y++)
                {
                    zlib.WriteByte(0);
                    zlib.Write(_pixels, y * width, width);
                }
            }

            Chunk(png, "IDAT", packed.ToArray());
        }

        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    private static void Chunk(MemoryStream png, string type, byte[] data)
    {
        var bytes = new byte[data.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(bytes, data.Length);
        Encoding.ASCII.GetBytes(type, bytes.AsSpan(4));
        data.CopyTo(bytes, 8);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(data.Length + 8), Crc32.Of(bytes.AsSpan(4, data.Length + 4)));
        png.Write(bytes);
    }
}
