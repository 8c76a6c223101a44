namespace CallsBot.Sandbox;

/// <summary>The sandbox cannot do what it was asked to. The message is one line and says the next step.</summary>
internal sealed class SandboxException(string message, Exception? innerException = null)
    : Exception(message, innerException);
