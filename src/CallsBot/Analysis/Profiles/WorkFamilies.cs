using CallsBot.Protocols.Pprof;

namespace CallsBot.Analysis.Profiles;

/// <summary>What an RTCD uses the processor for.</summary>
internal enum WorkFamily
{
    Encryption,
    Media,
    Network,
    Connecting,
    Login,
    Signalling,
    Metrics,
    Logging,
    Storage,
    Web,
    Locks,
    GarbageCollection,
    Waiting,
    Other,
}

/// <summary>Sorts the samples of a profile by what the functions do. Pure.</summary>
internal static class WorkFamilies
{
    /// <summary>Anywhere in a stack, these say what all of it is for.</summary>
    private static readonly (string Function, WorkFamily Family)[] Anywhere =
    [
        ("runtime.gcBgMarkWorker", WorkFamily.GarbageCollection),
        ("runtime.gcAssistAlloc", WorkFamily.GarbageCollection),
        ("runtime.bgsweep", WorkFamily.GarbageCollection),
        ("runtime.bgscavenge", WorkFamily.GarbageCollection),
        ("runtime.gcStart", WorkFamily.GarbageCollection),
        ("runtime.findrunnable", WorkFamily.Waiting),
        ("runtime.findRunnable", WorkFamily.Waiting),
        ("runtime.schedule", WorkFamily.Waiting),
        ("runtime.sysmon", WorkFamily.Waiting),
    ];

    /// <summary>
    /// From the innermost function outwards, the first of these says it. The packages that RTCD is made of: github.com/mattermost/rtcd,
    /// go.mod. What serves any purpose, such as crypto/aes, is not here: whoever calls it says what for.
    /// </summary>
    private static readonly (string Prefix, WorkFamily Family)[] Innermost =
    [
        ("syscall.", WorkFamily.Network),
        ("runtime/internal/syscall.", WorkFamily.Network),
        ("internal/runtime/syscall.", WorkFamily.Network),
        ("internal/poll.", WorkFamily.Network),
        ("golang.org/x/net/", WorkFamily.Network),
        ("sync.(*Mutex)", WorkFamily.Locks),
        ("sync.(*RWMutex)", WorkFamily.Locks),
        ("internal/sync.(*Mutex)", WorkFamily.Locks),
        ("runtime.semacquire", WorkFamily.Locks),
        ("runtime.semrelease", WorkFamily.Locks),
        ("golang.org/x/crypto/blowfish.", WorkFamily.Login),
        ("golang.org/x/crypto/bcrypt.", WorkFamily.Login),
        ("github.com/mattermost/rtcd/service/auth.", WorkFamily.Login),
        ("github.com/pion/srtp", WorkFamily.Encryption),
        ("github.com/pion/dtls", WorkFamily.Connecting),
        ("github.com/pion/ice", WorkFamily.Connecting),
        ("github.com/pion/stun", WorkFamily.Connecting),
        ("github.com/pion/turn", WorkFamily.Connecting),
        ("github.com/pion/sdp", WorkFamily.Connecting),
        ("github.com/pion/sctp", WorkFamily.Signalling),
        ("github.com/pion/", WorkFamily.Media),
        ("github.com/mattermost/rtcd/service/rtc.", WorkFamily.Media),
        ("encoding/json.", WorkFamily.Signalling),
        ("github.com/vmihailenco/", WorkFamily.Signalling),
        ("github.com/gorilla/websocket.", WorkFamily.Signalling),
        ("github.com/mattermost/rtcd/service/ws.", WorkFamily.Signalling),
        ("github.com/prometheus/", WorkFamily.Metrics),
        ("github.com/mattermost/logr", WorkFamily.Logging),
        ("github.com/mattermost/rtcd/logger.", WorkFamily.Logging),
        ("git.mills.io/prologic/bitcask", WorkFamily.Storage),
        ("github.com/prologic/bitcask", WorkFamily.Storage),
        ("net/http.", WorkFamily.Web),
        ("crypto/tls.", WorkFamily.Web),
        ("runtime/pprof.", WorkFamily.Other),
    ];

    public static IReadOnlyDictionary<WorkFamily, long> Of(PprofProfile profile, int type)
    {
        var families = new Dictionary<WorkFamily, long>();
        foreach (var sample in profile.Samples)
        {
            var family = Of(profile.StackOf(sample));
            families[family] = families.GetValueOrDefault(family) + sample.ValueOf(type);
        }

        return families;
    }

    public static string NameOf(WorkFamily family) => family switch
    {
        WorkFamily.Encryption => "encrypting and decrypting media (SRTP)",
        WorkFamily.Media => "forwarding media (RTP)",
        WorkFamily.Network => "sending and receiving (system calls)",
        WorkFamily.Connecting => "setting up connections (ICE, DTLS)",
        WorkFamily.Login => "checking the keys of logins",
        WorkFamily.Signalling => "signalling (WebSocket, JSON, msgpack)",
        WorkFamily.Metrics => "metrics",
        WorkFamily.Logging => "logging",
        WorkFamily.Storage => "its store of clients",
        WorkFamily.Web => "HTTP and TLS",
        WorkFamily.Locks => "waiting for locks",
        WorkFamily.GarbageCollection => "garbage collection",
        WorkFamily.Waiting => "looking for work (idle)",
        _ => "other",
    };

    private static WorkFamily Of(IEnumerable<PprofFrame> stack)
    {
        WorkFamily? innermost = null;
        foreach (var function in stack.Select(frame => frame.Function))
        {
            foreach (var (name, family) in Anywhere)
            {
                if (function == name)
                {
                    return family;
                }
            }

            innermost ??= Innermost.Where(rule => function.StartsWith(rule.Prefix, StringComparison.Ordinal)).Select(rule => (WorkFamily?)rule.Family).FirstOrDefault();
        }

        return innermost ?? WorkFamily.Other;
    }
}
