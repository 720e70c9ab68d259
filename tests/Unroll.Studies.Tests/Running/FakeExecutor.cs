using System.Collections.Concurrent;

namespace Unroll.Studies.Tests.Running;

/// <summary>Gives made-up results that depend on cell and seed alone, as real training does.</summary>
internal sealed class FakeExecutor : ITrialExecutor
{
    public ConcurrentQueue<string> Started { get; } = [];

    public int Loads { get; private set; }

    public bool IsFallback { get; init; }

    /// <summary>Hash of the data.</summary>
    public string Hash { get; init; } = "";

    /// <summary>Stands behind every fingerprint: what a machine that computes wrongly gives.</summary>
    public string Wrong { get; init; } = "";

    /// <summary>Called after every epoch; may throw.</summary>
    public Action<Trial, int>? AfterEpoch { get; init; }

    /// <summary>The loss of an epoch in place of the made-up one.</summary>
    public Func<Trial, int, double?>? Loss { get; init; }

    public TrialDataset Load(DatasetDesign design, CancellationToken cancellationToken)
    {
        Loads++;
        return IsFallback
            ? new TrialDataset("synthetic reviews", true, "IMDB was not found & could <not> be fetched.", 800, 200)
            : new TrialDataset("IMDB reviews", false, null, 25000, 25000) { Hash = Hash };
    }

    public TrialOutcome Run(Trial trial, Action<EpochResult> onEpoch, Action<double> onStep, CancellationToken cancellationToken)
    {
        Started.Enqueue($"{trial.Cell.Label}#{trial.Repeat}");
        double units = double.Parse(trial.Cell.Values["model[1].units"], System.Globalization.CultureInfo.InvariantCulture);
        var epochs = new List<EpochResult>();
        for (int epoch = 0; epoch < trial.Cell.Design.Training.Epochs; epoch++)
        {
            onStep(0.5);
            double loss = Loss?.Invoke(trial, epoch) ?? 0.7 / (1 + (0.1 + units / 100) * epoch) + 0.01 * trial.Seed;
            var result = new EpochResult(epoch, 1.5, 0.25, new Dictionary<string, double>
            {
                ["accuracy"] = 1 - loss / 1.4,
                ["loss"] = loss,
                ["val_accuracy"] = 0.95 - loss / 1.4,
                ["val_loss"] = loss + 0.04 + 0.01 * epoch,
            });
            epochs.Add(result);
            onEpoch(result);
            AfterEpoch?.Invoke(trial, epoch);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return new TrialOutcome((long)(100 * units), epochs, 0.4 + 0.01 * trial.Seed, 0.8 + units / 1000 + 0.01 * trial.Repeat, 0.5, $"{units}-{trial.Seed}{Wrong}");
    }
}
