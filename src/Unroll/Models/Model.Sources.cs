using System.Numerics.Tensors;
using Unroll.Models.Training;

namespace Unroll;

/// <summary>Training, testing and predicting on data that come batch by batch.</summary>
public partial class Model
{
    private int _turns; // 1: somebody trains the model

    /// <summary>Trains the model on data that come batch by batch. Of the same batches the same bits come out as of arrays that are not shuffled.</summary>
    /// <param name="batches">The data; an epoch is a pass over them, or <paramref name="stepsPerEpoch"/> batches.</param>
    /// <param name="epochs">Epochs; with <paramref name="initialEpoch"/> the index after the last one.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line per epoch.</param>
    /// <param name="callbacks">Watch and steer the run.</param>
    /// <param name="validationData">Data to validate on, begun anew for every validation.</param>
    /// <param name="classWeight">What a sample counts for in the loss, by the class that its target names; not for batches with sample weights.</param>
    /// <param name="initialEpoch">Index of the first epoch, to go on with an earlier fit.</param>
    /// <param name="stepsPerEpoch">
    /// Batches of an epoch; the next one goes on where it stopped. If the data run out, the epoch ends with a warning and the
    /// next begins a new pass. Null: a whole pass; the source must come to an end then.
    /// </param>
    /// <param name="validationSteps">Batches to validate on, always the first; null: all.</param>
    /// <param name="validationFreq">After which epochs to validate: every n-th, or a list counted from 1; null: all.</param>
    /// <param name="cancellationToken">Ends the run after the current step.</param>
    /// <returns>Seconds, loss and metrics of every epoch.</returns>
    /// <exception cref="ArgumentException">A batch does not fit the model; the message has its number.</exception>
    /// <exception cref="InvalidOperationException">The model is not compiled; or the source failed, and what it threw is the inner exception.</exception>
    /// <exception cref="NonFiniteLossException">The loss became NaN or infinite, and no callback stopped the training.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; the weights are those of the last step.</exception>
    public History Fit(
        BatchSource batches,
        int epochs = 1,
        int verbose = 1,
        IReadOnlyList<Callback>? callbacks = null,
        BatchSource? validationData = null,
        IReadOnlyDictionary<int, double>? classWeight = null,
        int initialEpoch = 0,
        int? stepsPerEpoch = null,
        int? validationSteps = null,
        ValidationFrequency? validationFreq = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batches);
        TrainingState state = _state ?? throw NotCompiled("Fit");
        using Turn turn = TakeTurn("Fit");
        return new Trainer(this, state).Fit(
            batches, validationData,
            new FitRun(epochs, verbose, callbacks, initialEpoch, stepsPerEpoch, validationSteps, validationFreq ?? ValidationFrequency.EveryEpoch, classWeight),
            cancellationToken);
    }

    /// <summary>Loss and metrics on data that come batch by batch.</summary>
    /// <param name="batches">The data.</param>
    /// <param name="steps">Batches to test on, the first ones; null: all.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line.</param>
    /// <param name="callbacks">Watch the run.</param>
    /// <exception cref="ArgumentException">A batch does not fit the model; the message has its number.</exception>
    /// <exception cref="InvalidOperationException">The model is not compiled; or the source failed, and what it threw is the inner exception.</exception>
    public Evaluation Evaluate(BatchSource batches, int? steps = null, int verbose = 1, IReadOnlyList<Callback>? callbacks = null)
    {
        ArgumentNullException.ThrowIfNull(batches);
        return new Evaluator(this).Evaluate(_state ?? throw NotCompiled("Evaluate"), batches, steps, verbose, callbacks);
    }

    /// <summary>The output for data that come batch by batch, those of all batches one below the other.</summary>
    /// <param name="batches">The data; their targets are not looked at.</param>
    /// <param name="steps">Batches to predict, the first ones; null: all.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line.</param>
    /// <param name="callbacks">Watch the run, and may take each batch's output.</param>
    /// <exception cref="ArgumentException">A batch does not fit the model, or outputs differ in length.</exception>
    /// <exception cref="InvalidOperationException">The model has several outputs; or the source failed, and what it threw is the inner exception.</exception>
    public Tensor<float> Predict(BatchSource batches, int? steps = null, int verbose = 0, IReadOnlyList<Callback>? callbacks = null) =>
        Only(PredictAll(batches, steps, verbose, callbacks));

    /// <summary>All outputs for data that come batch by batch.</summary>
    /// <inheritdoc cref="Predict(BatchSource, int?, int, IReadOnlyList{Callback}?)"/>
    public Predictions PredictAll(BatchSource batches, int? steps = null, int verbose = 0, IReadOnlyList<Callback>? callbacks = null)
    {
        ArgumentNullException.ThrowIfNull(batches);
        Tensor<float>[] outputs = new Evaluator(this).Predict(batches, steps, verbose, callbacks);
        return new Predictions(outputs, OutputNames.All);
    }

    /// <summary>Marks the model as being trained until it is disposed: two at a time would mix their steps.</summary>
    /// <exception cref="InvalidOperationException">It is being trained already.</exception>
    private Turn TakeTurn(string method) => Interlocked.CompareExchange(ref _turns, 1, 0) == 0
        ? new Turn(this)
        : throw new InvalidOperationException(
            $"{method}: the model '{Name}' is being trained already, by another thread or by the fit that called this callback. One model is trained in one place at a time; train a copy, model.Clone(), or wait for the other.");

    private readonly struct Turn(Model model) : IDisposable
    {
        public void Dispose() => Volatile.Write(ref model._turns, 0);
    }
}
