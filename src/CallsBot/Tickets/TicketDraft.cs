namespace CallsBot.Tickets;

/// <summary>Fields of a ticket that people fill in: kebab-case and stable, they are stored.</summary>
internal static class TicketField
{
    public const string Description = "description";
    public const string Since = "since";
    public const string Steps = "steps";
    public const string Affected = "affected";
    public const string Logs = "logs";

    /// <summary>What somebody else adds. Every one counts, not only the latest.</summary>
    public const string Addition = "addition";

    /// <summary>The ticket was handed out, by whom and when. The value is the SHA-256 of the bundle.</summary>
    public const string Sent = "sent";

    public const string One = "one";
    public const string Several = "several";
    public const string Everyone = "everyone";
    public const string Yes = "yes";
    public const string No = "no";
}

/// <summary>Something that somebody wrote into a ticket. <see cref="ToString"/> leaves it out.</summary>
internal sealed record TicketEntry(string Field, string Value, string UserId, DateTimeOffset At)
{
    public override string ToString() => $"{nameof(TicketEntry)} {Field} by {UserId}";
}

/// <summary>A support ticket in the making, as it is stored.</summary>
/// <param name="Id">Short enough to be typed.</param>
/// <param name="OwnerId">Who began it.</param>
/// <param name="ChannelId">The owner's direct channel with the bot.</param>
/// <param name="SessionId">The walk that led to it; empty for none.</param>
/// <param name="CreatedAt">When it was begun.</param>
/// <param name="Entries">What was written for it, oldest first.</param>
internal sealed record TicketDraft(
    string Id, string OwnerId, string ChannelId, string SessionId, DateTimeOffset CreatedAt, IReadOnlyList<TicketEntry> Entries)
{
    /// <summary>Whether logs may be included. Not before somebody has said so.</summary>
    public bool IncludesLogs => Latest(TicketField.Logs) == TicketField.Yes;

    /// <summary>Nobody has described anything yet.</summary>
    public bool IsEmpty => Latest(TicketField.Description).Length == 0;

    public bool IsSent => Entries.Any(entry => entry.Field == TicketField.Sent);

    public Affected Affected => Latest(TicketField.Affected) switch
    {
        TicketField.One => Affected.One,
        TicketField.Several => Affected.Several,
        TicketField.Everyone => Affected.Everyone,
        _ => Affected.Unknown,
    };

    public IEnumerable<TicketEntry> Additions => Entries.Where(entry => entry.Field == TicketField.Addition);

    /// <returns>What the field holds; empty when nothing was written.</returns>
    public string Latest(string field) => Entries.LastOrDefault(entry => entry.Field == field)?.Value ?? "";

    /// <param name="nameOf">The user name of an account.</param>
    public TicketWords Words(Func<string, string> nameOf) => new()
    {
        Description = Latest(TicketField.Description),
        Since = Latest(TicketField.Since),
        Steps = Latest(TicketField.Steps),
        Affected = Affected,
        Additions = [.. Additions.Select(addition => new TicketAddition(nameOf(addition.UserId), addition.At, addition.Value))],
    };

    public override string ToString() => $"{nameof(TicketDraft)} {Id}, {Entries.Count} entries";
}
