using Unroll.Callbacks;
using Unroll.Layers;
using Unroll.Text;

namespace Unroll.Classification;

/// <summary>
/// Says of texts which of some classes they belong to: a model, and the names of its classes.
/// <code>
/// TextClassifier classifier = TextClassifier.Train("reviews.csv", text: "review", label: "sentiment");
/// Console.WriteLine(classifier.Report);
/// classifier.Save("reviews.keras");
/// TextPrediction answer = TextClassifier.Load("reviews.keras").Predict("A great film.");
/// </code>
/// Any number of threads may predict and explain at the same time.
/// </summary>
public sealed class TextClassifier
{
    private const int BatchSize = 128;

    private readonly WordReader _reader;

    private readonly int _width;

    private TrainingBackup? _backup;

    /// <summary>Makes a classifier of a model that takes texts, by a TextVectorization or by <see cref="Model.Text"/>.</summary>
    /// <param name="model">Its output is a probability for each class, or for two classes one for the second.</param>
    /// <param name="labels">What the classes are called; null: <see cref="Model.ClassNames"/>.</param>
    /// <exception cref="ArgumentException">The model takes no texts, has no names of classes, or not as many outputs.</exception>
    public TextClassifier(Model model, IReadOnlyList<string>? labels = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (labels is not null) model.ClassNames = labels;
        Model = model;
        Labels = model.ClassNames ?? throw new ArgumentException("The model has no names of classes; give them: new TextClassifier(model, [\"negative\", \"positive\"]).", nameof(model));
        _reader = new WordReader(model);
        _width = model.Outputs is [{ Shape: [{ } width] }] && (width == Labels.Count || width == 1 && Labels.Count == 2 && !HasSeveralLabels)
            ? width
            : throw new ArgumentException($"The model puts out {string.Join(" and ", model.Outputs.Select(output => $"({string.Join(", ", output.Shape)})"))} for each text; for the {Labels.Count} classes {string.Join(", ", Labels.Take(10))} it must be {Labels.Count} probabilities{(Labels.Count == 2 && !HasSeveralLabels ? ", or 1" : "")}.", nameof(model));
        if (HasSeveralLabels && model.Layers[^1] is Dense { Activation.Name: "softmax" })
            throw new ArgumentException("The model ends in a softmax, which gives one class of each text; for several labels per text the last layer needs a sigmoid.", nameof(model));
    }

    /// <summary>The model: an ordinary one, to train on, to convert, to look into.</summary>
    public Model Model { get; }

    /// <summary>The classes, in the order of their numbers.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>True if a text can have several labels, or none: <see cref="Model.LabelSeparator"/> is set.</summary>
    public bool HasSeveralLabels => Model.LabelSeparator is not null;

    /// <summary>How good it is on the texts that were kept back when it was trained; null: it was loaded.</summary>
    public TextClassifierReport? Report { get; private set; }

    internal WordReader Reader => _reader;

    /// <summary>
    /// Trains a classifier on a file of texts and labels: splits them, makes a vocabulary, trains until the validation loss gets no
    /// better, tests.
    /// </summary>
    /// <param name="path">A table (<c>.csv</c>, <c>.tsv</c>), JSON Lines (<c>.jsonl</c>), or a directory or archive (<c>.tar.gz</c>) with a folder for each class; one with the folders train and test has its test texts with it.</param>
    /// <param name="text">Column or member with the text.</param>
    /// <param name="label">Column or member with the label, any text.</param>
    /// <param name="options">How to split and train.</param>
    /// <exception cref="ArgumentException">There is no such column, or the texts can't be trained on; the message says why.</exception>
    /// <exception cref="InvalidDataException">The file is damaged; the message names the line.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static TextClassifier Train(string path, string text = "text", string label = "label", TextClassifierOptions? options = null)
    {
        options ??= new TextClassifierOptions();
        options.Check();
        (LabeledTexts data, LabeledTexts? test) = ClassifierData.Read(path, text, label, options);
        return Train(data, options, test);
    }

    /// <summary>Trains a classifier on texts and labels.</summary>
    /// <param name="data">Texts and labels.</param>
    /// <param name="options">How to split and train.</param>
    /// <param name="test">Texts to test on; null: some of the former.</param>
    /// <exception cref="ArgumentException">The texts can't be trained on; the message says why.</exception>
    public static TextClassifier Train(LabeledTexts data, TextClassifierOptions? options = null, LabeledTexts? test = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        options ??= new TextClassifierOptions();
        options.Check();
        return ClassifierTraining.Run(data, options, test);
    }

    /// <summary>Loads a classifier from a <c>.keras</c> file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or holds a model that does not classify texts.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static TextClassifier Load(string path)
    {
        Model model = Model.Load(path);
        try
        {
            return new TextClassifier(model);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{path}: {Configuration.ErrorText.Of(e)}", e);
        }
    }

