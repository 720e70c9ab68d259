using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Models.Graphs;

/// <summary>An output without a loss is looked at and changes nothing, though layers read it as well.</summary>
public sealed class UnscoredOutputTests
{
    [Fact]
    public void Trains_as_without_it()
    {
        Model watched = Create(isWatched: true), plain = Create(isWatched: false);
        plain.SetWeights(watched.GetWeights());
        float[,] x = { { 1, -1 }, { 0.5f, 2 }, { -1, 0.25f }, { 3, 1 } }, y = { { 1 }, { 0 }, { -1 }, { 2 } };
        watched.Compile("sgd(0.1)", ["mse", null]);
        watched.Fit(x, Targets.Create(y, null), batchSize: 2, epochs: 3, verbose: 0);
        plain.Compile("sgd(0.1)", "mse");
        plain.Fit(x, y, batchSize: 2, epochs: 3, verbose: 0);
        foreach ((float[] expected, float[] actual) in plain.GetWeights().Zip(watched.GetWeights())) Assert.Equal(expected, actual);

        static Model Create(bool isWatched)
        {
            Symbol x = Input.Features(2), hidden = new Dense(3, "tanh").Call(x), y = new Dense(1).Call(hidden);
            return new Model(x, isWatched ? Symbols.Create([y, hidden]) : y, seed: 2);
        }
    }
}
