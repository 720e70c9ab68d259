using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Unroll.Models;
using Unroll.Saving;

namespace Unroll.Callbacks;

/// <summary>
/// Writes how far a fit is into a <see cref="TrainingBackup"/>: before its first step, so that a disk that is full is found then, and
/// after each epoch. An epoch that was broken off is not written: the backup leads to its begin. Belongs behind all other callbacks.
/// </summary>
internal sealed class EpochBackup : Callback
{
    private const string Progress = "progress", Next = "next_epoch", Stopped = "stopped", Callbacks = "callbacks", Weights = "fit.weights.h5";

    private const int Copies = 3; // the next backup, the model at the end, and weights that a callback may come to keep

    private readonly TrainingBackup _backup;

    private readonly IReadOnlyList<Callback> _others;

    private readonly (BackupFile File, JsonObject State)? _saved;

    private readonly List<EpochResult> _epochs = [];

    private IReadOnlyList<EpochResult> _earlier = [];

    private int? _initialEpoch;

    private bool _isBroken;

    private long _epochStart, _testStart;

    private double _testSeconds;

    public EpochBackup(TrainingBackup backup, IReadOnlyList<Callback> others, (BackupFile File, JsonObject State)? saved)
    {
        (_backup, _others, _saved) = (backup, others, saved);
        foreach (Callback callback in others) callback.GoesOn = saved is not null;
    }

    public override int? InitialEpoch => _initialEpoch;

    public override bool WritesFiles => true;

    internal override IReadOnlyList<EpochResult> EarlierEpochs => _earlier;

    /// <exception cref="IOException">There is no room.</exception>
    public override void OnTrainBegin()
    {
        if (_saved is { } saved) Restore(saved.File, saved.State);
        else Write(nextEpoch: 0, stopped: false);
        AtomicFile.Try(_backup.Path, Copies * new FileInfo(_backup.Path).Length);
    }

    public override void OnEpochBegin(int epoch) => (_epochStart, _testSeconds) = (Stopwatch.GetTimestamp(), 0);

    public override void OnTestBegin() => _testStart = Stopwatch.GetTimestamp();

    public override void OnTestEnd(IReadOnlyDictionary<string, double> logs) => _testSeconds += Stopwatch.GetElapsedTime(_testStart).TotalSeconds;

    public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs) => _isBroken |= Model.StopTraining;

    /// <exception cref="IOException">The backup can't be written; the one before it stays.</exception>
    public override void OnEpochEnd(int epoch, IDictionary<string, double> logs)
    {
        if (_isBroken) return;
        _epochs.Add(new EpochResult(epoch, Stopwatch.GetElapsedTime(_epochStart).TotalSeconds - _testSeconds, _testSeconds, new Dictionary<string, double>(logs)));
        Write(epoch + 1, Model.StopTraining);
    }

    private void Write(int nextEpoch, bool stopped)
    {
        var members = new Dictionary<string, Action<Stream>> { [Weights] = stream => ModelWriter.WriteWeights(Model, stream) };
        var callbacks = new JsonArray();
        for (int i = 0; i < _others.Count; i++)
        {
            CallbackMemory? memory = _others[i].GetMemory();
            callbacks.Add((JsonNode?)(memory is null ? null : SavedEpochs.Numbers(memory.Numbers)));
            if (memory?.Weights is not { } weights) continue;
            members[MemberOf(i)] = stream =>
            {
                foreach (float[] values in weights) stream.Write(MemoryMarshal.AsBytes<float>(values));
            };
        }

        var state = new JsonObject
        {
            [Next] = nextEpoch,
            [Stopped] = stopped,
            [Progress] = ModelProgress.Write(Model),
            [SavedEpochs.Name] = SavedEpochs.Write(_epochs),
            [Callbacks] = callbacks,
        };
        _backup.Write(state, members);
    }

    private void Restore(BackupFile file, JsonObject state)
    {
        string path = file.Path;
        if (state[Progress] is not JsonObject progress || state.WholeNumber(Next) is not ({ } next and >= 0) || state[Callbacks] is not JsonArray callbacks || callbacks.Count != _others.Count)
            throw new InvalidDataException($"{path}: is the backup of another training, or damaged.");
        ModelProgress.Restore(Model, progress, file.Member(Weights), $"{path}: {Weights}");
        _epochs.AddRange(SavedEpochs.Read(state, path));
        (_earlier, _initialEpoch) = ([.. _epochs], next);
        if (state[Stopped] is JsonValue stopped && stopped.TryGetValue(out bool ended) && ended) Model.StopTraining = true;
        string[] members = [.. file.Members];
        for (int i = 0; i < _others.Count; i++)
        {
            if (callbacks[i] is null) continue;
            IReadOnlyDictionary<string, double> numbers = SavedEpochs.Numbers(new JsonObject { [Callbacks] = callbacks[i]!.DeepClone() }, Callbacks, path);
            _others[i].SetMemory(new CallbackMemory(numbers, members.Contains(MemberOf(i)) ? WeightsOf(file.Member(MemberOf(i)), path) : null));
        }
    }

    private float[][] WeightsOf(byte[] bytes, string path)
    {
        ReadOnlySpan<float> all = MemoryMarshal.Cast<byte, float>(bytes);
        int[] counts = [.. Model.GetWeights().Select(values => values.Length)];
        if (all.Length != counts.Sum()) throw new InvalidDataException($"{path}: weights that a callback keeps are not those of this model.");
        var weights = new float[counts.Length][];
        for (int i = 0, at = 0; i < counts.Length; at += counts[i++]) weights[i] = all.Slice(at, counts[i]).ToArray();
        return weights;
    }

    private static string MemberOf(int callback) => $"callback.{callback}.weights";
}
