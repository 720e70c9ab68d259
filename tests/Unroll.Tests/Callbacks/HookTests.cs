using System.Text.Json.Nodes;
using Unroll.Callbacks;
using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Callbacks;

/// <summary>When callbacks are called, with what, and what they may do.</summary>
public class HookTests
{
    [Fact]
    public void Hooks_are_called_as_Keras_calls_them()
    {
        JsonObject json = CallbackCase.Load("trained.json").Single(entry => (string?)entry["callback"] == "order of events");
        (float[,] x, int[] y) = CallbackCase.Rows();
        (float[,] tx, int[] ty) = CallbackCase.Rows(10, reversed: true);
        Sequential model = CallbackCase.NewModel();

        var fit = new Recorder();
        History history = model.Fit(
            x, y, batchSize: 12, epochs: 2, verbose: 0, callbacks: [fit], validationData: (tx, ty), validationBatchSize: 5, validationFreq: 2);
        Assert.Equal(Text("fit"), fit.Events);
        Assert.Equal(["accuracy", "loss", "val_accuracy", "val_loss"], history.Names);
        Assert.Equal((2, 1), (history["loss"].Count, history["val_loss"].Count));

        var evaluation = new Recorder();
        model.Evaluate(tx, ty, batchSize: 5, verbose: 0, callbacks: [evaluation]);
        Assert.Equal(Text("evaluate"), evaluation.Events);

        var prediction = new Recorder();
        float[] outputs = [.. model.Predict(tx, batchSize: 5, callbacks: [prediction])];
        Assert.Equal(Text("predict"), prediction.Events);
        Assert.Equal(outputs, prediction.Outputs);

        string[] Text(string run) => [.. json[run]!.AsArray().Select(entry => entry!.ToJsonString().Replace("\"", "", StringComparison.Ordinal))];
    }

