using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Models.Training;

/// <summary>Data that come batch by batch train, test and predict to the same bits as arrays.</summary>
public sealed class BatchSourceTests
{
    private const int Count = 83, Length = 7, Size = 16;

    private static readonly int[,] X = MakeIds(Count);
    private static readonly int[] Y = [.. Enumerable.Range(0, Count).Select(i => i * i % 3 == 1 ? 1 : 0)];

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 4)]
    public void Batches_give_the_bits_of_arrays(int threads, int prefetch)
    {
        Sequential arrays = NewModel(), batches = NewModel();
        batches.Threads = threads;
        History expected = arrays.Fit(X, Y, Size, epochs: 3, verbose: 0, shuffle: false, validationData: (X, Y));
        BatchSource source = BatchSource.From(Read);
        BatchSource ahead = BatchSource.FromAsync(_ => ReadAsync(), prefetch);
        History actual = batches.Fit(ahead, epochs: 3, verbose: 0, validationData: source);
        Assert.Equal(arrays.Fingerprint(), batches.Fingerprint());
        Assert.Equal(expected.Names, actual.Names);
        foreach (string name in expected.Names) Assert.Equal(expected[name], actual[name]);

        Evaluation test = batches.Evaluate(source, verbose: 0), ofArrays = arrays.Evaluate(X, Y, Size, verbose: 0);
        Assert.Equal(ofArrays.Values, test.Values);
        Assert.Equal(arrays.Evaluate(X, Y, Size, verbose: 0, steps: 2).Values, batches.Evaluate(source, steps: 2, verbose: 0).Values);
        Assert.NotEqual(test.Loss, batches.Evaluate(source, steps: 2, verbose: 0).Loss);
        Assert.Equal(arrays.Predict(X, Size).ToArray(), batches.Predict(source).ToArray());
        Assert.Equal(arrays.Predict(X, Size, steps: 2).ToArray(), batches.Predict(source, steps: 2).ToArray());
        Assert.Equal([2 * Size, 1], batches.Predict(source, steps: 2).Lengths.ToArray());
    }

    [Theory]
    [InlineData(2, 7)] // epochs of two batches of six: the pass goes on, then begins anew
    [InlineData(3, 4)]
    public void Epochs_of_some_steps_go_on_in_the_pass(int steps, int epochs)
    {
        Sequential arrays = NewModel(), batches = NewModel();
        arrays.Fit(X, Y, Size, epochs, verbose: 0, shuffle: false, stepsPerEpoch: steps);
        batches.Fit(BatchSource.From(Read()), epochs, verbose: 0, stepsPerEpoch: steps);
        Assert.Equal(arrays.Fingerprint(), batches.Fingerprint());
    }

    [Fact]
    public void A_method_learns_the_number_of_the_pass_and_goes_on_counting()
    {
        var passes = new List<int>();
        Sequential model = NewModel();
        BatchSource source = BatchSource.From(pass =>
        {
            lock (passes) passes.Add(pass);
            return Read();
        });
        model.Fit(source, epochs: 2, verbose: 0);
        model.Fit(source, epochs: 4, verbose: 0, initialEpoch: 2);
        Assert.Equal([0, 1, 2, 3], passes);
    }

    [Fact]
    public void Weights_of_samples_and_classes_count_as_in_arrays()
    {
        var weights = new float[Count];
        for (int i = 0; i < Count; i++) weights[i] = Y[i] == 1 ? 3 : 1;
        var classes = new Dictionary<int, double> { [1] = 3 };
        Sequential arrays = NewModel(), bySample = NewModel(), byClass = NewModel();
        arrays.Fit(X, Y, Size, verbose: 0, shuffle: false, sampleWeight: weights);
        bySample.Fit(BatchSource.From(Read().Select((batch, i) => batch with { SampleWeight = weights[(i * Size)..Math.Min(Count, (i + 1) * Size)] })), verbose: 0);
        byClass.Fit(BatchSource.From(Read), verbose: 0, classWeight: classes);
        Assert.Equal(arrays.Fingerprint(), bySample.Fingerprint());
        Assert.Equal(arrays.Fingerprint(), byClass.Fingerprint());
    }

    [Fact]
    public void Batches_may_differ_in_size_and_length()
    {
        Sequential model = NewModel();
        Batch[] batches = [.. Enumerable.Range(0, 12).Select(i => new Batch(MakeIds(3 + i % 5, 4 + i % 3), Enumerable.Range(0, 3 + i % 5).Select(k => k % 2).ToArray()))];
        History history = model.Fit(BatchSource.From(batches), epochs: 2, verbose: 0);
        Assert.All(history["loss"], loss => Assert.True(double.IsFinite(loss)));
        Sequential oneByOne = NewModel();
        foreach (Batch batch in batches) oneByOne.Evaluate(batch.X, batch.Y!, verbose: 0);
        Assert.Equal(batches.Sum(batch => batch.X.Samples), model.Predict(BatchSource.From(batches)).Lengths[0]);
        double sum = batches.Sum(batch => model.Evaluate(batch.X, batch.Y!, verbose: 0).Loss * batch.X.Samples);
        Assert.Equal(sum / batches.Sum(batch => batch.X.Samples), model.Evaluate(BatchSource.From(batches), verbose: 0).Loss, 1e-5);
    }

    [Fact]
    public void What_goes_wrong_in_a_source_is_told_with_its_place()
    {
        Sequential model = NewModel();
        var error = Assert.Throws<InvalidOperationException>(() => model.Fit(BatchSource.From(Failing), verbose: 0));
        Assert.Equal("The source of batches failed at batch 2 of pass 1: FormatException: line 17 is torn", error.Message);
        Assert.IsType<FormatException>(error.InnerException);

        var wrong = Assert.Throws<ArgumentException>(() => model.Fit(BatchSource.From(Read().Take(3).Append(new Batch(new[,] { { 1, 2, 99 } }, new[] { 1 }))), verbose: 0));
        Assert.StartsWith("Batch 3 of the source: Sample 0, position 2 holds the token id 99,", wrong.Message, StringComparison.Ordinal);
        Assert.StartsWith("Batch 0 of the source: it has no targets.", Assert.Throws<ArgumentException>(() => model.Fit(BatchSource.From([new Batch(X)]), verbose: 0)).Message, StringComparison.Ordinal);
        Assert.StartsWith("The source of batches gave none", Assert.Throws<InvalidOperationException>(() => model.Fit(BatchSource.From([]), verbose: 0)).Message, StringComparison.Ordinal);

        IEnumerator<Batch> once = Read().GetEnumerator();
        var spent = Assert.Throws<InvalidOperationException>(() => model.Fit(BatchSource.From(() => Rest(once)), epochs: 2, verbose: 0));
        Assert.Contains("make it a method that begins anew", spent.Message, StringComparison.Ordinal);

        static IEnumerable<Batch> Rest(IEnumerator<Batch> batches)
        {
            while (batches.MoveNext()) yield return batches.Current;
        }
    }

    [Fact]
    public void A_source_is_left_when_the_fit_ends_early()
    {
        bool isLeft = false;
        Sequential model = NewModel();
        model.Fit(BatchSource.From(Endless), verbose: 0, stepsPerEpoch: 5);
        Assert.True(isLeft);

        isLeft = false;
        using var cancel = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => model.Fit(BatchSource.From(Endless), verbose: 0, cancellationToken: cancel.Token, callbacks: [new Stopper(cancel)]));
        Assert.True(isLeft);

        IEnumerable<Batch> Endless()
        {
            try
            {
                while (true) yield return new Batch(MakeIds(4), new[] { 0, 1, 1, 0 });
            }
            finally
            {
                isLeft = true;
            }
        }
    }

    [Fact]
    public void Progress_counts_batches_whose_number_nobody_knows()
    {
        Sequential model = NewModel();
        var steps = new List<int>();
        model.Fit(BatchSource.From(Read), epochs: 2, verbose: 0, callbacks: [new StepsSeen(steps)]);
        Assert.Equal([0, 6], steps); // known from the second epoch on
    }

    private static Sequential NewModel()
    {
        var model = new Sequential(seed: 4) { new Embedding(20, 4) { MaskZero = true }, new LSTM(5) { Dropout = 0.3, RecurrentDropout = 0.2 }, new Dropout(0.2), new Dense(1, "sigmoid") };
        model.Compile("adam", "binary_crossentropy", ["accuracy"]);
        return model;
    }

    private static IEnumerable<Batch> Read()
    {
        for (int first = 0; first < Count; first += Size)
        {
            int count = Math.Min(Size, Count - first);
            var x = new int[count, Length];
            for (int i = 0; i < count; i++)
                for (int t = 0; t < Length; t++) x[i, t] = X[first + i, t];
            yield return new(x, Y[first..(first + count)]);
        }
    }

    private static async IAsyncEnumerable<Batch> ReadAsync()
    {
        foreach (Batch batch in Read())
        {
            await Task.Yield();
            yield return batch;
        }
    }

    private static IEnumerable<Batch> Failing()
    {
        foreach (Batch batch in Read().Take(2)) yield return batch;
        throw new FormatException("line 17 is torn");
    }

    private static int[,] MakeIds(int rows, int steps = Length)
    {
        var ids = new int[rows, steps];
        for (int row = 0; row < rows; row++)
            for (int step = row % 3; step < steps; step++) ids[row, step] = 1 + (row * row * 5 + step * 11) % 19;
        return ids;
    }

    private sealed class Stopper(CancellationTokenSource source) : Callback
    {
        public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs)
        {
            if (batch == 3) source.Cancel();
        }
    }

    private sealed class StepsSeen(List<int> steps) : Callback
    {
        public override void OnEpochBegin(int epoch) => steps.Add(Parameters.Steps);
    }
}
