using System.Text;
using System.Text.Json;
using CallsBot.Protocols.Rtcd;
using FsCheck;
using FsCheck.Fluent;

namespace CallsBot.Tests.Protocols.Rtcd;

public sealed class RtcdVersionTests
{
    [Fact]
    public void The_recorded_reply_is_read()
    {
        var version = Read(RtcdVectors.Http("version").GetProperty("body").GetString()!);

        version.ShouldBe(new RtcdVersion { BuildVersion = "", GoVersion = "go1.19.8" });
    }

    [Fact]
    public void The_documented_sample_in_snake_case_is_read()
    {
        var version = Read(
            """{"build_date":"2025-01-22 17:00","build_version":"v1.1.0","build_hash":"7bc1f7a","go_version":"go1.23.6","go_os":"linux","go_arch":"amd64"}""");

        version.ShouldBe(new RtcdVersion
        {
            BuildDate = "2025-01-22 17:00",
            BuildVersion = "v1.1.0",
            BuildHash = "7bc1f7a",
            GoVersion = "go1.23.6",
            GoOS = "linux",
            GoArch = "amd64",
        });
    }

    [Fact]
    public void Unknown_fields_of_any_shape_are_skipped()
    {
        Read("""{"x":{"buildVersion":"no"},"y":[[1,{"z":null}]],"buildVersion":"v1.2.6","w":null}""").BuildVersion.ShouldBe("v1.2.6");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"v1.2.6\"")]
    [InlineData("12")]
    [InlineData("""{"buildVersion":null}""")]
    [InlineData("""{"buildVersion":126}""")]
    [InlineData("""{"buildVersion":["v1.2.6"]}""")]
    [InlineData("""{"BuildVersion":"v1.2.6"}""")]
    [InlineData("""{"buildVersion":"v1.2.6","buildHash":null}""")]
    [InlineData("""{"buildVersion":"v1.2.6","buildVersion":"v1.2.7"}""")]
    [InlineData("""{"buildVersion":"v1.2.6","build_version":"v1.2.7"}""")]
    [InlineData("""{"buildVersion":"\ud800"}""")]
    [InlineData("""{"buildVersion":"v1.2.6"} x""")]
    [InlineData("""{"buildVersion":"v1.2.6" """)]
    [InlineData("")]
    public void What_is_not_exactly_one_version_is_refused(string json)
    {
        Should.Throw<JsonException>(() => Read(json));
    }

    [Fact]
    public void Reading_anything_gives_a_version_or_a_json_fault_and_no_other_exception()
    {
        Prop.ForAll((byte[] noise) => ReadsOrRefuses(noise)).QuickCheckThrowOnFailure();
        Prop.ForAll((string? name, string? value) =>
            ReadsOrRefuses(Encoding.UTF8.GetBytes($"{{\"buildVersion\":\"{name}\",\"{name}\":{value}}}"))).QuickCheckThrowOnFailure();

        var whole = Encoding.UTF8.GetBytes("""{"build_version":"v1.2.6é","x":[1,{"y":"\u00e9"}],"goOS":"linux"}""");
        for (var length = 0; length < whole.Length; length++)
        {
            ReadsOrRefuses(whole[..length]).ShouldBeTrue();
        }
    }

    [Fact]
    public void What_is_written_is_read_back_the_same()
    {
        Prop.ForAll((string? version, string? hash) =>
        {
            var given = new RtcdVersion { BuildVersion = Plain(version), BuildHash = Plain(hash), GoOS = "linux" };
            return Read(JsonSerializer.Serialize(given, RtcdJson.Default.RtcdVersion)) == given;
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>Without half surrogate pairs, which JSON cannot carry.</summary>
    private static string Plain(string? text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? ""));

    private static bool ReadsOrRefuses(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, RtcdJson.Default.RtcdVersion) is { BuildVersion: not null };
        }
        catch (JsonException)
        {
            return true;
        }
    }

    private static RtcdVersion Read(string json) =>
        JsonSerializer.Deserialize(json, RtcdJson.Default.RtcdVersion) ?? throw new JsonException("null");
}
