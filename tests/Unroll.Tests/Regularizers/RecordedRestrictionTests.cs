using System.Text.Json;
using Unroll.Constraints;
using Unroll.Regularizers;
using Unroll.Tests.Saving;
using Xunit;

namespace Unroll.Tests.Regularizers;

/// <summary>Regularizers and constraints of Keras 3.15 on a vector, a matrix and an array of rank 3.</summary>
public sealed class RecordedRestrictionTests
{
    private static readonly JsonElement Recorded =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "Optimizers", "regularizers_constraints.json"))).RootElement;

    public static TheoryData<int, string, string> Regularizers => Of("regularizer");

    public static TheoryData<int, string, string> Constraints => Of("constraint");

    [Theory]
    [MemberData(nameof(Regularizers))]
    public void Penalties_are_those_of_Keras(int index, string text, string x)
    {
        JsonElement json = Recorded.GetProperty("cases")[index];
        (float[] weights, int[] shape) = Data(x);
        Regularizer regularizer = text;
        if (json.TryGetProperty("error", out _))
        {
            Assert.ThrowsAny<ArgumentException>(() => regularizer.Penalty(weights, shape));
            return;
        }

        Assert.Equal(json.GetProperty("value").GetDouble(), regularizer.Penalty(weights, shape), 1e-6);
        if (!json.TryGetProperty("gradient", out JsonElement slope) || slope.ValueKind == JsonValueKind.Null) return;
        var gradient = new float[weights.Length];
        regularizer.AddGradient(weights, shape, gradient);
        KerasRun.AssertClose(KerasCase.Flatten(slope).Values, gradient, 1e-6, text);
    }

    [Theory]
    [MemberData(nameof(Constraints))]
    public void Weights_become_those_of_Keras(int index, string text, string x)
    {
        (float[] weights, int[] shape) = Data(x);
        Constraint.FromName(text).Apply(weights, shape);
        KerasRun.AssertClose(KerasCase.Flatten(Recorded.GetProperty("cases")[index].GetProperty("value")).Values, weights, 3e-7, text);
    }

    private static TheoryData<int, string, string> Of(string kind) =>
    [
        .. Recorded.GetProperty("cases").EnumerateArray().Select((json, i) => (Json: json, Index: i)).Where(entry => entry.Json.TryGetProperty(kind, out _))
            .Select(entry => (entry.Index, entry.Json.GetProperty(kind).GetString()!, entry.Json.GetProperty("x").GetString()!)),
    ];

    private static (float[] Values, int[] Shape) Data(string name) => KerasCase.Flatten(Recorded.GetProperty("data").GetProperty(name));
}
