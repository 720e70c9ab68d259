using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Optimizers;
using Xunit;

namespace Unroll.Tests.Golden;

/// <summary>Three steps of every optimizer as real Keras computed them, at every vector width.</summary>
public class OptimizerTests
{
    private static readonly float[][] Gradients = [[.1f, -.2f, .3f, 0], [-.05f, .4f, .3f, 1e-4f], [2, .1f, -.3f, 0]];

    public static TheoryData<string, double[]> Recorded { get; } = new()
    {
        { "sgd(0.1)", [0.795000017, -2.02999997, 0.469999999, -9.99999975e-06] },
        { "sgd(0.1, momentum=0.9)", [0.782400012, -2.03180003, 0.3917, -1.9e-05] },
        { "sgd(0.1, momentum=0.9, nesterov=true)", [0.599160016, -2.05861998, 0.372530013, -2.71e-05] },
        { "rmsprop(0.01)", [0.951540411, -2.00427341, 0.464645326, -0.00314658368] },
        { "rmsprop(0.01, momentum=0.5)", [0.93519628, -1.99484229, 0.429457635, -0.00471987575] },
        { "rmsprop(0.01, centered=true)", [0.948163092, -2.00310349, 0.460566938, -0.00314814295] },
        { "adam(0.01)", [0.98084414, -1.99781764, 0.477380455, -0.0127889607] },
        { "adam(0.01, amsgrad=true)", [0.98084414, -1.99781764, 0.477380455, -0.012786258] },
    };

    [Theory]
    [MemberData(nameof(Recorded))]
    public void MatchesKeras(string name, double[] expected)
    {
        foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
        {
            var arena = new Arena();
            Optimizer optimizer = name;
            Block weights = arena.Allocate(16), gradient = arena.Allocate(16);
            Block[] slots = [.. Enumerable.Range(0, optimizer.SlotCount).Select(_ => arena.Allocate(16))];
            new float[] { 1, -2, 0.5f, 0 }.CopyTo(weights.Span);
            for (int step = 0; step < 3; step++)
            {
                Gradients[step].CopyTo(gradient.Span);
                optimizer.Update(width, step + 1, weights, gradient, slots);
            }

            for (int i = 0; i < 4; i++)
                Assert.True(Math.Abs(expected[i] - weights.Span[i]) <= 1e-6, $"{name} at {width}, element {i}: {weights.Span[i]} instead of {expected[i]}.");
            arena.Free();
        }
    }

    [Theory]
    [InlineData("adam", 100_286, 200_574)]
    [InlineData("rmsprop", 100_286, 100_288)]
    [InlineData("sgd", 10, 2)]
    [InlineData("sgd(momentum=0.9)", 10, 12)]
    public void CountsItsVariablesAsKerasDoes(string name, long weights, long expected) =>
        Assert.Equal(expected, Optimizer.FromName(name).VariableCount(weights));

    [Theory]
    [InlineData("adam(learning_rate=-1)", "Adam: argument 'learning_rate' is -1; it must be 0 or more.")]
    [InlineData("adam(beta_1=1)", "Adam: argument 'beta_1' is 1; it must be at least 0 and below 1.")]
    [InlineData("adam(epsilon=0)", "Adam: argument 'epsilon' is 0; it must be above 0.")]
    [InlineData("rmsprop(rho=2)", "RMSprop: argument 'rho' is 2; it must be at least 0 and below 1.")]
    [InlineData("adm", "Optimizer 'adm' is unknown; did you mean 'Adam'? Known: SGD, RMSprop, Adam.")]
    public void RefusesWrongArguments(string name, string message) =>
        Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(() => Optimizer.FromName(name)).Message, StringComparison.Ordinal);
}
