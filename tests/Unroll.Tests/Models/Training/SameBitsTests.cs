using System.Diagnostics;
using Unroll.Configuration;
using Unroll.Datasets;
using Unroll.Kernels.Simd;
using Unroll.Layers;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Models.Training;

/// <summary>The promise: model, data and seed decide the weights to the bit; how the work is done does not.</summary>
public class SameBitsTests
{
    private const string FileVariable = "UNROLL_TEST_FINGERPRINTS";

    private static readonly (int[,] X, int[] Y) Data = Load();

    public static TheoryData<string> Models { get; } =
    [
        "simple_rnn(5)", "lstm(5)", "gru(5)", "gru(5, reset_after=false)", "lstm(8, dropout=0.4, recurrent_dropout=0.5)",
        "gru(3, dropout=0.2, recurrent_dropout=0.1)", "simple_rnn(3, dropout=0.5, recurrent_dropout=0.5)",
        "lstm(4, return_sequences=true), gru(3, go_backwards=true)", "bidirectional(lstm(3, dropout=0.2))",
        "spatial_dropout1d(0.3), simple_rnn(4, return_sequences=true), time_distributed(dense(3)), global_average_pooling1d, dropout(0.4)",
        "bidirectional(gru(3, return_sequences=true), merge_mode=sum), global_max_pooling1d, activation(tanh)",
    ];

    [Theory]
    [MemberData(nameof(Models))]
    public void ThreadsAndWidths(string layer)
    {
        string expected = Train(layer, threads: 1, VectorWidths.Best).Fingerprint();
        foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
            foreach (int threads in new[] { 1, 2, 3 })
                Assert.Equal(expected, Train(layer, threads, width).Fingerprint());
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void TwoFitsAreOneLongFit(string layer)
    {
        foreach (string optimizer in new[] { "adam", "rmsprop", "rmsprop(momentum=0.5)" })
        {
            Sequential once = Create(layer, optimizer), twice = Create(layer, optimizer);
            once.Fit(Data.X, Data.Y, epochs: 3, verbose: 0);
            twice.Fit(Data.X, Data.Y, epochs: 1, verbose: 0);
            twice.Fit(Data.X, Data.Y, epochs: 2, verbose: 0);
            Assert.Equal(once.Fingerprint(), twice.Fingerprint());
        }
    }

    [Fact]
    public void LogsDoNotDependOnThreads()
    {
        Sequential one = Create("lstm(5)", "adam"), three = Create("lstm(5)", "adam");
        three.Threads = 3;
        History a = one.Fit(Data.X, Data.Y, epochs: 2, verbose: 0, validationSplit: 0.3);
        History b = three.Fit(Data.X, Data.Y, epochs: 2, verbose: 0, validationSplit: 0.3);
        foreach (string name in a.Names) Assert.Equal(a[name], b[name]);
        Assert.Equal(one.Predict(Data.X).ToArray(), three.Predict(Data.X, batchSize: 7).ToArray());
    }

    [Fact]
    public void AnotherSeedGivesOtherWeights()
    {
        var a = new Sequential(seed: 1) { new Embedding(50, 4), new LSTM(3) };
        var b = new Sequential(seed: 2) { new Embedding(50, 4), new LSTM(3) };
        Assert.NotEqual(a.Fingerprint(), b.Fingerprint());
    }

    [Fact]
    public void TheOrderOfValidationDoesNotTouchTraining()
    {
        Sequential with = Create("gru(5)", "adam"), without = Create("gru(5)", "adam");
        with.Fit(Data.X, Data.Y, epochs: 2, verbose: 0, validationData: (Data.X, Data.Y));
        without.Fit(Data.X, Data.Y, epochs: 2, verbose: 0);
        Assert.Equal(with.Fingerprint(), without.Fingerprint());
    }

    /// <summary>Wide embeddings are projected token by token, for few gates and for many in different ways.</summary>
    [Theory]
    [InlineData("simple_rnn(5)")]
    [InlineData("lstm(6)")]
    public void WideEmbeddings(string layers)
    {
        string expected = Train(layers, threads: 1, VectorWidths.Best, features: 40).Fingerprint();
        foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
            foreach (int threads in new[] { 1, 2, 3 })
                Assert.Equal(expected, Train(layers, threads, width, features: 40).Fingerprint());
    }

    /// <summary>Processors without the wide vectors, or without any, in processes of their own.</summary>
    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public void OtherProcessors(string feature)
    {
        string? program = Environment.ProcessPath;
        if (Path.GetFileName(program) is not ("Unroll.Tests" or "Unroll.Tests.exe")) Assert.Skip($"The tests run inside of {program}, which can't be started anew.");
        string file = Path.GetTempFileName();
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program!, ["-explicit", "only", "-method", $"*.{nameof(WritesFingerprints)}"])
            {
                RedirectStandardOutput = true,
                Environment = { [feature] = "0", [FileVariable] = file },
            })!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, output);
            Assert.Equal(Fingerprints(), File.ReadAllLines(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The other process of <see cref="OtherProcessors"/>.</summary>
    [Fact(Explicit = true)]
    public void WritesFingerprints() => File.WriteAllLines(Environment.GetEnvironmentVariable(FileVariable)!, Fingerprints());

    private static string[] Fingerprints() =>
    [
        .. Models.Select(model => Train(model.Data, threads: 1, VectorWidths.Best).Fingerprint()),
        Train("simple_rnn(5)", threads: 2, VectorWidths.Best, features: 40).Fingerprint(),
        Train("lstm(6)", threads: 2, VectorWidths.Best, features: 40).Fingerprint(),
    ];

    private static Sequential Train(string layers, int threads, VectorWidth width, int features = 6)
    {
        Sequential model = Create(layers, "rmsprop", features);
        model.Threads = threads;
        model.Width = width;
        model.Fit(Data.X, Data.Y, batchSize: 50, verbose: 0);
        return model;
    }

    private static Sequential Create(string layers, string optimizer, int features = 6)
    {
        var model = new Sequential(seed: 3) { new Embedding(100, features) { MaskZero = true } };
        foreach (ObjectConfig layer in ObjectConfig.ParseList(layers)) model.Add(Catalog.CreateLayer(layer));
        model.Add(new Dense(1, "sigmoid"));
        model.Compile(optimizer, "binary_crossentropy", ["accuracy"]);
        return model;
    }

    private static (int[,] X, int[] Y) Load()
    {
        (LabeledSequences train, _) = SyntheticReviews.Load(trainCount: 130, testCount: 2, numWords: 100);
        return (Sequences.Pad(train.Sequences, maxLen: 20), train.Labels);
    }
}
