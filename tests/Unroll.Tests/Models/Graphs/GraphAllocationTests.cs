using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Models.Training;
using Unroll.Optimizers;
using Unroll.Plan;
using Unroll.Testing;
using Xunit;

namespace Unroll.Tests.Models.Graphs;

/// <summary>A warm training step of a graph allocates nothing, as that of a chain.</summary>
public class GraphAllocationTests
{
    private const int Rows = 50, WarmSteps = 60, MeasuredSteps = 30;

    public static TheoryData<string> Cases => [.. GraphCases.Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_warm_step_allocates_nothing(string name)
    {
        GraphCase graph = GraphCases.Find(name);
        Model model = graph.Create();
        (Inputs x, Targets y) = graph.Data(Rows);
        x = model.CheckInputs(x);
        var state = new TrainingState(Optimizer.FromName("adam"), new CompiledLoss(graph.Loss, graph.Weights), new CompiledMetrics(null, null));
        state.Settle(model.OutputNames);
        state.BuildOptimizer(model.TrainableParameters, new Arena());
        var losses = new CompiledLoss(graph.Loss, graph.Weights);
        losses.Settle(model.OutputNames);
        using ModelSession session = model.NewSession(x, new ExecutionOptions(1, VectorWidths.Best), Rows, losses, training: true);
        var means = new RunningMeans(state, session, y, model.OutputNames);
        int[] rows = [.. Enumerable.Range(0, Rows)];
        for (int step = 0; step < WarmSteps; step++) Step(step);
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int step = 0; step < MeasuredSteps; step++) Step(WarmSteps + step);
        }));

        void Step(int step)
        {
            session.Train(x, y, rows, 0, step);
            means.Add(rows);
            state.Update(VectorWidths.Best, session.Gradients!);
        }
    }
}
