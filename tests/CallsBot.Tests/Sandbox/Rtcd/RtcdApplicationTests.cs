using System.Net;
using System.Text.Json.Nodes;
using CallsBot.Protocols.Stun;
using CallsBot.Sandbox;
using CallsBot.Sandbox.Page;
using CallsBot.Sandbox.Rtcd;

namespace CallsBot.Tests.Sandbox.Rtcd;

/// <summary>The pretend RTCD as a command, and the names of what ails it.</summary>
public sealed class RtcdApplicationTests
{
    [Fact]
    public async Task It_says_where_it_is_in_one_line_and_serves_until_its_input_ends()
    {
        var input = new WaitingReader();
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var options = RtcdOptions.Parse(new Arguments(
            ["--address", "127.0.0.1", "--port", "0", "--media-port", "0", "--client-id", "probe", "--fault", "override-docker", "--fault", "tcp-silent", "--lose-every", "2", "--until-eof"]));
        var running = RtcdApplication.RunAsync(options, input, output, errors, CancellationToken.None);
        await input.Waits.WaitAsync(Participant.Patience);
        var line = JsonNode.Parse(output.ToString())!;

        using var participant = await Participant.OpenAsync(
            new Uri(line["url"]!.GetValue<string>()), line["clientId"]!.GetValue<string>(), line["authKey"]!.GetValue<string>());
        await participant.NextAsync();
        await participant.JoinAsync(candidates: 2);

        line["clientId"]!.GetValue<string>().ShouldBe("probe");
        participant.Candidates.ShouldAllBe(candidate => candidate.Host == "172.17.0.2" && candidate.Port == line["mediaPort"]!.GetValue<int>());
        await using var peer = await MediaPeer.ConnectAsync(
            participant, new IPEndPoint(IPAddress.Loopback, participant.Candidates[0].Port), participant.Candidates[0].Transport);
        peer.Answers = false;
        (await peer.CheckAsync()).Class.ShouldBe(StunClass.Success);
        await participant.SendAsync([0xc1]);
        await participant.LeaveAsync();

        input.End();
        await running.WaitAsync(Participant.Patience);
        output.ToString().Trim().ShouldNotContain("\n");
        errors.ToString().ShouldContain("Not known to an RTCD: RTCD WebSocket message of 1 bytes that is none");
    }

    [Theory]
    [InlineData("--fault nosuch", "'nosuch' is not a fault. Run with '--fault list' to see those there are.")]
    [InlineData("--address localhost", "--address needs an IP address, not 'localhost'.")]
    [InlineData("--auth-key short", "--auth-key needs at least 32 characters.")]
    [InlineData("--lose-every 0", "--lose-every needs a number from 1, not '0'.")]
    [InlineData("--media-port", "--media-port needs a value.")]
    [InlineData("--colour", "'--colour' is not an option. Run with --help to see those there are.")]
    public async Task A_wrong_option_is_said_in_one_line_and_ends_with_2(string line, string message)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();

        (await SandboxApplication.RunAsync(["rtcd", .. line.Split(' ')], output, errors)).ShouldBe(2);

        (output.ToString(), errors.ToString().TrimEnd()).ShouldBe(("", message));
    }

    [Fact]
    public async Task An_address_of_another_machine_is_said_in_one_line_and_ends_with_1()
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();

        (await SandboxApplication.RunAsync(["rtcd", "--address", "203.0.113.1"], output, errors)).ShouldBe(1);

        errors.ToString().TrimEnd().ShouldBe("203.0.113.1 is not an address of this machine.");
    }

    [Fact]
    public async Task The_list_of_faults_names_each_once()
    {
        using var output = new StringWriter();

        (await SandboxApplication.RunAsync(["rtcd", "--fault", "list"], output, TextWriter.Null)).ShouldBe(0);

        var ids = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]).ToList();
        ids.ShouldBeUnique();
        ids.ShouldBe([.. RtcdSwitch.All.Select(one => one.Id), .. RtcdConditionSwitch.All.Select(one => one.Id)]);
        RtcdSwitch.All.Select(one => one.Fault).Order().ShouldBe(Enum.GetValues<RtcdFault>().Order());
    }

    [Fact]
    public void Each_condition_has_a_switch_that_changes_it_and_it_alone()
    {
        var properties = typeof(RtcdConditions).GetProperties().Where(property => property.CanWrite).ToList();
        var changed = RtcdConditionSwitch.All.Select(one => properties
            .Where(property => !Equals(property.GetValue(one.Apply(RtcdConditions.Good)), property.GetValue(RtcdConditions.Good)))
            .Select(property => property.Name).ToList()).ToList();

        changed.ShouldAllBe(names => names.Count == 1);
        properties.Select(property => property.Name).Except(changed.SelectMany(names => names))
            .ShouldBe([nameof(RtcdConditions.PortOverride)], "which does nothing without an override of the host that is right");
        RtcdConditionSwitch.All.ShouldAllBe(one => one.IsOnIn(one.Apply(RtcdConditions.Good)) && !one.IsOnIn(RtcdConditions.Good));
    }

    /// <summary>Standard input that ends when it is told to.</summary>
    private sealed class WaitingReader : TextReader
    {
        private readonly TaskCompletionSource _waits = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Waits => _waits.Task;

        public void End() => _ended.TrySetResult();

        public override string ReadToEnd()
        {
            _waits.SetResult();
            _ended.Task.Wait(TimeSpan.FromSeconds(30));
            return "";
        }
    }
}
