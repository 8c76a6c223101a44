using System.Text.Json.Serialization;

namespace CallsBot.Protocols.Rtcd;

/// <summary>How RTCD's JSON is read and written.</summary>
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RtcdVersion))]
[JsonSerializable(typeof(RtcdSystem))]
[JsonSerializable(typeof(RtcdLogin))]
[JsonSerializable(typeof(RtcdRefusal))]
public sealed partial class RtcdJson : JsonSerializerContext;
