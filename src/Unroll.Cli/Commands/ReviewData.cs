using Unroll.Cli.Infrastructure;
using Unroll.Datasets;

namespace Unroll.Cli.Commands;

/// <summary>The reviews of a training run, all of one length.</summary>
/// <param name="TrainX">Token ids of the training reviews.</param>
/// <param name="TrainY">Their labels.</param>
/// <param name="TestX">Token ids of the test reviews.</param>
/// <param name="TestY">Their labels.</param>
/// <param name="Description">What was loaded, in one line.</param>
internal sealed record ReviewData(Inputs TrainX, Targets TrainY, Inputs TestX, Targets TestY, string Description)
{
    /// <summary>Loads what the settings ask for; says loudly when it must take something else.</summary>
    /// <exception cref="DatasetUnavailableException">The reviews can't be had and no others were allowed.</exception>
    public static ReviewData Load(TrainSettings settings, CliContext context)
    {
        using var progress = new DownloadProgressLine(context);
        (LabeledSequences train, LabeledSequences test) = Imdb.Load(
            settings.NumWords, directory: settings.DataDirectory, progress: progress, cancellationToken: context.Cancellation);
        string description =
            $"imdb: {train.Count:N0} training and {test.Count:N0} test reviews, vocabulary {settings.NumWords:N0}, "
            + $"length {settings.MaxLen} (padding {settings.Padding}, truncating {settings.Truncating})";
        return new ReviewData(Pad(train, settings), train.Labels, Pad(test, settings), test.Labels, description);
    }

    private static int[,] Pad(LabeledSequences data, TrainSettings settings)
    {
        var ids = new int[data.Count, settings.MaxLen];
        for (int row = 0; row < data.Count; row++)
        {
            int[] sequence = data.Sequences[row];
            int kept = Math.Min(sequence.Length, settings.MaxLen);
            int from = settings.Truncating == "pre" ? sequence.Length - kept : 0;
            int to = settings.Padding == "pre" ? settings.MaxLen - kept : 0;
            for (int i = 0; i < kept; i++) ids[row, to + i] = sequence[from + i];
        }

        return ids;
    }
}
