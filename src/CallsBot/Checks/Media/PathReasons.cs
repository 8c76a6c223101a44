using System.Net.Sockets;
using CallsBot.Checks.Rtcd;
using CallsBot.Protocols.Sdp;

namespace CallsBot.Checks.Media;

/// <summary>
/// Every way in which a media path, one transport over one family, can end, with its words. Placeholders besides those of
/// <see cref="AddressFindings"/>: <c>{media}</c> (RTCD's media port), <c>{address}</c> (its media address), <c>{told}</c> (what RTCD tells clients), <c>{consequence}</c> (what users notice), <c>{proof}</c> (what shows that
/// the session was live), <c>{why}</c> (why nothing can be told), <c>{elsewhere}</c> (that the address
/// is not the one RTCD is reached at, when no way to it works).
/// </summary>
internal sealed class PathReasons
{
    private static readonly NextStep CompareOverride = new(
        "Compare the address and port that RTCD tells clients with where it is, and with what the firewall or NAT forwards: ice_host_override, ice_host_port_override and ice_port_udp or ice_port_tcp under [rtc].",
        "grep -nE 'ice_(host|port|address)' /opt/rtcd/rtcd.toml; env | grep RTCD_RTC_ICE");

    private static readonly NextStep InTheCloud = new(
        "In a cloud, look at the security group of the RTCD server, at the network's access list, and at any load balancer: media does not pass through an HTTP proxy.");

    private static readonly NextStep FromAClient = new(
        "This was seen from the machine that CallsBot runs on. See whether a user's machine fares better: join a call there, and send /call stats afterwards.");

