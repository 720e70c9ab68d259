using System.Globalization;
using System.Text;
using Unroll.Reports;

namespace Unroll.Classification;

/// <summary>A text that the classifier was sure of and wrong about.</summary>
/// <param name="Line">Where it begins in its file.</param>
/// <param name="Text">The text.</param>
/// <param name="Label">Its label.</param>
/// <param name="Predicted">What it was taken for.</param>
/// <param name="Probability">How sure the classifier was; of several labels of the surest answer that is wrong.</param>
public sealed record SureMistake(int Line, string Text, string Label, string Predicted, float Probability);

/// <summary>The bag of words beside the network, on the same texts.</summary>
/// <param name="Accuracy">Share of the texts that it gets right.</param>
/// <param name="OnlyNetwork">Texts that the network alone gets right.</param>
/// <param name="OnlyBaseline">Texts that the bag of words alone gets right.</param>
public sealed record BaselineComparison(ShareInterval Accuracy, int OnlyNetwork, int OnlyBaseline)
{
    /// <summary>Its scores, if texts can have several labels.</summary>
    public MultiLabelReport? MultiLabel { get; init; }

    /// <summary>True if the network is better by more than chance explains: McNemar's test (1947) at 5 %, on the texts that one alone gets right.</summary>
    public bool NetworkIsBetter => OnlyNetwork > OnlyBaseline && IsClear;

    /// <summary>True if it is worse by more than chance explains.</summary>
    public bool NetworkIsWorse => OnlyNetwork < OnlyBaseline && IsClear;

    private bool IsClear
    {
        get
        {
            double difference = OnlyNetwork - OnlyBaseline;
            return difference * difference > 3.841458820694124 * (OnlyNetwork + OnlyBaseline); // chi² with 1 degree of freedom
        }
    }

    /// <summary>The verdict, in a sentence.</summary>
    public override string ToString() => NetworkIsBetter ? "the network is better"
        : NetworkIsWorse ? "the network does NOT beat it: it is worse, so the bag of words is the model to take"
        : "the network does NOT beat it: the difference is within chance";
}

/// <summary>What training took.</summary>
/// <param name="Texts">Texts trained on.</param>
/// <param name="ValidationTexts">Texts that said when to stop.</param>
/// <param name="Network">The network that the classifier is.</param>
/// <param name="Tried">All that were trained, in their order; the one with the smallest validation loss was kept.</param>
/// <param name="Seconds">Seconds of training and validation of all.</param>
/// <param name="BaselineSeconds">Seconds of the bag of words.</param>
/// <param name="ClassWeights">What a text of each class counted for, in the order of the labels; null: all alike.</param>
/// <param name="Check">What was found in the data.</param>
public sealed record TrainingSummary(
    int Texts, int ValidationTexts, RecipeTrial Network, IReadOnlyList<RecipeTrial> Tried, double Seconds, double BaselineSeconds, IReadOnlyList<double>? ClassWeights, TextDataCheck Check)
{
    /// <summary>True if <see cref="TextClassifierOptions.StopTraining"/> ended the training, inside of its last epoch.</summary>
    public bool WasStopped { get; init; }
}

/// <summary>How good a classifier is on texts that it was not trained on. <c>Console.WriteLine(classifier.Report)</c> prints all of it.</summary>
public sealed class TextClassifierReport
{
    private const int Mistakes = 10, MostClasses = 12;

    private TextClassifierReport(IReadOnlyList<string> labels, Text.LabeledTexts data, TextVerdict[] verdicts, Calibration calibration, WordReader reader)
    {
        (Verdicts, Calibration) = (verdicts, calibration);
        Labels = labels;
        Accuracy = ShareInterval.Of(verdicts.Count(verdict => verdict.IsRight), verdicts.Length);
        var largest = verdicts.GroupBy(verdict => verdict.Truth).OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).First();
        (MajorityLabel, MajorityAccuracy) = (largest.Key, ShareInterval.Of(largest.Count(), verdicts.Length));
        SurestMistakes = [.. Enumerable.Range(0, verdicts.Length).Where(i => !verdicts[i].IsRight).OrderByDescending(i => verdicts[i].Sureness).ThenBy(i => i).Take(Mistakes)
            .Select(i => new SureMistake(data.Lines[i], data.Texts[i], verdicts[i].Truth, verdicts[i].Predicted, verdicts[i].Sureness))];
        (VocabularySize, Length) = (reader.VocabularySize, reader.Length);
        long words = 0, unknown = 0, cut = 0;
        foreach (string text in data.Texts)
        {
            string[] all = reader.Words(text);
            words += all.Length;
            unknown += all.Count(word => !reader.IsKnown(word));
            if (all.Length > (Length ?? int.MaxValue)) cut++;
        }

