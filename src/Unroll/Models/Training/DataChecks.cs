namespace Unroll.Models.Training;

/// <summary>Checks of what users pass to Fit, Evaluate and Predict; each message says what would be right.</summary>
internal static class DataChecks
{
    private const int UsualBatchSize = 32;

    public static void RequireBatchSize(int batchSize, string name = "batchSize")
    {
        if (batchSize < 1)
            throw new ArgumentOutOfRangeException(name, batchSize, $"The batch size is {batchSize}; it must be 1 or more.");
    }

    public static void RequireInitialEpoch(int initialEpoch)
    {
        if (initialEpoch < 0)
            throw new ArgumentOutOfRangeException(nameof(initialEpoch), initialEpoch, $"The first epoch is {initialEpoch}; it must be 0 or more.");
    }

    public static void RequireSteps(int? steps, string name)
    {
        if (steps < 1)
            throw new ArgumentOutOfRangeException(name, steps, $"{name} is {steps}; it must be 1 or more, or null for a whole pass over the data.");
    }

    /// <summary>Rows per step if nobody says it: with a number of steps, so many that these make a pass.</summary>
    public static int BatchSize(int count, int? steps) => steps is { } given ? Steps(count, given) : UsualBatchSize;

    public static void RequireEpochs(int epochs)
    {
        if (epochs < 0) throw new ArgumentOutOfRangeException(nameof(epochs), epochs, $"The number of epochs is {epochs}; it must be 0 or more.");
    }

    public static void RequireVerbose(int verbose)
    {
        if (verbose is < 0 or > 2)
            throw new ArgumentOutOfRangeException(nameof(verbose), verbose, $"Verbose is {verbose}; it must be 0 (silent), 1 (progress bar) or 2 (one line per epoch).");
    }

    public static void RequireSameCount(Inputs x, Targets y)
    {
        ArgumentNullException.ThrowIfNull(y);
        if (x.Samples != y.Samples)
        {
            throw new ArgumentException(
                "Data cardinality is ambiguous. Make sure all arrays contain the same number of samples: "
                + $"x has {x.Samples:N0}, y has {y.Samples:N0}.", nameof(y));
        }
    }

    /// <summary>Rows to train on and rows to validate on: the last share of the data, before any shuffling.</summary>
    public static (int Train, int Validation) Split(int count, double validationSplit)
    {
        if (validationSplit is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(validationSplit), validationSplit, $"The validation split is {validationSplit}; it must be at least 0 and below 1.");
        }

        if (validationSplit == 0) return (count, 0);
        int train = (int)Math.Floor(count * (1.0 - validationSplit));
        if (train == 0 || train == count)
        {
            throw new ArgumentException(
                $"A validation split of {validationSplit} leaves {train:N0} of {count:N0} samples for training and {count - train:N0} for validation; both need at least one.",
                nameof(validationSplit));
        }

        return (train, count - train);
    }

    /// <summary>Rows of the first steps; null: all.</summary>
    public static int FirstRows(int count, int batchSize, int? steps) => steps is { } given ? (int)Math.Min(count, (long)given * batchSize) : count;

    public static int Steps(int count, int batchSize) => (count + batchSize - 1) / batchSize;

    /// <summary>start, start + 1, …</summary>
    public static int[] Rows(int count, int start = 0)
    {
        var rows = new int[count];
        for (int i = 0; i < count; i++) rows[i] = start + i;
        return rows;
    }
}
