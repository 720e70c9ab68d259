#:project ../src/Unroll/Unroll.csproj
#:project ../src/Unroll.Studies/Unroll.Studies.csproj
#:property PublishAot=false

// Sentiment of film reviews with a small SimpleRNN: the Keras notebook of that name, step by step.
//
//   dotnet run -c Release samples/sentiment-rnn.cs              all of it, on IMDB
//   dotnet run -c Release samples/sentiment-rnn.cs -- --quick   a few reviews, one epoch: shows that everything works
//
// Figures go to figures/sentiment-rnn/ below the current directory.

using System.Globalization;
using Unroll;
using Unroll.Datasets;
using Unroll.Initializers;
using Unroll.Layers;
using Unroll.Optimizers;
using Unroll.Studies.Plots;
using Unroll.Text;

const int Words = 2000;
const int BatchSize = 64;

// A SimpleRNN with this initialization is a lottery over seeds: some learn, some hardly leave the start. One run, as
// here, proves little; `unroll study run sentiment-rnn --repeats 5` shows the spread.
const int Seed = 1;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
bool quick = args.Contains("--quick");
string figures = Path.Combine("figures", "sentiment-rnn");
Directory.CreateDirectory(figures);
#if DEBUG
if (!quick) Console.Error.WriteLine("This is a Debug build, which is many times slower. Use: dotnet run -c Release samples/sentiment-rnn.cs");
#endif

Heading("Step 1: load the reviews as sequences of word ids");
// Imdb.Load(numWords: 2000) is Keras' imdb.load_data(num_words=2000). Dataset.Load is the same and, named "auto", takes
// made-up reviews if IMDB can be had neither on this machine nor from the network.
Dataset data = Dataset.Load(new DatasetOptions
{
    Name = quick ? "synthetic" : "auto",
    NumWords = Words,
    TrainCount = quick ? 320 : null,
    TestCount = quick ? 200 : null,
});
if (data.Notice is not null) Console.WriteLine($"{new string('!', 80)}\n{data.Notice}\n{new string('!', 80)}");
if (quick) Console.WriteLine("--quick: a few synthetic reviews and one epoch. The numbers below mean nothing.");
int[][] xTrainText = data.Train.Sequences, xTestText = data.Test.Sequences;
int[] yTrain = data.YTrain, yTest = data.YTest;
Console.WriteLine($"{data.DisplayName}, {Words} words; {data.OovShare:P1} of the words are rarer than that and become id 2");

Heading("Step 2: check sizes");
Console.WriteLine($"x_train ({xTrainText.Length},)  y_train ({yTrain.Length},)");
Console.WriteLine($"x_test  ({xTestText.Length},)  y_test  ({yTest.Length},)");

Heading("Step 3: look at one review");
int[] first = xTrainText[0];
Console.WriteLine($"label {yTrain[0]}, {first.Length} ids: {string.Join(" ", first.Take(12))} …");
try
{
    Console.WriteLine(new WordDecoder(Dataset.GetWordIndex(data.Name)).Decode(first.AsSpan(0, Math.Min(30, first.Length))) + " …");
}
catch (DatasetUnavailableException e)
{
    Console.WriteLine($"(no word index, no words: {e.Message})"); // nothing below needs it
}

Heading("Step 4: pad and cut to 30 words, at the end");
(int[,] xTrain, int[,] xTest) = PadTo(30);
Console.WriteLine($"{xTrainText.Count(review => review.Length > 30) / (double)xTrainText.Length:P1} of the training reviews lose their end");

Heading("Step 5: check shapes");
Console.WriteLine($"x_train ({xTrain.GetLength(0)}, {xTrain.GetLength(1)})");
Console.WriteLine($"x_test  ({xTest.GetLength(0)}, {xTest.GetLength(1)})");

Heading("Step 6: the base model with Adam, 5 epochs");
Sequential adamModel = BaseModel(units: 5);
adamModel.Compile(optimizer: "adam", loss: "binary_crossentropy", metrics: ["accuracy"]);
History adam = adamModel.Fit(xTrain, yTrain, batchSize: BatchSize, epochs: Epochs(5), verbose: 2, validationSplit: 0.2);
Console.Write(adamModel.Summary());

