using System.CommandLine;
using Unroll.Cli.Infrastructure;
using Unroll.Datasets;
using NameMatching = Unroll.Configuration.NameMatching;

namespace Unroll.Cli.Commands;

/// <summary><c>unroll data</c>: fetches and describes data sets.</summary>
internal static class DataCommand
{
    public static Command Create(CliContext context) => new("data", "Fetch and describe data sets.")
    {
        Subcommand("get", "Find a data set on this machine, or download it.", ["imdb"], (_, directory) => Get(context, directory)),
        Subcommand("info", "Sizes, balance and lengths of a data set.", ["imdb", "synthetic"], (name, directory) => Info(context, name, directory)),
    };

    private static Command Subcommand(string name, string description, string[] known, Action<string, string?> run)
    {
        var dataset = new Argument<string>("dataset") { Description = $"Name of the data set: {string.Join(" or ", known)}." };
        dataset.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !known.Contains(token.Value))
                result.AddError($"data set '{token.Value}' is unknown{NameMatching.Suggestion(token.Value, known)}");
        });
        Option<string?> directory = CliOptions.OptionalText("--data-dir", "DIR", "Directory with the data set, or where a download goes; without it the usual places.");
        var command = new Command(name, description) { dataset, directory };
        command.SetAction(result =>
        {
            run(result.GetValue(dataset)!, result.GetValue(directory));
            return ErrorBoundary.Success;
        });
        return command;
    }

    private static void Get(CliContext context, string? directory)
    {
        using var progress = new DownloadProgressLine(context);
        context.Out.WriteLine(Imdb.Get(directory, progress, context.Cancellation));
    }

    private static void Info(CliContext context, string name, string? directory)
    {
        DatasetInfo info = name == "imdb" ? Imdb.GetInfo(directory) : SyntheticReviews.GetInfo();
        TextWriter text = context.Out;
        text.WriteLine($"data set      {info.Name}");
        if (info.File is not null)
        {
            text.WriteLine($"file          {info.File} ({info.FileSize:N0} bytes)");
            text.WriteLine($"SHA-256       {info.Sha256}");
            text.WriteLine($"              {Origin(info)}");
        }

        text.WriteLine($"vocabulary    {info.VocabularySize:N0} words");
        WriteSplit(text, "train", info.Train);
        WriteSplit(text, "test", info.Test);
    }

    private static string Origin(DatasetInfo info) => info switch
    {
        { IsPublishedFile: true } => "the file that Keras publishes",
        { HasPublishedContents: true } => "packed otherwise than the file that Keras publishes, with the same reviews and labels",
        _ => "NOT what Keras publishes: results will differ from those reported for IMDB",
    };

    private static void WriteSplit(TextWriter text, string name, SplitInfo split)
    {
        string labels = string.Join(", ", split.LabelCounts.Select((count, label) => $"{count:N0} of label {label}"));
        text.WriteLine($"{name,-13} {split.Count:N0} reviews ({labels}), {split.TokenCount:N0} tokens");
        LengthQuantiles lengths = split.Lengths;
        text.WriteLine(
            $"  lengths     min {lengths.Min}, 25 % {lengths.P25:0.#}, median {lengths.Median:0.#}, 75 % {lengths.P75:0.#}, "
            + $"90 % {lengths.P90:0.#}, 95 % {lengths.P95:0.#}, max {lengths.Max}, mean {lengths.Mean:0.0}");
    }
}
