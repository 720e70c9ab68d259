using Unroll.Execution;
using Unroll.Formulas;
using Unroll.Initializers;

namespace Unroll.Layers;

/// <summary>A cell that is a formula, run over time: what <see cref="RNN"/> is made of.</summary>
internal sealed class CellLayer(RecurrentCell cell, SequenceFlags flags) : Layer
{
    private readonly RecurrentStates? _states = flags.Stateful ? new RecurrentStates() : null;

    public override string ClassName => cell.ClassName;

    public IReadOnlyList<int> StateSizes => cell.StateSizes;

    internal override bool HandsOnMask(int output) => flags.ReturnSequences && output == 0;

    internal override bool GoesOnFromBatchToBatch => flags.Stateful;

    public override void ResetStates() => _states?.Reset();

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs)
    {
        IReadOnlyList<int?> first = inputs.First;
        Recording recording = Record(first, out _);
        int units = recording.Output.Features;
        IReadOnlyList<int?> output = flags.ReturnSequences ? [first[0], units] : [units];
        return flags.ReturnState ? [output, .. cell.StateSizes.Select(size => (IReadOnlyList<int?>)[size])] : [output];
    }

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
        Record(inputShape, out DeclaredWeights weights);
        return weights.All;
    }

    internal override LayerProgram CreateProgram(ProgramContext context) => new FormulaProgram(
        context, Parameters, cell.Record(context.InputFeatures, out _), new FormulaFlags
        {
            ReturnSequences = flags.ReturnSequences,
            GoBackwards = flags.GoBackwards,
            ZeroOutputForMask = flags.ZeroOutputForMask,
            Dropout = cell.Dropout,
            RecurrentDropout = cell.RecurrentDropout,
            Kept = CallInputs.IndexOf(context.Roles, RecurrentLayer.StateRole) is null ? _states : null,
        });

    private Recording Record(IReadOnlyList<int?> inputShape, out DeclaredWeights weights) => inputShape.Count == 2 && inputShape[1] is { } features
        ? cell.Record(features, out weights)
        : throw WrongInput(inputShape, "[batch, time, features]; a recurrent layer below another needs return_sequences=true");
}
