#:package TorchSharp-cpu@0.107.0
#:property PublishAot=false
#:property ManagePackageVersionsCentrally=false
#:property GenerateDocumentationFile=true

// The same as torch_peer.py, with libtorch from NuGet: `dotnet run -c Release bench/peers/torchsharp_peer.cs -- WORKLOAD
// [--threads N] [--steps K]` times the workloads of `unroll bench` and prints one JSON line. Needs the libstdc++ of GCC 13.
using System.Diagnostics;
using System.Text.Json.Nodes;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

const int Batches = 8, WarmUp = 8;
var lstm8 = new Size("lstm", 1000, 8, 8, 1, 80, 32);
var workloads = new Dictionary<string, Size>
{
    ["rnn5"] = new("rnn", 2000, 50, 5, 1, 30, 64),
    ["lstm8"] = lstm8,
    ["lstm32"] = lstm8 with { Units = 32 },
    ["lstm64"] = lstm8 with { Units = 64 },
    ["lstm128"] = lstm8 with { Units = 128 },
    ["gru8"] = lstm8 with { Cell = "gru" },
    ["gru128"] = lstm8 with { Cell = "gru", Units = 128 },
    ["lstm8x8"] = lstm8 with { Layers = 8 },
    ["lstm128-v20k"] = lstm8 with { Vocabulary = 20000, Features = 128, Units = 128 },
    ["conv64"] = new("conv", 20000, 32, 64, 1, 400, 64),
    ["attention4x8"] = new("attention", 20000, 32, 32, 1, 200, 64),
};
if (args.Length == 0 || !workloads.TryGetValue(args[0], out Size? size))
{
    Console.Error.WriteLine($"Give one of {string.Join(", ", workloads.Keys)}.");
    return 2;
}

int threads = Option("--threads", 1), steps = Option("--steps", 30);
set_num_threads(threads);
manual_seed(1);
Embedding table = Embedding(size.Vocabulary, size.Features);
Linear output = Linear(size.Units, 1);
List<Parameter> weights = [.. table.parameters(), .. output.parameters()];
Func<Tensor, Tensor> read = Reader();
optim.Optimizer optimizer = size.Cell == "rnn" ? optim.RMSProp(weights, lr: 1e-4) : optim.Adam(weights, lr: 1e-3, eps: 1e-7);
BCEWithLogitsLoss loss = BCEWithLogitsLoss();
Tensor x = randint(1, size.Vocabulary, [Batches, size.Batch, size.Length], dtype: ScalarType.Int64);
Tensor y = randint(0, 2, [Batches, size.Batch, 1]).to(ScalarType.Float32);

var milliseconds = new List<double>();
for (int step = 0; step < WarmUp + steps; step++)
{
    long start = Stopwatch.GetTimestamp();
    using (NewDisposeScope())
    {
        optimizer.zero_grad();
        loss.forward(output.forward(read(table.forward(x[step % Batches]))), y[step % Batches]).backward();
        optimizer.step();
    }

    milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
}

double[] timed = [.. milliseconds.Skip(WarmUp).Order()];
double median = (timed[(steps - 1) / 2] + timed[steps / 2]) / 2;
Console.WriteLine(new JsonObject { ["workload"] = args[0], ["threads"] = threads, ["torch"] = "2.10 (TorchSharp 0.107)", ["ms_per_step"] = median }.ToJsonString());
return 0;

Func<Tensor, Tensor> Reader()
{
    switch (size.Cell)
    {
        case "conv":
            Conv1d convolution = Conv1d(size.Features, size.Units, 5L);
            weights.AddRange(convolution.parameters());
            return e => convolution.forward(e.transpose(1, 2)).relu().amax([2]);
        case "attention":
            Linear[] linear = [.. Enumerable.Range(0, 4).Select(_ => Linear(size.Features, size.Units))]; // query, key, value, output
            foreach (Linear part in linear) weights.AddRange(part.parameters());
            Tensor Heads(Tensor e, int part) => linear[part].forward(e).view(size.Batch, size.Length, size.Units / 8, 8).transpose(1, 2);
            return e => linear[3].forward(functional.scaled_dot_product_attention(Heads(e, 0), Heads(e, 1), Heads(e, 2)).transpose(1, 2).reshape(size.Batch, size.Length, size.Units)).mean([1]);
        case "lstm":
            LSTM lstm = LSTM(size.Features, size.Units, size.Layers, batchFirst: true);
            weights.AddRange(lstm.parameters());
            return e => lstm.forward(e).Item1.select(1, size.Length - 1);
        case "gru":
            GRU gru = GRU(size.Features, size.Units, size.Layers, batchFirst: true);
            weights.AddRange(gru.parameters());
            return e => gru.forward(e).Item1.select(1, size.Length - 1);
        default:
            RNN rnn = RNN(size.Features, size.Units, size.Layers, batchFirst: true);
            weights.AddRange(rnn.parameters());
            return e => rnn.forward(e, null).Item1.select(1, size.Length - 1);
    }
}

int Option(string name, int otherwise) => Array.IndexOf(args, name) is >= 0 and int at ? int.Parse(args[at + 1]) : otherwise;

/// <summary>A workload.</summary>
internal sealed record Size(string Cell, int Vocabulary, int Features, int Units, int Layers, int Length, int Batch);
