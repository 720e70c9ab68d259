#:project ../src/Unroll/Unroll.csproj
#:project ../src/Unroll.Studies/Unroll.Studies.csproj
#:property PublishAot=false

// Airline passengers, month by month (Box and Jenkins, 1976): a GRU reads twelve months and tells the next. The last two years
// are kept for testing. `dotnet run -c Release samples/forecast.cs` takes seconds; the figure goes to figures/forecast/.

using Unroll;
using Unroll.Callbacks;
using Unroll.Layers;
using Unroll.Optimizers;
using Unroll.Preprocessing;
using Unroll.Studies.Plots;

const int Year = 12, TestMonths = 24;
int epochs = args.Contains("--quick") ? 3 : 300;
float[] thousands =
[
    112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114, 140,
    145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166, 171, 180, 193, 181, 183, 218, 230, 242, 209, 191, 172, 194,
    196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201, 204, 188, 235, 227, 234, 264, 302, 293, 259, 229, 203, 229,
    242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278, 284, 277, 317, 313, 318, 374, 413, 405, 355, 306, 271, 306,
    315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336, 340, 318, 362, 348, 363, 435, 491, 505, 404, 359, 310, 337,
    360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405, 417, 391, 419, 461, 472, 535, 622, 606, 508, 461, 390, 432,
];
int trained = thousands.Length - TestMonths;

// A growing series leaves the range that was trained, its relative changes don't: what is learned is the change of the logarithm
// from one month to the next. The scaler sees the training years only.
float[] changes = [.. thousands.Skip(1).Zip(thousands, (now, before) => (float)Math.Log(now / before))];
int known = trained - 1; // of the changes
var scaler = new StandardScaler();
scaler.Fit(changes[..known]);
float[] scaled = scaler.Transform(changes);
var series = new float[scaled.Length, 1];
for (int month = 0; month < scaled.Length; month++) series[month, 0] = scaled[month];
var (x, y) = new TimeseriesGenerator(series, scaled, length: Year) { EndIndex = known - 1 }.ToArrays();

var model = new Sequential(seed: 1) { new GRU(16), new Dense(1) };
model.Compile(new Adam(5e-3), "mse");
History history = model.Fit(x, y, batchSize: 16, epochs: epochs, verbose: 0, validationSplit: 0.2, callbacks: [new EarlyStopping { Patience = 20, RestoreBestWeights = true }]);

// One month ahead: the months before are known. Two years ahead: its own forecasts take their place.
var (windows, _) = new TimeseriesGenerator(series, scaled, length: Year) { StartIndex = known - Year }.ToArrays();
float[] one = scaler.InverseTransform([.. model.Predict(windows)]);
float[] oneAhead = [.. one.Select((change, month) => thousands[known + month] * (float)Math.Exp(change))];
List<float> past = [.. scaled[(known - Year)..known]], twoYears = [thousands[known]];
for (int month = 0; month < TestMonths; month++)
{
    var window = new float[1, Year, 1];
    for (int t = 0; t < Year; t++) window[0, t, 0] = past[month + t];
    past.Add(model.Predict(window)[0, 0]);
    twoYears.Add(twoYears[^1] * (float)Math.Exp(scaler.InverseTransform([past[^1]])[0]));
}

twoYears.RemoveAt(0);
float[] truth = thousands[trained..];
Console.WriteLine($"{history.Epochs.Count} epochs");
Console.WriteLine("root mean squared error on the last 24 months, thousands of passengers");
Console.WriteLine($"  the month before          {Error(thousands[(trained - 1)..^1]),5:F1}");
Console.WriteLine($"  the same month last year  {Error(thousands[(trained - Year)..^Year]),5:F1}");
Console.WriteLine($"  GRU, one month ahead      {Error(oneAhead),5:F1}");
Console.WriteLine($"  GRU, up to 24 ahead       {Error(twoYears),5:F1}");

double[] time = [.. thousands.Select((_, month) => 1949 + month / 12.0)];
Line recorded = new("passengers", time[^60..], [.. thousands[^60..].Select(value => (double)value)]);
Line near = new("one month ahead", time[trained..], [.. oneAhead.Select(value => (double)value)]);
Line far = new("two years ahead", time[trained..], [.. twoYears.Select(value => (double)value)]);
Panel panel = new("", "year", "passengers, thousands", [recorded, near, far]) { FromZero = true, IntegerX = false };
Directory.CreateDirectory("figures/forecast");
File.WriteAllText("figures/forecast/passengers.svg", new Figure("Airline passengers and forecasts", [panel]).ToSvg());

double Error(IEnumerable<float> forecast) => Math.Sqrt(forecast.Zip(truth, (a, b) => Math.Pow(a - b, 2)).Average());
