using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Unroll.Configuration;
using Unroll.Datasets;
using Unroll.Metrics;
using Unroll.Studies.Analysis;
using Unroll.Text;

namespace Unroll.Studies;

/// <summary>Trains and tests with <see cref="Sequential"/>.</summary>
internal sealed class SequentialExecutor(string? dataDirectory) : ITrialExecutor
{
    private readonly Dictionary<DatasetDesign, Loaded> _datasets = [];

    private bool? _isPublished;

    private sealed record Loaded(TrialDataset Info, int Vocabulary, Inputs XTrain, Targets YTrain, Inputs XTest, int[] YTest);

    public TrialDataset Load(DatasetDesign design, CancellationToken cancellationToken)
    {
        if (_datasets.TryGetValue(design, out Loaded? known)) return known.Info;
        if (design.Texts is not null) return LoadTexts(design);
        Dataset data = Dataset.Load(
            new DatasetOptions
            {
                Name = design.Name,
                NumWords = design.NumWords,
                MaxLen = design.MaxLen,
                Padding = design.Padding == "post" ? Padding.Post : Padding.Pre,
                Truncating = design.Truncating == "post" ? Padding.Post : Padding.Pre,
                Directory = dataDirectory,
            },
            cancellationToken: cancellationToken);
        var info = new TrialDataset(data.DisplayName, data.IsFallback, data.Notice ?? Remark(data), data.YTrain.Length, data.YTest.Length)
        {
            CutShare = data.CutShare,
            OovShare = data.OovShare,
            Hash = Hash(data),
            MajorityShare = Baselines.MajorityShare(data.YTest),
            BagOfWordsAccuracy = Baselines.BagOfWords(data.XTrain, data.YTrain, data.XTest, data.YTest, data.VocabularySize),
        };
        _datasets[design] = new Loaded(info, data.VocabularySize, data.XTrain, data.YTrain, data.XTest, data.YTest);
        return info;
    }

    private TrialDataset LoadTexts(DatasetDesign design)
    {
        OwnTexts texts = OwnTexts.Load(design);
        var info = new TrialDataset(design.Name, false, texts.Notes.Count == 0 ? null : string.Join(" ", texts.Notes), texts.YTrain.Length, texts.YTest.Length)
        {
            CutShare = texts.CutShare,
            OovShare = texts.OovShare,
            Hash = texts.Hash,
            Labels = texts.Labels,
            MajorityShare = Baselines.MajorityShare(texts.YTest),
            BagOfWordsAccuracy = Baselines.BagOfWords(texts.XTrain, texts.YTrain, texts.XTest, texts.YTest, design.NumWords, OwnTexts.FirstWord),
        };
        _datasets[design] = new Loaded(info, design.NumWords, texts.XTrain, texts.YTrain, texts.XTest, texts.YTest);
        return info;
    }

    private static string Hash(Dataset data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (int[,] x in (int[][,])[data.XTrain, data.XTest])
            hash.AppendData(MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref x[0, 0], x.Length)));
        foreach (int[] y in (int[][])[data.YTrain, data.YTest]) hash.AppendData(MemoryMarshal.AsBytes<int>(y));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // Whoever reads our numbers beside reported ones must know if the data were not the same.
    private string? Remark(Dataset data)
    {
        if (data.Name != "imdb") return null;
        _isPublished ??= Imdb.GetInfo(dataDirectory).HasPublishedContents ?? true;
        return _isPublished.Value ? null : "imdb.npz has other reviews or labels than the file that Keras publishes: results differ somewhat from those reported for it.";
    }

    public TrialOutcome Run(Trial trial, Action<EpochResult> onEpoch, Action<double> onStep, CancellationToken cancellationToken)
    {
        StudyDesign design = trial.Cell.Design;
        Loaded data = _datasets[design.Dataset];
        TrainingDesign training = design.Training;
        var model = new Sequential(seed: trial.Seed) { Threads = 1 };
        foreach (ObjectConfig layer in design.Model) model.Add(Catalog.CreateLayer(layer, data.Vocabulary));
        model.Compile(Catalog.Optimizers.Create(training.Optimizer), training.Loss, [.. training.Metrics.Select(Metric.FromName)]);

        History history = model.Fit(
            data.XTrain,
            data.YTrain,
            batchSize: training.BatchSize,
            epochs: training.Epochs,
            verbose: 0,
            callbacks: [.. training.Callbacks.Select(Catalog.Callbacks.Create), new Reporter(onEpoch, onStep)],
            validationSplit: training.Validation == ValidationKind.Split ? training.ValidationSplit : 0.0,
            validationData: training.Validation == ValidationKind.Test ? (data.XTest, data.YTest) : null,
            cancellationToken: cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        Evaluation test = model.Evaluate(data.XTest, data.YTest, training.BatchSize, verbose: 0);
        double accuracy = test.Logs.TryGetValue("accuracy", out double value) ? value : double.NaN;
        return new TrialOutcome(model.ParameterCount, history.Epochs, test.Loss, accuracy, test.Seconds, model.Fingerprint())
        {
            Correct = CorrectAnswers.Of(Answers(model.Predict(data.XTest, training.BatchSize, verbose: 0), data.YTest)),
        };
    }

    // One output says how likely class 1 is, several how likely each class.
    private static bool[] Answers(Tensor<float> predicted, int[] labels)
    {
        int outputs = (int)predicted.Lengths[^1];
        ReadOnlySpan<float> values = MemoryMarshal.CreateReadOnlySpan(ref predicted.GetPinnableReference(), (int)predicted.FlattenedLength);
        var right = new bool[labels.Length];
        for (int i = 0; i < right.Length; i++)
            right[i] = (outputs == 1 ? values[i] > 0.5f ? 1 : 0 : TensorPrimitives.IndexOfMax(values.Slice(i * outputs, outputs))) == labels[i];
        return right;
    }

    // Seconds are known only to the history, after training.
    private sealed class Reporter(Action<EpochResult> onEpoch, Action<double> onStep) : Callback
    {
        public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs) => onStep((batch + 1.0) / Parameters.Steps);

        public override void OnEpochEnd(int epoch, IDictionary<string, double> logs) =>
            onEpoch(new EpochResult(epoch, double.NaN, double.NaN, new Dictionary<string, double>(logs)));
    }
}
