#:project ../src/Unroll/Unroll.csproj
#:project ../src/Unroll.Studies/Unroll.Studies.csproj
#:property PublishAot=false

// An encoder-decoder learns to reverse sequences of up to 12 digits. `dotnet run -c Release samples/reverse-digits.cs` takes
// minutes, with ` -- --quick` seconds and learns next to nothing. The figure goes to figures/reverse-digits/.

using Unroll;
using Unroll.Layers;
using Unroll.Optimizers;
using Unroll.Schedules;
using Unroll.Studies.Plots;
using Unroll.Text;

const int Longest = 12, Start = 11, End = 12, Words = 13, Units = 128; // a digit has the id 1 + digit; 0 is padding
int count = args.Contains("--quick") ? 600 : 60_000, epochs = count > 600 ? 8 : 1;

var random = new Random(1);
int[][] train = Draw(count), test = [.. Draw(count / 10).ExceptBy(train.Select(Text), Text)]; // none that was seen
int[,] source = Padded(train), given = Padded(train.Select(x => x.Reverse().Prepend(Start))), wanted = Padded(train.Select(x => x.Reverse().Append(End)));

// For training the decoder is given the right digits so far and tells the next.
Symbol digits = Input.Ids(), soFar = Input.Ids();
var embedding = new Embedding(Words, 32) { MaskZero = true };
var (encoder, decoder) = (new LSTM(Units) { ReturnState = true }, new LSTM(Units) { ReturnState = true, ReturnSequences = true });
var classifier = new Dense(Words, "softmax");
Symbols states = encoder.Call(embedding.Call(digits))[1..];
var model = new Model([digits, soFar], classifier.Call(decoder.Call(embedding.Call(soFar), states)[0]), seed: 1) { Threads = 2 };
model.Compile(new Adam(new CosineDecay(4e-3, epochs * count / 128)), "sparse_categorical_crossentropy", ["accuracy"]);
History history = model.Fit([source, given], wanted, batchSize: 128, epochs: epochs, verbose: 2);

// The same layers decode step by step: what was said last and the states go in, what comes next and new states come out.
Symbol last = Input.Ids(1), hidden = Input.Features(Units), cell = Input.Features(Units);
Symbols step = decoder.Call(embedding.Call(last), [hidden, cell]);
Model reader = new(digits, states), speaker = new([last, hidden, cell], [classifier.Call(step[0]), .. step[1..]]);
Predictions now = reader.PredictAll(Padded(test));
var (said, word) = (new string[test.Length], Padded(test.Select(_ => new[] { Start }), 1));
for (int t = 0; t <= Longest; t++)
{
    now = speaker.PredictAll([word, now[^2], now[^1]]);
    for (int i = 0; i < test.Length; i++)
    {
        word[i, 0] = Enumerable.Range(0, Words).MaxBy(id => now[0][i, 0, id]);
        said[i] += $" {word[i, 0]}";
    }
}

bool[] right = [.. test.Select((x, i) => $"{said[i]} ".StartsWith($" {Text(x.Reverse().Append(End))} ", StringComparison.Ordinal))];
Console.WriteLine($"{right.Count(r => r)} of {test.Length} unseen sequences are right: {right.Average(r => r ? 1.0 : 0):P2}");
var lengths = test.Zip(right).GroupBy(x => x.First.Length, x => x.Second ? 1.0 : 0).OrderBy(group => group.Key).ToList();
Panel learning = new("Training", "epoch", "loss", [new Line("", [.. history.Epochs.Select((_, i) => i + 1.0)], history["loss"])]) { FromZero = true };
Panel byLength = new("Unseen sequences", "digits", "share right as a whole", [new Line("", [.. lengths.Select(x => (double)x.Key)], [.. lengths.Select(x => x.Average())])]) { FromZero = true };
Directory.CreateDirectory("figures/reverse-digits");
File.WriteAllText("figures/reverse-digits/accuracy.svg", new Figure("Reversing digits", [learning, byLength]).ToSvg());

int[][] Draw(int n) => [.. Enumerable.Range(0, n).Select(_ => Enumerable.Range(0, random.Next(1, Longest + 1)).Select(_ => random.Next(1, 11)).ToArray())];
static string Text(IEnumerable<int> ids) => string.Join(' ', ids);
static int[,] Padded(IEnumerable<IEnumerable<int>> x, int length = Longest + 1) => Sequences.Pad([.. x.Select(ids => ids.ToArray())], "post", maxLen: length);
