namespace CallsBot.Protocols.Pprof;

/// <summary>Goes over the fields of one message (protobuf.dev, "Encoding"). Copes with any bytes: it ends where they make no sense.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> bytes)
{
    private const int LongestNumber = 10;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;
    private bool _isBroken;

    /// <summary>Whether everything was read, and all of it made sense.</summary>
    public readonly bool IsAtEnd => !_isBroken && _at == _bytes.Length;

    public bool TryReadField(out ProtobufField field)
    {
        field = default;
        if (_isBroken || _at == _bytes.Length)
        {
            return false;
        }

        if (!TryReadNumber(out var tag) || tag >> 3 is 0 or > 536_870_911)
        {
            return Broken();
        }

        var number = (int)(tag >> 3);
        switch (tag & 7)
        {
            case 0 when TryReadNumber(out var value):
                field = new ProtobufField(number, value, 0, -1);
                return true;

            case 2 when TryReadNumber(out var length) && length <= (ulong)(_bytes.Length - _at):
                field = new ProtobufField(number, 0, _at, (int)length);
                _at += (int)length;
                return true;

            case 1 or 5 when _bytes.Length - _at >= ((tag & 7) == 1 ? 8 : 4):
                _at += (tag & 7) == 1 ? 8 : 4;
                field = new ProtobufField(number, 0, 0, -1);
                return true;

            default:
                return Broken();
        }
    }

    /// <summary>Empty for a field that is a number.</summary>
    public readonly ReadOnlySpan<byte> BytesOf(ProtobufField field) => field.IsBytes ? _bytes.Slice(field.Start, field.Length) : default;

    /// <summary>The numbers of a repeated field: one, or several that are packed.</summary>
    /// <param name="field">The field.</param>
    /// <param name="numbers">Gets them.</param>
    /// <param name="left">How many may still be read; below zero when there were more. They take eight times the memory of their bytes.</param>
    public readonly void AppendNumbers(ProtobufField field, List<ulong> numbers, ref int left)
    {
        if (!field.IsBytes)
        {
            if (--left >= 0)
            {
                numbers.Add(field.Value);
            }

            return;
        }

        var packed = new ProtobufReader(BytesOf(field));
        while (packed._at < packed._bytes.Length && packed.TryReadNumber(out var number) && --left >= 0)
        {
            numbers.Add(number);
        }
    }

    private bool Broken()
    {
        _isBroken = true;
        return false;
    }

    private bool TryReadNumber(out ulong number)
    {
        number = 0;
        for (var index = 0; index < LongestNumber && _at < _bytes.Length; index++)
        {
            var next = _bytes[_at++];
            number |= (ulong)(next & 0x7F) << (7 * index);
            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}

/// <param name="Number">Of the field.</param>
/// <param name="Value">Of a number.</param>
/// <param name="Start">Where its bytes begin.</param>
/// <param name="Length">How many they are; below zero for a number.</param>
internal readonly record struct ProtobufField(int Number, ulong Value, int Start, int Length)
{
    public bool IsBytes => Length >= 0;
}
