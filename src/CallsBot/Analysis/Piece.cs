using CallsBot.Checks;

namespace CallsBot.Analysis;

/// <summary>One thing of one kind: a file, a member of an archive, or a part of a paste.</summary>
/// <param name="Name">As people know it, such as "rtcd.log", "packet.zip/mattermost.log" or "message".</param>
/// <param name="Kind">What it was recognised as.</param>
/// <param name="FirstLine">The line of the file on which it begins, from 1: above 1 only for a part of a paste.</param>
internal sealed record Piece(string Name, PieceKind Kind, long FirstLine = 1);

/// <summary>What one piece showed, besides the findings that rest on several.</summary>
internal sealed record PieceReading
{
    public static readonly PieceReading Nothing = new();

    /// <summary>Figures for administrators, as label and value: how many lines, from when to when, versions. Few.</summary>
    public IReadOnlyList<Evidence> Facts { get; init; } = [];

    /// <summary>What this piece alone shows.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    public IReadOnlyList<Table> Tables { get; init; } = [];

    public IReadOnlyList<Picture> Pictures { get; init; } = [];

    /// <summary>What happened when, for the timeline over all pieces. Bounded by the analyser: the moments that tell most.</summary>
    public IReadOnlyList<Moment> Moments { get; init; } = [];

    /// <summary>Why it was not read to its end, as a sentence, such as "The file ends in the middle of a packet."; null when it was.</summary>
    public string? Trouble { get; init; }
}

/// <summary>A table for people: at most some 20 rows of short cells.</summary>
internal sealed record Table(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <param name="FileName">Such as "packets.png".</param>
/// <param name="Png">The picture.</param>
/// <param name="Caption">What is seen on it, for those who do not see it.</param>
internal sealed record Picture(string FileName, ReadOnlyMemory<byte> Png, string Caption);

/// <summary>One entry of the timeline.</summary>
/// <param name="At">When; UTC.</param>
/// <param name="Piece">The name of the piece.</param>
/// <param name="Line">The line in it; null for captures.</param>
/// <param name="What">A few words of the program's own, or the finding's id.</param>
/// <param name="SessionId">Whose call session it was; null when it is nobody's.</param>
internal sealed record Moment(DateTimeOffset At, string Piece, long? Line, string What, string? SessionId = null);
