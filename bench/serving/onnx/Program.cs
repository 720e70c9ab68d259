// The same kind of app with ONNX Runtime: Unroll makes ids of the text, so that only the inference differs.
using System.Text.Json.Serialization;
using Microsoft.ML.OnnxRuntime;
using Unroll;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, Wire.Default));
string path = builder.Configuration["model"] ?? "m.keras";
var reader = Model.Load(path).Text!;
string[] labels = ["negative", "positive"];
using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 }; // requests run side by side
using var session = new InferenceSession(Path.ChangeExtension(path, ".onnx"), options);
using var runs = new RunOptions();
bool takesLongs = session.InputMetadata.Values.Single().ElementType == typeof(long);
var app = builder.Build();
app.MapPost("/predict", (Question question) =>
{
    int[,] ids = reader.Encode(question.Text);
    int[] row = [.. ids.Cast<int>()];
    long[] shape = [1, row.Length];
    using OrtValue input = takesLongs
        ? OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(row, id => (long)id), shape)
        : OrtValue.CreateTensorValueFromMemory(row, shape);
    using var outputs = session.Run(runs, session.InputNames, [input], session.OutputNames);
    float p = outputs[0].GetTensorDataAsSpan<float>()[0];
    int largest = p > 0.5f ? 1 : 0;
    return new Answer(labels[largest], largest == 1 ? p : 1 - p, new() { [labels[0]] = 1 - p, [labels[1]] = p });
});
app.Run();

internal sealed record Question(string Text);

internal sealed record Answer(string Label, float Probability, Dictionary<string, float> Probabilities);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Question))]
[JsonSerializable(typeof(Answer))]
internal sealed partial class Wire : JsonSerializerContext;
