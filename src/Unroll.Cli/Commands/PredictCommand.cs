using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Unroll.Classification;
using Unroll.Cli.Infrastructure;
using Unroll.Layers;
using Unroll.Saving;

namespace Unroll.Cli.Commands;

/// <summary><c>unroll predict</c>: a probability and a label for each text, one line for each, blank texts too.</summary>
internal static class PredictCommand
{
    /// <summary>Name of the argument whose values may be empty.</summary>
    public const string Texts = "texts";

    public static Command Create(CliContext context)
    {
        Argument<string> file = ModelCommands.ModelArgument();
        var texts = new Argument<string[]>(Texts) { Description = "Texts; a single - reads one text per line from standard input.", Arity = ArgumentArity.ZeroOrMore };
        Option<string?> source = CliOptions.OptionalText("--file", "FILE", "File with one text per line.");
        Option<string> encoding = CliOptions.Choice("--encoding", "Encoding of --file.", "utf-8", "latin1", "utf-16");
        var json = new Option<bool>("--json") { Description = "Write one JSON object per text: text, probability, label." };
        var explain = new Option<bool>("--explain") { Description = "For models that know their classes: what each word did for the class, those that matter most first." };
        var vocabulary = new VocabularyOptions();
        var command = new Command("predict", "Probability and label of texts, by a model that was saved with its vocabulary.") { file, texts, source, encoding, json, explain };
        vocabulary.AddTo(command);
        command.SetAction(result =>
        {
            string[] words = result.GetValue(texts) ?? [];
            string? path = result.GetValue(source);
            if (path is null == (words.Length == 0)) throw new ArgumentException("Give texts, or --file with a file of texts, or - for standard input.");
            string[] lines = path is not null ? ReadLines(path, result.GetValue(encoding)!) : words is ["-"] ? ReadLines(Console.In) : words;
            Model model = ModelCommands.Load(context, result.GetValue(file)!, compile: false, null);
            vocabulary.ApplyTo(model, result, result.GetValue(file)!);
            bool explains = result.GetValue(explain);
            if (model.ClassNames is not null && (TakesTexts(model) || model.Text is not null))
            {
                PredictClasses.Write(result.GetValue(file)!, new TextClassifier(model), lines, result.GetValue(json), explains, context.Out);
                return ErrorBoundary.Success;
            }

            if (explains) throw new ArgumentException($"--explain: {result.GetValue(file)} does not say what its classes are called; 'unroll train reviews.csv --save' stores it, in C# model.ClassNames.");
            Inputs x = TakesTexts(model) || lines.Length == 0 ? lines : vocabulary.TextOf(model, result, result.GetValue(file)!).Encode(lines);
            (int wrong, float? odd) = Predict(model, x, lines, result.GetValue(json), context.Out);
            if (odd is { } value)
                context.Error.WriteLine($"unroll: outputs of {result.GetValue(file)} are no probabilities, {value.ToString("G4", CultureInfo.InvariantCulture)} is one: its last layer has neither sigmoid nor softmax.");
            if (wrong == 0) return ErrorBoundary.Success;
            context.Error.WriteLine($"unroll: {wrong} of {lines.Length} predictions are no numbers: weights of {result.GetValue(file)} are NaN or infinite, its training has failed.");
            return ErrorBoundary.Failed;
        });
        return command;
    }

    /// <summary>Writes the predictions; returns how many are no numbers, and one that is no probability.</summary>
    private static (int Wrong, float? Odd) Predict(Model model, Inputs x, string[] lines, bool asJson, TextWriter output)
    {
        if (lines.Length == 0) return (0, null);
        int wrong = 0;
        float[] values = [.. model.Predict(x)];
        float? odd = values.Cast<float?>().FirstOrDefault(value => value is < 0 or > 1 && float.IsFinite(value.Value));
        int width = values.Length / lines.Length;
        for (int i = 0; i < lines.Length; i++)
        {
            ReadOnlySpan<float> row = values.AsSpan(i * width, width);
            int label = width == 1 ? row[0] > 0.5f ? 1 : 0 : LargestOf(row);
            float probability = width == 1 ? row[0] : row[label];
            if (!float.IsFinite(probability)) wrong++;
            output.WriteLine(asJson ? Json(lines[i], odd is null ? "probability" : "output", probability, label) : $"{probability.ToString("F4", CultureInfo.InvariantCulture)} {label}");
        }

        return (wrong, odd);
    }

    /// <summary>True if texts are all that the model takes: it makes ids of them by itself.</summary>
    internal static bool TakesTexts(Model model) => model.Inputs.Count == 1 && model.Inputs[0].Layer is InputLayer { IsTexts: true };

    private static int LargestOf(ReadOnlySpan<float> row)
    {
        int largest = 0;
        for (int i = 1; i < row.Length; i++)
            if (row[i] > row[largest]) largest = i;
        return largest;
    }

    /// <summary>What is no number is null: JSON has no word for it.</summary>
    private static string Json(string text, string name, float probability, int label)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("text", text);
            if (float.IsFinite(probability)) writer.WriteNumber(name, probability);
            else writer.WriteNull(name);
            writer.WriteNumber("label", label);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string[] ReadLines(TextReader reader)
    {
        var lines = new List<string>();
        while (reader.ReadLine() is { } line) lines.Add(line);
        return [.. lines];
    }

    /// <summary>The lines of a file; bytes that are no letters are an error, not a question mark inside of a text.</summary>
    private static string[] ReadLines(string path, string name)
    {
        byte[] bytes = InputFile.ReadAllBytes(path, Array.MaxLength);
        Encoding encoding = name switch
        {
            "latin1" => Encoding.Latin1,
            "utf-16" => new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true),
            _ => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true),
        };
        try
        {
            using var reader = new StringReader(encoding.GetString(bytes).TrimStart('\uFEFF'));
            return ReadLines(reader);
        }
        catch (DecoderFallbackException e)
        {
            int line = 1 + bytes.AsSpan(0, Math.Clamp(e.Index, 0, bytes.Length)).Count((byte)'\n');
            throw new InvalidDataException($"{path}, line {line}: is not {name.ToUpperInvariant()}. Convert the file, or name its encoding: --encoding latin1.", e);
        }
    }
}
