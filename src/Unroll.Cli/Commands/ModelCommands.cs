using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Unroll.Cli.Infrastructure;
using Unroll.Datasets;
using Unroll.Layers;
using Unroll.Saving;
using Unroll.Text;

namespace Unroll.Cli.Commands;

/// <summary>Commands that work on model files: <c>summary</c>, <c>evaluate</c>, <c>predict</c>, <c>convert</c>.</summary>
internal static class ModelCommands
{
    public static IEnumerable<Command> Create(CliContext context) =>
        [CreateSummary(context), CreateEvaluate(context), CreatePredict(context), CreateConvert(context)];

    private static Command CreateSummary(CliContext context)
    {
        Argument<string> file = ModelArgument();
        Option<string?> architecture = ArchitectureOption();
        var expand = new Option<bool>("--expand-nested") { Description = "Show the layers of models inside of the model." };
        var command = new Command("summary", "Show the layers of a saved model and who wrote it.") { file, architecture, expand };
        command.SetAction(result =>
        {
            string path = result.GetValue(file)!;
            Model model = Load(context, path, compile: false, result.GetValue(architecture));
            context.Out.Write(model.Summary(expandNested: result.GetValue(expand)));
            context.Out.WriteLine($"{path}: {ModelFileInfo.Read(path)}; fingerprint {model.Fingerprint()}");
            if (model.Text is { } text)
                context.Out.WriteLine($"text: {text.Words.Count:N0} words, {text.MaxLen} ids per text, {Word(text.Padding)}-padded, {Word(text.Truncating)}-cut");
            return ErrorBoundary.Success;
        });
        return command;
    }

    private static Command CreateEvaluate(CliContext context)
    {
        Argument<string> file = ModelArgument();
        Option<string> dataset = CliOptions.Choice("--dataset", "Reviews to test on; auto: IMDB if it can be had, else synthetic ones.", "auto", "imdb", "synthetic");
        Option<string?> directory = CliOptions.OptionalText("--data-dir", "DIR", "Directory with imdb.npz, looked at first; a download goes there.");
        Option<int?> count = CliOptions.OptionalInt("--test-count", "Takes only the first test reviews; all without it.", 1);
        var command = new Command("evaluate", "Test a saved model on the test reviews of a data set.") { file, dataset, directory, count };
        command.SetAction(result =>
        {
            Model model = Load(context, result.GetValue(file)!, compile: true, null);
            TextPipeline text = TextOf(model, result.GetValue(file)!);
            if (model.Optimizer is null) throw new ArgumentException($"{result.GetValue(file)}: the model was saved without being compiled, so there is no loss to compute.");
            using var progress = new DownloadProgressLine(context);
            Dataset data = Dataset.Load(
                new DatasetOptions
                {
                    Name = result.GetValue(dataset)!,
                    Directory = result.GetValue(directory),
                    TrainCount = 2,
                    TestCount = result.GetValue(count),
                    NumWords = text.VocabularySize,
                    MaxLen = text.MaxLen,
                    Padding = text.Padding,
                    Truncating = text.Truncating,
                },
                progress, context.Cancellation);
            if (data.Notice is not null) context.Error.WriteLine(data.Notice.TrimEnd());
            Evaluation test = model.Evaluate(data.XTest, data.YTest, verbose: 0);
            context.Out.WriteLine($"{data.DisplayName}: {data.Test.Count:N0} test reviews; {string.Join(", ", test.Logs.Select(log => $"{log.Key} {log.Value:F4}"))}");
            return ErrorBoundary.Success;
        });
        return command;
    }

    private static Command CreatePredict(CliContext context)
    {
        Argument<string> file = ModelArgument();
        var texts = new Argument<string[]>("texts") { Description = "Texts; a single - reads one text per line from standard input.", Arity = ArgumentArity.ZeroOrMore };
        Option<string?> source = CliOptions.OptionalText("--file", "FILE", "File with one text per line.");
        var json = new Option<bool>("--json") { Description = "Write one JSON object per text: text, probability, label." };
        var command = new Command("predict", "Probability and label of texts, by a model that was saved with its vocabulary.") { file, texts, source, json };
        command.SetAction(result =>
        {
            string[] words = result.GetValue(texts) ?? [];
            string? path = result.GetValue(source);
            if (path is null == (words.Length == 0)) throw new ArgumentException("Give texts, or --file with a file of texts, or - for standard input.");
            string[] lines = path is not null ? File.ReadAllLines(path) : words is ["-"] ? ReadLines(Console.In) : words;
            Model model = Load(context, result.GetValue(file)!, compile: false, null);
            lines = [.. lines.Where(line => line.Trim().Length > 0)];
            Inputs x = TakesTexts(model) ? lines : TextOf(model, result.GetValue(file)!).Encode(lines);
            Predict(model, x, lines, result.GetValue(json), context.Out);
            return ErrorBoundary.Success;
        });
        return command;
    }

