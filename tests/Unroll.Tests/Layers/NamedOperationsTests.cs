using Unroll.Layers;
using Unroll.Testing;
using Xunit;

namespace Unroll.Tests.Layers;

/// <summary>Operations on symbols by the names of keras.ops, and parts of samples.</summary>
public sealed class NamedOperationsTests : IDisposable
{
    private const int Rows = 3, Steps = 4, Features = 3;

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"unroll-operations-{Environment.ProcessId}.keras");

    public void Dispose() => File.Delete(_path);

    /// <summary>Each against a loop over plain arrays, as Keras defines it; and once more out of a file.</summary>
    [Fact]
    public void They_compute_what_their_names_say()
    {
        float[,,] data = Data();
        (string What, Func<Symbol, Symbol> Make, Func<int, float[]> Expected)[] operations =
        [
            ("mean", x => Operations.Mean(x, 1), row => [.. Each(f => Column(row, f).Average())]),
            ("sum", x => Operations.Sum(x, -1), row => [.. Enumerable.Range(0, Steps).Select(t => Step(row, t).Sum())]),
            ("max", x => Operations.Max(x, 1, keepDims: true), row => [.. Each(f => Column(row, f).Max())]),
            ("min", x => Operations.Min(x, 2), row => [.. Enumerable.Range(0, Steps).Select(t => Step(row, t).Min())]),
            ("last", x => x[^1], row => Step(row, Steps - 1)),
            ("second", x => x[1], row => Step(row, 1)),
            ("inner", x => x[1..3, ..^1], row => [.. new[] { 1, 2 }.SelectMany(t => Step(row, t)[..^1])]),
            ("feature", x => x[.., 2], row => Column(row, 2)),
            ("from", x => x[.., 1..], row => [.. Enumerable.Range(0, Steps).SelectMany(t => Step(row, t)[1..])]),
            ("largest", x => Operations.Maximum(x, 0.5 - x), row => [.. Every(row, v => Math.Max(v, 0.5f - v))]),
            ("square", x => Operations.Square(x), row => [.. Every(row, v => v * v)]),
            ("absolute", x => Operations.Absolute(x), row => [.. Every(row, Math.Abs)]),
            ("log", x => Operations.Log(Operations.Exp(x)), row => [.. Every(row, v => v)]),
            ("root", x => Operations.Sqrt(Operations.Relu(x)), row => [.. Every(row, v => MathF.Sqrt(Math.Max(v, 0)))]),
            ("tanh", x => Operations.Tanh(x), row => [.. Every(row, v => (float)Math.Tanh(v))]),
            ("sigmoid", x => Operations.Sigmoid(x), row => [.. Every(row, v => (float)(1 / (1 + Math.Exp(-v))))]),
            ("other", x => Operations.NotEqual(x, 0.5), row => [.. Every(row, v => v != 0.5f ? 1 : 0)]),
            ("wide", x => Operations.ExpandDims(x, 1), row => [.. Every(row, v => v)]),
            ("beside", x => Operations.Concatenate([x[0], x[1]]), row => [.. Step(row, 0), .. Step(row, 1)]),
        ];
        Symbol input = Input.Features(Steps, Features);
        var model = new Model(input, Symbols.Create([.. operations.Select(operation => operation.Make(input))]));
        model.Save(_path);
        foreach (Predictions predicted in new[] { model.PredictAll(data), Model.Load(_path).PredictAll(data) })
        {
            for (int i = 0; i < operations.Length; i++)
            {
                float[] expected = [.. Enumerable.Range(0, Rows).SelectMany(row => operations[i].Expected(row))], actual = [.. predicted[i]];
                Assert.True(expected.Length == actual.Length, $"{operations[i].What} has {actual.Length} values instead of {expected.Length}.");
                for (int k = 0; k < expected.Length; k++) Assert.True(Math.Abs(expected[k] - actual[k]) < 1e-6, $"{operations[i].What}: value {k} is {actual[k]} instead of {expected[k]}.");
            }
        }

        float[] Step(int row, int t) => [.. Each(f => data[row, t, f])];

        float[] Column(int row, int f) => [.. Enumerable.Range(0, Steps).Select(t => data[row, t, f])];

        IEnumerable<float> Each(Func<int, float> value) => Enumerable.Range(0, Features).Select(value);

        IEnumerable<float> Every(int row, Func<float, float> value) => Enumerable.Range(0, Steps).SelectMany(t => Step(row, t)).Select(value);
    }

    [Fact]
    public void Gradients_are_slopes()
    {
        Symbol x = Input.Features(Steps, Features), wide = new Dense(5, "tanh").Call(x);
        Symbol y = Operations.Concatenate(
            [wide[^1], Operations.Mean(wide[1.., ..], 1), Operations.Max(wide, 1), Operations.Sqrt(1 + Operations.Square(wide[0])), wide[.., 1]]);
        var model = new Model(x, new Dense(1).Call(y), seed: 2);
        model.Compile("sgd", "mse");
        GradientCheck.Of(model, Data(), new float[] { 1, 0, -1 }).Require(1e-3);
    }

    [Fact]
    public void Mistakes_are_named()
    {
        Symbol x = Input.Features(Steps, Features);
        Assert.Contains("axis 0 is not one of the 3 axes, or is that of the batch", Fails(() => Operations.Mean(x, 0)), StringComparison.Ordinal);
        Assert.Contains("index 4 is outside of 4", Fails(() => x[4]), StringComparison.Ordinal);
        Assert.StartsWith("There are 3 indices for the 2 axes of (None, 4, 3) behind the batch.", Fails(() => x[0, 0, 0]), StringComparison.Ordinal);
        Assert.StartsWith("Concatenate needs at least one symbol.", Fails(() => Operations.Concatenate([])), StringComparison.Ordinal);

        static string Fails(Func<Symbol> make) => Assert.Throws<ArgumentException>(make).Message;
    }

    private static float[,,] Data()
    {
        var data = new float[Rows, Steps, Features];
        for (int i = 0; i < data.Length; i++) data[i / (Steps * Features), i / Features % Steps, i % Features] = (i * 7 % 12 - 5) / 4f;
        return data;
    }
}
