using System.Text.Json;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Saving;

/// <summary>Small files in the form of what many public repositories hold, with the numbers that Keras gave for them.</summary>
public sealed class PublicModelTests
{
    /// <summary>Files that can't be read, and what the refusal says.</summary>
    private static readonly Dictionary<string, string> Refused = new()
    {
        ["float64"] = "argument 'dtype'",
        ["git-lfs-pointer"] = "is a pointer of Git LFS",
        ["time-major"] = "argument 'time_major' is true",
    };

    public static TheoryData<string> Files => [.. Names().Where(name => !Refused.ContainsKey(CaseOf(name)))];

    public static TheoryData<string> RefusedFiles => [.. Names().Where(name => Refused.ContainsKey(CaseOf(name)))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Predicts_as_Keras_did(string file)
    {
        using JsonDocument recorded = Recorded(CaseOf(file));
        Model model = Load(file);
        AssertPredictions(recorded.RootElement.GetProperty("expected"), model, recorded.RootElement.GetProperty("inputs"));
        if (recorded.RootElement.TryGetProperty("second_call", out JsonElement second)) AssertPredictions(second, model, recorded.RootElement.GetProperty("inputs"));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Trains_on_where_that_was_recorded(string file)
    {
        using JsonDocument recorded = Recorded(CaseOf(file));
        if (!recorded.RootElement.TryGetProperty("next_step", out JsonElement next)) return;
        Model model = Load(file);
        Assert.Empty(model.LoadNotices);
        (float[] targets, int[] shape) = ArrayOf(recorded.RootElement.GetProperty("targets"));
        Evaluation step = model.TrainOnBatch(InputsOf(recorded.RootElement.GetProperty("inputs")), Targets.FromValues(Shaped(targets, shape)));
        bool isMean = recorded.RootElement.GetProperty("keras").GetString()!.StartsWith('3'); // over all steps since the last reset
        if (!isMean) Assert.Equal(next.GetProperty("loss").GetDouble(), step.Loss, 1e-5);
        AssertPredictions(next.GetProperty("predictions"), model, recorded.RootElement.GetProperty("inputs"));
    }

    [Theory]
    [MemberData(nameof(RefusedFiles))]
    public void What_is_missing_is_named(string file) =>
        Assert.Contains(Refused[CaseOf(file)], Assert.Throws<InvalidDataException>(() => Load(file)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_loss_and_metric_of_somebodys_own_are_left_out()
    {
        Model model = Load("custom-loss-and-metric.h5");
        Assert.Contains(model.LoadNotices, notice => notice.Contains("'my_loss' is unknown", StringComparison.Ordinal));
        Assert.Null(model.Optimizer);
    }

    [Fact]
    public void Without_an_optimizer_it_is_compiled_with_rmsprop()
    {
        Model model = Load("compile-config-without-optimizer.keras");
        Assert.Equal("rmsprop", model.Optimizer!.Name);
        Assert.Contains(model.LoadNotices, notice => notice.Contains("no optimizer is given", StringComparison.Ordinal));
    }

    [Fact]
    public void Hard_sigmoid_of_Keras_2_is_folded_into_the_weights()
    {
        string path = Path.Combine(Path.GetTempPath(), $"unroll-{Guid.NewGuid():N}.keras");
        try
        {
            Load("hard-sigmoid-keras22.h5").Save(path);
            Model written = Model.Load(path), expected = Load("hard-sigmoid-folded.keras");
            foreach ((float[] values, float[] folded) in written.GetWeights().Zip(expected.GetWeights())) KerasRun.AssertClose(folded, values, 1e-6, "Weight");
            using JsonDocument recorded = Recorded("hard-sigmoid-keras22");
            AssertPredictions(recorded.RootElement.GetProperty("folded_expected"), written, recorded.RootElement.GetProperty("inputs"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static IReadOnlyList<string> Names() => KerasFiles.NamesIn(KerasFiles.PublicModelsDirectory, ".keras", ".h5");

    private static string CaseOf(string file) => Path.GetFileNameWithoutExtension(file) is "hard-sigmoid-folded" ? "hard-sigmoid-keras22" : Path.GetFileNameWithoutExtension(file);

    private static Model Load(string file) => Model.Load(Path.Combine(KerasFiles.PublicModelsDirectory, file));

    private static JsonDocument Recorded(string name) => JsonDocument.Parse(File.ReadAllText(Path.Combine(KerasFiles.PublicModelsDirectory, name + ".json")));

    private static void AssertPredictions(JsonElement expected, Model model, JsonElement inputs) =>
        KerasRun.AssertClose(ArrayOf(expected).Values, [.. model.Predict(InputsOf(inputs))], 1e-5, "Prediction");

    private static Inputs InputsOf(JsonElement json)
    {
        (float[] values, int[] shape) = ArrayOf(json);
        return json.GetProperty("dtype").GetString() == "int32"
            ? Inputs.FromIds(Shaped(Array.ConvertAll(values, value => (int)value), shape))
            : Inputs.FromValues(Shaped(values, shape));
    }

    private static (float[] Values, int[] Shape) ArrayOf(JsonElement json) => (
        [.. json.GetProperty("values").EnumerateArray().Select(value => value.GetSingle())],
        [.. json.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())]);

    private static Array Shaped<T>(T[] values, int[] shape) where T : struct
    {
        var array = Array.CreateInstance(typeof(T), shape);
        Buffer.BlockCopy(values, 0, array, 0, Buffer.ByteLength(values));
        return array;
    }
}
