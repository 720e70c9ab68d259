using Unroll.Configuration;
using Unroll.Kernels.Simd;
using Xunit;

namespace Unroll.Tests.Models.Training;

/// <summary>
/// Fingerprints of trained models, recorded once: a change of the engine must not move a bit of what chains of layers
/// learn. <c>UNROLL_RECORD_FINGERPRINTS=path</c> writes the file anew, which is right only where a change of bits is meant
/// and said in the release notes.
/// </summary>
public class FingerprintTests
{
    private static readonly string Recorded = Path.Combine(AppContext.BaseDirectory, "Fixtures", "fingerprints.txt");

    // Stacks behind an embedding, or on features if they begin with "features:"; optimizers, losses and options vary below.
    private static readonly string[] Stacks =
    [
        "simple_rnn(5)", "lstm(5)", "gru(5)", "gru(5, reset_after=false)", "lstm(8)", "gru(8)", "lstm(17)", "simple_rnn(33)",
        "lstm(8, dropout=0.4, recurrent_dropout=0.5)", "gru(3, dropout=0.2, recurrent_dropout=0.1)",
        "gru(3, dropout=0.2, recurrent_dropout=0.1, reset_after=false)", "simple_rnn(3, dropout=0.5, recurrent_dropout=0.5)",
        "lstm(3, recurrent_dropout=0.3, dropout_generation=keras2)", "gru(3, recurrent_dropout=0.3, dropout_generation=keras2)",
        "lstm(4, return_sequences=true), gru(3, go_backwards=true)", "lstm(4, go_backwards=true, return_sequences=true), lstm(3)",
        "bidirectional(lstm(3, dropout=0.2))", "bidirectional(gru(3, return_sequences=true), merge_mode=sum), global_max_pooling1d, activation(tanh)",
        "bidirectional(simple_rnn(3, return_sequences=true), merge_mode=mul), global_average_pooling1d",
        "bidirectional(lstm(3, return_sequences=true), merge_mode=ave), lstm(2)",
        "spatial_dropout1d(0.3), simple_rnn(4, return_sequences=true), time_distributed(dense(3)), global_average_pooling1d, dropout(0.4)",
        "lstm(4, activation=relu, recurrent_activation=hard_sigmoid)", "gru(4, activation=softsign, use_bias=false)",
        "lstm(4, kernel_regularizer=l2(0.01), recurrent_constraint=max_norm(1))", "dense(4, activation=relu), gru(4)",
        "lstm(4, trainable=false), dense(3, activation=tanh)", "lstm(3, return_sequences=true, zero_output_for_mask=true), lstm(3)",
        "features: lstm(4)", "features: masking, gru(4)", "features: bidirectional(lstm(3)), dropout(0.3)", "features: dense(5, activation=tanh), simple_rnn(4)",
    ];

    private static readonly string[] Optimizers =
    [
        "sgd(0.05)", "sgd(0.05, momentum=0.9, nesterov=true)", "rmsprop", "rmsprop(momentum=0.5, centered=true)", "adam(0.01)", "adam(amsgrad=true)",
        "adamw", "adamax", "nadam", "adagrad", "adadelta", "adam(clipnorm=0.01)", "adam(global_clipnorm=0.01)", "adam(clipvalue=0.001)",
        "adam(use_ema=true, ema_overwrite_frequency=3)", "adam(exponential_decay(0.01, 5, 0.5))",
    ];

    [Fact]
    public void ChainsTrainToTheRecordedBits()
    {
        List<(string Name, Func<VectorWidth, int, Sequential> Train)> cases = [.. Cases()];
        if (Environment.GetEnvironmentVariable("UNROLL_RECORD_FINGERPRINTS") is { Length: > 0 } path)
        {
            File.WriteAllLines(path, cases.Select(entry => $"{entry.Train(VectorWidths.Best, 1).Fingerprint()} {entry.Name}"));
            return;
        }

        Dictionary<string, string> recorded = File.ReadLines(Recorded).ToDictionary(line => line[17..], line => line[..16]);
        Assert.Equal(cases.Select(entry => entry.Name), recorded.Keys);
        (VectorWidth, int)[] ways = [(VectorWidths.Best, 1), (VectorWidth.Bits512, 2), (VectorWidth.Bits256, 3), (VectorWidth.Bits128, 2)];
        foreach ((string name, Func<VectorWidth, int, Sequential> train) in cases)
        {
            foreach ((VectorWidth width, int threads) in ways)
                Assert.True(recorded[name] == train(width, threads).Fingerprint(), $"{name} at {width} with {threads} thread(s).");
        }
    }

