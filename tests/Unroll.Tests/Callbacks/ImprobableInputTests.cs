using Unroll.Callbacks;
using Unroll.Models;
using Unroll.Optimizers;
using Unroll.Random;
using Unroll.Schedules;
using Xunit;

namespace Unroll.Tests.Callbacks;

/// <summary>Values and arguments that hardly anybody has, until somebody has them.</summary>
public sealed class ImprobableInputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-callbacks-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Whatever the values are: the last epoch is the first that comes Patience, at least 1, behind the best before it.</summary>
    [Theory]
    [InlineData("min")]
    [InlineData("max")]
    public void EarlyStopping_stops_by_its_definition(string mode)
    {
        double[] pool = [0.1, 0.2, 0.3, 0.4, 0.5, double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, 0];
        var random = new Philox(7, RandomPurpose.Shuffle, 0);
        for (int run = 0; run < 200; run++)
        {
            int[] order = [.. Enumerable.Range(0, 20)];
            random.Shuffle(order.AsSpan());
            double[] values = [.. order.Take(12).Select(i => pool[i % pool.Length])];
            int patience = run % 5;
            var stopping = new EarlyStopping { Monitor = "x", Mode = mode, Patience = patience, RestoreBestWeights = true };
            History history = Fit(values, stopping, out Sequential model);

            int best = -1, last = values.Length - 1;
            for (int epoch = 0; epoch < values.Length; epoch++)
            {
                bool isBetter = best < 0 ? !double.IsNaN(values[epoch]) : mode == "min" ? values[epoch] < values[best] : values[epoch] > values[best];
                if (isBetter) best = epoch;
                if (epoch == 0 || isBetter || epoch - best < patience) continue;
                last = epoch;
                break;
            }

            Assert.Equal(last + 1, history.Epochs.Count);
            Assert.All(model.GetWeights().SelectMany(weight => weight), weight => Assert.Equal(Math.Max(best, 0) + 1f, weight));
        }
    }

    [Fact]
    public void What_is_not_a_number_is_no_best_value()
    {
        var checkpoint = new ModelCheckpoint { Monitor = "x", Mode = "max", SaveBestOnly = true, FilePath = Path.Combine(_folder, "m{epoch}-{x}.keras") };
        Fit([double.NaN, 0.5, double.NaN, double.PositiveInfinity, double.NaN], checkpoint, out _);
        Assert.Equal(["m2-0.5.keras", "m4-inf.keras"], Directory.GetFiles(_folder).Select(path => Path.GetFileName(path)).Order());
        var stopping = new EarlyStopping { Monitor = "x", Mode = "min", Patience = 2 };
        Assert.Equal(2, Fit([double.NaN, double.NaN, double.NaN], stopping, out _).Epochs.Count);
        Assert.Null(stopping.Best);
    }

    [Fact]
    public void A_missing_validation_is_warned_of_once()
    {
        var warnings = new StringWriter();
        Assert.Equal(3, Fit([1, 2, 3], new EarlyStopping { Warnings = warnings }, out _).Epochs.Count);
        Assert.Equal("Early stopping conditioned on metric `val_loss` which is not available. Available metrics are: accuracy,loss,x\n", warnings.ToString());
    }

    [Theory]
    [InlineData("accuracy", true)]
    [InlineData("auc", true)]
    [InlineData("precision", true)]
    [InlineData("recall", true)]
    [InlineData("mse", false)]
    [InlineData("loss", false)]
    public void The_compiled_metric_says_what_is_better(string name, bool isHigherBetter)
    {
        (float[,] x, int[] y) = CallbackCase.Rows();
        Sequential model = CallbackCase.NewModel();
        model.Compile("sgd", "binary_crossentropy", ["accuracy", "auc", "precision", "recall", "mse"]);
        var set = new LambdaCallback { EpochEnd = (epoch, logs) => logs["val_" + name] = epoch };
        var stopping = new EarlyStopping { Monitor = "val_" + name, Patience = 1 };
        int epochs = model.Fit(x, y, epochs: 4, verbose: 0, callbacks: [set, stopping]).Epochs.Count;
        Assert.Equal(isHigherBetter ? 4 : 2, epochs);
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        Refuse<ArgumentOutOfRangeException>("EarlyStopping: argument 'patience' is -1; it must be 0 or more.", () => new EarlyStopping { Patience = -1 });
        Refuse<ArgumentOutOfRangeException>("ReduceLROnPlateau: argument 'cooldown' is -2; it must be 0 or more.", () => new ReduceLROnPlateau { Cooldown = -2 });
        Refuse<ArgumentOutOfRangeException>("ReduceLROnPlateau: argument 'factor' is NaN; it must", () => new ReduceLROnPlateau { Factor = double.NaN });
        Refuse<ArgumentOutOfRangeException>("ModelCheckpoint: argument 'save_freq' is 0; it must be 1 or more", () => new ModelCheckpoint { SaveFreq = 0 });
        Refuse<InvalidOperationException>("ModelCheckpoint: FilePath is ''; without SaveWeightsOnly it must end in .keras.", () => Fit([1], new ModelCheckpoint(), out _));
        Refuse<InvalidOperationException>("CSVLogger: Filename is not set.", () => Fit([1], new CSVLogger(), out _));
        Refuse<InvalidOperationException>("BackupAndRestore: BackupDir is not set.", () => Fit([1], new BackupAndRestore(), out _));
        Refuse<InvalidOperationException>("LearningRateScheduler: Schedule is not set", () => Fit([1], new LearningRateScheduler(), out _));
        Refuse<InvalidOperationException>(
            "LearningRateScheduler: the output of Schedule for epoch 0 is nan;", () => Fit([1], new LearningRateScheduler { Schedule = (_, _) => double.NaN }, out _));
        Refuse<InvalidOperationException>("SwapEMAWeights must be used with an optimizer that has UseEma", () => Fit([1], new SwapEMAWeights(), out _));
        (float[,] x, int[] y) = CallbackCase.Rows();
        Sequential scheduled = CallbackCase.NewModel(new SGD(new ExponentialDecay(0.1, 10, 0.5)));
        Refuse<InvalidOperationException>("The learning rate follows ExponentialDecay", () => scheduled.Fit(
            x, y, verbose: 0, callbacks: [new LearningRateScheduler { Schedule = (_, rate) => rate }]));
    }

    [Fact]
    public void Names_of_logs_with_separators_are_quoted()
    {
        string path = Path.Combine(_folder, "log.csv");
        (float[,] x, int[] y) = CallbackCase.Rows();
        var odd = new LambdaCallback { EpochEnd = (_, logs) => (logs["a,\"b\""], logs["val_x"]) = (double.NaN, 1e-5) };
        CallbackCase.NewModel().Fit(x, y, verbose: 0, callbacks: [odd, new CSVLogger { Filename = path }]);
        string[] lines = File.ReadAllLines(path);
        Assert.Equal("epoch,\"a,\"\"b\"\"\",accuracy,loss,val_x", lines[0]);
        Assert.StartsWith("0,nan,", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(",1e-05", lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{epoch}-{batch:03d}-{loss:.3f}", "7-012-0.531")]
    [InlineData("{epoch:4d}|{epoch:.1f}|{loss:8.2f}", "   7|7.0|    0.53")]
    [InlineData("{neg:07.2f}{{{loss:.2e}}}", "-001.50{5.31e-01}")]
    [InlineData("{loss}{neg}", "0.53125-1.5")]
    [InlineData("{lost}", null)]
    [InlineData("{epoch:x}", null)]
    [InlineData("{loss:d}", null)]
    [InlineData("{loss:.2}", null)]
    [InlineData("{loss:9999f}", null)]
    [InlineData("{loss", null)]
    [InlineData("loss}", null)]
    [InlineData("{}", null)]
    public void Paths_are_formatted_as_Python_formats(string template, string? expected)
    {
        string Fill() => PathTemplate.Fill(
            template, new Dictionary<string, int> { ["epoch"] = 7, ["batch"] = 12 }, new Dictionary<string, double> { ["loss"] = 0.53125, ["neg"] = -1.5 });
        if (expected is null) Assert.Throws<FormatException>(() => Fill());
        else Assert.Equal(expected, Fill());
    }

    [Theory]
    [InlineData(1, "1.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(0.05000000074505806, "0.05000000074505806")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(1.2345e-120, "1.2345e-120")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(-1234567890123456.8, "-1234567890123456.8")]
    [InlineData(9999999999999998, "9999999999999998.0")]
    [InlineData(1e16, "1e+16")]
    [InlineData(-12345678901234568, "-1.2345678901234568e+16")]
    [InlineData(1.5e17, "1.5e+17")]
    [InlineData(1e100, "1e+100")]
    [InlineData(double.NaN, "nan")]
    [InlineData(double.NegativeInfinity, "-inf")]
    public void Numbers_are_written_as_Python_writes_them(double value, string expected) => Assert.Equal(expected, PythonFormat.Repr(value));

    /// <summary>A run in which the monitored values are given, and weights show the epoch.</summary>
    private static History Fit(double[] values, Callback callback, out Sequential model)
    {
        (float[,] x, int[] y) = CallbackCase.Rows();
        Sequential trained = model = CallbackCase.NewModel();
        var write = new LambdaCallback
        {
            EpochEnd = (epoch, logs) =>
            {
                logs["x"] = values[epoch];
                float number = epoch + 1;
                trained.SetWeights([[number, number, number], [number]]);
            },
        };
        return model.Fit(x, y, batchSize: 24, epochs: values.Length, verbose: 0, callbacks: [write, callback]);
    }

    private static void Refuse<T>(string message, Func<object> action) where T : Exception =>
        Assert.StartsWith(message, Assert.Throws<T>(action).Message, StringComparison.Ordinal);
}
