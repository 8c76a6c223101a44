namespace CallsBot;

/// <summary>What the process ends with.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int InternalError = 1;

    /// <summary>The command line, a file or the settings are wrong: the message says what to change.</summary>
    public const int Usage = 2;

    /// <summary>Something that was looked at is not as it should be.</summary>
    public const int Failed = 3;

    /// <summary>Nothing failed, but there is a warning, or something could not be tested.</summary>
    public const int Warned = 4;
}
