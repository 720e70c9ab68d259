using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Microsoft.AspNetCore.Mvc;

namespace Unroll.Serving.Endpoint;

/// <summary>JSON in and out, by generated code: native compilation knows no other.</summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(PredictRequest))]
[JsonSerializable(typeof(PredictAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class ServingJson : JsonSerializerContext;

/// <summary>As it goes over the wire.</summary>
internal static class WireJson
{
    /// <summary>Letters of any language as they are; what could end a script in HTML stays escaped.</summary>
    public static ServingJson Types { get; } = new(new JsonSerializerOptions(ServingJson.Default.Options) { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) });
}
