#:project ../src/Unroll/Unroll.csproj
#:project ../src/Unroll.Studies/Unroll.Studies.csproj
#:property PublishAot=false

// Design choices for an LSTM on film reviews: units, embedding, dropout, layers. The Keras notebook of that name.
//
//   dotnet run -c Release samples/lstm-design-choices.cs              all 14 designs, on IMDB
//   dotnet run -c Release samples/lstm-design-choices.cs -- --quick   a few reviews, one epoch: shows that everything works
//
// Figures go to figures/lstm-design-choices/ below the current directory.

using System.Globalization;
using Unroll;
using Unroll.Datasets;
using Unroll.Layers;
using Unroll.Studies.Plots;
using Unroll.Text;

const int Words = 1000;
const int Length = 80;
const int BatchSize = 32;
const int Seed = 1; // one run per design proves little: see the conclusions

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
bool quick = args.Contains("--quick");
string figures = Path.Combine("figures", "lstm-design-choices");
Directory.CreateDirectory(figures);
#if DEBUG
if (!quick) Console.Error.WriteLine("This is a Debug build, which is many times slower. Use: dotnet run -c Release samples/lstm-design-choices.cs");
#endif

Heading("The data");
// Imdb.Load(numWords: 1000) is Keras' imdb.load_data(num_words=1000). Dataset.Load is the same and, named "auto", takes
// made-up reviews if IMDB can be had neither on this machine nor from the network.
Dataset data = Dataset.Load(new DatasetOptions
{
    Name = quick ? "synthetic" : "auto",
    NumWords = Words,
    TrainCount = quick ? 96 : null,
    TestCount = quick ? 64 : null,
});
if (data.Notice is not null) Console.WriteLine($"{new string('!', 80)}\n{data.Notice}\n{new string('!', 80)}");
if (quick) Console.WriteLine("--quick: a few synthetic reviews and one epoch. The numbers below mean nothing.");
Console.WriteLine($"{data.DisplayName}: {data.Train.Count} train sequences, {data.Test.Count} test sequences, {Words} words");

// Padded and cut at the beginning, Keras' default: the end of a review is kept.
int[,] xTrain = Sequences.Pad(data.Train.Sequences, maxLen: Length);
int[,] xTest = Sequences.Pad(data.Test.Sequences, maxLen: Length);
Console.WriteLine($"x_train shape: ({xTrain.GetLength(0)}, {xTrain.GetLength(1)})");
Console.WriteLine($"x_test shape: ({xTest.GetLength(0)}, {xTest.GetLength(1)})");

// The 14 designs. The notebook calls the models of part 4 "2 layer", "3 layer" and "7 layer"; what it builds, and what
// its parameter counts say, are 3, 4 and 8 LSTM layers.
Part[] parts =
[
    new("nodes", "Part 1: number of LSTM units", "LSTM units",
    [
        new("8 units", 8, Embedding: 8, Units: 8),
        new("16 units", 16, Embedding: 8, Units: 16),
        new("32 units", 32, Embedding: 8, Units: 32),
        new("64 units", 64, Embedding: 8, Units: 64),
        new("128 units", 128, Embedding: 8, Units: 128),
    ]),
    new("embedding", "Part 2: width of the embedding", "features per word",
    [
        new("embedding 4", 4, Embedding: 4, Units: 16),
        new("embedding 16", 16, Embedding: 16, Units: 16),
        new("embedding 32", 32, Embedding: 32, Units: 16),
    ]),
    // The recurrent dropout draws a new mask at every time step (see BuildModel): the notebook's numbers fit that. One
    // mask for a whole review, as in Keras 3 and in Unroll if nothing is said, is far harsher: try it.
    new("dropout", "Part 3: dropout", "dropout on the inputs of the LSTM",
    [
        new("dropout 0.4", 0.4, Embedding: 32, Units: 8, Dropout: 0.4, RecurrentDropout: 0.5),
        new("dropout 0.5", 0.5, Embedding: 32, Units: 8, Dropout: 0.5, RecurrentDropout: 0.5),
        new("dropout 0.7", 0.7, Embedding: 32, Units: 8, Dropout: 0.7, RecurrentDropout: 0.5),
    ]),
    new("layers", "Part 4: number of LSTM layers", "LSTM layers",
    [
        new("3 layers", 3, Embedding: 8, Units: 8, Layers: 3),
        new("4 layers", 4, Embedding: 8, Units: 8, Layers: 4),
        new("8 layers", 8, Embedding: 8, Units: 8, Layers: 8),
    ]),
];

