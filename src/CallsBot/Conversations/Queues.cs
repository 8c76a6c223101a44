using CallsBot.Hosting;

namespace CallsBot.Conversations;

/// <summary>Short work for the chat: cards, dialogs, notes to administrators.</summary>
internal sealed class ChatQueue(ILogger<ChatQueue> logger) : WorkQueue(workers: 8, capacity: 1_000, logger);

/// <summary>Checks that a session waits for. Apart from the chat, so that a slow network holds up no card.</summary>
internal sealed class CheckQueue(ILogger<CheckQueue> logger) : WorkQueue(workers: 8, capacity: 200, logger);

/// <summary>Evidence to read. Few at once: each may keep a core busy and hold a large file.</summary>
internal sealed class EvidenceQueue(ILogger<EvidenceQueue> logger) : WorkQueue(workers: 2, capacity: 200, logger);
