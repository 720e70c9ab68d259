using System.CommandLine;
using Unroll.Cli.Infrastructure;
using Unroll.Datasets;
using Unroll.Saving;
using Unroll.Text;

namespace Unroll.Cli.Commands;

/// <summary>Commands that work on model files: <c>summary</c> and <c>evaluate</c>; the others have files of their own.</summary>
internal static class ModelCommands
{
    public static IEnumerable<Command> Create(CliContext context) =>
        [CreateSummary(context), CreateEvaluate(context), PredictCommand.Create(context), ConvertCommand.Create(context)];

    private static Command CreateSummary(CliContext context)
    {
        Argument<string> file = ModelArgument();
        Option<string?> architecture = ArchitectureOption();
        var expand = new Option<bool>("--expand-nested") { Description = "Show the layers of models inside of the model." };
        Option<string?> plot = CliOptions.OptionalText("--plot", "FILE.svg", "Draw the layers and their connections, too.");
        var command = new Command("summary", "Show the layers of a saved model and who wrote it.") { file, architecture, expand, plot };
        command.SetAction(result =>
        {
            string path = result.GetValue(file)!;
            if (result.GetValue(plot) is { } planned) OutputPath.Require(planned, "--plot");
            Model model = Load(context, path, compile: false, result.GetValue(architecture));
            if (result.GetValue(plot) is { } drawing) model.SavePlot(drawing);
            context.Out.Write(model.Summary(expandNested: result.GetValue(expand)));
            context.Out.WriteLine($"{path}: {ModelFileInfo.Read(path)}; fingerprint {model.Fingerprint()}");
            if (model.ClassNames is { } names)
                context.Out.WriteLine($"{(model.LabelSeparator is { } sign ? $"labels, of which a text can have several, separated by '{sign}'" : "classes")}: {string.Join(", ", names)}");
            if (model.Text is { } text)
                context.Out.WriteLine($"text: {text.Words.Count:N0} words, {text.MaxLen} ids per text, {Word(text.Padding)}-padded, {Word(text.Truncating)}-cut");
            return ErrorBoundary.Success;
        });
        return command;
    }

    private static Command CreateEvaluate(CliContext context)
    {
        Argument<string> file = ModelArgument();
        Argument<string?> data = TextFileOptions.DataArgument("Texts and labels of your own, for a model that was trained on such: .csv, .tsv, .jsonl, a directory or .tar.gz.");
        var texts = new TextFileOptions();
        Option<string> dataset = CliOptions.Choice("--dataset", "Reviews to test on; auto: IMDB if it can be had, else synthetic ones.", "auto", "imdb", "synthetic");
        Option<string?> directory = CliOptions.OptionalText("--data-dir", "DIR", "Directory with imdb.npz, or where a download goes; without it the usual places.");
        Option<int?> count = CliOptions.OptionalInt("--test-count", "Takes only the first test reviews; all without it.", 1);
        var vocabulary = new VocabularyOptions();
        var command = new Command("evaluate", "Test a saved model on texts of your own, or on the test reviews of a data set.") { file, data, dataset, directory, count };
        texts.AddTo(command);
        vocabulary.AddTo(command);
        command.SetAction(result =>
        {
            if (result.GetValue(data) is { } path)
            {
                if (Array.Find<Option>([dataset, directory, count], option => CliOptions.IsGiven(result, option)) is { } other)
                    throw new ArgumentException($"{other.Name} is for reviews that Unroll fetches or makes; with a data file, {path}, it says nothing.");
                TextFileOptions.Require(result, path);
                EvaluateTexts.Run(result.GetValue(file)!, model => vocabulary.ApplyTo(model, result, result.GetValue(file)!), separator => texts.Read(result, path, separator), path, context);
                return ErrorBoundary.Success;
            }

            texts.RequireNone(result, "unroll evaluate model.keras held-out.csv.");
            Model model = Load(context, result.GetValue(file)!, compile: true, null);
            if (PredictCommand.TakesTexts(model))
                throw new ArgumentException($"{result.GetValue(file)}: the model has words of its own, not those of reviews that Unroll fetches or makes. Test it on texts of your own: unroll evaluate {result.GetValue(file)} held-out.csv.");
            TextPipeline text = vocabulary.TextOf(model, result, result.GetValue(file)!, result.GetValue(directory));
            if (model.Optimizer is null) throw new ArgumentException($"{result.GetValue(file)}: the model was saved without being compiled, so there is no loss to compute.");
            Dataset reviews = Reviews.Load(
                new DatasetOptions
                {
                    Name = result.GetValue(dataset) is "auto" && HasWordsOf("synthetic", text, null) ? "synthetic" : result.GetValue(dataset)!,
                    Directory = result.GetValue(directory),
                    TrainCount = 2,
                    TestCount = result.GetValue(count),
                    NumWords = text.VocabularySize,
                    MaxLen = text.MaxLen,
                    Padding = text.Padding,
                    Truncating = text.Truncating,
                },
                context);
            if (reviews.Notice is not null) context.Error.WriteLine(reviews.Notice.TrimEnd());
            if (!HasWordsOf(reviews.Name, text, result.GetValue(directory)))
            {
                throw new ArgumentException(
                    $"{result.GetValue(file)}: the model's words and their ids are not those of {reviews.DisplayName}, so that every review would be gibberish to it. Test it on the data that it was trained for: --dataset {(reviews.Name == "imdb" ? "synthetic" : "imdb")}, say.");
            }

            Evaluation test = model.Evaluate(reviews.XTest, reviews.YTest, verbose: 0);
            context.Out.WriteLine($"{reviews.DisplayName}: {reviews.Test.Count:N0} test reviews; {string.Join(", ", test.Logs.Select(log => $"{log.Key} {Reviews.Number(log.Value)}"))}");
            return ErrorBoundary.Success;
        });
        return command;
    }

    /// <summary>True if a data set gives the model's words the ids that the model gives them.</summary>
    private static bool HasWordsOf(string dataset, TextPipeline text, string? directory)
    {
        const int IndexFrom = 3; // what load_data adds to ranks
        IReadOnlyDictionary<string, int> index = Dataset.GetWordIndex(dataset, directory);
        return text.Words.All(word => index.TryGetValue(word.Key, out int rank) && rank + IndexFrom == word.Value);
    }

    /// <summary>Loads a model and tells on standard error what was left out.</summary>
    internal static Model Load(CliContext context, string path, bool compile, string? architecture)
    {
        Model model = Model.Load(path, compile, architecture);
        foreach (string notice in model.LoadNotices) context.Error.WriteLine(notice);
        return model;
    }

    internal static Option<string?> ArchitectureOption() =>
        CliOptions.OptionalText("--architecture", "JSON", "The model's configuration, for files that hold weights alone.");

    internal static Argument<string> ModelArgument() => new("model") { Description = "A .keras file, or a .h5 file of Keras." };

    private static string Word(Padding side) => side == Padding.Pre ? "pre" : "post";
}