Heading("Step 7: how many parameters has the embedding?");
Layer embedding = adamModel.Layers[0];
Console.WriteLine($"{embedding.ParameterCount:N0} = {Words} words × 50 features; {100.0 * embedding.ParameterCount / adamModel.ParameterCount:F1} % of the model");

Heading("Step 8: RMSprop with learning rate 0.0001, 10 epochs");
(Sequential rmsModel, History rms) = Train(BaseModel(units: 5), xTrain);

Heading("Step 9: loss and accuracy by epoch");
SaveFigure("step-06-adam", LearningCurves.Svg(adam, "Base model with Adam"));
SaveFigure("step-09-rmsprop", LearningCurves.Svg(rms, "Base model with RMSprop(0.0001)"));
DescribeFit("Adam", adam);
DescribeFit("RMSprop", rms);

Heading("Step 10: evaluate on the test reviews");
Result length30 = Test("length 30", rmsModel, rms, xTest);

Heading("Step 11: 80 words in place of 30");
Result length80 = TrainAndTest("length 80", BaseModel(units: 5), 80);
Compare([length30, length80]);

Heading("Step 12: other lengths");
List<Result> lengths = [length30];
foreach (int length in (int[])[50, 100, 150, 200])
{
    Console.WriteLine($"\n-- length {length}");
    lengths.Add(TrainAndTest($"length {length}", BaseModel(units: 5), length));
}

lengths.Insert(2, length80);
SaveFigure("step-12-lengths", LearningCurves.Svg(lengths.Select(run => (run.Label, run.History)), "Length of the reviews"));
Compare(lengths);

Heading("Step 13: 2, 10 and 20 hidden units");
// The notebook runs this at length 200, left over from the loop of step 12. So do we, and 5 units at length 200 are the
// last row of step 12.
List<Result> units = [lengths[^1] with { Label = "5 units" }];
foreach (int count in (int[])[2, 10, 20])
{
    Console.WriteLine($"\n-- {count} units, length 200");
    units.Add(TrainAndTest($"{count} units", BaseModel(count), 200));
}

units.Sort((a, b) => a.Parameters.CompareTo(b.Parameters));
SaveFigure("step-13-units", LearningCurves.Svg(units.Select(run => (run.Label, run.History)), "Hidden units, length 200"));
Compare(units);

Heading("Step 14: SimpleRNN, LSTM and GRU with 5 units, length 30");
List<Result> cells = [];
foreach (Layer cell in (Layer[])
    [
        new SimpleRNN(5) { KernelInitializer = SmallNormal() },
        new LSTM(5) { KernelInitializer = SmallNormal() },
        new GRU(5) { KernelInitializer = SmallNormal() },
    ])
{
    Console.WriteLine($"\n-- {cell.ClassName}");
    cells.Add(TrainAndTest(cell.ClassName, Model(cell), 30));
}

SaveFigure("step-14-cells", LearningCurves.Svg(cells.Select(run => (run.Label, run.History)), "SimpleRNN, LSTM and GRU"));
Compare(cells);

Heading("What these runs say");
Conclude("Length", lengths);
Conclude("Units", units);
Conclude("Cells", cells);
Console.WriteLine("All of it is one run per design. Before you decide anything by it, repeat with several seeds.");
return;

// ---- the model

static Sequential BaseModel(int units) => Model(new SimpleRNN(units) { KernelInitializer = SmallNormal() });

// One thread, so that training times compare. More threads (model.Threads) change the time, never the result.
static Sequential Model(Layer recurrent) => new(seed: Seed)
{
    new Embedding(Words, 50),
    recurrent,
    new Dense(1, "sigmoid"),
};

static Initializer SmallNormal() => new RandomNormal { Stddev = 0.001 };

// ---- training and testing

int Epochs(int count) => quick ? 1 : count;

(int[,] Train, int[,] Test) PadTo(int length) =>
    (Sequences.Pad(xTrainText, "post", "post", maxLen: length), Sequences.Pad(xTestText, "post", "post", maxLen: length));

(Sequential Model, History History) Train(Sequential model, int[,] x)
{
    model.Compile(optimizer: new RMSprop(1e-4), loss: "binary_crossentropy", metrics: ["accuracy"]);
    return (model, model.Fit(x, yTrain, batchSize: BatchSize, epochs: Epochs(10), verbose: 2, validationSplit: 0.2));
}

