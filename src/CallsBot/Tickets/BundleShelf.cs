using System.Security.Cryptography;

namespace CallsBot.Tickets;

/// <summary>
/// Bundles that wait for a yes. What is handed out is what the preview told of, byte for byte; after an hour, or a restart,
/// it has to be made again. Files are readable by their owner alone, and are gone when they are closed.
/// </summary>
internal sealed class BundleShelf(TimeProvider time) : IDisposable
{
    private const int MostBundles = 20;
    private const int BufferSize = 64 * 1024;
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Bundle> _bundles = new(StringComparer.Ordinal);
    private bool _isClosed;

    /// <summary>A file that takes a bundle. It belongs to the caller until it is put on the shelf.</summary>
    public static FileStream NewFile()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = BufferSize,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(
            Path.Combine(Path.GetTempPath(), $"callsbot-{RandomNumberGenerator.GetHexString(16, lowercase: true)}.zip"), options);
    }

    /// <summary>Puts a bundle there; one that was there for the same ticket and person goes, and so does the oldest when there are too many.</summary>
    /// <param name="ticket">What is in it.</param>
    /// <param name="userId">Who was shown the preview.</param>
    /// <param name="needsAdministrator">Whether there is in it what administrators alone may have.</param>
    /// <param name="file">The file; it belongs to the shelf from here on.</param>
    /// <returns>The key to take it by.</returns>
    public string Put(WrittenTicket ticket, string userId, bool needsAdministrator, FileStream file)
    {
        var key = RandomNumberGenerator.GetHexString(16, lowercase: true);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            foreach (var (old, bundle) in _bundles.ToList())
            {
                if (time.GetElapsedTime(bundle.At) > Kept || (bundle.Ticket.TicketId == ticket.TicketId && bundle.UserId == userId))
                {
                    Remove(old);
                }
            }

            if (_bundles.Count >= MostBundles)
            {
                Remove(_bundles.MinBy(entry => entry.Value.At).Key);
            }

            _bundles.Add(key, new Bundle(ticket, userId, needsAdministrator, file, time.GetTimestamp()));
        }

        return key;
    }

    /// <summary>Whether a bundle has what administrators alone may have. False when it is not there any more.</summary>
    public bool NeedsAdministrator(string key)
    {
        lock (_lock)
        {
            return _bundles.TryGetValue(key, out var bundle) && bundle.NeedsAdministrator;
        }
    }

    /// <summary>Takes a bundle off the shelf. The file belongs to the caller then, and stands at its beginning.</summary>
    /// <returns>False when it is not there any more, or was shown to somebody else.</returns>
    public bool TryTake(string key, string userId, out WrittenTicket ticket, out FileStream file)
    {
        lock (_lock)
        {
            if (_bundles.TryGetValue(key, out var bundle) && bundle.UserId == userId && time.GetElapsedTime(bundle.At) <= Kept)
            {
                _bundles.Remove(key);
                bundle.File.Position = 0;
                (ticket, file) = (bundle.Ticket, bundle.File);
                return true;
            }
        }

        (ticket, file) = (null!, null!);
        return false;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
            foreach (var key in _bundles.Keys.ToList())
            {
                Remove(key);
            }
        }
    }

    private void Remove(string key)
    {
        if (_bundles.Remove(key, out var bundle))
        {
            bundle.File.Dispose();
        }
    }

    private sealed record Bundle(WrittenTicket Ticket, string UserId, bool NeedsAdministrator, FileStream File, long At);
}
