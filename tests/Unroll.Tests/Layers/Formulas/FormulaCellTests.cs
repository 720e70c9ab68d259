using Unroll.Kernels.Simd;
using Unroll.Layers;
using Unroll.OpenDoors.Tests;
using Xunit;

namespace Unroll.Tests.Layers.Formulas;

/// <summary>Cells that are formulas: the same bits on any processor and at any number of threads.</summary>
public class FormulaCellTests
{
    [Theory]
    [InlineData(false, 0.0)]
    [InlineData(true, 0.0)]
    [InlineData(true, 0.3)]
    public void Widths_and_threads_change_no_bit(bool isMasked, double dropout)
    {
        string expected = Train(VectorWidths.Best, 1);
        Assert.Equal(expected, Train(VectorWidth.Bits512, 2));
        Assert.Equal(expected, Train(VectorWidth.Bits256, 3));
        Assert.Equal(expected, Train(VectorWidth.Bits128, 2));

        string Train(VectorWidth width, int threads)
        {
            Sequential model = Model(isMasked, dropout);
            (model.Width, model.Threads) = (width, threads);
            (int[,] x, int[] y) = Data();
            model.Fit(x, y, batchSize: 33, epochs: 2, verbose: 0);
            return model.Fingerprint();
        }
    }

    private static Sequential Model(bool isMasked, double dropout)
    {
        var model = new Sequential(seed: 7)
        {
            new Embedding(60, 6) { MaskZero = isMasked },
            new RNN(new MinimalGatedUnit(5) { Dropout = dropout, RecurrentDropout = dropout }) { ReturnSequences = true },
            new RNN(new FormulaLstm(3), new GRUCell(4)) { GoBackwards = true },
            new Dense(1, "sigmoid"),
        };
        model.Compile("adam", "binary_crossentropy");
        return model;
    }

    private static (int[,] X, int[] Y) Data()
    {
        var x = new int[75, 9];
        var y = new int[75];
        for (int i = 0; i < 75; i++)
        {
            for (int t = i % 4; t < 9; t++) x[i, t] = (i * 31 + t * 17) % 60;
            y[i] = x[i, 8] % 2;
        }

        return (x, y);
    }
}
