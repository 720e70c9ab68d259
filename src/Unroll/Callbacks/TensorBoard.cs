using Unroll.Configuration;
using Unroll.Formats.TensorBoard;
using Unroll.Models;

namespace Unroll.Callbacks;

/// <summary>
/// Writes loss, metrics and learning rate for TensorBoard: <c>tensorboard --logdir logs</c>. Files, names and steps are those
/// of Keras: <c>LogDir/train</c> with <c>epoch_loss</c> … over epochs, <c>LogDir/validation</c> with the same of the validation
/// and <c>evaluation_loss_vs_iterations</c> … over training steps; with
/// <see cref="HistogramFreq"/> also how each weight is spread. Graphs, images and profiles are not written.
/// </summary>
public sealed class TensorBoard : Callback
{
    private static readonly Argument<string> LogDirArgument = Argument.Text("log_dir", "logs");

    private static readonly Argument<bool> WriteStepsPerSecondArgument = Argument.Flag("write_steps_per_second").KeywordOnly();

    private static readonly Argument<int?> UpdateFreqArgument = CallbackArguments.Frequency("update_freq").KeywordOnly();

    private static readonly Argument<int> HistogramFreqArgument = Argument.Whole("histogram_freq", 0).AtLeast(0).KeywordOnly();

    private static int s_files;

    private EventFile? _train, _validation;
    private long _trainBatches, _batchStart, _epochStart, _batchesAtEpochStart;

    /// <summary>Creates the callback.</summary>
    /// <param name="logDir">The folder.</param>
    public TensorBoard(string logDir) => Set(LogDirArgument, logDir);

    /// <summary>Creates the callback; the path is a property.</summary>
    public TensorBoard()
    {
    }

    internal static Registration<Callback> Registration { get; } = new Registration<Callback, TensorBoard>("TensorBoard")
    {
        Arguments = [LogDirArgument, HistogramFreqArgument, WriteStepsPerSecondArgument, UpdateFreqArgument],
        Make = _ => new TensorBoard(),
    };

    /// <summary>The folder; each run should have its own below it.</summary>
    public string LogDir { get => Get(LogDirArgument); init => Set(LogDirArgument, value); }

    /// <summary>Every how many epochs to write <c>layer/weight/histogram</c> of all weights, the first epoch included; 0: never.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int HistogramFreq { get => Get(HistogramFreqArgument); init => Set(HistogramFreqArgument, value); }

    /// <summary>Null: write after epochs only; a number: also <c>batch_loss</c> … every so many training batches.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int? UpdateFreq { get => Get(UpdateFreqArgument); init => Set(UpdateFreqArgument, value); }

    /// <summary>True: also the speed, as <c>epoch_steps_per_second</c> and, with <see cref="UpdateFreq"/>, <c>batch_steps_per_second</c>.</summary>
    public bool WriteStepsPerSecond { get => Get(WriteStepsPerSecondArgument); init => Set(WriteStepsPerSecondArgument, value); }

    /// <summary>Gives the times that records are stamped with.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <inheritdoc/>
    public override bool WritesFiles => true;

    private EventFile Train => _train ??= Open("train");

    private EventFile Validation => _validation ??= Open("validation");

    private double Seconds => (Time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There is no <see cref="LogDir"/>.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public override void OnTrainBegin()
    {
        if (LogDir.Length == 0) throw new InvalidOperationException("TensorBoard: LogDir is empty.");
        (_train, _validation, _trainBatches) = (null, null, 0);
        _train = Open("train");
    }

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch) => (_epochStart, _batchesAtEpochStart) = (Time.GetTimestamp(), _trainBatches);

    /// <inheritdoc/>
    public override void OnTrainBatchBegin(int batch)
    {
        _trainBatches++;
        if (WriteStepsPerSecond) _batchStart = Time.GetTimestamp();
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file can't be written.</exception>
    public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs)
    {
        if (UpdateFreq is not { } every || _trainBatches % every != 0) return;
        if (WriteStepsPerSecond) Add(Train, "batch_steps_per_second", 1 / Time.GetElapsedTime(_batchStart).TotalSeconds, _trainBatches);
        foreach ((string name, double value) in logs) Add(Train, "batch_" + name, value, _trainBatches);
        Train.Flush();
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file can't be written.</exception>
    public override void OnTestEnd(IReadOnlyDictionary<string, double> logs)
    {
        foreach ((string name, double value) in logs) Add(Validation, $"evaluation_{name}_vs_iterations", value, Model.State!.Iterations);
        Validation.Flush();
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file can't be written.</exception>
    public override void OnEpochEnd(int epoch, IDictionary<string, double> logs)
    {
        foreach ((string name, double value) in logs)
            if (!IsValidation(name) && name != "learning_rate") Add(Train, "epoch_" + name, value, epoch);
        Add(Train, "epoch_learning_rate", Model.LearningRate, epoch);
        if (WriteStepsPerSecond)
            Add(Train, "epoch_steps_per_second", (_trainBatches - _batchesAtEpochStart) / Time.GetElapsedTime(_epochStart).TotalSeconds, epoch);
        if (HistogramFreq > 0 && epoch % HistogramFreq == 0)
            foreach (Parameter weight in Model.Layers.SelectMany(layer => layer.Parameters).Distinct())
                Train.AddHistogram(weight.Path + "/histogram", weight.ToArray(), epoch, Seconds);
        Train.Flush();

        if (!logs.Keys.Any(IsValidation)) return;
        foreach ((string name, double value) in logs)
            if (IsValidation(name)) Add(Validation, "epoch_" + name["val_".Length..], value, epoch);
        Validation.Flush();
    }

    internal override CallbackMemory GetMemory() => new(new Dictionary<string, double> { ["train_batches"] = _trainBatches });

    internal override void SetMemory(CallbackMemory memory) => _trainBatches = (long)(memory["train_batches"] ?? 0);

    private static bool IsValidation(string name) => name.StartsWith("val_", StringComparison.Ordinal);

    private void Add(EventFile file, string tag, double value, long step) => file.AddScalar(tag, (float)value, step, Seconds);

    private EventFile Open(string folder)
    {
        double now = Seconds;
        return new EventFile(Path.Combine(LogDir, folder), EventFile.NameOf(now, Interlocked.Increment(ref s_files) - 1), now);
    }
}
