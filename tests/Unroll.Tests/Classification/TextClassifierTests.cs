using System.IO.Compression;
using Unroll.Classification;
using Unroll.Layers;
using Unroll.Tests.Datasets;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Classification;

public sealed class TextClassifierTests : IDisposable
{
    private static readonly TextClassifierOptions s_quick = new()
    {
        Layers = (words, classes) => [new Embedding(words, 8) { MaskZero = true }, new GRU(8), classes == 2 ? new Dense(1, "sigmoid") : new Dense(classes, "softmax")],
        Optimizer = () => "adam(learning_rate=0.02)",
        Threads = 1,
    };

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Three_skewed_classes_from_a_file_to_an_answer()
    {
        string csv = Write("news.csv", MadeUpTexts.Csv(MadeUpTexts.Of(1, ("sport", 160), ("politics", 60), ("cooking", 30)), "headline", "desk"));
        TextClassifier classifier = TextClassifier.Train(csv, text: "headline", label: "desk", s_quick);
        Assert.Equal(["cooking", "politics", "sport"], classifier.Labels);
        TextClassifierReport report = classifier.Report!;
        Assert.True(report.Accuracy.Share > 0.9, report.ToString());
        Assert.Equal("sport", report.MajorityLabel);
        Assert.InRange(report.MajorityAccuracy.Share, 0.62, 0.66); // 160 of 250, and the split keeps the shares
        Assert.True(report.BagOfWords!.Accuracy.Share > 0.9);
        double[] weights = [.. report.Training!.ClassWeights!];
        Assert.True(weights[0] > weights[1] && weights[1] > weights[2]);
        Assert.Equal(report.Accuracy.Samples, report.Classes.Sum(row => row.Support));
        Assert.Equal(0, report.ShareUnknown);

        string file = Path.Combine(_folder.Path, "news.keras");
        classifier.Save(file);
        TextClassifier loaded = TextClassifier.Load(file);
        Assert.Null(loaded.Report);
        Assert.Equal(classifier.Labels, loaded.Labels);
        string[] texts = ["The coach said the match was good", "", "!!!", "A new LAW, on parliament"];
        IReadOnlyList<TextPrediction> before = classifier.Predict(texts), after = loaded.Predict(texts);
        Assert.Equal(["sport", "politics"], new[] { after[0].Label, after[3].Label });
        Assert.Equal(before.Select(row => row.Probabilities.Select(entry => entry.Value)), after.Select(row => row.Probabilities.Select(entry => entry.Value)));
        Assert.All(after, row => Assert.Equal(1, row.Probabilities.Sum(entry => entry.Value), 1e-5));
        TextClassifierReport held = loaded.Evaluate(csv, text: "headline", label: "desk");
        Assert.Equal(250, held.Accuracy.Samples);
        Assert.Null(held.BagOfWords);
    }

    [Fact]
    public void Of_all_recipes_the_one_with_the_smallest_validation_loss_is_kept()
    {
        LabeledTexts data = MadeUpTexts.Of(4, ("sport", 60), ("cooking", 60));
        var options = new TextClassifierOptions { Threads = 1, Epochs = 3, Seed = 2, Baseline = false };
        TextClassifier chosen = TextClassifier.Train(data, options);
        TrainingSummary training = chosen.Report!.Training!;
        Assert.Equal(["mean of words", "convolution", "LSTM"], training.Tried.Select(trial => trial.Name));
        Assert.Same(training.Tried.MinBy(trial => trial.ValidationLoss), training.Network);
        Assert.All(training.Tried, trial => Assert.Equal(trial.History["val_loss"].Min(), trial.ValidationLoss));
        Assert.All(training.Tried, trial => Assert.Contains($"{trial.Name} ", chosen.Report.ToString()));

        // Trained alone, each is what it was among the others.
        TextRecipe[] recipes = [TextRecipe.MeanOfWords, TextRecipe.Convolution, TextRecipe.Lstm];
        TextClassifier[] alone = [.. recipes.Select(recipe => TextClassifier.Train(data, options with { Recipe = recipe }))];
        Assert.Equal(training.Tried.Select(trial => trial.ValidationLoss), alone.Select(classifier => Assert.Single(classifier.Report!.Training!.Tried).ValidationLoss));
        Assert.Equal(chosen.Model.Fingerprint(), alone[training.Tried.ToList().IndexOf(training.Network)].Model.Fingerprint());
        foreach (TextClassifier classifier in alone)
        {
            string file = Path.Combine(_folder.Path, $"{classifier.Report!.Training!.Network.Name}.keras");
            classifier.Save(file);
            Assert.Equal(classifier.Predict("the coach and the pan").Probability, TextClassifier.Load(file).Predict("the coach and the pan").Probability);
        }
    }

