namespace CallsBot.Setup;

/// <summary>Setup cannot go on. The message says why and what to do, and holds no secret.</summary>
/// <param name="message">One line.</param>
/// <param name="exitCode">What the process ends with.</param>
/// <param name="innerException">The cause, if there is one.</param>
internal sealed class SetupException(string message, int exitCode, Exception? innerException = null)
    : Exception(message, innerException)
{
    public int ExitCode { get; } = exitCode;
}
