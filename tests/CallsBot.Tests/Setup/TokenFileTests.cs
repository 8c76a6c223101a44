using System.Runtime.Versioning;
using CallsBot.Setup;

namespace CallsBot.Tests.Setup;

// File modes are asserted.
[UnsupportedOSPlatform("windows")]
public sealed class TokenFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void White_space_around_the_token_is_not_part_of_it() =>
        TokenFile.Read(_folder.Write("token", "\n  4hqje1gyut8njerypmotjw41er \r\n")).ShouldBe("4hqje1gyut8njerypmotjw41er");

    [Theory]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherRead | UnixFileMode.GroupRead)]
    public void A_token_that_everybody_may_read_is_refused(UnixFileMode others)
    {
        var path = _folder.Write("token", "4hqje1gyut8njerypmotjw41er", UnixFileMode.UserRead | others);

        Should.Throw<SetupException>(() => TokenFile.Read(path)).Message.ShouldEndWith($"Run: chmod 600 {path}");
    }

    [Fact]
    public void A_link_to_a_token_that_everybody_may_read_is_refused()
    {
        File.CreateSymbolicLink(
            _folder["link"], _folder.Write("token", "4hqje1gyut8njerypmotjw41er", UnixFileMode.UserRead | UnixFileMode.OtherRead));

        Should.Throw<SetupException>(() => TokenFile.Read(_folder["link"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("hunter2\npassword hunter2")]
    [InlineData("Bearer hunter2")]
    [InlineData("hünter2")]
    public void Anything_but_one_token_is_refused_and_not_repeated(string text)
    {
        var path = _folder.Write("token", text);

        var fault = Should.Throw<SetupException>(() => TokenFile.Read(path));

        fault.Message.ShouldStartWith($"{path}: the file ");
        fault.Message.ShouldNotContain("nter2");
    }

    [Fact]
    public void A_file_of_any_size_is_refused_without_being_read()
    {
        var path = _folder.Write("token", "");
        using (var stream = File.OpenWrite(path))
        {
            stream.SetLength(8L * 1024 * 1024 * 1024);
        }

        Should.Throw<SetupException>(() => TokenFile.Read(path));
    }

    [Fact]
    public void A_file_that_is_not_there_is_said_by_its_name()
    {
        var fault = Should.Throw<SetupException>(() => TokenFile.Read(_folder["none"]));

        fault.Message.ShouldStartWith($"{_folder["none"]}: cannot be read");
        fault.ExitCode.ShouldBe(2);
    }
}
