using System.Text.Json;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Saving;

/// <summary>Files that tf_keras 2.21 wrote, the last Keras 2: predictions, evaluation, optimizer state, and training on from it.</summary>
public sealed class TfKerasFileTests
{
    public static TheoryData<string> Files => [.. KerasFiles.NamesIn(KerasFiles.GraphDirectory, ".keras", ".h5").Where(name => name.StartsWith("k2_", StringComparison.Ordinal))];

    [Fact]
    public void There_are_some() => Assert.Equal(6, Files.Count);

    [Theory]
    [MemberData(nameof(Files))]
    public void Does_what_it_did_in_Keras_2(string file)
    {
        (Model model, JsonElement recorded) = Load(file);
        Assert.Empty(model.LoadNotices);
        KerasRun.AssertClose(KerasCase.Flatten(recorded.GetProperty("predict")).Values, [.. model.Predict(X(recorded))], 1e-5, "Prediction");
        double[] expected = recorded.GetProperty("evaluate") is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Select(value => value.GetDouble())] : [recorded.GetProperty("evaluate").GetDouble()];
        Evaluation evaluation = model.Evaluate(X(recorded), Y(recorded), verbose: 0);
        Assert.Equal(expected.Length, evaluation.Values.Count);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], evaluation.Values[i], 1e-5);
    }

    /// <summary>The state by its names: slots of every weight, in whichever order the file has them.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void The_optimizers_state_is_the_recorded_one(string file)
    {
        (Model model, JsonElement recorded) = Load(file);
        JsonElement[] variables = [.. recorded.GetProperty("optimizer_weights").EnumerateArray()];
        Assert.True(model.IsOptimizerBuilt);
        Assert.Equal(4, model.State!.Iterations);
        Assert.Equal(4, variables[0][3][0].GetInt64());
        List<float[]> slots = [.. model.State.OptimizerVariables.Select(entry => entry.Value.Slice(0, entry.Form.Count).Span.ToArray())];
        Assert.Equal(variables.Length - 1, slots.Count);
        foreach (JsonElement variable in variables[1..])
        {
            float[] expected = KerasCase.Flatten(variable[3]).Values;
            int at = slots.FindIndex(slot => slot.AsSpan().SequenceEqual(expected) || slot.Length == expected.Length && slot.Zip(expected, (a, b) => Math.Abs(a - b) <= 1e-6f * Math.Abs(b)).All(isNear => isNear));
            Assert.True(at >= 0, $"No slot has the values of {variable[0].GetString()}.");
            slots.RemoveAt(at);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Training_goes_on_as_in_Keras_2(string file)
    {
        (Model model, JsonElement recorded) = Load(file);
        JsonElement fit = recorded.GetProperty("fit_from_file");
        History history = model.Fit(X(recorded), Y(recorded), fit.GetProperty("batch_size").GetInt32(), fit.GetProperty("epochs").GetInt32(), verbose: 0, shuffle: false);
        JsonElement[] losses = [.. fit.GetProperty("loss").EnumerateArray()];
        for (int epoch = 0; epoch < losses.Length; epoch++) Assert.Equal(losses[epoch].GetDouble(), history["loss"][epoch], 1e-5);
        JsonElement[] weights = [.. fit.GetProperty("weights_after_fit").EnumerateArray()];
        IReadOnlyList<float[]> trained = model.GetWeights();
        Assert.Equal(weights.Length, trained.Count);
        for (int w = 0; w < weights.Length; w++) KerasRun.AssertClose(KerasCase.Flatten(weights[w]).Values, trained[w], 2e-5, $"Weight {w}");
    }

    private static (Model Model, JsonElement Recorded) Load(string file) => (
        Model.Load(Path.Combine(KerasFiles.GraphDirectory, file)),
        JsonDocument.Parse(File.ReadAllText(Path.Combine(KerasFiles.GraphDirectory, Path.ChangeExtension(file, ".json")))).RootElement);

    private static Targets Y(JsonElement recorded) => KerasCase.Flatten(recorded.GetProperty("y")).Values;

    private static Inputs X(JsonElement recorded)
    {
        JsonElement x = recorded.GetProperty("x");
        return x[0][0].ValueKind == JsonValueKind.Array ? Inputs.Create(Ids(x[0]), Values(x[1])) : Ids(x);
    }

    private static Inputs Ids(JsonElement json)
    {
        (float[] values, int[] shape) = KerasCase.Flatten(json);
        var ids = new int[shape[0], shape[1]];
        for (int i = 0; i < values.Length; i++) ids[i / shape[1], i % shape[1]] = (int)values[i];
        return ids;
    }

    private static Inputs Values(JsonElement json)
    {
        (float[] values, int[] shape) = KerasCase.Flatten(json);
        var features = new float[shape[0], shape[1]];
        Buffer.BlockCopy(values, 0, features, 0, Buffer.ByteLength(values));
        return features;
    }
}
