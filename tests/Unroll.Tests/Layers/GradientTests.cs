using System.Runtime.InteropServices;
using Unroll.Layers;
using Unroll.Random;
using Unroll.Tests.Support;
using Xunit;
using static Unroll.Tests.Layers.LayerChecks;

namespace Unroll.Tests.Layers;

/// <summary>Every layer against float64: analytic and numeric gradients, all widths, one and several threads.</summary>
public class GradientTests
{
    [Theory]
    [MemberData(nameof(CellsAndMasks), MemberType = typeof(LayerChecks))]
    public void Cell(string cell, bool mask)
    {
        foreach (int units in new[] { 1, 3, 5, 8, 17 })
        {
            foreach (int batch in new[] { 1, 7, 16, 33 })
            {
                Check(batch, mask, Create(cell, units));
            }
        }
    }

    [Theory]
    [MemberData(nameof(CellsAndMasks), MemberType = typeof(LayerChecks))]
    public void Stack(string cell, bool mask)
    {
        Check(33, mask, Create(cell, 5, returnSequences: true), Create(cell, 3, returnSequences: true), Create(cell, 8));
    }

    [Theory]
    [MemberData(nameof(CellsAndMasks), MemberType = typeof(LayerChecks))]
    public void Backwards(string cell, bool mask)
    {
        Check(7, mask, Create(cell, 3, returnSequences: true, goBackwards: true), Create(cell, 5, goBackwards: true));
    }

    [Theory]
    [MemberData(nameof(CellsAndMasks), MemberType = typeof(LayerChecks))]
    public void DropoutOfInputs(string cell, bool mask) => Check(33, mask, Create(cell, 5, dropout: 0.4));

    [Theory]
    [MemberData(nameof(CellsAndMasks), MemberType = typeof(LayerChecks))]
    public void DropoutOfStates(string cell, bool mask) => Check(33, mask, Create(cell, 5, recurrentDropout: 0.5));

    [Theory]
    [MemberData(nameof(CellsAndMasks), MemberType = typeof(LayerChecks))]
    public void DropoutOfBoth(string cell, bool mask) => Check(33, mask, Create(cell, 8, dropout: 0.4, recurrentDropout: 0.5));

    [Theory]
    [MemberData(nameof(CellsAndMasks), MemberType = typeof(LayerChecks))]
    public void DropoutAsInKeras2(string cell, bool mask)
    {
        Check(33, mask, Create(cell, 5, recurrentDropout: 0.5, perStep: true));
        Check(33, mask, Create(cell, 5, dropout: 0.4, perStep: true));
        Check(7, mask, Create(cell, 3, dropout: 0.3, recurrentDropout: 0.4, perStep: true, returnSequences: true), Create(cell, 2, recurrentDropout: 0.5, perStep: true));
        Check(20, mask, 40, 22, Create(cell, 3, recurrentDropout: 0.5, perStep: true));
    }

    [Theory]
    [MemberData(nameof(CellsAndMasks), MemberType = typeof(LayerChecks))]
    public void WithoutBias(string cell, bool mask) => Check(16, mask, Create(cell, 3, useBias: false));

    [Theory]
    [InlineData("relu")]
    [InlineData("hard_sigmoid")]
    [InlineData("softsign")]
    [InlineData("linear")]
    [InlineData("sigmoid")]
    public void OtherActivations(string activation)
    {
        Check(16, false, new SimpleRNN(5) { Activation = activation });
        Check(16, true, new LSTM(5) { Activation = activation, RecurrentActivation = "hard_sigmoid" });
        Check(16, true, new GRU(5) { Activation = activation, RecurrentActivation = "softsign" });
        Check(16, false, new GRU(5) { Activation = "tanh", RecurrentActivation = activation, ResetAfter = false }, new Dense(4, activation));
    }

    /// <summary>Wide embeddings under few gates are projected token by token: another order of work, the same gradients.</summary>
    [Theory]
    [MemberData(nameof(CellsAndMasks), MemberType = typeof(LayerChecks))]
    public void ProjectedEmbedding(string cell, bool mask)
    {
        foreach (int batch in new[] { 1, 7, 33, 50 })
        {
            foreach (int vocabulary in new[] { 4, 40, 400 })
            {
                Check(batch, mask, vocabulary, 22, Create(cell, 5));
                Check(batch, mask, vocabulary, 9, Create(cell, 2, useBias: false, returnSequences: true), Create(cell, 3));
            }
        }
    }

    [Theory]
    [MemberData(nameof(CellsAndMasks), MemberType = typeof(LayerChecks))]
    public void ProjectedEmbeddingWithDropoutOfStates(string cell, bool mask) =>
        Check(33, mask, 40, 22, Create(cell, 5, recurrentDropout: 0.5));

    [Fact]
    public void DenseOnEveryStep() => Check(
        17, false, new SimpleRNN(5) { ReturnSequences = true }, new Dense(4, "tanh"), new LSTM(3) { ReturnSequences = true });

    [Fact]
    public void DenseOnFeatures()
    {
        foreach (int units in new[] { 1, 3, 5, 8, 17 })
        {
            foreach (int batch in new[] { 1, 7, 16, 33 })
            {
                var random = new Philox(5, RandomPurpose.Shuffle, units, batch);
                var x = new float[batch, 4];
                foreach (ref float value in MemoryMarshal.CreateSpan(ref x[0, 0], x.Length)) value = (float)random.NextNormal();
                var model = new Sequential(seed: 3) { new Dense(units, "tanh"), new Dense(1, "sigmoid") };
                ReferenceCheck.Run(model, x, Labels(batch, 1, random));
            }
        }
    }

    [Fact]
    public void FeaturesOverTime()
    {
        var random = new Philox(6, RandomPurpose.Shuffle);
        var x = new float[9, Steps, 4];
        foreach (ref float value in MemoryMarshal.CreateSpan(ref x[0, 0, 0], x.Length)) value = (float)random.NextNormal();
        var model = new Sequential(seed: 3) { new GRU(5), new Dense(1, "sigmoid") };
        ReferenceCheck.Run(model, x, Labels(9, 1, random));
    }
}
