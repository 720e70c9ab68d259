using Unroll.Kernels.Simd;
using Unroll.Models.Training;
using Unroll.Plan;

namespace Unroll.Testing;

/// <summary>A model on a batch: loss and gradients of a training step that updates nothing, with the same random numbers every time.</summary>
internal sealed class TrainingProbe : IDisposable
{
    private const int Epoch = 1, Step = 2;

    private readonly Model _model;
    private readonly Inputs _x;
    private readonly Targets _y;
    private readonly int[] _rows;
    private readonly ModelSession _session;
    private readonly RunningMeans _means;

    /// <param name="model">Compiled.</param>
    /// <param name="x">The batch.</param>
    /// <param name="y">What should come out.</param>
    /// <param name="execution">Threads and vector width; null: one thread, the widest vectors.</param>
    public TrainingProbe(Model model, Inputs x, Targets y, ExecutionOptions? execution = null)
    {
        TrainingState state = model.State ?? throw new InvalidOperationException("You must call Compile() before the gradients are checked: they are those of a loss.");
        _model = model;
        _x = model.CheckInputs(x);
        state.Settle(model.OutputNames);
        DataChecks.RequireSameCount(_x, y);
        _y = TrainingData.Arrange(y, model.OutputNames, state.Loss);
        _rows = [.. Enumerable.Range(0, _x.Samples)];
        _session = model.NewSession(_x, execution ?? new ExecutionOptions(1, VectorWidths.Best), _x.Samples, state.Loss, training: true);
        TrainingData.Require(_y, _session, model.OutputNames);
        _means = new RunningMeans(state, _session, _y, model.OutputNames);
    }

    /// <summary>The plan that runs.</summary>
    public GraphPlan Plan => _session.Plan;

    /// <summary>Gradients of the last step, one array per weight that training changes.</summary>
    public float[][] Gradients =>
        [.. _model.TrainableParameters.Select(parameter => _session.Gradients!.Total(parameter).Slice(0, parameter.Count).Span.ToArray())];

    /// <summary>Forward and backward for the batch.</summary>
    /// <returns>The loss.</returns>
    public double Run()
    {
        _session.Train(_x, _y, _rows, Epoch, Step);
        return _means.Add(_rows);
    }

    /// <summary>The same without anything around it, for those who count what it allocates.</summary>
    public void RunBare() => _session.Train(_x, _y, _rows, Epoch, Step);

    public void Dispose() => _session.Dispose();
}
