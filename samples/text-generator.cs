#:project ../src/Unroll/Unroll.csproj
#:project ../src/Unroll.Studies/Unroll.Studies.csproj
#:property PublishAot=false

// A GRU learns to write film reviews letter by letter. `dotnet run -c Release samples/text-generator.cs` takes minutes, with
// ` -- --quick` seconds and writes nonsense; ` -- my.txt` learns from a text of yours. The figure goes to figures/text-generator/.

using System.Text;
using Unroll;
using Unroll.Datasets;
using Unroll.Layers;
using Unroll.Optimizers;
using Unroll.Schedules;
using Unroll.Studies.Plots;

const int Steps = 64, Units = 192, Batch = 64;
bool quick = args.Contains("--quick");
string text = args.FirstOrDefault(File.Exists) is { } path ? File.ReadAllText(path) : Reviews();
text = text[..Math.Min(text.Length, quick ? 20_000 : 1_500_000)];
char[] alphabet = [.. text.Distinct().Order()];
int[] ids = [.. text.Select(letter => Array.BinarySearch(alphabet, letter))];
Console.WriteLine($"{ids.Length:N0} letters, {alphabet.Length} different ones");

// Rows of 64 letters; what is wanted at each place is the letter after it. The last tenth of the text is for validation.
int rows = (ids.Length - 1) / Steps, epochs = quick ? 1 : 6;
int[,] x = new int[rows, Steps], y = new int[rows, Steps];
for (int row = 0; row < rows; row++)
    for (int t = 0; t < Steps; t++) (x[row, t], y[row, t]) = (ids[row * Steps + t], ids[row * Steps + t + 1]);

var embedding = new Embedding(alphabet.Length, 32);
var reader = new GRU(Units) { ReturnSequences = true };
var letters = new Dense(alphabet.Length, "softmax");
Sequential model = new(seed: 1) { embedding, reader, letters };
model.Threads = 2;
model.Compile(new Adam(new CosineDecay(5e-3, epochs * rows / Batch)) { Clipnorm = 1 }, "sparse_categorical_crossentropy");
History history = model.Fit(x, y, batchSize: Batch, epochs: epochs, validationSplit: 0.1, verbose: 2);

// For writing, the same weights in a model that reads one letter at a time and goes on from where it was.
Sequential writer = new() { new Embedding(alphabet.Length, 32), new GRU(Units) { ReturnSequences = true, Stateful = true }, new Dense(alphabet.Length, "softmax") };
writer.Build(1);
writer.SetWeights(model.GetWeights());
var random = new Random(1);
foreach (double temperature in (double[])[0.3, 0.6, 1.0])
    Console.WriteLine($"\ntemperature {temperature:F1}:\n{Write(text[..20], 300, temperature)}");

Panel bits = new("Bits per letter", "epoch", "bits",
[
    new Line("", [.. history.Epochs.Select((_, epoch) => epoch + 1.0)], [.. history["loss"].Select(loss => loss / Math.Log(2))]),
    new Line("", [.. history.Epochs.Select((_, epoch) => epoch + 1.0)], [.. history["val_loss"].Select(loss => loss / Math.Log(2))]) { Dashed = true },
]);
Directory.CreateDirectory("figures/text-generator");
File.WriteAllText("figures/text-generator/bits.svg", new Figure("Writing reviews letter by letter", [bits]).ToSvg());

string Write(string start, int length, double temperature)
{
    writer.ResetStates();
    var written = new StringBuilder();
    for (int i = 0; i < start.Length + length; i++)
    {
        written.Append(i < start.Length ? start[i] : alphabet[Next(written[^1], temperature)]);
        if (i < start.Length - 1) writer.Predict(new[,] { { Array.BinarySearch(alphabet, start[i]) } });
    }

    return written.ToString();
}

// Draws from softmax(log p / temperature): below 1 the likely letters become likelier.
int Next(char last, double temperature)
{
    double[] weights = [.. writer.Predict(new[,] { { Array.BinarySearch(alphabet, last) } }).Select(p => Math.Pow(p, 1 / temperature))];
    double left = random.NextDouble() * weights.Sum();
    int letter = 0;
    while (letter < weights.Length - 1 && (left -= weights[letter]) > 0) letter++;
    return letter;
}

string Reviews()
{
    Dataset data = Dataset.Load(new DatasetOptions { Name = quick ? "synthetic" : "auto", NumWords = null });
    if (data.Notice is not null) Console.WriteLine(data.Notice);
    var decoder = new WordDecoder(Dataset.GetWordIndex(data.Name), startChar: null);
    return string.Join("\n", data.Train.Sequences.Take(2000).Select(review => decoder.Decode(review)));
}
