using System.IO.Compression;
using Unroll.Classification;
using Unroll.Layers;
using Unroll.Random;
using Unroll.Tests.Datasets;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Classification;

/// <summary>Texts that have several labels each, or none.</summary>
public sealed class MultiLabelTests : IDisposable
{
    private static readonly string[] s_labels = ["billing", "login", "urgent"];

    private static readonly string[][] s_words = [["invoice", "refund", "payment"], ["password", "account", "token"], ["now", "immediately", "asap"]];

    private static readonly TextClassifierOptions s_quick = new()
    {
        LabelSeparator = '|',
        Layers = (words, labels) => [new Embedding(words, 8) { MaskZero = true }, new GlobalAveragePooling1D(), new Dense(labels, "sigmoid")],
        Optimizer = () => "adam(learning_rate=0.05)",
        Threads = 1,
    };

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void From_a_file_to_an_answer()
    {
        LabeledTexts data = Texts(300);
        string csv = Write("tickets.csv", MadeUpTexts.Csv(data));
        TextClassifier classifier = TextClassifier.Train(csv, options: s_quick);
        Assert.Equal(s_labels, classifier.Labels);
        Assert.True(classifier.HasSeveralLabels);
        TextClassifierReport report = classifier.Report!;
        Assert.Null(report.Scores);
        Assert.True(report.Accuracy.Share > 0.85, report.ToString());
        Assert.Equal(report.Accuracy, report.MultiLabel!.SubsetAccuracy);
        Assert.InRange(report.MultiLabel.HammingLoss, 0, 0.1);
        Assert.Equal(3 * report.Accuracy.Samples, report.Calibration.Bins.Sum(bin => bin.Count)); // an answer for each text and label
        Assert.True(report.BagOfWords!.MultiLabel!.Micro.F1 > 0.9);
        string text = report.ToString();
        Assert.Contains("all labels right on", text, StringComparison.Ordinal);
        Assert.Contains("samples avg", text, StringComparison.Ordinal);
        Assert.Contains("Hamming loss", text, StringComparison.Ordinal);
        Assert.Contains("labels per text: mean", text, StringComparison.Ordinal);

        string file = Path.Combine(_folder.Path, "tickets.keras");
        classifier.Save(file);
        TextClassifier loaded = TextClassifier.Load(file);
        Assert.True(loaded.HasSeveralLabels);
        TextPrediction both = loaded.Predict("The invoice is wrong, mend it immediately"), none = loaded.Predict("The film was seen by the cat");
        Assert.Equal(["billing", "urgent"], both.Labels);
        Assert.Matches(@"^billing [01]\.\d{4}, urgent [01]\.\d{4}$", both.ToString());
        Assert.Empty(none.Labels);
        Assert.StartsWith("no label; likeliest ", none.ToString(), StringComparison.Ordinal);
        Assert.Equal(300, loaded.Evaluate(csv).Accuracy.Samples);

        TextExplanation explained = loaded.Explain("The invoice is wrong, mend it immediately", "urgent");
        Assert.Equal("immediately", explained.Words.MaxBy(word => word.Contribution)!.Text);
        Assert.Equal(explained.Score - explained.BaseScore, explained.Words.Sum(word => word.Contribution), 1e-9);
        double odds = explained.Probability / (1.0 - explained.Probability); // against its absence, not against other labels
        Assert.Equal(odds, double.Exp(explained.Score), 0.01 * odds);
    }

