using System.Net;
using CallsBot.Probes;
using CallsBot.Protocols.Mattermost;

namespace CallsBot.Checks.Plugin;

/// <summary>Why a question has no answer.</summary>
internal enum AnswerFault
{
    None,

    /// <summary>There is nobody to ask: no address, or no administrator's token.</summary>
    NotAsked,

    /// <summary>401 or 403.</summary>
    Refused,

    /// <summary>404: what was asked is not there.</summary>
    NotFound,

    /// <summary>No reply, or one that tells nothing.</summary>
    Unreachable,
}

/// <summary>What came of a question to Mattermost or the Calls plugin.</summary>
/// <param name="Value">Null when there is a fault.</param>
/// <param name="Fault">Why there is no value.</param>
/// <param name="Seen">What was seen instead of a value, a sentence; safe to show.</param>
internal sealed record Answer<T>(T? Value, AnswerFault Fault, string Seen)
    where T : class
{
    public static Answer<T> NotAsked(string why) => new(null, AnswerFault.NotAsked, why);

    public static Answer<T> From(T value) => new(value, AnswerFault.None, "");

    public static Answer<T> From(MattermostException ex) => new(
        null,
        ex.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => AnswerFault.Refused,
            HttpStatusCode.NotFound => AnswerFault.NotFound,
            _ => AnswerFault.Unreachable,
        },
        SafeText.From(ex.Message));

    /// <summary>What follows from the value; the same fault when there is none.</summary>
    public Answer<TOther> Select<TOther>(Func<T, TOther> select)
        where TOther : class =>
        Value is null ? new Answer<TOther>(null, Fault, Seen) : Answer<TOther>.From(select(Value));

    public override string ToString() => Fault == AnswerFault.None ? typeof(T).Name : $"{Fault}: {Seen}";
}
