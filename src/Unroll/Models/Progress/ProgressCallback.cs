using Unroll.Models.Training;

namespace Unroll.Models;

/// <summary>
/// Shows how training, evaluation and prediction go on. The last of the callbacks, so that it shows what the others
/// add to the logs. An epoch's line is finished after its validation; its times include the validation.
/// </summary>
/// <param name="verbose">1 progress bar, 2 one line per epoch.</param>
/// <param name="output">Where to write.</param>
internal sealed class ProgressCallback(int verbose, ProgressOutput output) : Callback
{
    private static readonly IReadOnlyDictionary<string, double> NoLogs = new Dictionary<string, double>();

    private ProgressBar? _bar;
    private int _steps; // done
    private bool _isTraining;
    private bool _isValidating;

    /// <summary>Writes to the console.</summary>
    public ProgressCallback(int verbose) : this(verbose, ProgressOutput.ForConsole())
    {
    }

    /// <summary>True if the logs of a batch that ends now would be shown.</summary>
    public bool WantsBatchLogs => !_isValidating && _bar is { WillDraw: true };

    /// <inheritdoc/>
    public override void OnTrainBegin() => _isTraining = true;

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch)
    {
        if (Parameters.Epochs > 1) output.Writer.Write($"Epoch {epoch + 1}/{Parameters.Epochs}\n");
        StartBar();
    }

    /// <inheritdoc/>
    public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs) => Step(batch, logs);

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, IDictionary<string, double> logs) =>
        // A bar has shown the training's values before those of the validation; a line per epoch has them all sorted.
        EndBar(verbose == 1 ? logs.OrderBy(entry => logs.ContainsKey("val_" + entry.Key) ? 0 : 1) : logs);

    /// <inheritdoc/>
    public override void OnTrainEnd(IReadOnlyDictionary<string, double> logs) => _isTraining = false;

    /// <inheritdoc/>
    public override void OnTestBegin()
    {
        _isValidating = _isTraining;
        if (!_isValidating) StartBar();
    }

    /// <inheritdoc/>
    public override void OnTestBatchEnd(int batch, IReadOnlyDictionary<string, double> logs)
    {
        if (!_isValidating) Step(batch, logs);
    }

    /// <inheritdoc/>
    public override void OnTestEnd(IReadOnlyDictionary<string, double> logs)
    {
        if (!_isValidating) EndBar(logs);
        _isValidating = false;
    }

    /// <inheritdoc/>
    public override void OnPredictBegin() => StartBar();

    /// <inheritdoc/>
    public override void OnPredictBatchEnd(int batch, IReadOnlyList<ReadOnlyMemory<float>> outputs) => Step(batch, NoLogs);

    /// <inheritdoc/>
    public override void OnPredictEnd() => EndBar(NoLogs);

    private void StartBar() => (_bar, _steps) = (new ProgressBar(output, Parameters.Steps > 0 ? Parameters.Steps : null, verbose), 0);

    private void Step(int batch, IReadOnlyDictionary<string, double> logs)
    {
        _steps = batch + 1;

        // Steps may take microseconds: nothing is done for those that are not drawn. The first is timed in any case.
        if (verbose != 1 || _bar is null) return;
        bool takesLogs = _bar.WillDraw || (logs is not BatchLogs { AreRead: false } && logs.Count > 0);
        if (takesLogs || batch == 0) _bar.Update(batch + 1, takesLogs ? logs : NoLogs, isFinal: false);
    }

    private void EndBar(IEnumerable<KeyValuePair<string, double>> logs)
    {
        _bar?.Update(Parameters.Steps > 0 ? Parameters.Steps : _steps, logs, isFinal: true);
        _bar = null;
    }
}