    /// <summary>
    /// Writes model, vocabulary and labels to a <c>.keras</c> file, which Keras opens, too. The backup of a training that came to its
    /// end is deleted.
    /// </summary>
    /// <exception cref="ArgumentException">The path ends otherwise.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public void Save(string path)
    {
        Model.Save(path);
        _backup?.Delete();
        _backup = null;
    }

    /// <summary>The likeliest class of a text, or the labels that it has.</summary>
    /// <exception cref="InvalidOperationException">The model puts out something else than probabilities.</exception>
    public TextPrediction Predict(string text) => Predict([text])[0];

    /// <summary>The likeliest class of each text. A text without words, even an empty one, has a prediction, too.</summary>
    /// <exception cref="InvalidOperationException">The model puts out something else than probabilities.</exception>
    public IReadOnlyList<TextPrediction> Predict(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Array.ConvertAll(Probabilities([.. texts]), row =>
        {
            int largest = LargestOf(row);
            var prediction = new TextPrediction(Labels[largest], row[largest], [.. row.Select((probability, k) => KeyValuePair.Create(Labels[k], probability))]);
            if (!HasSeveralLabels) return prediction;
            bool[] set = TextVerdict.Decide(row);
            return prediction with { Labels = [.. Labels.Where((_, k) => set[k])] };
        });
    }

    /// <summary>What each word of a text did for a class.</summary>
    /// <param name="text">The text.</param>
    /// <param name="label">The class; null: the likeliest.</param>
    /// <param name="orders">Orders of the words to average over; each takes as many predictions as there are words.</param>
    /// <param name="seed">Seed of the orders.</param>
    /// <param name="cancellation">Ends it between two orders.</param>
    /// <exception cref="ArgumentException">There is no such class.</exception>
    /// <exception cref="InvalidOperationException">The model puts out something else than probabilities.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public TextExplanation Explain(string text, string? label = null, int orders = 8, int seed = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(orders);
        int place = label is null ? LargestOf(Probabilities([text])[0]) : PlaceOf(label, nameof(label));
        return ShapleyWords.Explain(this, _reader, text, place, orders, seed, cancellation);
    }

    /// <summary>Tests the classifier on texts that it has not seen.</summary>
    /// <exception cref="ArgumentException">There are no texts, or a label is none of the classes; the message names the line.</exception>
    public TextClassifierReport Evaluate(LabeledTexts data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Count == 0) throw new ArgumentException("There are no texts to test on.", nameof(data));
        if (Model.LabelSeparator is { } separator)
            return TextClassifierReport.OfSets(Labels, separator, data, LabelSets.Of(data.Labels, data.Lines, Labels, separator), Probabilities(data.Texts), _reader);
        var places = Labels.Select((name, k) => (name, k)).ToDictionary(entry => entry.name, entry => entry.k, StringComparer.Ordinal);
        int[] truth = [.. data.Labels.Select((label, i) => places.TryGetValue(label, out int place) ? place : throw LabelSets.Unknown(data.Lines[i], label, Labels))];
        return TextClassifierReport.OfClasses(Labels, data, truth, Probabilities(data.Texts), _reader);
    }

    /// <summary>Tests the classifier on a file of texts and labels.</summary>
    /// <param name="path">A table, JSON Lines, a directory or an archive.</param>
    /// <param name="text">Column or member with the text.</param>
    /// <param name="label">Column or member with the label.</param>
    /// <exception cref="ArgumentException">There is no such column, or a label is none of the classes; the message names the line.</exception>
    /// <exception cref="InvalidDataException">The file is damaged; the message names the line.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public TextClassifierReport Evaluate(string path, string text = "text", string label = "label") =>
        Evaluate(TextFile.Read(path, text, label, labelSeparator: Model.LabelSeparator));

    internal static int LargestOf(float[] row) => Array.IndexOf(row, row.Max());

    /// <summary>A probability for each text and class.</summary>
    internal float[][] Probabilities(string[] texts)
    {
        if (texts.Length == 0) return [];
        float[] all = [.. Model.Predict(_reader.Encode(texts), BatchSize)];
        var rows = new float[texts.Length][];
        for (int i = 0; i < rows.Length; i++)
        {
            Span<float> row = all.AsSpan(i * _width, _width);
            foreach (float value in row)
            {
                if (float.IsNaN(value)) throw new InvalidOperationException($"The probabilities of text {i} are no numbers: weights of the model are NaN or infinite, its training has failed.");
                if (value is < 0 or > 1) throw new InvalidOperationException($"The model puts out {value} for text {i}, which is no probability: its last layer has neither sigmoid nor softmax.");
            }

            rows[i] = _width == Labels.Count ? row.ToArray() : [1 - row[0], row[0]];
        }

        return rows;
    }

    internal void SetReport(TextClassifierReport report, TrainingBackup? backup) => (Report, _backup) = (report, backup);

    private int PlaceOf(string label, string name)
    {
        int place = Labels.ToList().IndexOf(label);
        return place >= 0 ? place : throw new ArgumentException($"'{label}' is none of the classes {string.Join(", ", Labels)}.", name);
    }
}
