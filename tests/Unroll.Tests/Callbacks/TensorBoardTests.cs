using Unroll.Callbacks;
using Unroll.Layers;
using Unroll.Optimizers;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Callbacks;

/// <summary>Event files of a fit like the one whose files Keras has left; the bytes of records are tested with the format.</summary>
public sealed class TensorBoardTests : IDisposable
{
    private static readonly string Fixtures = Path.Combine(AppContext.BaseDirectory, "Fixtures", "TensorBoard");
    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-board-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Tags_and_steps_are_those_of_Keras()
    {
        var board = new TensorBoard { LogDir = _folder, Time = new Clock() };
        (Sequential model, History history) = Fit(board);
        foreach (string part in (string[])["train", "validation"])
        {
            IReadOnlyList<EventFileEntry> keras = EventFileReader.Read(Path.Combine(Fixtures, $"tensorboard_{part}.bin")), ours = Read(part);
            Assert.Equal(
                keras.Select(entry => (entry.Tag, entry.Step, entry.Plugin, entry.FileVersion, entry.Writer)),
                ours.Select(entry => (entry.Tag, entry.Step, entry.Plugin, entry.FileVersion, entry.Writer)));
            Assert.Equal(Math.Floor(ours[0].WallTime), ours[0].WallTime);
            Assert.Equal(ours.Skip(1).Select(entry => entry.WallTime).Order(), ours.Skip(1).Select(entry => entry.WallTime));
        }

        Assert.Equal(history["loss"], Values("train", "epoch_loss"));
        Assert.Equal(history["accuracy"], Values("train", "epoch_accuracy"));
        Assert.Equal(history["val_loss"], Values("validation", "epoch_loss"));
        Assert.Equal(history["val_loss"], Values("validation", "evaluation_loss_vs_iterations"));
        Assert.All(Values("train", "epoch_learning_rate"), rate => Assert.Equal(model.LearningRate, rate));
    }

    [Fact]
    public void File_names_are_those_of_TensorFlow()
    {
        Fit(new TensorBoard { LogDir = _folder, Time = new Clock() });
        string machine = System.Text.RegularExpressions.Regex.Escape(Environment.MachineName);
        Assert.Matches($"^events\\.out\\.tfevents\\.1795570924\\.{machine}\\.{Environment.ProcessId}\\.[0-9]+\\.v2$", Path.GetFileName(FileOf("train")));
    }

    [Fact]
    public void Batches_and_speed_are_written_if_asked_for()
    {
        Fit(new TensorBoard { LogDir = _folder, Time = new Clock(), UpdateFreq = 2, WriteStepsPerSecond = true });
        EventFileEntry[] entries = [.. Read("train").Skip(1)];
        Assert.Equal(
            [2, 4, 6, 8],
            entries.Where(entry => entry.Tag == "batch_loss").Select(entry => (int)entry.Step));
        Assert.Equal(["batch_steps_per_second", "batch_accuracy", "batch_loss", "epoch_accuracy", "epoch_loss", "epoch_learning_rate", "epoch_steps_per_second"],
            entries.Take(7).Select(entry => entry.Tag));
        Assert.All(entries.Where(entry => entry.Tag!.EndsWith("per_second", StringComparison.Ordinal)), entry => Assert.InRange(entry.Value, 0.01f, 100));
    }

    [Fact]
    public void Histograms_hold_all_weights_in_buckets_of_one_width()
    {
        (Sequential model, _) = Fit(new TensorBoard { LogDir = _folder, Time = new Clock(), HistogramFreq = 2 });
        EventFileEntry[] entries = [.. Read("train").Where(entry => entry.Plugin == "histograms")];
        string[] tags = [.. new[] { "kernel", "bias" }.Select(weight => $"{model.Layers[0].Name}/{weight}/histogram"), .. new[] { "kernel", "bias" }.Select(weight => $"{model.Layers[1].Name}/{weight}/histogram")];
        Assert.Equal([.. tags.Select(tag => (tag, 0L)), .. tags.Select(tag => (tag, 2L))], entries.Select(entry => (entry.Tag!, entry.Step)));

        // The last are of the weights as they are now.
        float[] kernel = model.Layers[0].GetWeights()[0];
        double[][] buckets = [.. entries[4].Buckets.Chunk(3)];
        Assert.Equal((kernel.Min(), kernel.Max()), ((float)buckets[0][0], (float)buckets[^1][1]));
        Assert.All(buckets.Zip(buckets.Skip(1)), pair => Assert.Equal(pair.First[1], pair.Second[0], 1e-12));
        Assert.All(buckets[..^1], bucket => Assert.Equal(kernel.Count(value => value >= bucket[0] && value < bucket[1]), bucket[2]));
        Assert.Equal(kernel.Length, buckets.Sum(bucket => bucket[2]));

        double[][] single = [.. entries[7].Buckets.Chunk(3)];
        Assert.Equal(1, single[^1][2]);
        Assert.Equal(single[0][0], single[^1][1]);
    }

    [Fact]
    public void Each_fit_and_each_evaluation_gets_its_files()
    {
        var board = new TensorBoard { LogDir = _folder, Time = new Clock() };
        (Sequential model, _) = Fit(board);
        Fit(board);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(_folder, "train")).Length);
        var test = new TensorBoard { LogDir = Path.Combine(_folder, "test"), Time = new Clock() };
        model.Evaluate(new float[4, 3], new[] { 0, 1, 0, 1 }, verbose: 0, callbacks: [test]);
        Assert.Equal([null, "evaluation_accuracy_vs_iterations", "evaluation_loss_vs_iterations"], Read("test/validation").Select(entry => entry.Tag));
        Assert.Equal(9, Read("test/validation")[1].Step);
    }

    private static (Sequential Model, History History) Fit(TensorBoard board)
    {
        (float[,] x, int[] y) = CallbackCase.Rows(8);
        var model = new Sequential { new Dense(2, "tanh"), new Dense(1, "sigmoid") };
        model.Compile(new Adam(0.01), "binary_crossentropy", ["accuracy"]);
        return (model, model.Fit(x, y, batchSize: 2, epochs: 3, verbose: 0, validationSplit: 0.25, callbacks: [board]));
    }

    private string FileOf(string part) => Directory.GetFiles(Path.Combine(_folder, part)).Single();

    private IReadOnlyList<EventFileEntry> Read(string part) => EventFileReader.Read(FileOf(part));

    private IEnumerable<double> Values(string part, string tag) => Read(part).Where(entry => entry.Tag == tag).Select(entry => (double)entry.Value);

    /// <summary>A clock that shows a quarter of a second more whenever it is looked at.</summary>
    private sealed class Clock : TimeProvider
    {
        private long _looks;

        public override long TimestampFrequency => 4;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(1795570924).AddSeconds(_looks++ / 4.0);

        public override long GetTimestamp() => _looks++;
    }
}
