#:project ../src/Unroll/Unroll.csproj
#:project ../src/Unroll.Studies/Unroll.Studies.csproj
#:property PublishAot=false

// Texts of your own, from a CSV to a saved model that answers. `dotnet run -c Release samples/own-texts.cs -- my.csv vectors.txt`
// takes columns "text" and "label" and word vectors in GloVe's form; samples/data has small ones. Figures: figures/own-texts/.

using Unroll;
using Unroll.Callbacks;
using Unroll.Layers;
using Unroll.Preprocessing;
using Unroll.Reports;
using Unroll.Studies.Plots;
using Unroll.Text;

const int Words = 10_000;
string[] files = [.. args.Where(argument => argument != "--quick")];
(string csv, string vectorFile) = files is [var mine, var pretrained] ? (mine, pretrained) : (Data("messages.csv"), Data("vectors.txt"));

// Read, clean, look.
LabeledTexts data = TextCsv.Read(csv, text: "text", label: "label", dropMissing: true, dropDuplicates: true);
var cleaning = new TextCleaning().StripHtml().StripUrls().ToLower().StripPunctuation();
string[] texts = cleaning.Apply(data.Texts);
var encoder = new LabelEncoder();
int[] labels = encoder.FitTransform(data.Labels);
foreach (var (name, count) in data.Labels.CountBy(label => label).OrderBy(pair => pair.Key)) Console.WriteLine($"{name,-10} {count,6:N0} texts");
var lengths = LengthHistogram.Of(texts.Select(text => text.Split(' ').Length), bins: 8);
Console.WriteLine(lengths);

// Split, then number the words of the training texts only.
var (textTrain, textTest, yTrain, yTest) = TrainTestSplit.Split(texts, labels, testSize: 0.2, seed: 42, stratify: labels);
var tokenizer = new Tokenizer(Words) { OovToken = "<OOV>" };
tokenizer.FitOnTexts(textTrain);
int[,] Encode(IEnumerable<string> some) => Sequences.Pad(tokenizer.TextsToSequences(some), maxLen: (int)lengths.Percentile(95));
WordVectors vectors = WordVectors.LoadGloVe(vectorFile, tokenizer.WordIndex.Keys);
Console.WriteLine($"{vectors.CoverageOf(tokenizer.WordIndex, Words).Share:P0} of the words have a vector");
float[,] matrix = vectors.MatrixFor(tokenizer.WordIndex, Words);
Sequential model = new(seed: 1)
{
    new Embedding(matrix.GetLength(0), vectors.Dimension) { Weights = matrix, MaskZero = true },
    new Bidirectional(new LSTM(24) { Dropout = 0.2 }),
    new Dense(encoder.Classes.Count, "softmax"),
};
model.Compile("adam", "sparse_categorical_crossentropy", ["accuracy"]);
Callback[] callbacks = [new EarlyStopping { Patience = 2, RestoreBestWeights = true }, new ModelCheckpoint("own-texts.keras") { SaveBestOnly = true }];
History history = model.Fit(Encode(textTrain), yTrain, batchSize: 32, epochs: args.Contains("--quick") ? 1 : 15, validationSplit: 0.2, verbose: 2,
    callbacks: callbacks, classWeight: ClassWeights.Balanced(yTrain));

// How good is it? And what does it say of sentences of your own, loaded again?
ClassificationReport report = ClassificationReport.Of(yTest, Categorical.ArgMax(model.Predict(Encode(textTest))), encoder.Classes);
Console.WriteLine($"{report}\n{report.Matrix}");
Directory.CreateDirectory("figures/own-texts");
File.WriteAllText("figures/own-texts/curves.svg", LearningCurves.Svg(history, "Training"));
File.WriteAllText("figures/own-texts/confusion.svg", ReportFigures.Confusion(report.Matrix, "Test texts"));
File.WriteAllText("own-texts.tokenizer.json", tokenizer.ToJson());
Model loaded = Model.Load("own-texts.keras");
foreach (string sentence in (string[])["A lovely lamp, my wife is very happy.", "Can you repair my watch?", "The phone was broken and nobody helps."])
    Console.WriteLine($"{encoder.InverseTransform(Categorical.ArgMax(loaded.Predict(Encode(cleaning.Apply([sentence])))))[0],-10} {sentence}");
static string Data(string name) => Path.Combine((string)AppContext.GetData("EntryPointFileDirectoryPath")!, "data", name); // beside this file