    [Fact]
    public void Logs_that_no_hook_has_read_are_gone_afterwards()
    {
        (float[,] x, int[] y) = CallbackCase.Rows();
        var kept = new List<IReadOnlyDictionary<string, double>>();
        double read = 0;
        CallbackCase.NewModel().Fit(x, y, verbose: 0, callbacks: [new LambdaCallback
        {
            TrainBatchEnd = (batch, logs) =>
            {
                kept.Add(logs);
                if (batch == 0) read = logs["loss"];
            },
        }], batchSize: 12);
        Assert.Equal(read, kept[0]["loss"]);
        Assert.Contains("'auc'", Assert.Throws<KeyNotFoundException>(() => kept[0]["auc"]).Message, StringComparison.Ordinal);
        Assert.Contains("inside the hook", Assert.Throws<InvalidOperationException>(() => kept[1]["loss"]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Callbacks_change_no_bit_of_the_results()
    {
        (float[,] x, int[] y) = CallbackCase.Rows();
        Sequential plain = CallbackCase.NewModel(), watched = CallbackCase.NewModel();
        plain.Fit(x, y, batchSize: 8, epochs: 3, verbose: 0);
        watched.Fit(x, y, batchSize: 8, epochs: 3, verbose: 0, callbacks: [new Recorder(), new TerminateOnNaN(), new EarlyStopping { Monitor = "loss", Patience = 3 }]);
        Assert.Equal(plain.Fingerprint(), watched.Fingerprint());
        Assert.Equal(plain.Predict(x), watched.Predict(x, callbacks: [new Recorder()]));
    }

    [Fact]
    public void A_model_of_several_outputs_shows_all_of_them()
    {
        (float[,] x, int[] y) = CallbackCase.Rows();
        Symbol input = Input.Features(3);
        Symbol pair = new Dense(2) { Name = "pair" }.Call(input), one = new Dense(1, "sigmoid") { Name = "one" }.Call(input);
        var model = new Model(input, Symbols.Create(pair, one));
        model.Compile("sgd", ["mse", "binary_crossentropy"]);
        var pairs = new float[24, 2];
        var seen = new List<float>[] { [], [] };
        var watch = new OutputWatcher(seen);

        // Of the losses of single outputs, too, it is known that less is better.
        var stopping = new EarlyStopping { Monitor = "val_one_loss", MinDelta = 10, Patience = 1 };
        History history = model.Fit(x, [pairs, y], epochs: 5, verbose: 0, callbacks: [watch, stopping], validationSplit: 0.25);
        Assert.Equal(2, history.Epochs.Count);
        Assert.Same(model, watch.Model);

        Predictions predictions = model.PredictAll(x, batchSize: 7, callbacks: [watch]);
        Assert.Equal([.. predictions[0]], seen[0]);
        Assert.Equal([.. predictions[1]], seen[1]);
        Assert.Equal(48, seen[0].Count);
    }

    [Fact]
    public void Any_callback_can_stop_a_run_whose_loss_is_not_finite()
    {
        (float[,] x, int[] y) = CallbackCase.Rows();
        x[0, 2] = float.MaxValue; // times 2
        Sequential model = CallbackCase.NewModel();
        string before = model.Fingerprint();
        History history = model.Fit(x, y, epochs: 2, verbose: 0, callbacks: [new Stopper()]);
        Assert.False(double.IsFinite(history["loss"].Single()));
        Assert.Equal(before, model.Fingerprint());
        Assert.Throws<NonFiniteLossException>(() => model.Fit(x, y, epochs: 2, verbose: 0, callbacks: [new Recorder()]));
        Assert.Equal(before, model.Fingerprint());
    }

    [Fact]
    public void A_fit_of_no_epochs_begins_and_ends()
    {
        (float[,] x, int[] y) = CallbackCase.Rows();
        var recorder = new Recorder();
        var stopping = new EarlyStopping { RestoreBestWeights = true };
        Sequential model = CallbackCase.NewModel();
        string before = model.Fingerprint();
        Assert.Empty(model.Fit(x, y, epochs: 0, verbose: 0, callbacks: [recorder, stopping]).Epochs);
        Assert.Empty(model.Fit(x, y, epochs: 2, verbose: 0, callbacks: [new FromEpoch(5), stopping]).Epochs);
        Assert.Equal(["[on_train_begin,[]]", "[on_train_end,[]]"], recorder.Events);
        Assert.Equal(before, model.Fingerprint());
    }

    [Fact]
    public void A_missing_callback_is_named()
    {
        (float[,] x, int[] y) = CallbackCase.Rows();
        var exception = Assert.Throws<ArgumentException>(() => CallbackCase.NewModel().Fit(x, y, verbose: 0, callbacks: [new Recorder(), null!]));
        Assert.StartsWith("Callback 1 of the list is null.", exception.Message, StringComparison.Ordinal);
    }

    private sealed class FromEpoch(int epoch) : Callback
    {
        public override int? InitialEpoch => epoch;
    }

    private sealed class OutputWatcher(List<float>[] seen) : Callback
    {
        public override void OnPredictBatchEnd(int batch, IReadOnlyList<ReadOnlyMemory<float>> outputs)
        {
            Assert.Equal(seen.Length, outputs.Count);
            for (int i = 0; i < seen.Length; i++) seen[i].AddRange(outputs[i].ToArray());
        }
    }

    private sealed class Stopper : Callback
    {
        public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs) => Model.StopTraining = !double.IsFinite(logs["loss"]);
    }

    /// <summary>Notes every call as the records do: name, number, names in the logs.</summary>
    private sealed class Recorder : Callback
    {
        public List<string> Events { get; } = [];

        public List<float> Outputs { get; } = [];

        public override void OnTrainBegin() => Note("train_begin");

        public override void OnTrainEnd(IReadOnlyDictionary<string, double> logs) => Note("train_end", null, logs.Keys);

        public override void OnEpochBegin(int epoch) => Note("epoch_begin", epoch);

        public override void OnEpochEnd(int epoch, IDictionary<string, double> logs) => Note("epoch_end", epoch, logs.Keys);

        public override void OnTrainBatchBegin(int batch) => Note("train_batch_begin", batch);

        public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs) => Note("train_batch_end", batch, logs.Keys);

        public override void OnTestBegin() => Note("test_begin");

        public override void OnTestEnd(IReadOnlyDictionary<string, double> logs) => Note("test_end", null, logs.Keys);

        public override void OnTestBatchBegin(int batch) => Note("test_batch_begin", batch);

        public override void OnTestBatchEnd(int batch, IReadOnlyDictionary<string, double> logs) => Note("test_batch_end", batch, logs.Keys);

        public override void OnPredictBegin() => Note("predict_begin");

        public override void OnPredictEnd() => Note("predict_end");

        public override void OnPredictBatchBegin(int batch) => Note("predict_batch_begin", batch);

        public override void OnPredictBatchEnd(int batch, IReadOnlyList<ReadOnlyMemory<float>> outputs)
        {
            Note("predict_batch_end", batch, ["outputs"]);
            Outputs.AddRange(Assert.Single(outputs).ToArray());
        }

        private void Note(string name, int? number = null, IEnumerable<string>? logs = null) =>
            Events.Add($"[on_{name}{(number is null ? "" : $",{number}")},[{string.Join(",", logs ?? [])}]]");
    }
}
