using System.Text.Json;
using System.Text.Json.Nodes;

namespace CallsBot.Tests.Protocols.Mattermost;

/// <summary>One recorded exchange of <c>Vectors/mattermost</c>.</summary>
internal sealed class Recording
{
    private readonly JsonNode _root;

    private Recording(JsonNode root) => _root = root;

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Vectors", "mattermost");

    public string Method => Request["method"]!.GetValue<string>();

    public string Target => Request["path"]!.GetValue<string>();

    public string RequestUrl => Request["url"]!.GetValue<string>();

    public int Status => _root["response"]!["status"]!.GetValue<int>();

    public string ContentType => _root["response"]!["headers"]?["content-type"]?.GetValue<string>() ?? "application/json";

    public JsonNode ResponseBody => _root["response"]!["body"]!;

    /// <summary>The body as it was on the wire: a body that was not JSON is recorded as a string.</summary>
    public string ResponseText =>
        ResponseBody.GetValueKind() == JsonValueKind.String ? ResponseBody.GetValue<string>() : ResponseBody.ToJsonString();

    private JsonNode Request => _root["request"]!;

    public JsonNode? RequestBody() => Request["body"];

    public JsonNode? RequestBody(string field) => (Request["body"] ?? Request)[field];

    public static string PathOf(string file) => Path.Combine(Folder, file);

    public static Recording Read(string file) => new(JsonNode.Parse(File.ReadAllText(PathOf(file)))!);

    /// <summary>The body of a request that the server sent to an integration.</summary>
    public static string InboundBody(string file) =>
        JsonNode.Parse(File.ReadAllText(PathOf(file)))!["body"]!.GetValue<string>();
}
