#:project ../../src/Unroll/Unroll.csproj

// Where does a training step spend its time? Times every stage of a step of small workloads in isolation, one group of
// 32 rows at a time, and the whole step beside it.
using System.Diagnostics;
using Unroll;
using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Models.Training;
using Unroll.Optimizers;
using Unroll.Plan;

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
    var plan = new GraphPlan(model.Graph!, [new LaneShape(steps)]);
    var flow = new GradientFlow(plan, model.TrainableParameters.ToHashSet(), [true]);
    var gradients = new GradientStore(arena, model.Layers);
    LayerProgram[] programs = new PlanPrograms(plan, arena, VectorWidths.Best, 1, gradients, flow, batch).Create(call => call.Index == 2);
    var runner = new GroupRunner(plan, programs, flow, inputs, [false], new ActivityPenalty?[programs.Length], arena);
    runner.Load(inputs, Enumerable.Range(0, Lanes).ToArray(), 0, Lanes, Lanes);
    runner.Group.Training = true;
    var loss = new CompiledLoss(new BinaryCrossentropy(), null);
    loss.Settle(model.OutputNames);
    var state = new TrainingState(Optimizer.FromName(optimizer), loss, new CompiledMetrics(null, null));
    state.BuildOptimizer([.. model.Parameters], arena);
    foreach (LayerProgram program in programs) program.Prepare();
    runner.Frames[2].Output.Gradient.Span.Fill(0.01f);

    Console.WriteLine(name);
    double sum = 0;
    Stage("pack weights", 1, () => Array.ForEach(programs, program => program.Prepare()));
    Stage("clear gradients", 1, () => gradients.Clear(usesSlots: false));
    Stage("embedding", groups, () => runner.Forward(0, 1));
    Stage("recurrent forward", groups, () => runner.Forward(1, 2));
    Stage("dense forward", groups, () => runner.Forward(2, 3));
    Stage("dense backward", groups, () => runner.Backward(2, 3));
    Stage("recurrent backward", groups, () => runner.Backward(1, 2), () => runner.Forward(1, 2));
    Stage("embedding gradient", groups, () => runner.AddSharedGradients(0));
    Stage("update", 1, () => state.Update(VectorWidths.Best, gradients));
    Console.WriteLine($"  {"sum",-20} {sum,9:F1} µs");

    int[] batchRows = [.. Enumerable.Range(0, batch)];
    using var session = model.NewSession(inputs, new ExecutionOptions(1, VectorWidths.Best), batch, loss, training: true);
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
