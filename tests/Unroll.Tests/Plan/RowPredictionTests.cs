using System.Numerics.Tensors;
using Unroll.Kernels.Simd;
using Unroll.Layers;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Plan;

/// <summary>Few rows are predicted with units in the lanes, many with rows in the lanes: the bits must be the same.</summary>
public class RowPredictionTests
{
    private const int Rows = 40, Steps = 11;

    public static TheoryData<string, int, bool, bool> Cases
    {
        get
        {
            var data = new TheoryData<string, int, bool, bool>();
            foreach (string cell in new[] { "SimpleRNN", "LSTM", "GRU", "GRU before" })
            {
                foreach (int units in new[] { 1, 5, 16, 33 })
                {
                    data.Add(cell, units, false, false);
                    data.Add(cell, units, true, false);
                    data.Add(cell, units, true, true);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void FewRowsGiveTheBitsOfMany(string cell, int units, bool mask, bool backwards)
    {
        int[,] ids = new int[Rows, Steps];
        for (int i = 0; i < Rows; i++)
        {
            for (int t = 0; t < Steps; t++) ids[i, t] = (i * 7 + t * 3) % 19 % (t % 4 == 0 ? 2 : 19);
        }

        foreach (VectorWidth width in Widths.All)
        {
            var model = new Sequential(seed: 3)
            {
                new Embedding(19, 6) { MaskZero = mask }, Recurrent(cell, units, backwards, true), Recurrent(cell, 4, false, false), new Dense(2, "sigmoid"),
            };
            model.Width = width;
            Compare(model, ids, first => Take(ids, first));
        }
    }

    [Fact]
    public void RealValuedSequencesOutToo()
    {
        var values = new float[Rows, Steps, 3];
        for (int i = 0; i < values.Length; i++) values[i / (Steps * 3), i / 3 % Steps, i % 3] = i % 17 * 0.1f - 0.7f;
        var model = new Sequential(seed: 4) { new GRU(7) { ReturnSequences = true }, new Dense(3, "tanh") };
        Tensor<float> all = model.Predict(values);
        var few = new float[2, Steps, 3];
        Array.Copy(values, few, few.Length);
        Tensor<float> two = model.Predict(few);
        Assert.Equal<nint>([2, Steps, 3], two.Lengths.ToArray());
        Floats.AssertSameBits([.. all.ToArray().Take(2 * Steps * 3)], two.ToArray(), "two rows");
    }

    [Fact]
    public void WeightsAndShapesMayChangeBetweenCalls()
    {
        var model = new Sequential(seed: 5) { new Embedding(10, 4), new LSTM(6), new Dense(1, "sigmoid") };
        float before = model.Predict(new int[,] { { 1, 2, 3 } })[0, 0];
        model.SetWeights([.. model.GetWeights().Select(weight => weight.Select(value => value * 1.5f).ToArray())]);
        float after = model.Predict(new int[,] { { 1, 2, 3 } })[0, 0];
        Assert.NotEqual(before, after);
        int[,] many = new int[40, 3];
        for (int i = 0; i < 40; i++) (many[i, 0], many[i, 1], many[i, 2]) = (1, 2, 3);
        Assert.Equal(model.Predict(many)[17, 0], after);
        Assert.Equal(model.Predict(new int[,] { { 0, 1, 2, 3 } })[0, 0], model.Predict(new int[,] { { 0, 1, 2, 3 } })[0, 0]);
    }

    [Fact]
    public void ManyThreadsMayPredictWithOneModel()
    {
        var model = new Sequential(seed: 6) { new Embedding(10, 4), new LSTM(6), new Dense(1, "sigmoid") };
        var ids = new int[64, 9];
        for (int i = 0; i < ids.Length; i++) ids[i / 9, i % 9] = i * 7 % 10;
        float[] expected = model.Predict(ids).ToArray();
        Parallel.For(0, 512, new ParallelOptions { MaxDegreeOfParallelism = 8 }, k =>
        {
            var one = new int[1, 9];
            for (int t = 0; t < 9; t++) one[0, t] = ids[k % 64, t];
            Assert.Equal(expected[k % 64], model.Predict(one)[0, 0]);
        });
    }

    private static void Compare(Sequential model, int[,] ids, Func<int, int[,]> take)
    {
        float[] all = model.Predict(ids).ToArray();
        foreach (int count in new[] { 1, 3, 8 })
            Floats.AssertSameBits([.. all.Take(2 * count)], model.Predict(take(count)).ToArray(), $"{count} rows, {model.Width}");
    }

    private static int[,] Take(int[,] ids, int count)
    {
        var few = new int[count, Steps];
        Array.Copy(ids, few, few.Length);
        return few;
    }

    private static Layer Recurrent(string cell, int units, bool backwards, bool sequences) => cell switch
    {
        "SimpleRNN" => new SimpleRNN(units) { GoBackwards = backwards, ReturnSequences = sequences },
        "LSTM" => new LSTM(units) { GoBackwards = backwards, ReturnSequences = sequences },
        "GRU" => new GRU(units) { GoBackwards = backwards, ReturnSequences = sequences },
        _ => new GRU(units) { GoBackwards = backwards, ReturnSequences = sequences, ResetAfter = false },
    };
}
