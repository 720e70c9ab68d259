using Unroll.Datasets;
using Unroll.Random;

namespace Unroll.Bench;

/// <summary>Where the tokens come from.</summary>
internal enum DataSource
{
    /// <summary>Every id from 1 up is equally likely. Batches then have more distinct words than real text.</summary>
    Random,

    /// <summary>The IMDB reviews, cut and padded to the workload's length.</summary>
    Imdb,
}

/// <summary>Rows and labels for a workload.</summary>
internal static class WorkloadData
{
    /// <summary>IMDB if it is on this machine, else random tokens: measuring downloads nothing.</summary>
    public static DataSource Best => DatasetLocations.Current.Find("imdb.npz", directory: null) is null ? DataSource.Random : DataSource.Imdb;

    /// <param name="workload">Sizes.</param>
    /// <param name="source">Where tokens come from.</param>
    /// <param name="stream">Number of the model that runs beside others: each has data of its own.</param>
    /// <exception cref="DatasetUnavailableException">IMDB was asked for and is not to be had.</exception>
    public static (Inputs X, Targets Y) Create(Workload workload, DataSource source, int stream) =>
        source == DataSource.Imdb ? FromImdb(workload) : FromSeed(workload, stream);

    private static (Inputs X, Targets Y) FromSeed(Workload workload, int stream)
    {
        var random = new Philox(1, RandomPurpose.BenchmarkData, stream);
        var x = new int[workload.Rows, workload.Length];
        var y = new int[workload.Rows];
        for (int row = 0; row < workload.Rows; row++)
        {
            y[row] = random.NextInt32(2);
            int first = workload.MaskZero ? random.NextInt32(workload.Length * 3 / 4 + 1) : 0;
            for (int t = first; t < workload.Length; t++) x[row, t] = 1 + random.NextInt32(workload.Vocabulary - 1);
        }

        return (x, y);
    }

    private static (Inputs X, Targets Y) FromImdb(Workload workload)
    {
        Dataset data = Dataset.Load(new DatasetOptions
        {
            Name = "imdb",
            NumWords = workload.Vocabulary,
            MaxLen = workload.Length,
            TrainCount = workload.Rows,
            TestCount = 1,
        });
        return (data.XTrain, data.YTrain);
    }
}