    private static Command CreateConvert(CliContext context)
    {
        Argument<string> source = ModelArgument();
        var target = new Argument<string>("output") { Description = "File to write: .keras, .weights.h5 or .onnx." };
        var bare = new Option<bool>("--no-compile") { Description = "Leave out optimizer, loss and metrics of a .keras file." };
        Option<string?> architecture = ArchitectureOption();
        var command = new Command("convert", "Write a saved model in another form.") { source, target, bare, architecture };
        command.SetAction(result =>
        {
            string output = result.GetValue(target)!;
            OutputPath.Require(output, "output");
            Action<Model> write = output switch
            {
                _ when output.EndsWith(".keras", StringComparison.OrdinalIgnoreCase) => model => model.Save(output),
                _ when output.EndsWith(".weights.h5", StringComparison.OrdinalIgnoreCase) => model => model.SaveWeights(output),
                _ when output.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) => model => model.ExportOnnx(output),
                _ => throw new ArgumentException($"output is '{output}'; it must end in .keras, .weights.h5 or .onnx."),
            };
            // Only a .keras file holds what training needs.
            bool compile = output.EndsWith(".keras", StringComparison.OrdinalIgnoreCase) && !result.GetValue(bare);
            write(Load(context, result.GetValue(source)!, compile, result.GetValue(architecture)));
            context.Out.WriteLine(output);
            return ErrorBoundary.Success;
        });
        return command;
    }

    private static void Predict(Model model, Inputs x, string[] lines, bool asJson, TextWriter output)
    {
        if (lines.Length == 0) return;
        float[] values = [.. model.Predict(x)];
        int width = values.Length / lines.Length;
        for (int i = 0; i < lines.Length; i++)
        {
            ReadOnlySpan<float> row = values.AsSpan(i * width, width);
            int label = width == 1 ? row[0] > 0.5f ? 1 : 0 : LargestOf(row);
            float probability = width == 1 ? row[0] : row[label];
            output.WriteLine(asJson ? Json(lines[i], probability, label) : $"{probability.ToString("F4", CultureInfo.InvariantCulture)} {label}");
        }
    }

    /// <summary>True if texts are all that the model takes: it makes ids of them by itself.</summary>
    private static bool TakesTexts(Model model) => model.Inputs.Count == 1 && model.Inputs[0].Layer is InputLayer { IsTexts: true };

    private static int LargestOf(ReadOnlySpan<float> row)
    {
        int largest = 0;
        for (int i = 1; i < row.Length; i++)
            if (row[i] > row[largest]) largest = i;
        return largest;
    }

    private static string Json(string text, float probability, int label)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("text", text);
            writer.WriteNumber("probability", probability);
            writer.WriteNumber("label", label);
            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string[] ReadLines(TextReader reader)
    {
        var lines = new List<string>();
        while (reader.ReadLine() is { } line) lines.Add(line);
        return [.. lines];
    }

    private static TextPipeline TextOf(Model model, string path) => model.Text ?? throw new ArgumentException(
        $"{path}: the model was saved without its vocabulary, so texts can't be turned into ids. 'unroll train --save' stores it; in C#, set model.Text before Save.");

    /// <summary>Loads a model and tells on standard error what was left out.</summary>
    private static Model Load(CliContext context, string path, bool compile, string? architecture)
    {
        Model model = Model.Load(path, compile, architecture);
        foreach (string notice in model.LoadNotices) context.Error.WriteLine(notice);
        return model;
    }

    private static Option<string?> ArchitectureOption() =>
        CliOptions.OptionalText("--architecture", "JSON", "The model's configuration, for files that hold weights alone.");

    private static Argument<string> ModelArgument() => new("model") { Description = "A .keras file, or a .h5 file of Keras." };

    private static string Word(Padding side) => side == Padding.Pre ? "pre" : "post";
}
