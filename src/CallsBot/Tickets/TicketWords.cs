namespace CallsBot.Tickets;

/// <summary>What people wrote for a ticket: what the bot cannot know. <see cref="ToString"/> leaves it out.</summary>
internal sealed record TicketWords
{
    public string Description { get; init; } = "";

    /// <summary>Since when, or at what time; with the time zone.</summary>
    public string Since { get; init; } = "";

    /// <summary>How to make it happen.</summary>
    public string Steps { get; init; } = "";

    public Affected Affected { get; init; } = Affected.Unknown;

    /// <summary>What others added, in that order.</summary>
    public IReadOnlyList<TicketAddition> Additions { get; init; } = [];

    public override string ToString() => nameof(TicketWords);
}

/// <summary>What somebody else added to a ticket.</summary>
/// <param name="By">Their user name.</param>
/// <param name="At">When.</param>
/// <param name="Text">What they wrote.</param>
internal sealed record TicketAddition(string By, DateTimeOffset At, string Text)
{
    public override string ToString() => $"{nameof(TicketAddition)} at {At:O}";
}

/// <summary>For how many people it fails.</summary>
internal enum Affected
{
    Unknown,
    One,
    Several,
    Everyone,
}
