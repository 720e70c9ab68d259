#:project ../../src/Unroll/Unroll.csproj
#:package Microsoft.ML@5.0.1
#:property PublishAot=false
#:property ManagePackageVersionsCentrally=false
#:property GenerateDocumentationFile=true

// TextClassifier, ML.NET's featurised texts (n-grams of words and letters) with its linear classifier, and a bag of words with a
// logistic regression, on the same split: `dotnet run -c Release bench/classifiers/compare.cs -- imdb|imdb5000|reuters|debian46|skewed3`.
// imdb needs aclImdb.tar.gz in UNROLL_DATA_DIR, debian46 and skewed3 a Debian system: they label one-line descriptions of its
// packages with their section.
using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.ML;
using Unroll.Classification;
using Unroll.Datasets;
using Unroll.Preprocessing;
using Unroll.Reports;
using Unroll.Text;

string name = args.ElementAtOrDefault(0) ?? "skewed3";
(LabeledTexts train, LabeledTexts test) = name switch
{
    "imdb" => Imdb(25_000),
    "imdb5000" => Imdb(5_000),
    "reuters" => Newswires(),
    "debian46" => Split(Packages(46, 11_228)),
    "skewed3" => Split(Skewed(("net", 1440), ("games", 440), ("sound", 120))),
    _ => throw new ArgumentException($"'{name}' is no data set; give imdb, imdb5000, reuters, debian46 or skewed3."),
};
Console.WriteLine($"{name}: {train.Count:N0} training texts, {test.Count:N0} test texts, {train.Labels.Distinct().Count()} classes, {Environment.ProcessorCount} cores");

long start = Stopwatch.GetTimestamp();
TextClassifier classifier = TextClassifier.Train(train, test: test);
TextClassifierReport report = classifier.Report!;
TrainingSummary training = report.Training!;
foreach (RecipeTrial trial in training.Tried) Console.WriteLine($"  {trial.Name,-14} validation loss {trial.ValidationLoss:F4}  {trial.Seconds,6:F1} s");
Row($"Unroll ({training.Network.Name})", report.Accuracy, training.Seconds);
Row("bag of words, logistic regression", report.BagOfWords!.Accuracy, training.BaselineSeconds);
Console.WriteLine($"  in all, with reading and testing {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s; {report.BagOfWords}");

var context = new MLContext(seed: 0);
start = Stopwatch.GetTimestamp();
var pipeline = context.Transforms.Conversion.MapValueToKey("Key", nameof(Example.Label))
    .Append(context.Transforms.Text.FeaturizeText("Features", nameof(Example.Text)))
    .AppendCacheCheckpoint(context)
    .Append(context.MulticlassClassification.Trainers.SdcaMaximumEntropy("Key", "Features"));
var model = pipeline.Fit(context.Data.LoadFromEnumerable(Examples(train)));
double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
double accuracy = context.MulticlassClassification.Evaluate(model.Transform(context.Data.LoadFromEnumerable(Examples(test))), "Key").MicroAccuracy;
Row("ML.NET, n-grams, SDCA", ShareInterval.Of((int)Math.Round(accuracy * test.Count), test.Count), seconds);

static void Row(string who, ShareInterval accuracy, double seconds) => Console.WriteLine($"{who,-36} {accuracy}  {seconds,6:F1} s");

static IEnumerable<Example> Examples(LabeledTexts data) => data.Texts.Zip(data.Labels, (text, label) => new Example { Text = text, Label = label });

static (LabeledTexts, LabeledTexts) Imdb(int count)
{
    string path = Path.Combine(Environment.GetEnvironmentVariable("UNROLL_DATA_DIR") ?? ".", "aclImdb.tar.gz");
    LabeledTexts train = TextArchive.Read(path, "train");
    int[] classes = [.. train.Labels.Select(label => label == "pos" ? 1 : 0)];
    return (count == train.Count ? train : Take(train, TrainTestSplit.Indices(train.Count, (double)count / train.Count, 0, classes).Test), TextArchive.Read(path, "test"));
}

// Keras' newswires are ids of words; the words are put back. The split is Keras'.
static (LabeledTexts, LabeledTexts) Newswires()
{
    (LabeledSequences train, LabeledSequences test) = Reuters.Load();
    var decoder = new WordDecoder(Reuters.GetWordIndex());
    return (Texts(train), Texts(test));

    LabeledTexts Texts(LabeledSequences part) => new(
        [.. part.Sequences.Select(ids => decoder.Decode(ids.AsSpan(1)))], [.. part.Labels.Select(label => Reuters.LabelNames[label])], [.. Enumerable.Range(1, part.Count)]);
}

static LabeledTexts Packages(int sections, int count)
{
    var all = Descriptions().GroupBy(row => row.Section).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).Take(sections).SelectMany(group => group).ToList();
    LabeledTexts data = Labeled(all);
    return Take(data, TrainTestSplit.Indices(data.Count, (double)count / data.Count, 0, [.. new LabelEncoder().FitTransform(data.Labels)]).Test);
}

static LabeledTexts Skewed(params (string Section, int Count)[] parts) =>
    Labeled([.. parts.SelectMany(part => Descriptions().Where(row => row.Section == part.Section).OrderBy(row => row.Text, StringComparer.Ordinal).Take(part.Count))]);

static IEnumerable<(string Text, string Section)> Descriptions()
{
    using Process apt = Process.Start(new ProcessStartInfo("apt-cache", "dumpavail") { RedirectStandardOutput = true })!;
    return [.. apt.StandardOutput.ReadToEnd().Split("\n\n")
        .Select(entry => (Text: Regex.Match(entry, "^Description: (.*)$", RegexOptions.Multiline).Groups[1].Value, Section: Regex.Match(entry, "^Section: (?:.*/)?(.*)$", RegexOptions.Multiline).Groups[1].Value))
        .Where(row => row.Text.Length > 0 && row.Section.Length > 0).DistinctBy(row => row.Text)];
}

static LabeledTexts Labeled(List<(string Text, string Section)> rows) => new([.. rows.Select(row => row.Text)], [.. rows.Select(row => row.Section)], [.. Enumerable.Range(1, rows.Count)]);

static (LabeledTexts, LabeledTexts) Split(LabeledTexts data)
{
    (int[] rest, int[] kept) = TrainTestSplit.Indices(data.Count, 0.2, 0, [.. new LabelEncoder().FitTransform(data.Labels)]);
    return (Take(data, rest), Take(data, kept));
}

static LabeledTexts Take(LabeledTexts data, int[] rows) =>
    new([.. rows.Select(i => data.Texts[i])], [.. rows.Select(i => data.Labels[i])], [.. rows.Select(i => data.Lines[i])]);

internal sealed class Example
{
    public string Text { get; set; } = "";

    public string Label { get; set; } = "";
}
