using CallsBot.Sandbox.Rtcd;

namespace CallsBot.Sandbox.Page;

/// <summary>One condition of the pretend RTCD, on the page and on the command line.</summary>
/// <param name="Id">What requests and the command line call it.</param>
/// <param name="Group">What it stands under on the page.</param>
/// <param name="Label">What people read.</param>
/// <param name="What">What happens then, in one line.</param>
/// <param name="Apply">Adds it to others. Where two exclude each other, the later one stays.</param>
internal sealed record RtcdConditionSwitch(string Id, string Group, string Label, string What, Func<RtcdConditions, RtcdConditions> Apply)
{
    private const string Client = "Client";
    private const string Api = "API";
    private const string WebSocket = "WebSocket";
    private const string Answer = "Answer and candidates";
    private const string Media = "Media port";
    private const string Encryption = "Encryption";

    public static IReadOnlyList<RtcdConditionSwitch> All { get; } =
    [
        new("wrong-key", Client, "Wrong key", "The client is registered with another key", it => it with { Client = ClientState.WrongKey }),
        new("unregistered", Client, "Not registered", "The store was lost: nobody is registered", it => it with { Client = ClientState.Unregistered }),

        new("busy", Api, "Busy", "Load 1.75: less than one idle core", it => it with { CpuLoad = 1.75 }),
        new("full", Api, "Full", "No idle time at all: an empty body", it => it with { CpuLoad = double.PositiveInfinity }),
        new("clock-ahead", Api, "Clock ahead", "By seven minutes", it => it with { ClockSkew = TimeSpan.FromMinutes(7) }),
        new("clock-behind", Api, "Clock behind", "By seven minutes", it => it with { ClockSkew = TimeSpan.FromMinutes(-7) }),
        new("metrics-hidden", Api, "Metrics hidden", "/metrics answers 404", it => it with { HidesMetrics = true }),
        new("profiles-hidden", Api, "Profiles hidden", "/debug/pprof/ answers 404", it => it with { HidesProfiles = true }),

        new("upgrade-stripped", WebSocket, "Upgrade stripped", "A proxy takes the headers away: 400", it => it with { Socket = SocketFault.UpgradeStripped }),
        new("upgrade-required", WebSocket, "Upgrade required", "A proxy answers 426", it => it with { Socket = SocketFault.UpgradeRequired }),
        new("upgrade-page", WebSocket, "A page in place of the socket", "A proxy answers 200 with HTML", it => it with { Socket = SocketFault.Page }),
        new("upgrade-bad-gateway", WebSocket, "Bad gateway on the socket", "A proxy answers 502", it => it with { Socket = SocketFault.BadGateway }),
        new("no-hello", WebSocket, "No hello", "The socket opens, the first message is missing", it => it with { Socket = SocketFault.NoHello }),
        new("silent-after-hello", WebSocket, "Silent after hello", "Nothing that is sent has an effect", it => it with { Socket = SocketFault.SilentAfterHello }),
        new("idle-cut", WebSocket, "Idle sockets cut", "After five seconds without traffic", it => it with { CutsIdleSocketsAfter = TimeSpan.FromSeconds(5) }),

        new("answer-late", Answer, "Late answer", "Eight seconds after the offer", it => it with { AnswersAfter = TimeSpan.FromSeconds(8) }),
        new("candidates-missing", Answer, "No candidates", "Neither trickled nor in the answer", it => it with { Candidates = CandidatePlacement.None }),
        new("candidates-first", Answer, "Candidates first", "Before the answer", it => it with { Candidates = CandidatePlacement.BeforeAnswer }),
        new("candidates-in-answer", Answer, "Candidates in the answer", "And trickled as well", it => it with { Candidates = CandidatePlacement.InAnswer }),
        new("override-docker", Answer, "Docker's address", "Candidates say 172.17.0.2", it => it with { HostOverride = "172.17.0.2" }),
        new("override-private", Answer, "Private address", "Candidates say 10.11.12.13", it => it with { HostOverride = "10.11.12.13" }),
        new("override-cgnat", Answer, "Carrier's address", "Candidates say 100.64.7.7", it => it with { HostOverride = "100.64.7.7" }),
        new("override-documentation", Answer, "Address from a manual", "Candidates say 192.0.2.10", it => it with { HostOverride = "192.0.2.10" }),
        new("override-unresolvable", Answer, "Name that does not resolve", "Every join fails in the log alone", it => it with { HostOverride = "rtcd.corp.invalid" }),

        new("udp-dropped", Media, "UDP dropped", "Nothing arrives", it => it with { LosesUdpIn = IpFamilies.Both }),
        new("udp-answers-dropped", Media, "UDP answers dropped", "Everything arrives, nothing comes back", it => it with { LosesUdpOut = IpFamilies.Both }),
        new("udp-dropped-later", Media, "UDP dropped later", "After ten packets of a peer", it => it with { LosesUdpAfter = 10 }),
        new("udp-lossy", Media, "UDP loses", "Every third check", it => it with { LosesEveryStun = 3 }),
        new("tcp-silent", Media, "TCP silent", "Connections are taken, nothing is answered", it => it with { SilentTcp = IpFamilies.Both }),
        new("tcp-refused", Media, "TCP refused", "Nobody listens", it => it with { RefusesTcp = IpFamilies.Both }),

        new("dtls-refused", Encryption, "DTLS refused", "An alert in place of a handshake", it => it with { Dtls = DtlsFault.Refused }),
        new("dtls-silent", Encryption, "DTLS silent", "No handshake begins", it => it with { Dtls = DtlsFault.Silent }),
        new("fingerprint-wrong", Encryption, "Another certificate", "Not the one that the answer names", it => it with { WrongFingerprint = true }),
    ];

    public static RtcdConditionSwitch? Find(string id) => All.FirstOrDefault(one => one.Id == id);

    /// <summary>Adds one that is on already to no effect.</summary>
    public bool IsOnIn(RtcdConditions conditions) => Apply(conditions) == conditions;
}
