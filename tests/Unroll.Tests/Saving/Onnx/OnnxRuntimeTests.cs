using System.Numerics.Tensors;
using System.Text.Json;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Saving.Onnx;

/// <summary>Exported models pass ONNX's checker and predict in ONNX Runtime what they predict here.</summary>
public sealed class OnnxRuntimeTests(OnnxRuntimeTests.Witnesses witnesses) : IClassFixture<OnnxRuntimeTests.Witnesses>
{
    public static TheoryData<string> Names => [.. OnnxCases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Checker_accepts(string name)
    {
        Assert.SkipWhen(OnnxTools.NoChecker is not null, OnnxTools.NoChecker ?? "");
        Assert.Equal("", witnesses.Checked.GetProperty(name).GetString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Runtime_predicts_the_same(string name)
    {
        Assert.SkipWhen(OnnxTools.NoRuntime is not null, OnnxTools.NoRuntime ?? "");
        JsonElement result = witnesses.Results.GetProperty(name);
        Assert.False(result.TryGetProperty("error", out JsonElement error), error.ToString());
        OnnxCase model = OnnxCases.All[name];
        for (int run = 0; run < model.Runs.Length; run++)
        {
            JsonElement outputs = result.GetProperty("runs")[run];
            Predictions all = model.Model.PredictAll(model.Runs[run]);
            Assert.Equal(all.Count, outputs.GetArrayLength());
            for (int i = 0; i < all.Count; i++)
            {
                Tensor<float> expected = all[i];
                Assert.Equal(expected.Lengths.ToArray().Select(length => (int)length), outputs[i].GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()));
                var values = new float[expected.FlattenedLength];
                expected.FlattenTo(values);
                AssertClose(values, outputs[i].GetProperty("values"), run);
            }
        }
    }

    private static void AssertClose(float[] expected, JsonElement actual, int run)
    {
        Assert.Equal(expected.Length, actual.GetArrayLength());
        int i = 0;
        foreach (JsonElement element in actual.EnumerateArray())
        {
            Assert.True(element.ValueKind == JsonValueKind.Number, $"Run {run}, element {i}: {element}");
            double difference = Math.Abs(element.GetDouble() - expected[i]);
            Assert.True(difference <= 1e-5 * Math.Max(1, Math.Abs(expected[i])), $"Run {run}, element {i}: {element} instead of {expected[i]}.");
            i++;
        }
    }

    /// <summary>All models exported, checked and run once, each in one process for all.</summary>
    public sealed class Witnesses : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("unroll-onnx-");
        private readonly Lazy<JsonDocument> _checked, _results;

        public Witnesses()
        {
            _checked = new Lazy<JsonDocument>(() =>
            {
                OnnxTools.RunPython(Script("check.py"), _folder.FullName, Path.Combine(_folder.FullName, "checked.json"));
                return Read("checked.json");
            });
            _results = new Lazy<JsonDocument>(() =>
            {
                string jobs = Path.Combine(_folder.FullName, "jobs.json");
                File.WriteAllText(jobs, JsonSerializer.Serialize(OnnxCases.All.Select(entry => new
                {
                    name = entry.Key,
                    model = ModelFile(entry.Key),
                    runs = entry.Value.Runs.Select(run => new
                    {
                        inputs = run.Select((part, i) => new { shape = part.Shape, ids = run.HasIds(i) ? run.Ids(i) : null, values = run.HasIds(i) ? null : run.Values(i) }),
                    }),
                })));
                OnnxTools.RunNode(Script("run.cjs"), jobs, Path.Combine(_folder.FullName, "results.json"));
                return Read("results.json");
            });
            foreach ((string name, OnnxCase model) in OnnxCases.All) model.Model.ExportOnnx(ModelFile(name));
        }

        internal JsonElement Checked => _checked.Value.RootElement;

        internal JsonElement Results => _results.Value.RootElement;

        public void Dispose()
        {
            if (_checked.IsValueCreated) _checked.Value.Dispose();
            if (_results.IsValueCreated) _results.Value.Dispose();
            _folder.Delete(recursive: true);
        }

        private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", "onnx", name);

        private string ModelFile(string name) => Path.Combine(_folder.FullName, name + ".onnx");

        private JsonDocument Read(string name) => JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder.FullName, name)));
    }
}
