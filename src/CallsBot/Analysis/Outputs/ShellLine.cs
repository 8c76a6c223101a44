using System.Collections.Frozen;

namespace CallsBot.Analysis.Outputs;

/// <summary>Tells lines that somebody typed into a shell from what programs print. Pure.</summary>
internal static class ShellLine
{
    private const int Longest = 1_000;
    private const int LongestPrompt = 120;

    /// <summary>Programs whose output is read here: a line may begin with them without a prompt before it.</summary>
    private static readonly FrozenSet<string> Read = new[]
    {
        "curl", "nc", "ncat", "netcat", "nmap", "ss", "netstat", "nstat", "sysctl", "iptables", "ip6tables", "iptables-save", "iptables-legacy",
        "iptables-nft", "nft", "ufw", "firewall-cmd", "top", "ps", "iftop", "docker", "podman", "kubectl", "dig", "nslookup", "host", "tcpdump", "go",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Others that end the output of the one before.</summary>
    private static readonly FrozenSet<string> Others = new[]
    {
        "awk", "bash", "cat", "cd", "clear", "conntrack", "date", "df", "echo", "env", "ethtool", "exit", "free", "grep", "head", "helm", "hostname",
        "id", "ifconfig", "iostat", "ip", "journalctl", "less", "ls", "lsb_release", "lscpu", "lsof", "mmctl", "mtr", "nproc", "openssl", "pgrep",
        "pidstat", "ping", "pwd", "sar", "sed", "service", "sh", "sleep", "ssh", "su", "sudo", "systemctl", "tail", "telnet", "tracepath", "traceroute",
        "ulimit", "uname", "uptime", "vi", "vim", "vmstat", "watch", "wget", "whoami",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Subcommands = new[]
    {
        "add", "container", "describe", "events", "exec", "get", "inspect", "list", "logs", "ps", "pprof", "service", "stats", "status", "top", "tool", "show", "axo", "aux",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <returns>The command without prompt and sudo; null when the line is none.</returns>
    public static string? CommandOf(string line)
    {
        if (line.Length is 0 or > Longest)
        {
            return null;
        }

        var text = line.Trim();
        if (Typed(text) is { } command)
        {
            return command;
        }

        var bare = WithoutSudo(text);
        var tool = ToolOf(bare);
        return Read.Contains(tool) && bare.Length > tool.Length && LooksTyped(tool, bare[(tool.Length + 1)..].TrimStart()) ? bare : null;
    }

    /// <summary>The name of the program, without its folder.</summary>
    public static string ToolOf(string command)
    {
        var end = command.IndexOf(' ', StringComparison.Ordinal);
        var word = end < 0 ? command : command[..end];
        var name = word[(word.LastIndexOfAny(['/', '\\']) + 1)..];
        return name.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) ? name[..^4] : name;
    }

    /// <summary>The words of a command, without quotes around them.</summary>
    public static string[] WordsOf(string command) =>
        [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Trim('"', '\''))];

    /// <summary>What stands behind a prompt, when it is a program known here.</summary>
    private static string? Typed(string text)
    {
        for (var at = 0; at < Math.Min(text.Length - 1, LongestPrompt); at++)
        {
            if (text[at] is not ('$' or '#' or '%' or '>' or '❯' or '➜') || text[at + 1] != ' ' || !IsPrompt(text.AsSpan(0, at)))
            {
                continue;
            }

            var rest = WithoutSudo(text[(at + 2)..].TrimStart());
            var tool = ToolOf(rest);
            if (Read.Contains(tool) || Others.Contains(tool))
            {
                return rest;
            }
        }

        return null;
    }

    /// <summary>"", "user@host:~", "[user@host dir]", "bash-5.2", "PS C:\Users", "host:~ user", "/etc".</summary>
    private static bool IsPrompt(ReadOnlySpan<char> text) =>
        text.IsEmpty || text.Contains('@') || text[0] is '[' or '/' or '~' or '(' || text.StartsWith("PS ", StringComparison.Ordinal)
        || text.StartsWith("bash-", StringComparison.Ordinal) || text.StartsWith("sh-", StringComparison.Ordinal) || text.Contains(":~", StringComparison.Ordinal);

    private static string WithoutSudo(string text)
    {
        for (var rounds = 0; rounds < 4; rounds++)
        {
            if (text.StartsWith("sudo ", StringComparison.Ordinal))
            {
                text = text[5..].TrimStart();
                if (text.StartsWith("-u ", StringComparison.Ordinal))
                {
                    var parts = text.Split(' ', 3);
                    text = parts.Length == 3 ? parts[2] : "";
                }
            }
            else if (text.StartsWith("time ", StringComparison.Ordinal) || text.StartsWith("LC_ALL=C ", StringComparison.Ordinal))
            {
                text = text[(text.IndexOf(' ', StringComparison.Ordinal) + 1)..].TrimStart();
            }
            else
            {
                break;
            }
        }

        return text;
    }

    /// <summary>A sentence may begin with the name of a program: its arguments tell.</summary>
    private static bool LooksTyped(string tool, string arguments)
    {
        var end = arguments.IndexOf(' ', StringComparison.Ordinal);
        var first = end < 0 ? arguments : arguments[..end];
        if (first.Length < 2 || first[^1] is ':' or ',' or ';')
        {
            return false;
        }

        return first[0] == '-' || Subcommands.Contains(first)
            || (tool is "curl" or "dig" or "nc" or "ncat" or "nmap" or "host" or "nslookup" && first.AsSpan(0, first.Length - 1).ContainsAny('.', ':', '/'))
            || (tool is "sysctl" && first.StartsWith("net.", StringComparison.Ordinal));
    }
}
