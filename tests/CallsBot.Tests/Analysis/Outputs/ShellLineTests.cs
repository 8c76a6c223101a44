using CallsBot.Analysis.Outputs;

namespace CallsBot.Tests.Analysis.Outputs;

public sealed class ShellLineTests
{
    [Theory]
    [InlineData("$ nc -vz rtcd.example.com 8045", "nc -vz rtcd.example.com 8045")]
    [InlineData("admin@rtcd:~$ sudo ss -lntup", "ss -lntup")]
    [InlineData("[root@rtcd ~]# iptables -L -n", "iptables -L -n")]
    [InlineData("PS C:\\Users\\ana> curl.exe -v http://rtcd.example.com:8045/version", "curl.exe -v http://rtcd.example.com:8045/version")]
    [InlineData("curl -v http://rtcd.example.com:8045/version", "curl -v http://rtcd.example.com:8045/version")]
    [InlineData("sudo nmap -sU -p 8443 203.0.113.10", "nmap -sU -p 8443 203.0.113.10")]
    public void A_typed_command_is_told_from_what_stands_before_it(string line, string command) =>
        ShellLine.CommandOf(line).ShouldBe(command);

    [Theory]
    [InlineData("curl says connection refused")]
    [InlineData("top - 14:02:11 up 21 days,  3:11,  1 user")]
    [InlineData("nc: connect to 203.0.113.10 port 8045 (tcp) failed: Connection refused")]
    [InlineData("* Connected to rtcd.example.com (203.0.113.10) port 8045 (#0)")]
    [InlineData("> GET /version HTTP/1.1")]
    [InlineData("# HELP rtcd_rtc_sessions_total Total number of active RTC sessions")]
    [InlineData("docker is installed here")]
    [InlineData("{\"timestamp\":\"2026-11-22 06:18:00.123 Z\",\"msg\":\"$ curl\"}")]
    public void Outputs_and_sentences_are_no_commands(string line) => ShellLine.CommandOf(line).ShouldBeNull();
}
