using Unroll.Layers;
using Unroll.Random;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Layers;

/// <summary>Models and data that the gradients of layers are checked on.</summary>
internal static class LayerChecks
{
    private const int Vocabulary = 11, Width = 3;

    public const int Steps = 6;

    public static TheoryData<string, bool> CellsAndMasks
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (string cell in new[] { "SimpleRNN", "LSTM", "GRU", "GRU reset before" })
            {
                data.Add(cell, false);
                data.Add(cell, true);
            }

            return data;
        }
    }

    public static void Check(int batch, bool mask, params Layer[] layers) => Check(batch, mask, Vocabulary, Width, layers);

    public static void Check(int batch, bool mask, int vocabulary, int width, params Layer[] layers)
    {
        var random = new Philox(4, RandomPurpose.Shuffle, batch, layers.Length);
        var ids = new int[batch, Steps];
        for (int b = 0; b < batch; b++)
        {
            // Left, right and no padding; one fully masked row.
            int from = b % 3 == 1 ? random.NextInt32(Steps) : 0, to = b % 3 == 2 ? random.NextInt32(Steps) : Steps;
            for (int t = from; t < to; t++) ids[b, t] = b == 3 ? 0 : 1 + random.NextInt32(vocabulary - 1);
        }

        var model = new Sequential(seed: 7) { new Embedding(vocabulary, width) { EmbeddingsInitializer = "random_normal(stddev=0.7)", MaskZero = mask } };
        foreach (Layer layer in layers) model.Add(layer);
        bool sequences = model.Layers[^1].OutputShape!.Count == 2;
        model.Add(new Dense(1, "sigmoid"));
        ReferenceCheck.Run(model, ids, Labels(batch, sequences ? Steps : 1, random), (Epoch: 1, Step: 2));
    }

    public static float[,] Labels(int batch, int perSample, Philox random)
    {
        var labels = new float[batch, perSample];
        for (int b = 0; b < batch; b++)
            for (int i = 0; i < perSample; i++)
                labels[b, i] = random.NextInt32(2);
        return labels;
    }

    public static RecurrentLayer Create(
        string cell, int units, bool returnSequences = false, bool goBackwards = false, double dropout = 0,
        double recurrentDropout = 0, bool useBias = true, bool perStep = false)
    {
        // Biases other than zero, so that their place matters.
        const string Bias = "random_normal(stddev=0.3)";
        return cell switch
        {
            "SimpleRNN" => new SimpleRNN(units) { UseBias = useBias, BiasInitializer = Bias, Dropout = dropout, RecurrentDropout = recurrentDropout, ReturnSequences = returnSequences, GoBackwards = goBackwards, DropoutGeneration = perStep ? DropoutGeneration.Keras2 : DropoutGeneration.Keras3 },
            "LSTM" => new LSTM(units) { UseBias = useBias, BiasInitializer = Bias, Dropout = dropout, RecurrentDropout = recurrentDropout, ReturnSequences = returnSequences, GoBackwards = goBackwards, DropoutGeneration = perStep ? DropoutGeneration.Keras2 : DropoutGeneration.Keras3 },
            _ => new GRU(units) { UseBias = useBias, BiasInitializer = Bias, Dropout = dropout, RecurrentDropout = recurrentDropout, ReturnSequences = returnSequences, GoBackwards = goBackwards, ResetAfter = cell == "GRU", DropoutGeneration = perStep ? DropoutGeneration.Keras2 : DropoutGeneration.Keras3 },
        };
    }
}
