using System.Diagnostics;
using Unroll.Callbacks;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Preprocessing;
using Unroll.Reports;
using Unroll.Text;

namespace Unroll.Classification;

/// <summary>The way from texts and labels to a tested classifier.</summary>
internal static class ClassifierTraining
{
    private const int ManyTexts = 10_000;

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

        Dictionary<int, double>? weights = Weights(y, classes, options.ClassWeights);
        WordCounts words = WordCounts.Of(x, options);
        TrainingBackup? backup = options.Backup is null ? null
            : TrainingBackup.Begin(options.Backup, options.Resume, BackupFacts.Of(options, words.Vocabulary.Length + 2, encoder.Classes, (x, y), (xValidation, yValidation)));
        IReadOnlyList<FinishedFit> finished = [.. backup?.FinishedFits ?? []];
        TextClassifier? classifier = null;
        RecipeTrial? best = null;
        bool wasStopped = false;
        var trials = new List<RecipeTrial>();
        options.StopTraining.ThrowIfCancellationRequested();
        foreach (ClassifierNetwork network in ClassifierNetwork.Of(options))
        {
            TextClassifier candidate = Build(network, words, encoder.Classes, options);
            FinishedFit? earlier = finished.ElementAtOrDefault(trials.Count);
            (FinishedFit fit, wasStopped) = earlier is null ? Fit(candidate, network, (x, y), (xValidation, yValidation), weights, backup, options) : (earlier, false);
            var trial = new RecipeTrial(network.Name, candidate.Reader.Length!.Value, candidate.Model.ParameterCount, fit.History, fit.BestEpoch, fit.Seconds);
            trials.Add(trial);
            bool isBest = best is null || trial.ValidationLoss < best.ValidationLoss;
            if (isBest) (classifier, best) = (candidate, trial);
            if (wasStopped) break;
            if (earlier is null) backup?.Add(fit, isBest ? candidate.Model : null);
        }

        if (trials.IndexOf(best!) < finished.Count) backup!.RestoreBest(classifier!.Model);
        TextClassifierReport report = classifier!.Evaluate(test);
        double baselineSeconds = options.Baseline && !wasStopped ? Compare(report, classifier.Reader, data, places, encoder.Transform(test.Labels), test, classes, options.Cancellation) : 0;
        report.Training = new TrainingSummary(
            x.Length, xValidation.Length, best!, trials, trials.Sum(trial => trial.Seconds), baselineSeconds, weights is null ? null : [.. Enumerable.Range(0, classes).Select(k => weights[k])], check)
        {
            WasStopped = wasStopped,
        };
        classifier.SetReport(report, wasStopped ? null : backup);
        return classifier;
    }

    private static (FinishedFit Fit, bool WasStopped) Fit(
        TextClassifier classifier, ClassifierNetwork network, (string[] X, int[] Y) train, (string[] X, int[] Y) validation, Dictionary<int, double>? weights, TrainingBackup? backup,
        TextClassifierOptions options)
    {
        Model model = classifier.Model;
        if (options.Verbose > 0) Console.WriteLine($"{network.Name}: {model.ParameterCount:N0} parameters, {classifier.Reader.Length:N0} words of a text");
        var stopping = new EarlyStopping { Monitor = "val_loss", Patience = options.Patience, RestoreBestWeights = true };
        var request = new StopOnRequest(options.StopTraining);
        Callback[] callbacks = [stopping, .. options.Callbacks, request];
        if (backup is not null) callbacks = [.. callbacks, backup.For(callbacks)];
        long start = Stopwatch.GetTimestamp();
        try
        {
            History history = model.Fit(
                train.X, train.Y, options.BatchSize ?? (train.X.Length < ManyTexts ? 32 : 64), options.Epochs, options.Verbose, callbacks,
                validationData: validation, classWeight: weights, validationBatchSize: 128, cancellationToken: options.Cancellation);
            double before = callbacks[^1].EarlierEpochs.Sum(epoch => epoch.Seconds + epoch.ValidationSeconds);
            return (new FinishedFit(history, stopping.BestEpoch + 1, before + Stopwatch.GetElapsedTime(start).TotalSeconds), request.HasStopped);
        }
        catch (NonFiniteLossException)
        {
            backup?.Delete(); // it would lead here again
            throw;
        }
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

    private static TextClassifier Build(ClassifierNetwork network, WordCounts words, IReadOnlyList<string> labels, TextClassifierOptions options)
    {
        var vectorize = new TextVectorization
        {
            Standardize = options.Standardize,
            Split = options.Split,
            OutputSequenceLength = options.MaxLength ?? words.Length(network.Covered, network.Longest),
        };
        vectorize.SetVocabulary(words.Vocabulary);

        var model = new Sequential("text_classifier", options.Seed) { Threads = options.Threads };
        model.Add(vectorize);
        foreach (Layer layer in network.Layers(vectorize.VocabularySize, labels.Count)) model.Add(layer);
        model.Build(1);
        var classifier = new TextClassifier(model, labels);
        bool isBinary = model.Outputs[0].Shape[0] == 1;
        model.Compile(options.Optimizer?.Invoke() ?? network.Optimizer(), isBinary ? new BinaryCrossentropy() : new SparseCategoricalCrossentropy(), ["accuracy"]);
        return classifier;
    }

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
