using System.Globalization;
using System.Text.Json.Nodes;
using Unroll.Callbacks;
using Unroll.Optimizers;
using Xunit;

namespace Unroll.Tests.Callbacks;

/// <summary>
/// Callbacks in fits that really train, against those of Keras. What the records do not say follows from their losses and
/// weights: batches of 8 for CSVLogger, of 6 for SwapEMAWeights and BackupAndRestore, the latter with Adam(0.1).
/// </summary>
public sealed class TrainedTests : IDisposable
{
    private const double Tolerance = 1e-6;

    /// <summary>
    /// Keras computes 1 − 0.999^t in float32, where 0.999 alone is off by 1.3e-8, that is 1.3e-5 of the first difference. In
    /// double precision these weights come out 0.6980700, −1.4623643, 1.2619786; with Keras' powers 0.6980687, −1.4623620,
    /// 1.2619825, as recorded.
    /// </summary>
    private const double AdamTolerance = 5e-6;

    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-callbacks-").FullName;

    public static TheoryData<int> CsvLoggers => IndicesOf("CSVLogger");

    public static TheoryData<int> Schedulers => IndicesOf("LearningRateScheduler");

    public static TheoryData<int> Terminators => IndicesOf("TerminateOnNaN");

    public static TheoryData<int> Backups => IndicesOf("BackupAndRestore");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(CsvLoggers))]
    public void CSVLogger_writes_what_Keras_writes(int index)
    {
        JsonObject json = CallbackCase.Load("trained.json").ElementAt(index);
        string[] extra = [.. json["extra"]!.AsArray().Select(name => (string)name!)];
        string expected = (string)json["text"]!;
        History history = Log("trained.csv", values: null);
        foreach ((string name, JsonNode? values) in json["history"]!.AsObject())
            AssertClose(values!, history[name]);
        string[][] expectedCells = Cells(expected), cells = Cells(File.ReadAllText(Path.Combine(_folder, "trained.csv")));
        Assert.Equal(expectedCells[0], cells[0]);
        Assert.Equal(expectedCells.Length, cells.Length);
        foreach ((string expectedCell, string cell) in expectedCells.Skip(1).SelectMany(row => row).Zip(cells.Skip(1).SelectMany(row => row)))
        {
            if (expectedCell == "NA") Assert.Equal("NA", cell);
            else Assert.Equal(double.Parse(expectedCell, CultureInfo.InvariantCulture), double.Parse(cell, CultureInfo.InvariantCulture), Tolerance);
        }

        // With Keras' own values in the logs the text is Keras' to the last character.
        Log("written.csv", expectedCells);
        Assert.Equal(expected, File.ReadAllText(Path.Combine(_folder, "written.csv")));

        string[][] Cells(string text) => [.. text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(extra.Contains("lr") ? ';' : ','))];

        History Log(string file, string[][]? values)
        {
            (float[,] x, int[] y) = CallbackCase.Rows();
            (float[,] X, int[] Y)? validation = (bool)json["validation"]! ? CallbackCase.Rows(10, reversed: true) : null;
            var arguments = json["arguments"]!.AsObject();
            var logger = new CSVLogger
            {
                Filename = Path.Combine(_folder, file),
                Separator = (string?)arguments["separator"] ?? ",",
                Append = (bool?)arguments["append"] ?? false,
            };
            int epochs = (int)json["epochs"]!, line = 1;
            var write = new LambdaCallback
            {
                EpochEnd = (_, logs) =>
                {
                    if (values is null) return;
                    foreach ((string name, string value) in values[0].Zip(values[line]).Skip(1))
                        if (value != "NA") logs[name] = double.Parse(value, CultureInfo.InvariantCulture);
                    line++;
                },
            };
            Callback[] before = extra.Contains("lr") ? [new LearningRateScheduler { Schedule = (_, rate) => rate * 0.5 }, write] : [write];
            Sequential model = CallbackCase.NewModel();
            History first = Fit(epochs, []);
            if (extra.Contains("twice")) Fit(epochs + 1, [new FromEpoch(1)]);
            return first;

            History Fit(int epochs, Callback[] more) => model.Fit(
                x, y, batchSize: 8, epochs: epochs, verbose: 0, shuffle: false, callbacks: [.. before, logger, .. more],
                validationData: validation is { } data ? (data.X, data.Y) : null);
        }
    }

    [Theory]
    [MemberData(nameof(Schedulers))]
    public void LearningRateScheduler_sets_what_Keras_sets(int index)
    {
        JsonObject json = CallbackCase.Load("trained.json").ElementAt(index);
        Func<int, double, double>? schedule = (string)json["schedule"]! switch
        {
            "lr*0.5 from epoch 1" => (epoch, rate) => epoch < 1 ? rate : rate * 0.5,
            "0.1/(1+epoch)" => (epoch, _) => 0.1 / (1 + epoch),
            "np.float32(0.02)" => (_, _) => 0.02f,
            _ => null, // whole numbers and texts are refused by the compiler
        };
        Assert.Equal(json["error"] is null, schedule is not null);
        if (schedule is null) return;
        (float[,] x, int[] y) = CallbackCase.Rows();
        var printed = new StringWriter();
        History history = CallbackCase.NewModel().Fit(
            x, y, batchSize: 24, epochs: 3, verbose: 0, shuffle: false,
            callbacks: [new LearningRateScheduler { Schedule = schedule, Verbose = 1, Output = printed }]);
        Assert.Equal(json["learning_rate_logged"]!.AsArray().Select(rate => (double)rate!), history["learning_rate"]);
        Assert.Equal((string)json["printed"]!, printed.ToString());
    }

    [Theory]
    [MemberData(nameof(Terminators))]
    public void TerminateOnNaN_stops_where_Keras_stops(int index)
    {
        JsonObject json = CallbackCase.Load("trained.json").ElementAt(index);
        var recorded = new CallbackCase(json, _folder);
        (float[,] x, int[] y) = CallbackCase.Rows();
        x[(string)json["what"]! == "nan in row 0" ? 0 : 9, 2] = float.MaxValue; // times 2: Keras' record has a NaN there, which is refused here before training
        int batches = 0;
        var count = new LambdaCallback { TrainBatchEnd = (_, _) => batches++ };
        Sequential model = CallbackCase.NewModel(new SGD(0.01), sigmoid: false);
        History Fit(params Callback[] callbacks) => model.Fit(x, y, batchSize: 8, epochs: 3, verbose: 0, shuffle: false, callbacks: callbacks);

        if ((string?)json["error"] is { } error)
        {
            var exception = Assert.Throws<NonFiniteLossException>(() => Fit(recorded.Create()));
            Assert.Equal(error.Replace("value: nan.", "value: inf.", StringComparison.Ordinal), "RuntimeError: " + exception.Message);
            return;
        }

        History history = Fit(recorded.Create(), count);
        Assert.Equal((int)json["batches_trained"]!, batches);
        Assert.Equal((int)json["epochs_in_history"]!, history.Epochs.Count);
        Assert.Equal((string)json["printed"]!, recorded.PrintedText);
        Assert.False(double.IsFinite(history["loss"][0]));
        Assert.All(model.GetWeights().SelectMany(weight => weight), weight => Assert.True(float.IsFinite(weight)));
        Assert.Throws<NonFiniteLossException>(() => Fit());
    }

    [Theory]
    [MemberData(nameof(Backups))]
    public void BackupAndRestore_goes_on_where_Keras_goes_on(int index)
    {
        JsonObject json = CallbackCase.Load("trained.json").ElementAt(index);
        string folder = Path.Combine(_folder, "backup");
        string interrupted = (string)json["interrupted"]!;
        (float[,] x, int[] y) = CallbackCase.Rows();
        History Fit(Sequential model, params Callback[] callbacks) => model.Fit(x, y, batchSize: 6, epochs: 4, verbose: 0, shuffle: false, callbacks: callbacks);
        Sequential NewModel() => CallbackCase.NewModel(new Adam(0.1));

        Sequential whole = NewModel();
        Fit(whole);
        AssertClose(Flat(json["uninterrupted_weights"]!), whole.GetWeights()[0].Select(weight => (double)weight), AdamTolerance);

        Assert.Throws<OperationCanceledException>(() => Fit(NewModel(), new CallbackCase(json, folder).Create(), new Interruption(interrupted)));
        Assert.Equal(
            json["files_after_interruption"]!.AsArray().Select(name => (string)name!),
            Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        JsonNode metadata = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "training_metadata.json")))!;
        JsonNode expected = json["metadata"]!.AsArray()[0]!;
        Assert.Equal(((int)expected["epoch"]!, (int)expected["batch"]!), ((int)metadata["epoch"]!, (int)metadata["batch"]!));

        var order = new List<string>();
        Sequential second = NewModel();
        History history = Fit(second, new CallbackCase(json, folder).Create(), new LambdaCallback
        {
            EpochBegin = epoch => order.Add($"{epoch}"),
            TrainBatchBegin = batch => order.Add($"batch {batch}"),
        });
        Assert.Equal(json["second_fit"]!.AsArray().Select(entry => entry!.ToString()), order);
        Assert.Equal(json["history_epochs"]!.AsArray().Select(epoch => (int)epoch!), history.Epochs.Select(epoch => epoch.Epoch));
        AssertClose(Flat(json["second_fit_weights"]!), second.GetWeights()[0].Select(weight => (double)weight), AdamTolerance);
        if (interrupted.StartsWith("after", StringComparison.Ordinal)) Assert.Equal(whole.Fingerprint(), second.Fingerprint());
        Assert.Equal((bool)json["exists_after_second_fit"]!, Directory.Exists(folder));
    }

    [Fact]
    public void SwapEMAWeights_validates_with_the_averages()
    {
        JsonObject json = CallbackCase.Load("trained.json").Single(entry => (string?)entry["callback"] == "SwapEMAWeights");
        foreach ((string suffix, Callback[] callbacks) in (ReadOnlySpan<(string, Callback[])>)[("", [new SwapEMAWeights()]), ("_without", [])])
        {
            (float[,] x, int[] y) = CallbackCase.Rows();
            Sequential model = CallbackCase.NewModel(new SGD(0.2) { UseEma = true, EmaMomentum = 0.6 });
            History history = model.Fit(
                x, y, batchSize: 6, epochs: 3, verbose: 0, shuffle: false, callbacks: callbacks, validationData: CallbackCase.Rows(10, reversed: true));
            foreach ((string name, JsonNode? values) in json["history" + suffix]!.AsObject()) AssertClose(values!, history[name]);
            AssertClose(Flat(json["weights" + suffix]!), model.GetWeights()[0].Select(weight => (double)weight));
        }
    }

    private static TheoryData<int> IndicesOf(string callback) =>
        [.. CallbackCase.Load("trained.json").Index().Where(entry => (string?)entry.Item["callback"] == callback).Select(entry => entry.Index)];

    private static JsonArray Flat(JsonNode rows) => [.. rows.AsArray().SelectMany(row => row!.AsArray()).Select(value => value!.DeepClone())];

    private static void AssertClose(JsonNode expected, IEnumerable<double> actual, double tolerance = Tolerance)
    {
        double[] expectedValues = [.. expected.AsArray().Select(value => (double)value!)], actualValues = [.. actual];
        Assert.Equal(expectedValues.Length, actualValues.Length);
        foreach ((double e, double a) in expectedValues.Zip(actualValues)) Assert.Equal(e, a, tolerance);
    }

    private sealed class FromEpoch(int epoch) : Callback
    {
        public override int? InitialEpoch => epoch;
    }

    /// <summary>Ends the run as Ctrl+C would: "after epoch 1", "epoch 1 batch 1".</summary>
    private sealed class Interruption(string when) : Callback
    {
        private int _epoch;

        public override void OnEpochBegin(int epoch) => _epoch = epoch;

        public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs) => At($"epoch {_epoch} batch {batch}");

        public override void OnEpochEnd(int epoch, IDictionary<string, double> logs) => At($"after epoch {epoch}");

        private void At(string now)
        {
            if (now == when) throw new OperationCanceledException();
        }
    }
}
