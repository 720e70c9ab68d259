#:project ../../src/Unroll/Unroll.csproj

// Where does a training step spend its time? Times every stage of a step of small workloads in isolation, one group of
// 32 rows at a time, and the whole step beside it.
using System.Diagnostics;
using Unroll;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Models.Execution;
using Unroll.Models.Training;
using Unroll.Optimizers;

Measure("rnn5", 2000, 50, new SimpleRNN(5), steps: 30, batch: 64, "rmsprop(1e-4)");
Measure("lstm8", 1000, 8, new LSTM(8), steps: 80, batch: 32, "adam");
Measure("lstm8 dropout", 1000, 8, new LSTM(8) { Dropout = 0.4, RecurrentDropout = 0.5 }, steps: 80, batch: 32, "adam");
Measure("gru8", 1000, 8, new GRU(8), steps: 80, batch: 32, "adam");
Measure("lstm128", 1000, 8, new LSTM(128), steps: 80, batch: 32, "adam");

static void Measure(string name, int vocabulary, int width, RecurrentLayer layer, int steps, int batch, string optimizer)
{
    const int Lanes = BatchGroup.MaxLanes;
    var random = new System.Random(1);
    int rows = batch * 8, groups = batch / Lanes;
    var x = new int[rows, steps];
    var y = new int[rows];
    for (int i = 0; i < rows; i++)
    {
        y[i] = random.Next(2);
        for (int t = 0; t < steps; t++) x[i, t] = random.Next(1, vocabulary);
    }

    var model = new Sequential(seed: 1) { new Embedding(vocabulary, width), layer, new Dense(1, "sigmoid") };
    model.Build(steps);
    Inputs inputs = x;
    Targets targets = y;
    var arena = new Arena();
    var gradients = new GradientStore(arena, model.Layers, 1);
    (int Steps, int Features)[] shapes = [(steps, 1), (steps, width), (1, (int)model.Layers[1].OutputShape![^1]!)];
    LayerProgram[] programs =
    [
        .. model.Layers.Select((each, i) => each.CreateProgram(new ProgramContext(
            arena, VectorWidths.Best, shapes[i].Steps, shapes[i].Features, i, 1, gradients, i > 0, i == 2, batch, ProjectedEmbedding: null))),
    ];
    LayerBuffers[] buffers = [.. programs.Select(program => program.CreateBuffers(arena))];
    var group = new BatchGroup { Lanes = Lanes, Rows = Lanes, Steps = steps, Ids = new int[Lanes * steps], Training = true };
    Buffer.BlockCopy(x, 0, group.Ids, 0, group.Ids.Length * sizeof(int));
    var state = new TrainingState(Optimizer.FromName(optimizer), new BinaryCrossentropy(), []);
    state.BuildOptimizer(model.Layers.SelectMany(each => each.Parameters), arena);
    foreach (LayerProgram program in programs) program.Prepare();
    buffers[2].OutputGradient.Span.Fill(0.01f);

    Console.WriteLine(name);
    double sum = 0;
    Stage("pack weights", 1, () => Array.ForEach(programs, program => program.Prepare()));
    Stage("clear gradients", 1, () => gradients.Clear(usesSlots: false));
    Stage("embedding", groups, () => programs[0].Forward(buffers[0], buffers[0], group));
    Stage("recurrent forward", groups, () => programs[1].Forward(buffers[1], buffers[0], group));
    Stage("dense forward", groups, () => programs[2].Forward(buffers[2], buffers[1], group));
    Stage("dense backward", groups, () => programs[2].Backward(buffers[2], buffers[1], group));
    Stage("recurrent backward", groups, () => programs[1].Backward(buffers[1], buffers[0], group), () => programs[1].Forward(buffers[1], buffers[0], group));
    Stage("embedding gradient", groups, () => programs[0].AddSharedGradients(buffers[0], group));
    Stage("update", 1, () => state.Update(VectorWidths.Best, gradients));
    Console.WriteLine($"  {"sum",-20} {sum,9:F1} µs");

    int[] batchRows = [.. Enumerable.Range(0, batch)];
    using var session = new ModelSession(model.Layers, inputs, 1, new ExecutionOptions(1, VectorWidths.Best), batch, new BinaryCrossentropy(), training: true);
    int step = 0;
    Stage("whole step", 1, () =>
    {
        session.Train(inputs, targets, batchRows, 0, step++);
        state.Update(VectorWidths.Best, session.Gradients!);
    });

    void Stage(string what, int count, Action action, Action? before = null)
    {
        var times = new double[200];
        for (int i = 0; i < 200; i++)
        {
            before?.Invoke();
            long start = Stopwatch.GetTimestamp();
            action();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        Array.Sort(times);
        (double best, double median) = (times[0], times[100]);
        sum += best * count;
        Console.WriteLine($"  {what,-20} {best * count,9:F1} µs, median {median * count:F1}");
    }
}