    private static IEnumerable<(string Name, Func<VectorWidth, int, Sequential> Train)> Cases()
    {
        foreach (string stack in Stacks)
        {
            if (stack.StartsWith("features: ", StringComparison.Ordinal))
            {
                yield return Case(stack, stack["features: ".Length..] + ", dense(1, activation=sigmoid)", "adam", isFeatures: true);
                continue;
            }

            yield return Case(stack, $"embedding(60, 6), {stack}, dense(1, activation=sigmoid)", "adam");
            yield return Case("masked: " + stack, $"embedding(60, 6, mask_zero=true), {stack}, dense(1, activation=sigmoid)", "rmsprop");
        }

        foreach (string optimizer in Optimizers)
            yield return Case("optimizer: " + optimizer, "embedding(60, 6), gru(4), dense(1, activation=sigmoid)", optimizer);

        // Wide and large tables take ways of their own.
        yield return Case("wide and narrow", "embedding(60, 40), simple_rnn(3), dense(1, activation=sigmoid)", "rmsprop");
        yield return Case("wide", "embedding(60, 40), lstm(9), dense(1, activation=sigmoid)", "adam");
        yield return Case("very wide", "embedding(60, 130, mask_zero=true), lstm(40), dense(1, activation=sigmoid)", "adam");
        yield return Case("large table", "embedding(70000, 4), lstm(3), dense(1, activation=sigmoid)", "adam");
        yield return Case("large table of rows", "embedding(70000, 16), lstm(3), dense(1, activation=sigmoid)", "adam");
        yield return Case("softmax", "embedding(60, 6), lstm(5), dense(2, activation=softmax)", "adam", loss: "sparse_categorical_crossentropy");
        yield return Case("logits", "embedding(60, 6), lstm(5), dense(1)", "adam", loss: "binary_crossentropy(from_logits=true, label_smoothing=0.1)");
        yield return Case("regression", "embedding(60, 6), lstm(5), dense(1)", "adam", loss: "mse");
        yield return Case("sequences", "embedding(60, 6, mask_zero=true), lstm(5, return_sequences=true), dense(1, activation=sigmoid)", "adam", perStep: true);
        yield return Case("weighted", "embedding(60, 6), gru(5), dense(1, activation=sigmoid)", "adam", weighted: true);
    }

    private static (string Name, Func<VectorWidth, int, Sequential> Train) Case(
        string name, string layers, string optimizer, string loss = "binary_crossentropy", bool isFeatures = false, bool perStep = false, bool weighted = false)
    {
        return (name, Train);

        Sequential Train(VectorWidth width, int threads)
        {
            const int Rows = 75, Steps = 9, Features = 4;
            uint state = 12345;
            var ids = new int[Rows, Steps];
            var features = new float[Rows, Steps, Features];
            var labels = new int[Rows];
            var stepLabels = new int[Rows, Steps];
            for (int row = 0; row < Rows; row++)
            {
                int padding = Next(4);
                labels[row] = Next(2);
                for (int t = 0; t < Steps; t++)
                {
                    ids[row, t] = t < padding ? 0 : Next(60);
                    stepLabels[row, t] = Next(2);
                    for (int f = 0; f < Features; f++) features[row, t, f] = t < padding ? 0 : Next(2001) / 1000f - 1;
                }
            }

            var model = new Sequential(seed: 7) { Width = width, Threads = threads };
            foreach (ObjectConfig layer in ObjectConfig.ParseList(layers)) model.Add(Catalog.CreateLayer(layer));
            model.Compile(optimizer, loss);
            Inputs x = isFeatures ? features : ids;
            Targets y = perStep ? stepLabels : labels;
            float[]? weights = weighted ? [.. labels.Select((label, row) => label + (row % 5) / 4f)] : null;
            model.Fit(x, y, batchSize: 33, epochs: 2, verbose: 0, sampleWeight: weights);
            return model;

            int Next(int below)
            {
                state = state * 1664525 + 1013904223;
                return (int)((ulong)state * (uint)below >> 32);
            }
        }
    }
}