    public PathReasons(IceTransport transport, AddressFamily family)
    {
        var isUdp = transport == IceTransport.Udp;
        var (name, lower) = isUdp ? ("UDP", "udp") : ("TCP", "tcp");
        var ip = family == AddressFamily.InterNetwork ? "IPv4" : "IPv6";
        var tool = ip == "IPv4" ? "iptables" : "ip6tables";
        var path = $"over {name} and {ip}";

        var openTheFirewall = new NextStep(
            $"On the RTCD server, allow {name} {{media}} in, from wherever users are: with ufw or firewalld if it has one, else in {tool}. To look first: sudo nft list ruleset | grep -nw {{media}}",
            $"if command -v ufw >/dev/null; then sudo ufw allow {{media}}/{lower}; elif command -v firewall-cmd >/dev/null; then sudo firewall-cmd --permanent --add-port={{media}}/{lower} && sudo firewall-cmd --reload; else sudo {tool} -I INPUT -p {lower} --dport {{media}} -j ACCEPT; fi");
        var whoListens = new NextStep(
            $"On the RTCD server, see whether rtcd listens on the port, and at which addresses.",
            isUdp ? "sudo ss -lunp 'sport = :{media}' | head" : "sudo ss -ltnp 'sport = :{media}'");
        var watch = new NextStep(
            isUdp
                ? "On the RTCD server, watch the port while the check runs again. No line: the packets are stopped on the way there. Lines in one direction only: the answers are stopped by the server's own rules. Lines in both: they are lost on the way back."
                : "On the RTCD server, watch the port while the check runs again. No line: the packets are stopped on the way there.",
            $"sudo timeout 30 tcpdump -ni any '{lower} port {{media}}'");
        var tryFromHere = new NextStep(
            "From the machine that CallsBot runs on, try the port.", "nc -vz -w 3 '{address}' {media}");

        Passed = new(
            Code: null, Outcome.Pass, $"The call server's media port can be used {path}.", "{seen}.");
        PacketsLost = new(
            "packets-lost",
            Outcome.Warn,
            $"Packets are lost between the bot and the call server {path}.",
            "{seen}. Few packets were sent, so the share is rough. Loss above a few percent is heard; a rule that lets only so many packets through a second does this too.",
            watch,
            new NextStep("From the machine that CallsBot runs on, see where on the way packets are lost.", "mtr -rwbc 50 '{address}'"),
            FromAClient);
        MostLost = new(
            "most-packets-lost",
            Outcome.Fail,
            $"Most packets between the bot and the call server are lost {path}: no call can be held like this.",
            "{seen}. A rule that lets only a few packets through, an overloaded line, or a machine that two paths lead to does this. {consequence}",
            watch,
            new NextStep("From the machine that CallsBot runs on, see where on the way packets are lost.", "mtr -rwbc 50 '{address}'"),
            new NextStep("On the RTCD server, look for rules that count or limit.", "sudo nft list ruleset | grep -nE 'limit|quota|ct count|meter'; sudo iptables -S | grep -E 'limit|recent|connlimit'"),
            FromAClient);
        Refused = new(
            isUdp ? "nothing-listens" : "connection-refused",
            Outcome.Fail,
            $"Nothing accepts media {path} where the call server says it does.",
            isUdp
                ? "{seen}. RTCD told of this address and port, and the machine there, or a firewall in its name, answered that nothing listens (ICMP). {consequence}"
                : "{seen}. RTCD told of this address and port, and the machine there, or a firewall in its name, refused the connection. {consequence}",
            whoListens,
            CompareOverride,
            openTheFirewall);
        Blocked = new(
            "blocked",
            Outcome.Fail,
            $"Media does not get through between the bot and the call server {path}: a firewall drops it, or the address is wrong.",
            isUdp
                ? "{seen}. The session was live: {proof}. So the packets, or the answers to them, are dropped on the way. Which of the two cannot be told: RTCD was asked to send here first, and nothing came of that either, which NAT on this side can also cause. {consequence}{elsewhere}"
                : "{seen}. RTCD told of this address and port. {consequence}{elsewhere}",
            openTheFirewall,
            InTheCloud,
            CompareOverride,
            isUdp ? watch : tryFromHere,
            FromAClient)
        {
            IsInferred = true,
        };
        OneWay = new(
            "one-way",
            Outcome.Fail,
            $"Media passes in one direction only {path}: from the call server to the bot, and not back.",
            "{seen}. RTCD was told of this machine's address, and what it sends arrives; what is sent to RTCD's media port is dropped on the way. {consequence}",
            openTheFirewall,
            InTheCloud,
            watch)
        {
            IsInferred = true,
        };
        AnswersLost = new(
            "answers-lost",
            Outcome.Fail,
            $"Packets pass between the bot and the call server {path}, but the answers to them do not.",
            "{seen}. RTCD sends here because a packet from here reached it, so both directions are open, and yet not one answer came: most packets are lost, or a firewall lets only some through. {consequence}",
            watch,
            FromAClient)
        {
            IsInferred = true,
        };
        Unreachable = new(
            "unreachable",
            Outcome.Fail,
            $"There is no way to the call server's media address {path}.",
            "{seen}. A router or firewall on the way answered that it does not pass the packets on, or no machine has the address. {consequence}",
            new NextStep("From the machine that CallsBot runs on, look at the route.", "ip route get '{address}'"),
            CompareOverride,
            openTheFirewall);
        AnotherAnswers = new(
            "another-answers",
            Outcome.Fail,
            $"Something answers at the call server's media address {path}, but it is not this call server.",
            "{seen}. A wrong address in ice_host_override, or a port that is forwarded to another machine, does this. {consequence}",
            CompareOverride,
            whoListens);
        Closed = new(
            "closed-without-answer",
            Outcome.Fail,
            $"The call server's media port takes the connection {path}, and closes it without an answer.",
            "{seen}. Another program on the port, another RTCD, or a firewall that inspects traffic does this. {consequence}",
            whoListens,
            CompareOverride);
        FallbackFails = new(
            "fallback-fails",
            Outcome.Warn,
            $"Media does not get through {path}; it does another way, so most calls work.",
            "{seen}. {consequence}",
            openTheFirewall,
            whoListens,
            InTheCloud,
            CompareOverride);
        NoWayFromHere = new(
            "no-route-from-here",
            Outcome.Inconclusive,
            $"The bot's machine cannot send {path}, so that path could not be tested.",
            "{seen}. The machine that CallsBot runs on has no route there, or its own firewall forbids it.",
            new NextStep("On the machine that CallsBot runs on, look at the route and at the rules for what it sends.", "ip route get '{address}'; sudo nft list ruleset | grep -n -A 20 'hook output'"));
        AddressRefused = new(
            "address-refused",
            Outcome.Inconclusive,
            $"The call server's media address is none that the bot sends anything to, so the path {path} could not be tested.",
            "{seen}.",
            CompareOverride);
        NotTold = new(
            "not-told",
            Outcome.Inconclusive,
            $"Whether media gets through {path} cannot be told from here.",
            "{seen}. {why}",
            FromAClient,
            watch);
        NoCandidate = new(
            "no-candidate",
            Outcome.Skipped,
            $"The call server offers no media {path}.",
            ip == "IPv6"
                ? "RTCD tells clients {told}. It uses IPv6 when rtc.enable_ipv6 is on and the server has a public IPv6 address; calls need IPv4 only."
                : isUdp
                    ? "RTCD tells clients {told}. Without UDP over IPv4 most clients fall back to TCP, or cannot join."
                    : "RTCD tells clients {told}. It offers TCP since v0.11.0, at the port rtc.ice_port_tcp.",
            ip == "IPv6"
                ? new NextStep("If clients are to use IPv6, switch it on under [rtc] in RTCD's configuration, and restart RTCD when no call is running.", "enable_ipv6 = true")
                : CompareOverride);
        SomeAddressesFail = new(
            RtcdVersionReasons.SomeAddressesFail,
            Outcome.Warn,
            $"Media gets through {path} to some of the call servers, and not to others.",
            "{seen}. It does not by way of: {failed}. The Calls plugin sends each new call to the least busy server, so some calls fail.",
            openTheFirewall,
            CompareOverride,
            FromAClient);
    }

    public Reason Passed { get; }

    public Reason PacketsLost { get; }

    public Reason MostLost { get; }

    public Reason Refused { get; }

    public Reason Blocked { get; }

    public Reason OneWay { get; }

    public Reason AnswersLost { get; }

    public Reason Unreachable { get; }

    public Reason AnotherAnswers { get; }

    public Reason Closed { get; }

    /// <summary>TCP fails and UDP works, or IPv6 fails and IPv4 works: most clients do not notice.</summary>
    public Reason FallbackFails { get; }

    public Reason NoWayFromHere { get; }

    public Reason AddressRefused { get; }

    public Reason NotTold { get; }

    public Reason NoCandidate { get; }

    public Reason SomeAddressesFail { get; }

    public IEnumerable<Reason> All =>
    [
        PacketsLost, MostLost, Refused, Blocked, OneWay, AnswersLost, Unreachable, AnotherAnswers, Closed, FallbackFails, NoWayFromHere, AddressRefused, NotTold,
        NoCandidate, SomeAddressesFail,
    ];
}