    [Fact]
    public void The_recipes_answer_for_each_label_and_a_list_in_JSON_is_the_same_data()
    {
        LabeledTexts data = Texts(120);
        string csv = Write("t.csv", MadeUpTexts.Csv(data));
        string lines = Write("t.jsonl", string.Concat(data.Texts.Zip(data.Labels, (text, labels) =>
            $"{{\"text\": \"{text}\", \"label\": [{string.Join(", ", labels.Split('|', StringSplitOptions.RemoveEmptyEntries).Reverse().Select(label => $"\"{label}\""))}]}}\n")));
        var options = new TextClassifierOptions { LabelSeparator = '|', Threads = 1, Epochs = 2 };
        TextClassifier one = TextClassifier.Train(csv, options: options), other = TextClassifier.Train(lines, options: options);
        Assert.Equal(3, one.Report!.Training!.Tried.Count);
        Assert.Equal(one.Model.Fingerprint(), other.Model.Fingerprint()); // the order of the labels of a text says nothing
        Assert.Equal("sigmoid", Assert.IsType<Dense>(one.Model.Layers[^1]).Activation.Name);
        Assert.Equal(3, one.Model.Outputs[0].Shape[0]);
    }

    [Fact]
    public void Frequent_sets_have_their_share_in_the_test_texts()
    {
        var random = new Philox(5, RandomPurpose.BenchmarkData);
        string[] fields = [.. Enumerable.Range(0, 200).Select(i => i < 100 ? "a" : i < 160 ? "a|b" : i < 190 ? "" : $"a|c{i % 9}")];
        random.Shuffle<string>(fields);
        var data = new LabeledTexts([.. Enumerable.Range(0, 200).Select(i => $"text {i}")], fields, [.. Enumerable.Range(1, 200)]);
        int[] strata = LabelSets.Strata(data.Labels, 0.2)!;
        Assert.Equal([10, 30, 60, 100], strata.GroupBy(stratum => stratum).Select(group => group.Count()).Order());
        Assert.Null(LabelSets.Strata(["a", "b"], 0.2));
    }

    [Fact]
    public void The_file_says_what_separates_labels_and_a_strange_one_is_refused()
    {
        TextClassifier classifier = TextClassifier.Train(Texts(120), s_quick with { Epochs = 1, Baseline = false });
        string file = Path.Combine(_folder.Path, "m.keras");
        classifier.Save(file);
        Assert.Equal('|', Model.Load(file).LabelSeparator);
        using (ZipArchive archive = ZipFile.Open(file, ZipArchiveMode.Update))
        {
            archive.GetEntry("assets/unroll_classes.json")!.Delete();
            using var writer = new StreamWriter(archive.CreateEntry("assets/unroll_classes.json").Open());
            writer.Write("""{"class_names": ["billing", "login", "urgent"], "label_separator": "ab"}""");
        }

        Assert.Contains("label_separator is \"ab\"; it should be one sign", Assert.Throws<InvalidDataException>(() => Model.Load(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_is_said_before_training()
    {
        LabeledTexts data = Texts(60);
        data.Labels[5] = "billing|rare";
        Contains("1 of 4 classes have fewer than 3 texts ('rare' 1)", () => TextClassifier.Train(data, s_quick));
        data = Texts(120);
        (data.Texts[0], data.Texts[1], data.Labels[0], data.Labels[1]) = ("the same", "the same", "billing|urgent", "urgent");
        TextDataCheck check = TextDataCheck.Of(data, labelSeparator: '|');
        Assert.Equal([2, 3], Assert.Single(check.Contradictions));
        Assert.Contains("texts without a label, to which none applies", check.ToString(), StringComparison.Ordinal);
        data.Labels[1] = " urgent | billing|";
        Assert.Empty(TextDataCheck.Of(data, labelSeparator: '|').Contradictions);

        Contains("ends in a softmax", () => TextClassifier.Train(Texts(60), s_quick with { Layers = (words, labels) => [new Embedding(words, 4), new GRU(4), new Dense(labels, "softmax")] }));
        Contains("ClassWeights are for texts of one label", () => TextClassifier.Train(Texts(60), s_quick with { ClassWeights = ClassWeighting.Balanced }));
        TextClassifier classifier = TextClassifier.Train(Texts(120), s_quick with { Epochs = 1, Baseline = false });
        Contains("Line 2: the label 'spam' is none of the classes billing, login, urgent", () => classifier.Evaluate(new LabeledTexts(["x"], ["billing|spam"], [2])));
        Assert.Contains("is a list; if a text has several labels, say what stands between", Assert.Throws<InvalidDataException>(() => TextFile.Read(Write("x.jsonl", "{\"text\": \"a\", \"label\": [\"b\"]}\n"))).Message, StringComparison.Ordinal);
        Assert.Contains("the label 'a|b' holds the sign", Assert.Throws<InvalidDataException>(() => TextFile.Read(Write("y.jsonl", "{\"text\": \"a\", \"label\": [\"a|b\"]}\n"), labelSeparator: '|')).Message, StringComparison.Ordinal);

        static void Contains(string message, Action action) => Assert.Contains(message, Assert.Throws<ArgumentException>(action).Message, StringComparison.Ordinal);
    }

    private static LabeledTexts Texts(int count)
    {
        var random = new Philox(9, RandomPurpose.BenchmarkData);
        string[] common = ["the", "film", "was", "seen", "by", "cat", "is", "wrong", "mend", "it", "please"];
        string[] texts = new string[count], labels = new string[count];
        for (int i = 0; i < count; i++)
        {
            var words = Enumerable.Range(0, 6).Select(_ => common[random.NextInt32(common.Length)]).ToList();
            var has = new List<string>();
            for (int k = 0; k < s_labels.Length; k++)
            {
                if (random.NextInt32(5) > 1) continue;
                has.Add(s_labels[k]);
                words.Insert(random.NextInt32(words.Count), s_words[k][random.NextInt32(3)]);
            }

            (texts[i], labels[i]) = ($"{string.Join(' ', words)} {i}", string.Join('|', has));
        }

        return new LabeledTexts(texts, labels, [.. Enumerable.Range(2, count)]);
    }

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder.Path, name);
        File.WriteAllText(path, content);
        return path;
    }
}
