using System.Diagnostics;
using Unroll.Callbacks;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Optimizers;
using Unroll.Preprocessing;
using Unroll.Reports;
using Unroll.Text;

namespace Unroll.Classification;

/// <summary>The way from texts and labels to a tested classifier.</summary>
internal static class ClassifierTraining
{
    private const int LongestByDefault = 400;

    private const int ManyTexts = 10_000;

    private const double Covered = 95;

    public static TextClassifier Run(LabeledTexts data, TextClassifierOptions options, LabeledTexts? test)
    {
        TextDataCheck check = TextDataCheck.Of(data, test);
        if (check.Problems.Count > 0) throw new ArgumentException($"The texts can't be trained on: {string.Join(" ", check.Problems)}", nameof(data));
        data = Usable(data, options.DropDuplicates, test);
        if (test is not null) test = Usable(test, dropDuplicates: false, null);
        var encoder = new LabelEncoder();
        int[] all = encoder.FitTransform(data.Labels);
        int classes = encoder.Classes.Count;
        if (test is null)
        {
            (int[] rest, int[] kept) = TrainTestSplit.Indices(data.Count, options.TestShare, options.Seed, all);
            (data, test) = (Take(data, rest), Take(data, kept));
        }

        // A class of few texts needs one on either side.
        double share = Math.Clamp((double)classes / data.Count, options.ValidationShare, Math.Max(0.5, options.ValidationShare));
        int[] places = encoder.Transform(data.Labels);
        (int[] train, int[] validation) = TrainTestSplit.Indices(data.Count, share, options.Seed, places);
        (string[] x, int[] y) = (Rows.Take(data.Texts, train), Rows.Take(places, train));
        (string[] xValidation, int[] yValidation) = (Rows.Take(data.Texts, validation), Rows.Take(places, validation));

        TextClassifier classifier = Build(x, encoder.Classes, options);
        Model model = classifier.Model;
        Dictionary<int, double>? weights = Weights(y, classes, options.ClassWeights);
        var stopping = new EarlyStopping { Monitor = "val_loss", Patience = options.Patience, RestoreBestWeights = true };
        options.StopTraining.ThrowIfCancellationRequested();
        var request = new StopOnRequest(options.StopTraining);
        long start = Stopwatch.GetTimestamp();
        History history = model.Fit(
            x, y, options.BatchSize ?? (x.Length < ManyTexts ? 32 : 64), options.Epochs, options.Verbose, [stopping, .. options.Callbacks, request], validationData: (xValidation, yValidation), classWeight: weights,
            validationBatchSize: 128, cancellationToken: options.Cancellation);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        TextClassifierReport report = classifier.Evaluate(test);
        double baselineSeconds = options.Baseline && !request.HasStopped ? Compare(report, classifier.Reader, data, places, encoder.Transform(test.Labels), test, classes, options.Cancellation) : 0;
        report.Training = new TrainingSummary(
            x.Length, xValidation.Length, history, stopping.BestEpoch + 1, seconds, baselineSeconds, weights is null ? null : [.. Enumerable.Range(0, classes).Select(k => weights[k])], check)
        {
            WasStopped = request.HasStopped,
        };
        classifier.SetReport(report);
        return classifier;
    }