Result Test(string label, Sequential model, History history, int[,] x)
{
    (double loss, double accuracy) = model.Evaluate(x, yTest, batchSize: BatchSize, verbose: 0);
    Console.WriteLine($"test loss {loss:F4}, test accuracy {accuracy:F4}");
    return new Result(label, model.ParameterCount, history, loss, accuracy);
}

Result TrainAndTest(string label, Sequential model, int length)
{
    (int[,] train, int[,] test) = PadTo(length);
    (Sequential trained, History history) = Train(model, train);
    return Test(label, trained, history, test);
}

// ---- what is written

static void Heading(string text) => Console.WriteLine($"\n=== {text}");

void SaveFigure(string name, string svg)
{
    string path = Path.Combine(figures, name + ".svg");
    File.WriteAllText(path, svg);
    Console.WriteLine($"figure: {path}");
}

static void DescribeFit(string name, History history)
{
    IReadOnlyList<double> train = history["loss"], validation = history["val_loss"];
    int best = Enumerable.Range(0, validation.Count).MinBy(epoch => validation[epoch]);
    double gap = history["accuracy"][^1] - history["val_accuracy"][^1];
    Console.WriteLine(
        $"{name}: the validation loss is lowest in epoch {best + 1} of {validation.Count} ({validation[best]:F4}) and ends at {validation[^1]:F4}, "
        + $"the training loss ends at {train[^1]:F4}; the training accuracy ends {100 * gap:F1} points above the validation accuracy. "
        + (best + 1 < validation.Count && gap > 0.02 ? "That is overfitting: it goes on learning the training reviews, not reviews." : "There is no clear overfitting."));
}

static void Compare(IEnumerable<Result> results)
{
    Console.WriteLine($"\n{"",-12} {"parameters",10} {"train acc",10} {"val acc",8} {"test loss",10} {"test acc",9} {"training",10}");
    foreach (Result run in results)
    {
        Console.WriteLine(
            $"{run.Label,-12} {run.Parameters,10:N0} {run.History["accuracy"][^1],10:F4} {run.History["val_accuracy"][^1],8:F4} "
            + $"{run.Loss,10:F4} {run.Accuracy,9:F4} {run.Seconds,8:F1} s");
    }
}

void Conclude(string what, IReadOnlyList<Result> results)
{
    Result best = results.MaxBy(run => run.Accuracy)!, worst = results.MinBy(run => run.Accuracy)!;
    double noise = 2 * Math.Sqrt(2 * best.Accuracy * (1 - best.Accuracy) / yTest.Length);
    double spread = best.Accuracy - worst.Accuracy;
    Console.WriteLine(
        $"{what}: from {worst.Accuracy:P2} ({worst.Label}) to {best.Accuracy:P2} ({best.Label}), {100 * spread:F2} points. "
        + (spread < noise ? "Chance in the test reviews alone can do that: no difference is shown." : $"More than chance in the test reviews ({100 * noise:F2} points); the seed may still be the reason."));
    Result[] untrained = [.. results.Where(run => run.History["loss"][^1] > 0.98 * Math.Log(2))];
    if (untrained.Length > 0)
        Console.WriteLine($"   Hardly trained (training loss near ln 2 = {Math.Log(2):F4}): {string.Join(", ", untrained.Select(run => run.Label))}. What is not trained can't be compared.");
    Result[] improving = [.. results.Where(run => run.History["val_loss"][^1] <= run.History["val_loss"].Min())];
    if (improving.Length > 0)
        Console.WriteLine($"   Still improving on the validation reviews when training ended: {string.Join(", ", improving.Select(run => run.Label))}. More epochs may change the order.");
    Result slow = results.MaxBy(run => run.Seconds)!, fast = results.MinBy(run => run.Seconds)!;
    Console.WriteLine($"   Training took from {fast.Seconds:F1} s ({fast.Label}) to {slow.Seconds:F1} s ({slow.Label}).");
}

/// <summary>One trained and tested model.</summary>
internal sealed record Result(string Label, long Parameters, History History, double Loss, double Accuracy)
{
    /// <summary>Seconds in training, validation apart.</summary>
    public double Seconds => History.Epochs.Sum(epoch => epoch.Seconds);
}
