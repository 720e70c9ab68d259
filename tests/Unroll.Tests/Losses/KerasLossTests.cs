using System.Text.Json.Nodes;
using Unroll.Losses;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Losses;

/// <summary>Every value and gradient that real Keras recorded (fixtures keras-graph, losses.json).</summary>
public class KerasLossTests
{
    private static readonly JsonObject Fixtures =
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "keras_losses.json")))!.AsObject();

    public static TheoryData<string> Names { get; } =
        [.. Fixtures["cases"]!.AsArray().Select(entry => entry!["loss"]!.GetValue<string>()).Distinct()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_and_gradients_are_those_of_Keras(string name)
    {
        int cases = 0, gradients = 0;
        foreach (JsonNode? entry in Fixtures["cases"]!.AsArray().Where(entry => entry!["loss"]!.GetValue<string>() == name))
        {
            string what = entry!.ToJsonString()[..Math.Min(300, entry.ToJsonString().Length)];
            Loss loss = Catalog.Losses.FromKeras(new JsonObject { ["class_name"] = name, ["config"] = entry["arguments"]!.DeepClone() }, "loss");
            JsonNode[] data = entry["data"] is { } key ? [.. Fixtures["data"]![key.GetValue<string>()]!.AsArray().Select(part => part!)] : [entry["y_true"]!, entry["y_pred"]!];
            Targets y = Targets.FromValues(NestedArrays.Read(data[0]));
            Outputs p = Outputs.FromValues(NestedArrays.Read(data[1]));
            SampleWeights? weights = entry["sample_weight"] is { } given ? NestedArrays.Flat(given) : null;
            float[] mask = entry["mask"] is { } masked ? NestedArrays.Flat(masked) : [], expected = NestedArrays.Flat(entry["value"]);
            (double value, BatchScorer scorer, _) = loss.Score(y, p, weights, mask);
            if (loss.Reduction == LossReduction.None)
            {
                float[] each = [.. loss.Unreduced(y, p, weights)];
                Assert.Equal(expected.Length, each.Length);
                for (int i = 0; i < each.Length; i++) Near(expected[i], each[i], what);
                Assert.Throws<ArgumentException>(() => loss.Compute(y, p, weights));
            }
            else
            {
                Near(Assert.Single(expected), value, what);
                if (mask.Length == 0) Near(expected[0], loss.Compute(y, p, weights), what);
            }

            cases++;
            if (entry["gradient"] is not { } gradient) continue;
            float[] slopes = NestedArrays.Flat(gradient);
            Assert.Equal(slopes.Length, scorer.Gradient.Length);
            for (int i = 0; i < slopes.Length; i++) Near(slopes[i], scorer.Gradient[i], what);
            gradients++;
        }

        Assert.True(cases > 0 && gradients > 0, $"{name}: {cases} cases, {gradients} gradients.");
    }

    private static void Near(double expected, double actual, string what) =>
        Assert.True(Math.Abs(expected - actual) <= 5e-6 * Math.Max(1, Math.Abs(expected)), $"{actual} instead of {expected}: {what}");
}