    /// <summary>The bag of words learns from the validation texts, too: it needs nobody to tell it when to stop.</summary>
    private static double Compare(
        TextClassifierReport report, WordReader reader, LabeledTexts data, int[] places, int[] truth, LabeledTexts test, int classes, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        var bag = new BagOfWords(data.Texts, places, reader, classes, cancellation);
        int right = 0, onlyNetwork = 0, onlyBag = 0;
        for (int i = 0; i < truth.Length; i++)
        {
            bool bagIsRight = bag.Predict(test.Texts[i]) == truth[i], networkIsRight = report.Predicted[i] == truth[i];
            if (bagIsRight) right++;
            if (networkIsRight && !bagIsRight) onlyNetwork++;
            if (bagIsRight && !networkIsRight) onlyBag++;
        }

        report.BagOfWords = new BaselineComparison(ShareInterval.Of(right, truth.Length), onlyNetwork, onlyBag);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Without texts or labels that are blank, those that come again, and those that are tested on.</summary>
    private static LabeledTexts Usable(LabeledTexts data, bool dropDuplicates, LabeledTexts? test)
    {
        HashSet<string> tested = test is null ? [] : [.. test.Texts.Select(text => text.Trim())];
        IEnumerable<int> rows = Enumerable.Range(0, data.Count)
            .Where(i => !string.IsNullOrWhiteSpace(data.Texts[i]) && !string.IsNullOrWhiteSpace(data.Labels[i]) && !tested.Contains(data.Texts[i].Trim()));
        if (dropDuplicates) rows = rows.DistinctBy(i => (data.Texts[i].Trim(), data.Labels[i]));
        int[] kept = [.. rows];
        return kept.Length == data.Count ? data : Take(data, kept);
    }

    private static LabeledTexts Take(LabeledTexts data, int[] rows) => new(Rows.Take(data.Texts, rows), Rows.Take(data.Labels, rows), Rows.Take(data.Lines, rows));

    private static TextClassifier Build(string[] texts, IReadOnlyList<string> labels, TextClassifierOptions options)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var lengths = new int[texts.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            foreach (string word in TextTokens.Split(TextTokens.Standardize(texts[i], options.Standardize), options.Split))
            {
                lengths[i]++;
                counts[word] = counts.GetValueOrDefault(word) + 1;
            }
        }

        // A word with a line break inside, as Unicode has more of than one sees, can't stand in a file of a word per line.
        foreach (string broken in counts.Keys.Where(word => word.AsSpan().ContainsAny(PreprocessingArguments.LineEnds)).ToArray()) counts.Remove(broken);
        if (counts.Count == 0) throw new ArgumentException("The training texts hold no words: nothing but punctuation is left of them.", nameof(texts));
        int least = counts.Values.Any(count => count >= options.MinCount) ? options.MinCount : 1;
        int length = options.MaxLength ?? Math.Clamp((int)Math.Ceiling(LengthHistogram.Of(lengths).Percentile(Covered)), 1, LongestByDefault);
        var vectorize = new TextVectorization
        {
            Standardize = options.Standardize,
            Split = options.Split,
            OutputSequenceLength = length,
        };
        vectorize.SetVocabulary([.. counts.Where(entry => entry.Value >= least)
            .OrderByDescending(entry => entry.Value).ThenByDescending(entry => entry.Key, Utf8Order.Instance) // Adapt's order
            .Take(options.MaxWords - 2).Select(entry => entry.Key)]);

        var model = new Sequential("text_classifier", options.Seed) { Threads = options.Threads };
        model.Add(vectorize);
        foreach (Layer layer in options.Layers?.Invoke(vectorize.VocabularySize, labels.Count) ?? Recipe(vectorize.VocabularySize, labels.Count)) model.Add(layer);
        model.Build(1);
        var classifier = new TextClassifier(model, labels);
        bool isBinary = model.Outputs[0].Shape[0] == 1;
        model.Compile(options.Optimizer?.Invoke() ?? new Adam(), isBinary ? new BinaryCrossentropy() : new SparseCategoricalCrossentropy(), ["accuracy"]);
        return classifier;
    }

    /// <summary>The mean over the steps of a recurrent layer learns from every place of a text; its last state alone learns slowly from long ones.</summary>
    private static Layer[] Recipe(int words, int classes) =>
    [
        new Embedding(words, 32) { MaskZero = true },
        new Dropout(0.5),
        new Bidirectional(new LSTM(32) { ReturnSequences = true }),
        new GlobalAveragePooling1D(),
        new Dropout(0.5),
        classes == 2 ? new Dense(1, "sigmoid") : new Dense(classes, "softmax"),
    ];

    private static Dictionary<int, double>? Weights(int[] y, int classes, ClassWeighting weighting)
    {
        int[] counts = new int[classes];
        foreach (int k in y) counts[k]++;
        if (weighting == ClassWeighting.None || weighting == ClassWeighting.Auto && counts.Max() <= 3 * counts.Min()) return null;
        double[] weights = Array.ConvertAll(counts, count => y.Length / ((double)classes * count));
        if (weighting == ClassWeighting.Auto)
        {
            weights = Array.ConvertAll(weights, Math.Sqrt);
            double mean = weights.Zip(counts, (weight, count) => weight * count).Sum() / y.Length;
            weights = Array.ConvertAll(weights, weight => weight / mean);
        }

        return weights.Select((weight, k) => (weight, k)).ToDictionary(entry => entry.k, entry => entry.weight);
    }
}