        (ShareCut, ShareUnknown) = ((double)cut / verdicts.Length, words == 0 ? 0 : (double)unknown / words);
    }

    /// <summary>The classes.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Share of the texts whose class was predicted rightly, or all labels and no other, with its interval.</summary>
    public ShareInterval Accuracy { get; }

    /// <summary>Precision and recall of each class.</summary>
    public IReadOnlyList<ClassScores> Classes => MultiLabel?.Labels ?? Scores!.Classes;

    /// <summary>Precision and recall of each class, their means, and the confusion matrix; null: texts can have several labels.</summary>
    public ClassificationReport? Scores { get; private init; }

    /// <summary>Precision and recall of each label, their means and the Hamming loss; null: texts have one label.</summary>
    public MultiLabelReport? MultiLabel { get; private init; }

    /// <summary>Whether probabilities mean what they say; of several labels those of each answer, yes or no.</summary>
    public Calibration Calibration { get; }

    /// <summary>The most frequent class of the texts, or the most frequent labels together; empty: none.</summary>
    public string MajorityLabel { get; }

    /// <summary>How often somebody is right who always says it.</summary>
    public ShareInterval MajorityAccuracy { get; }

    /// <summary>The bag of words beside the network; null: it was not asked for, or there are no training texts.</summary>
    public BaselineComparison? BagOfWords { get; internal set; }

    /// <summary>The texts that the classifier was surest and wrong about, at most 10.</summary>
    public IReadOnlyList<SureMistake> SurestMistakes { get; }

    /// <summary>Entries of the vocabulary.</summary>
    public int VocabularySize { get; }

    /// <summary>Words of a text that the model reads; null: all.</summary>
    public int? Length { get; }

    /// <summary>Share of the texts that are longer.</summary>
    public double ShareCut { get; }

    /// <summary>Share of their words that the vocabulary does not have.</summary>
    public double ShareUnknown { get; }

    /// <summary>What training took; null: the classifier was loaded.</summary>
    public TrainingSummary? Training { get; internal set; }

    internal TextVerdict[] Verdicts { get; }

    internal static TextClassifierReport OfClasses(IReadOnlyList<string> labels, Text.LabeledTexts data, int[] truth, float[][] probabilities, WordReader reader)
    {
        TextVerdict[] verdicts = TextVerdict.OfClasses(truth, probabilities, labels);
        Calibration calibration = Calibration.Of([.. verdicts.Select(verdict => verdict.Sureness)], [.. verdicts.Select(verdict => verdict.IsRight)]);
        return new TextClassifierReport(labels, data, verdicts, calibration, reader)
        {
            Scores = ClassificationReport.Of(truth, Array.ConvertAll(probabilities, TextClassifier.LargestOf), labels),
        };
    }

    internal static TextClassifierReport OfSets(
        IReadOnlyList<string> labels, char separator, Text.LabeledTexts data, bool[][] truth, float[][] probabilities, WordReader reader)
    {
        bool[][] predicted = Array.ConvertAll(probabilities, TextVerdict.Decide);
        Calibration calibration = Calibration.Of(
            [.. probabilities.SelectMany(row => row.Select(TextVerdict.SurenessOf))], [.. truth.SelectMany((set, i) => set.Select((has, k) => has == predicted[i][k]))]);
        return new TextClassifierReport(labels, data, TextVerdict.OfSets(truth, probabilities, labels, separator), calibration, reader)
        {
            MultiLabel = MultiLabelReport.Of(TextVerdict.Matrix(truth), TextVerdict.Matrix(predicted), labels),
        };
    }

    /// <summary>All of it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (Training is { } training)
        {
            text.Append(training.Check);
            Line($"trained on {training.Texts:N0} texts, {training.ValidationTexts:N0} said when to stop; {training.Seconds:F1} s");
            foreach (RecipeTrial trial in training.Tried)
                Line($"  {trial.Name,-13} {trial.Parameters,10:N0} parameters  validation loss {trial.ValidationLoss:F4}, accuracy {100 * trial.ValidationAccuracy,6:F2} %  best of {trial.History.Epochs.Count,2} epochs: {trial.BestEpoch,2}  {trial.Seconds,6:F1} s{(training.Tried.Count > 1 && trial == training.Network ? "  kept" : "")}");
            if (training.ClassWeights is { } weights)
                Line($"class weights: {string.Join(", ", weights.Take(MostClasses).Select((weight, k) => string.Create(CultureInfo.InvariantCulture, $"{Labels[k]} {weight:F2}")))}{(weights.Count > MostClasses ? ", …" : "")}");
        }

        Line($"vocabulary of {VocabularySize:N0} words, {(Length is { } length ? $"the {(length == 1 ? "word" : $"{length} words")} of a text that are read cut" : "none of the words of a text are cut from")} {100 * ShareCut:F1} % of the test texts; {100 * ShareUnknown:F1} % of their words are unknown");
        text.Append('\n');
        Line($"{(MultiLabel is null ? "accuracy" : "all labels right")} on {Accuracy.Samples:N0} test texts  {Accuracy}{Also(MultiLabel)}");
        Line($"always {(MajorityLabel.Length == 0 ? "no label" : $"'{MajorityLabel}'")}  {MajorityAccuracy}");
        if (BagOfWords is { } baseline) Line($"bag of words, logistic regression  {baseline.Accuracy}{Also(baseline.MultiLabel)}: {baseline}");
        text.Append('\n').Append(Scores?.ToString() ?? MultiLabel!.ToString()).Append('\n');
        if (Scores is not null && Labels.Count <= MostClasses) text.Append(Scores.Matrix).Append('\n');
        text.Append(Calibration);
        if (SurestMistakes.Count > 0) text.Append("\nsurest and wrong:\n");
        foreach (SureMistake mistake in SurestMistakes) Line($"  line {mistake.Line}: {Name(mistake.Predicted)} {mistake.Probability:F3}, but is {Name(mistake.Label)}: {Short(mistake.Text)}");
        return text.ToString();

        static string Name(string labels) => labels.Length == 0 ? "no label" : labels;
        static string Also(MultiLabelReport? scores) =>
            scores is null ? "" : string.Create(CultureInfo.InvariantCulture, $", F1 micro {scores.Micro.F1:F3}, macro {scores.Macro.F1:F3}, Hamming loss {scores.HammingLoss:F4}");
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Short(string text)
    {
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= 100 ? line : string.Concat(line.AsSpan(0, 97), "...");
    }
}
