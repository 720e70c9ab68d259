using System.Text.Json;
using Unroll.Optimizers;
using Unroll.Tests.Saving;
using Xunit;

namespace Unroll.Tests.Optimizers;

/// <summary>Six steps of every optimizer of Keras 3.15 on a matrix, a vector, a number and an array of rank 3, through the public door.</summary>
public sealed class RecordedRuleTests
{
    private static readonly JsonElement Recorded =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "Optimizers", "rules.json"))).RootElement;

    public static TheoryData<int, string> Cases => [.. Recorded.GetProperty("cases").EnumerateArray().Select((json, i) => (i, Text(json)))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Steps_are_those_of_Keras(int index, string optimizer)
    {
        JsonElement json = Recorded.GetProperty("cases")[index];
        (float[][] weights, int[][] shapes) = Arrays(Recorded.GetProperty("initial"));
        string[] paths = [.. Recorded.GetProperty("paths").EnumerateArray().Select(path => path.GetString()!)];
        var steps = new OptimizerSteps(Optimizer.FromName(optimizer), [.. paths.Zip(shapes)]);
        JsonElement[] gradients = [.. Recorded.GetProperty("gradients").EnumerateArray()];
        int[] looks = [1, 2, 3, 6];
        for (int step = 1; step <= gradients.Length; step++)
        {
            steps.Apply(Arrays(gradients[step - 1]).Values, weights);
            int look = Array.IndexOf(looks, step);
            if (look >= 0) AssertClose(json.GetProperty("after_step")[look], weights, $"{optimizer}, step {step}");
        }

        AssertSizes(json.GetProperty("variables"), steps, optimizer);
        if (!json.TryGetProperty("after_finalize", out JsonElement finished)) return;
        steps.Finish(weights);
        AssertClose(finished, weights, $"{optimizer}, finished");
    }

    [Fact]
    public void Iterations_count_updates()
    {
        var steps = new OptimizerSteps(new Lion(0.5) { GradientAccumulationSteps = 3 }, ("w", [2]));
        float[][] weights = [[1, 1]];
        for (int call = 1; call <= 7; call++) steps.Apply([[1, -1]], weights);
        Assert.Equal(2, steps.Iterations);
        Assert.Equal([0f, 2f], weights[0]);
        Assert.Equal([1f, -1f], steps.Variables[0]); // the sum since
        steps.LearningRate = 0.25;
        Assert.Equal(0.25, steps.LearningRate);
    }

    [Fact]
    public void Wrong_arrays_are_named()
    {
        var steps = new OptimizerSteps(new SGD(1), ("layer/kernel", [2, 2]));
        Assert.Contains("'layer/kernel' has 4 values", Assert.Throws<ArgumentException>(() => steps.Apply([new float[3]], [new float[4]])).Message, StringComparison.Ordinal);
        Assert.Contains("2 arrays of weights, but 1", Assert.Throws<ArgumentException>(() => steps.Apply([new float[4]], [new float[4], new float[4]])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new OptimizerSteps(new SGD(1)));
        Assert.Contains("(2, 0)", Assert.Throws<ArgumentException>(() => new OptimizerSteps(new SGD(1), ("k", [2, 0]))).Message, StringComparison.Ordinal);
    }

    /// <summary>The optimizer with the weights that do not decay among its arguments.</summary>
    private static string Text(JsonElement json)
    {
        string text = json.GetProperty("optimizer").GetString()!;
        JsonElement excluded = json.GetProperty("exclude_from_weight_decay");
        return excluded.ValueKind == JsonValueKind.Null ? text : $"{text[..^1]},exclude_from_weight_decay={excluded.GetRawText()})";
    }

    /// <summary>The arrays that stand in files behind the counter and the rate, in their order; Nadam's product is not one of them.</summary>
    private static void AssertSizes(JsonElement variables, OptimizerSteps steps, string what)
    {
        int[] expected =
        [
            .. variables.EnumerateArray()
                .Where(variable => variable.GetProperty("path").GetString()!.Split('/')[^1] is not ("iteration" or "learning_rate" or "variable"))
                .Select(variable => variable.GetProperty("shape").EnumerateArray().Aggregate(1, (product, size) => product * size.GetInt32())),
        ];
        Assert.True(expected.SequenceEqual(steps.Variables.Select(array => array.Length)), what);
    }

    private static void AssertClose(JsonElement expected, float[][] actual, string what)
    {
        foreach ((float[] recorded, float[] values) in Arrays(expected).Values.Zip(actual)) KerasRun.AssertClose(recorded, values, 2e-6, what);
    }

    private static (float[][] Values, int[][] Shapes) Arrays(JsonElement list)
    {
        (float[] Values, int[] Shape)[] arrays = [.. list.EnumerateArray().Select(KerasCase.Flatten)];
        return ([.. arrays.Select(array => array.Values)], [.. arrays.Select(array => array.Shape)]);
    }
}
