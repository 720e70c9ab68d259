#:project ../src/Unroll/Unroll.csproj
#:project ../src/Unroll.Studies/Unroll.Studies.csproj
#:property PublishAot=false

// Six ways to read a film review, five seeds each. `dotnet run -c Release samples/imdb-leaderboard.cs` takes minutes, with
// ` -- --quick` seconds and says nothing. The figure goes to figures/imdb-leaderboard/.

using System.Collections.Concurrent;
using System.Globalization;
using Unroll;
using Unroll.Callbacks;
using Unroll.Datasets;
using Unroll.Layers;
using Unroll.Studies.Plots;
using Unroll.Text;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
bool quick = args.Contains("--quick");
int words = quick ? 1000 : 20_000, seeds = quick ? 2 : 5;
Dataset data = Dataset.Load(new DatasetOptions { Name = quick ? "synthetic" : "auto", NumWords = words, TrainCount = quick ? 200 : null, TestCount = quick ? 100 : null });
if (data.Notice is not null) Console.WriteLine(data.Notice);

// What each reads at most: sums take whole reviews, convolutions most of them, recurrent layers and attention the last 200 words.
Design[] designs =
[
    new("bag of words", 1000, ids => Pool(Embed(16).Call(ids))),
    new("flatten", 400, ids => new Dropout(0.5).Call(new Flatten().Call(Embed(8).Call(ids)))),
    new("Conv1D", 400, ids => Drop(Pool(Convolved(ids, 2)))),
    new("CNN-LSTM", 400, ids => new LSTM(32).Call(new MaxPooling1D(4).Call(Convolved(ids, 5)))),
    new("BiLSTM", 200, ids => new Bidirectional(new LSTM(32)).Call(Drop(Embed(32).Call(ids)))),
    new("attention", 200, ids => Attend(Drop(Embed(32).Call(ids)))),
];

// One core trains one model at a time. Neither the number of cores nor the order changes a result.
var results = new Result[designs.Length * seeds];
var runs = Partitioner.Create(Enumerable.Range(0, results.Length), EnumerablePartitionerOptions.NoBuffering);
Parallel.ForEach(runs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, run =>
{
    (Design design, int seed) = (designs[run / seeds], run % seeds + 1);
    Symbol ids = Input.Ids(design.Length);
    var model = new Model(ids, new Dense(1, "sigmoid").Call(design.Read(ids)), seed: seed);
    model.Compile("adam", "binary_crossentropy", ["accuracy"]);

    // The last fifth of the training reviews says when to stop; the test reviews are looked at once, at the end.
    History history = model.Fit(Pad(data.Train, design), data.YTrain, batchSize: 64, epochs: quick ? 1 : 30, verbose: 0, validationSplit: 0.2,
        callbacks: [new EarlyStopping { Patience = 1, RestoreBestWeights = true }]);
    (_, double accuracy) = model.Evaluate(Pad(data.Test, design), data.YTest, verbose: 0);
    double validation = history["val_accuracy"][history["val_loss"].Index().MinBy(epoch => epoch.Item).Index];
    results[run] = new Result(design, model.ParameterCount, history.Epochs.Sum(epoch => epoch.Seconds), validation, accuracy);
    Console.WriteLine($"{design.Name,-13} seed {seed}: {history.Epochs.Count} epochs, validation {validation:P2}");
});

Console.WriteLine($"\n{"",-13} {"parameters",10} {"training",10} {"validation",11} {"test",8} {"± sd",6}");
var board = results.GroupBy(result => result.Design).OrderByDescending(runs => runs.Average(run => run.Validation)).ToList();
foreach (IGrouping<Design, Result> design in board)
{
    double mean = design.Average(run => run.Test), deviation = Math.Sqrt(design.Sum(run => Math.Pow(run.Test - mean, 2)) / (seeds - 1));
    Console.WriteLine($"{design.Key.Name,-13} {design.First().Parameters,10:N0} {design.Average(run => run.Seconds),8:F1} s {design.Average(run => run.Validation),11:P2} {mean,8:P2} {100 * deviation,6:F2}");
}

Console.WriteLine($"\nChosen by the validation reviews: {board[0].Key.Name}, {board[0].Average(run => run.Test):P2} of the test reviews.");
Panel panel = new("", "seed", "test accuracy", [.. board.Select(runs => new Line(runs.Key.Name, [.. runs.Select((_, seed) => seed + 1.0)], [.. runs.Select(run => run.Test)]))]);
Directory.CreateDirectory("figures/imdb-leaderboard");
File.WriteAllText("figures/imdb-leaderboard/accuracy.svg", new Figure("Film reviews", [panel]).ToSvg());

Embedding Embed(int features) => new(words, features) { MaskZero = true };
Symbol Convolved(Symbol ids, int width) => new Conv1D(32, width, activation: "relu").Call(Drop(Embed(32).Call(ids)));
static Symbol Drop(Symbol x) => new Dropout(0.5).Call(x);
static Symbol Pool(Symbol x) => new GlobalAveragePooling1D().Call(x);
static Symbol Attend(Symbol x) => Pool(x + new Attention { UseScale = true }.Call([x, x]).ToSymbol());
static int[,] Pad(LabeledSequences reviews, Design design) => Sequences.Pad(reviews.Sequences, maxLen: design.Length);

/// <summary>A way to read: words kept of a review, and the layers between ids and answer.</summary>
internal sealed record Design(string Name, int Length, Func<Symbol, Symbol> Read);

/// <summary>One trained model.</summary>
internal sealed record Result(Design Design, long Parameters, double Seconds, double Validation, double Test);