var results = new List<Result>();
foreach (Part part in parts)
{
    Heading(part.Title);
    foreach (Design design in part.Designs)
    {
        Console.WriteLine($"\n-- {part.Name}: {design.Label}");
        Sequential model = BuildModel(design);
        model.Compile(optimizer: "adam", loss: "binary_crossentropy", metrics: ["accuracy"]);
        Console.Write(model.Summary(SummaryStyle.Keras2)); // before any data was seen, as in the notebook

        // As in the notebook, every epoch is validated on the test reviews. Whoever chooses by these numbers chooses on
        // test data: for a choice of your own, take validationSplit: 0.2.
        History history = model.Fit(
            xTrain, data.YTrain, batchSize: BatchSize, epochs: quick ? 1 : 5, verbose: 2, validationData: (xTest, data.YTest));
        (double score, double accuracy) = model.Evaluate(xTest, data.YTest, batchSize: BatchSize, verbose: 0);
        Console.WriteLine($"Test score: {score:F4}");
        Console.WriteLine($"Test accuracy: {accuracy:F4}");
        results.Add(new Result(part, design, model.ParameterCount, history, score, accuracy));
    }
}

Heading("Results");
foreach (Part part in parts)
{
    List<Result> rows = [.. results.Where(result => result.Part == part)];
    // Two parts have their missing neighbour in part 1.
    if (part.Name == "embedding") rows.Insert(1, FromPartOne("16 units", part, "embedding 8", 8));
    if (part.Name == "layers") rows.Insert(0, FromPartOne("8 units", part, "1 layer", 1));

    Console.WriteLine($"\n{part.Title}");
    PrintTable(rows);
    Conclude(part, rows);

    SaveFigure($"{part.Name}-curves", LearningCurves.Svg(rows.Select(row => (row.Design.Label, row.History)), part.Title));
    double[] x = [.. rows.Select(row => row.Design.X)];
    double[] chance = [.. rows.Select(row => 1.96 * Math.Sqrt(row.Accuracy * (1 - row.Accuracy) / data.Test.Count))];
    bool whole = x.All(double.IsInteger);
    var accuracies = new Line("", x, [.. rows.Select(row => row.Accuracy)])
    {
        Lower = [.. rows.Zip(chance, (row, c) => row.Accuracy - c)],
        Upper = [.. rows.Zip(chance, (row, c) => row.Accuracy + c)],
    };
    SaveFigure(part.Name, new Figure(part.Title,
    [
        new Panel("Test accuracy (band: chance in the test reviews)", part.Axis, "share of right answers", [accuracies]) { IntegerX = whole },
        new Panel("Training time", part.Axis, "seconds", [new Line("", x, [.. rows.Select(row => row.Seconds)])]) { IntegerX = whole, FromZero = true },
    ]).ToSvg());
}

Heading("What these runs say");
Result best = results.MaxBy(result => result.Accuracy)!, smallest = results.MinBy(result => result.Parameters)!;
Console.WriteLine(
    $"The best of the 14 designs, {best.Name}, has {best.Accuracy:P2} with {best.Parameters:N0} parameters after {best.Seconds:F1} s of training; "
    + $"the smallest, {smallest.Name}, has {smallest.Accuracy:P2} with {smallest.Parameters:N0} after {smallest.Seconds:F1} s.");
Console.WriteLine("The best of 14 looks better than it is: it was picked by the test reviews that it is judged by.");
Console.WriteLine("One run per design. `unroll study run lstm-design-choices --repeats 5` repeats all of them with other seeds.");
return;

