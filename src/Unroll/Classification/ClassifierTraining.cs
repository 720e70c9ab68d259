using System.Diagnostics;
using Unroll.Callbacks;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Reports;
using Unroll.Text;

namespace Unroll.Classification;

/// <summary>The way from texts and labels to a tested classifier.</summary>
internal static class ClassifierTraining
{
    private const int ManyTexts = 10_000;

    public static TextClassifier Run(LabeledTexts data, TextClassifierOptions options, LabeledTexts? test)
    {
        ClassifierData all = ClassifierData.Of(data, options, test);
        (data, test, IReadOnlyList<string> labels) = (all.Train, all.Test, all.Labels);

        // A class of few texts needs one on either side.
        double share = options.LabelSeparator is not null ? options.ValidationShare
            : Math.Clamp((double)labels.Count / data.Count, options.ValidationShare, Math.Max(0.5, options.ValidationShare));
        (LabeledTexts train, LabeledTexts validation) = ClassifierData.Split(data, labels, share, options);

        Dictionary<int, double>? weights = options.LabelSeparator is null ? Weights(ClassifierData.Places(train, labels), labels.Count, options.ClassWeights) : null;
        WordCounts words = WordCounts.Of(train.Texts, options);
        TrainingBackup? backup = options.Backup is null ? null
            : TrainingBackup.Begin(options.Backup, options.Resume, BackupFacts.Of(options, words.Vocabulary.Length + 2, labels, train, validation));
        IReadOnlyList<FinishedFit> finished = [.. backup?.FinishedFits ?? []];
        TextClassifier? classifier = null;
        RecipeTrial? best = null;
        bool wasStopped = false;
        var trials = new List<RecipeTrial>();
        options.StopTraining.ThrowIfCancellationRequested();
        foreach (ClassifierNetwork network in ClassifierNetwork.Of(options))
        {
            TextClassifier candidate = Build(network, words, labels, options);
            FinishedFit? earlier = finished.ElementAtOrDefault(trials.Count);
            (FinishedFit fit, wasStopped) = earlier is null ? Fit(candidate, network, (train, validation), weights, backup, options) : (earlier, false);
            var trial = new RecipeTrial(network.Name, candidate.Reader.Length!.Value, candidate.Model.ParameterCount, fit.History, fit.BestEpoch, fit.Seconds);
            trials.Add(trial);
            bool isBest = best is null || trial.ValidationLoss < best.ValidationLoss;
            if (isBest) (classifier, best) = (candidate, trial);
            if (wasStopped) break;
            if (earlier is null) backup?.Add(fit, isBest ? candidate.Model : null);
        }

        if (trials.IndexOf(best!) < finished.Count) backup!.RestoreBest(classifier!.Model);
        TextClassifierReport report = classifier!.Evaluate(test);
        double baselineSeconds = options.Baseline && !wasStopped ? Compare(report, classifier, data, test, options.Cancellation) : 0;
        report.Training = new TrainingSummary(
            train.Count, validation.Count, best!, trials, trials.Sum(trial => trial.Seconds), baselineSeconds, weights is null ? null : [.. Enumerable.Range(0, labels.Count).Select(k => weights[k])], all.Check)
        {
            WasStopped = wasStopped,
        };
        classifier.SetReport(report, wasStopped ? null : backup);
        return classifier;
    }

    private static (FinishedFit Fit, bool WasStopped) Fit(
        TextClassifier classifier, ClassifierNetwork network, (LabeledTexts Train, LabeledTexts Validation) data, Dictionary<int, double>? weights, TrainingBackup? backup,
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
                data.Train.Texts, TargetsOf(data.Train, classifier), options.BatchSize ?? (data.Train.Count < ManyTexts ? 32 : 64), options.Epochs, options.Verbose, callbacks,
                validationData: (data.Validation.Texts, TargetsOf(data.Validation, classifier)), classWeight: weights, validationBatchSize: 128, cancellationToken: options.Cancellation);
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
    private static double Compare(TextClassifierReport report, TextClassifier classifier, LabeledTexts data, LabeledTexts test, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        (IReadOnlyList<string> labels, WordReader reader) = (classifier.Labels, classifier.Reader);
        MultiLabelReport? scores = null;
        bool[] areRight;
        if (classifier.Model.LabelSeparator is { } separator)
        {
            var bag = new BagOfWords(data.Texts, LabelSets.Of(data.Labels, data.Lines, labels, separator), reader, cancellation);
            bool[][] truth = LabelSets.Of(test.Labels, test.Lines, labels, separator), predicted = Array.ConvertAll(test.Texts, bag.PredictSet);
            areRight = [.. truth.Zip(predicted, (a, b) => a.AsSpan().SequenceEqual(b))];
            scores = MultiLabelReport.Of(TextVerdict.Matrix(truth), TextVerdict.Matrix(predicted), labels);
        }
        else
        {
            var bag = new BagOfWords(data.Texts, ClassifierData.Places(data, labels), reader, labels.Count, cancellation);
            areRight = [.. ClassifierData.Places(test, labels).Zip(test.Texts, (place, text) => bag.Predict(text) == place)];
        }

        int onlyNetwork = 0, onlyBag = 0;
        for (int i = 0; i < areRight.Length; i++)
        {
            bool networkIsRight = report.Verdicts[i].IsRight;
            if (networkIsRight && !areRight[i]) onlyNetwork++;
            if (areRight[i] && !networkIsRight) onlyBag++;
        }

        report.BagOfWords = new BaselineComparison(ShareInterval.Of(areRight.Count(right => right), areRight.Length), onlyNetwork, onlyBag) { MultiLabel = scores };
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static Targets TargetsOf(LabeledTexts data, TextClassifier classifier) => classifier.Model.LabelSeparator is { } separator
        ? LabelSets.Targets(LabelSets.Of(data.Labels, data.Lines, classifier.Labels, separator))
        : ClassifierData.Places(data, classifier.Labels);

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
        foreach (Layer layer in network.Stack(vectorize.VocabularySize, labels.Count, options.LabelSeparator is not null)) model.Add(layer);
        model.Build(1);
        model.LabelSeparator = options.LabelSeparator;
        var classifier = new TextClassifier(model, labels);
        bool isBinary = model.Outputs[0].Shape[0] == 1 || classifier.HasSeveralLabels;
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
