namespace CallsBot.Analysis;

/// <summary>
/// Bytes of strangers, read within a budget. It never throws for what they are: where they are damaged, where the budget
/// ends or the reading is stopped, it ends as a file ends, and <see cref="Trouble"/> says why.
/// </summary>
/// <param name="inner">Where they come from; not closed.</param>
/// <param name="budget">What may still be read.</param>
/// <param name="packed">What they are unpacked from; null when they are as they were handed in.</param>
internal sealed class EvidenceStream(Stream inner, ReadingBudget budget, EvidenceStream? packed) : ReadOnlyStream
{
    public const int BufferSize = 64 * 1024;

    private byte[]? _own;
    private string? _trouble;
    private bool _ended;

    public bool IsUnpacked => packed is not null;

    /// <summary>Why it ends where it does, as a sentence; null when that is its end.</summary>
    public string? Trouble => packed?.Trouble ?? _trouble;

    /// <summary>As much of the beginning as tells what it is.</summary>
    public async Task<byte[]> ReadHeadAsync(CancellationToken cancellationToken)
    {
        var head = new byte[BufferSize];
        var count = await this.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        return head[..count];
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (IsOver())
        {
            return 0;
        }

        try
        {
            return Counted(await ReadInnerAsync(buffer, cancellationToken), buffer.Length);
        }
        catch (Exception ex) when (IsDamage(ex))
        {
            return EndAt(ex);
        }
    }

    public override int Read(Span<byte> buffer)
    {
        if (IsOver())
        {
            return 0;
        }

        try
        {
            return Counted(inner.Read(buffer), buffer.Length);
        }
        catch (Exception ex) when (IsDamage(ex))
        {
            return EndAt(ex);
        }
    }

    /// <summary>A pipe or a terminal may have nothing to say for ever, and a read of it cannot be called back.</summary>
    private async ValueTask<int> ReadInnerAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (IsUnpacked || inner.CanSeek || !budget.Stop.CanBeCanceled)
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }

        // Into bytes of its own: a read that is left behind may still write there.
        _own ??= new byte[BufferSize];
        var wanted = Math.Min(buffer.Length, _own.Length);
        var read = await Task.Run(() => inner.ReadAsync(_own.AsMemory(0, wanted), cancellationToken).AsTask(), cancellationToken).WaitAsync(budget.Stop);
        _own.AsSpan(0, read).CopyTo(buffer.Span);
        return read;
    }

    private bool IsOver()
    {
        if (!_ended && budget.Spent is { } spent)
        {
            (_ended, _trouble) = (true, spent);
        }

        return _ended;
    }

    private int Counted(int read, int wanted)
    {
        _ended = read == 0 && wanted > 0;
        budget.Count(read, IsUnpacked);
        return read;
    }

    private bool IsDamage(Exception ex) => (ex is OperationCanceledException && budget.Stop.IsCancellationRequested)
        || ex is IOException or InvalidDataException or UnauthorizedAccessException or NotSupportedException;

    private int EndAt(Exception ex)
    {
        _ended = true;
        _trouble ??= budget.Spent ?? (IsUnpacked
            ? "The archive is damaged or cut off here, and what is after it was left out. Copy it again, and compare the sizes of the two files."
            : $"It could not be read to its end: {FindingText.Clean(ex.Message, 200)}");
        return 0;
    }
}