static Sequential BuildModel(Design design)
{
    var model = new Sequential(seed: Seed); // one thread, so that training times compare
    model.Add(new Embedding(Words, design.Embedding));
    for (int layer = 1; layer <= design.Layers; layer++)
    {
        bool isLast = layer == design.Layers;
        model.Add(new LSTM(design.Units)
        {
            Dropout = design.Dropout,
            RecurrentDropout = design.RecurrentDropout,
            ReturnSequences = !isLast,
            DropoutGeneration = DropoutGeneration.Keras2,
        });
    }

    model.Add(new Dense(1, "sigmoid"));
    return model;
}

Result FromPartOne(string label, Part part, string newLabel, double x)
{
    Result known = results.First(result => result.Design.Label == label);
    return known with { Part = part, Design = known.Design with { Label = newLabel, X = x } };
}

static void Heading(string text) => Console.WriteLine($"\n=== {text}");

void SaveFigure(string name, string svg)
{
    string path = Path.Combine(figures, name + ".svg");
    File.WriteAllText(path, svg);
    Console.WriteLine($"figure: {path}");
}

static void PrintTable(IEnumerable<Result> rows)
{
    Console.WriteLine($"{"",-14} {"parameters",10} {"train loss",11} {"train acc",10} {"test loss",10} {"test acc",9} {"training",10}");
    foreach (Result row in rows)
    {
        Console.WriteLine(
            $"{row.Design.Label,-14} {row.Parameters,10:N0} {row.History["loss"][^1],11:F4} {row.History["accuracy"][^1],10:F4} "
            + $"{row.Score,10:F4} {row.Accuracy,9:F4} {row.Seconds,8:F1} s");
    }
}

void Conclude(Part part, List<Result> rows)
{
    Result best = rows.MaxBy(row => row.Accuracy)!, worst = rows.MinBy(row => row.Accuracy)!;
    double spread = best.Accuracy - worst.Accuracy;
    double noise = 2 * Math.Sqrt(2 * best.Accuracy * (1 - best.Accuracy) / data.Test.Count);
    Console.WriteLine(
        $"Accuracy: {worst.Design.Label} is lowest, {best.Design.Label} highest; {100 * spread:F2} points lie between them. "
        + (spread < noise
            ? $"Chance in the test reviews alone can make {100 * noise:F2}: no difference is shown."
            : $"Chance in the test reviews makes up to {100 * noise:F2}; the seed may still be the reason."));
    Result slow = rows.MaxBy(row => row.Seconds)!, fast = rows.MinBy(row => row.Seconds)!;
    Result large = rows.MaxBy(row => row.Parameters)!, small = rows.MinBy(row => row.Parameters)!;
    string size = large.Parameters == small.Parameters
        ? "All have the same number of parameters."
        : $"Parameters: {small.Parameters:N0} ({small.Design.Label}) to {large.Parameters:N0} ({large.Design.Label}).";
    Console.WriteLine($"{size} Training time: {fast.Seconds:F1} s ({fast.Design.Label}) to {slow.Seconds:F1} s ({slow.Design.Label}).");
    if (part.Name != "dropout") return;
    Result without = results.First(result => result.Design.Label == "embedding 32");
    Console.WriteLine(
        $"The notebook has no such model without dropout. The nearest one, embedding 32 with an LSTM of 16 units in part 2, has {without.Accuracy:P2}; "
        + $"{best.Design.Label} has {best.Accuracy:P2}.");
}

/// <summary>One question.</summary>
internal sealed record Part(string Name, string Title, string Axis, IReadOnlyList<Design> Designs);

/// <summary>One model of a part.</summary>
internal sealed record Design(
    string Label, double X, int Embedding, int Units, int Layers = 1, double Dropout = 0, double RecurrentDropout = 0);

/// <summary>One trained and tested design.</summary>
internal sealed record Result(Part Part, Design Design, long Parameters, History History, double Score, double Accuracy)
{
    /// <summary>For sentences.</summary>
    public string Name => $"{Part.Name}/{Design.Label}";

    /// <summary>Seconds in training, validation apart.</summary>
    public double Seconds => History.Epochs.Sum(epoch => epoch.Seconds);
}
