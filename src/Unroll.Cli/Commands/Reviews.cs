using System.Globalization;
using Unroll.Cli.Infrastructure;
using Unroll.Datasets;

namespace Unroll.Cli.Commands;

/// <summary>The reviews that commands train and test on.</summary>
internal static class Reviews
{
    private const double Long = 1e6; // digits before the point, from here on, say nothing

    /// <summary>Loads them; what is wrong with an option is told by its name on the command line.</summary>
    /// <exception cref="ArgumentException">More reviews are asked for than there are.</exception>
    public static Dataset Load(DatasetOptions options, CliContext context)
    {
        using var quiet = new QuietHeap();
        using var progress = new DownloadProgressLine(context);
        try
        {
            return Dataset.Load(options, progress, context.Cancellation);
        }
        catch (ArgumentOutOfRangeException e) when (e.ParamName is nameof(DatasetOptions.TrainCount) or nameof(DatasetOptions.TestCount))
        {
            string option = e.ParamName == nameof(DatasetOptions.TrainCount) ? "--train-count" : "--test-count";
            throw new ArgumentException(Configuration.ErrorText.Of(e).Replace(e.ParamName, option, StringComparison.Ordinal), e);
        }
    }

    /// <summary>Four decimals, as Keras prints them; of what is very large, as of a loss of 1.5E+30, the first five digits.</summary>
    public static string Number(double value) =>
        value.ToString(Math.Abs(value) < Long || !double.IsFinite(value) ? "F4" : "G5", CultureInfo.InvariantCulture);
}