    [Fact]
    public void The_default_recipe_gives_the_same_bits_for_any_number_of_threads()
    {
        LabeledTexts data = MadeUpTexts.Of(2, ("sport", 60), ("cooking", 60));
        TextClassifier one = TextClassifier.Train(data, new TextClassifierOptions { Threads = 1, Epochs = 2, Seed = 5 });
        TextClassifier three = TextClassifier.Train(data, new TextClassifierOptions { Threads = 3, Epochs = 2, Seed = 5 });
        Assert.Equal(one.Model.Fingerprint(), three.Model.Fingerprint());
        Assert.Equal(one.Report!.BagOfWords, three.Report!.BagOfWords);
        Assert.Null(one.Report.Training!.ClassWeights);
        Assert.Equal([1], one.Model.Outputs[0].Shape.Select(size => size!.Value));
    }

    [Fact]
    public void Contributions_of_words_add_up_to_the_score()
    {
        TextClassifier classifier = TextClassifier.Train(MadeUpTexts.Of(3, ("sport", 80), ("cooking", 80)), s_quick with { MaxLength = 6 });
        TextPrediction predicted = classifier.Predict("the  soup, today with xyzzy onions again and again");
        TextExplanation explained = classifier.Explain("the  soup, today with xyzzy onions again and again");
        Assert.Equal((predicted.Label, predicted.Probability), (explained.Label, explained.Probability));
        Assert.Equal(explained.Score - explained.BaseScore, explained.Words.Sum(word => word.Contribution), 1e-9);
        double odds = explained.Probability / (1.0 - explained.Probability);
        Assert.Equal(odds, double.Exp(explained.Score), 0.01 * odds);
        Assert.Equal(["the", "soup,", "today", "with", "xyzzy", "onions", "again", "and", "again"], explained.Words.Select(word => word.Text));
        Assert.Equal([0, 5, 11], explained.Words.Take(3).Select(word => word.Start));
        Assert.Equal("xyzzy", Assert.Single(explained.Words, word => !word.IsKnown).Text);
        Assert.Equal([true, true, true, true, true, true, false, false, false], explained.Words.Select(word => word.IsRead));
        Assert.All(explained.Words.Where(word => !word.IsRead), word => Assert.Equal(0, word.Contribution));
        Assert.Contains(explained.Words.MaxBy(word => word.Contribution)!.Text, new[] { "soup,", "onions" });

        TextExplanation other = classifier.Explain("the soup", "sport"), same = classifier.Explain("the soup", "cooking");
        Assert.Equal(-same.Score, other.Score, 1e-5);
        Assert.Equal(classifier.Explain("").BaseScore, classifier.Explain("").Score);
        Assert.Contains("'tennis' is none of the classes", Assert.Throws<ArgumentException>(() => classifier.Explain("x", "tennis")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_to_test_on_are_kept_out_of_training()
    {
        LabeledTexts data = MadeUpTexts.Of(4, ("sport", 40), ("cooking", 40));
        var test = new LabeledTexts(data.Texts[..20], data.Labels[..20], data.Lines[..20]);
        string path = Write("train.csv", MadeUpTexts.Csv(data)), held = Write("test.csv", MadeUpTexts.Csv(test));
        TextClassifierReport report = TextClassifier.Train(path, options: s_quick with { Test = held, Epochs = 1, Baseline = false }).Report!;
        Assert.Equal(20, report.Accuracy.Samples);
        Assert.Null(report.BagOfWords);
        int left = data.Texts.Except(test.Texts).Count();
        Assert.Equal(left, report.Training!.Texts + report.Training.ValidationTexts);
        Assert.Equal(data.Texts.Count(test.Texts.Contains), report.Training.Check.AlsoInTest.Count);
    }

    [Fact]
    public void A_model_with_a_pipeline_of_its_own_classifies_and_explains()
    {
        var tokenizer = new Tokenizer { OovToken = "?" };
        tokenizer.FitOnTexts(["good film", "bad film"]);
        var model = new Sequential { new Embedding(8, 4), new SimpleRNN(4), new Dense(2, "softmax") };
        model.Build(3);
        model.Text = new TextPipeline(tokenizer, 3);
        Assert.Contains("no names of classes", Assert.Throws<ArgumentException>(() => new TextClassifier(model)).Message, StringComparison.Ordinal);
        var classifier = new TextClassifier(model, ["no", "yes"]);
        TextExplanation explained = classifier.Explain("an old but good film");
        Assert.Equal([false, false, true, true, true], explained.Words.Select(word => word.IsRead)); // the end of a text is read
        Assert.Equal(explained.Score - explained.BaseScore, explained.Words.Sum(word => word.Contribution), 1e-9);
        Assert.Contains("it must be 3 probabilities", Assert.Throws<ArgumentException>(() => new TextClassifier(model, ["a", "b", "c"])).Message, StringComparison.Ordinal);
        Assert.Contains("all different", Assert.Throws<ArgumentException>(() => model.ClassNames = ["a", "a"]).Message, StringComparison.Ordinal);
    }

    /// <summary>U+0085 is the end of a line to Python, which reads the vocabulary line by line.</summary>
    [Fact]
    public void A_word_with_a_line_break_inside_hinders_no_file()
    {
        LabeledTexts data = MadeUpTexts.Of(6, ("sport", 40), ("cooking", 40));
        data = data with { Texts = Array.ConvertAll(data.Texts, text => text + " odd\u0085word") };
        TextClassifier classifier = TextClassifier.Train(data, s_quick with { Epochs = 1 });
        string file = Path.Combine(_folder.Path, "odd.keras");
        classifier.Save(file);
        Assert.Equal(classifier.Predict("a goal").Probability, TextClassifier.Load(file).Predict("a goal").Probability);
    }

    [Fact]
    public void Damaged_names_of_classes_are_an_error_of_the_file()
    {
        TextClassifier classifier = TextClassifier.Train(MadeUpTexts.Of(7, ("sport", 20), ("cooking", 20)), s_quick with { Epochs = 1 });
        foreach ((string json, string message) in new[] { ("""{"class_names": ["a", 2]}""", "name of class 1 is no text"), ("{}", "has no class_names"), ("""{"class_names": ["a"]}""", "needs two names"), ("[", "not readable as JSON") })
        {
            string file = Path.Combine(_folder.Path, "damaged.keras");
            classifier.Save(file);
            using (ZipArchive zip = ZipFile.Open(file, ZipArchiveMode.Update))
            {
                zip.GetEntry("assets/unroll_classes.json")!.Delete();
                using var writer = new StreamWriter(zip.CreateEntry("assets/unroll_classes.json", CompressionLevel.NoCompression).Open());
                writer.Write(json);
            }

            string found = Assert.Throws<InvalidDataException>(() => TextClassifier.Load(file)).Message;
            Assert.Contains(message, found, StringComparison.Ordinal);
            Assert.Contains("damaged.keras", found, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_can_not_be_trained_on_is_refused()
    {
        LabeledTexts data = MadeUpTexts.Of(8, ("sport", 20), ("cooking", 20));
        Refused("all texts have the label 'sport'", () => TextClassifier.Train(MadeUpTexts.Of(8, ("sport", 20)), s_quick));
        Refused("fewer than 3 texts ('cooking' 1)", () => TextClassifier.Train(MadeUpTexts.Of(8, ("sport", 20), ("cooking", 1)), s_quick));
        Refused("no training text has: 'politics'", () => TextClassifier.Train(data, s_quick, MadeUpTexts.Of(9, ("politics", 3))));
        Refused("TestShare is 1", () => TextClassifier.Train(data, s_quick with { TestShare = 1 }));
        Refused("for the 2 classes cooking, sport it must be 2 probabilities, or 1", () => TextClassifier.Train(data, s_quick with { Layers = (words, _) => [new Embedding(words, 2), new GRU(3)] }));
        Refused("has no column 'review'. Its columns are: text, label", () => TextClassifier.Train(Write("c.csv", MadeUpTexts.Csv(data)), "review"));
        TextClassifier classifier = TextClassifier.Train(data, s_quick with { Epochs = 1 });
        Refused("Line 7: the label 'Sport' is none of the classes cooking, sport", () => classifier.Evaluate(new LabeledTexts(["x"], ["Sport"], [7])));

        static void Refused(string message, Action action) =>
            Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder.Path, name);
        File.WriteAllText(path, text);
        return path;
    }
}
