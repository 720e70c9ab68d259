using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Plan;

/// <summary>Makes the programs of a plan's calls, and lets layers do the work of the layer below where they know how.</summary>
internal sealed class PlanPrograms(GraphPlan plan, Arena arena, VectorWidth width, int seed, GradientStore? gradients, GradientFlow? flow, int maxRows)
{
    /// <param name="emitsLogits">Whether a loss takes over the activation of a call.</param>
    public LayerProgram[] Create(Func<PlannedCall, bool> emitsLogits)
    {
        var absorbed = new PlannedCall?[plan.Calls.Count];
        foreach (PlannedCall call in plan.Calls) absorbed[call.Index] = Absorbed(call);
        var programs = new LayerProgram[plan.Calls.Count];
        foreach (PlannedCall call in plan.Calls)
        {
            PlannedCall? below = absorbed[call.Index];
            bool isAbsorbed = absorbed.Contains(call);
            var context = new ProgramContext(
                arena, width, Shapes(call.Inputs), Shapes(call.Outputs), call.Index, seed, gradients,
                [.. call.Inputs.Select(input => flow is not null && flow.HasGradient[input] && (below is null || plan.ProducerOf(input) != below))],
                [.. call.Outputs.Select(output => flow is not null && flow.HasGradient[output] && !isAbsorbed)],
                [.. call.Inputs.Select(plan.SourceOf)], call.Roles, emitsLogits(call), maxRows,
                below?.Layer, below is null ? null : plan.SourceOf(below.Inputs[0]), isAbsorbed, plan.IsShared(call.Layer));
            programs[call.Index] = call.CreateProgram(context);
        }

        return programs;
    }

    /// <summary>The call below whose work a call does as well: it must read a model's input, and be read by nobody else.</summary>
    private PlannedCall? Absorbed(PlannedCall call)
    {
        PlannedCall? below = plan.ProducerOf(call.Inputs[0]);
        return call.Axes == 0 && below is { Axes: 0, Inputs.Count: 1, Outputs.Count: 1 } && plan.SourceOf(below.Inputs[0]) is not null && plan.Readers(below.Outputs[0]) == 1
            && !plan.IsShared(below.Layer) && below.OutputRegularizer is null && call.Layer.Absorbs(below.Layer, (long)maxRows * plan.Tensors[below.Inputs[0]].Size)
            ? below : null;
    }

    private LaneShape[] Shapes(IReadOnlyList<int> tensors) => [.. tensors.Select(tensor => plan.Tensors[tensor])];
}
