using Unroll.Activations;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Formulas;

namespace Unroll.Formulas.Compilation;

/// <summary>Turns a recorded formula into a plan for the lane kernels.</summary>
internal static class FormulaCompiler
{
    /// <summary>Compiles a formula; the plan serves any number of steps and lanes.</summary>
    public static FormulaPlan Compile(Recording recording, FormulaOptions options)
    {
        int states = recording.States.Count;
        Node[] results = Results(recording, options, out int output, out ILaneFunction[] functions);
        var forward = new ForwardPass(results);
        int frameRows = forward.Groups.Sum(group => group.Width);
        Slot[] operands = [.. forward.Groups.SelectMany(group => group.Operands).Select(operand => operand.Value.Slot).Distinct()];
        BackwardPass? backward = null;
        if (options.Training)
        {
            foreach (Form form in forward.Groups.SelectMany(group => group.Forms).Where(form => operands.Contains(form.Node.Value.Slot)))
            {
                form.Delta = Slot.Pinned(form.Node.Features, FormulaBases.Frame, frameRows);
                frameRows += form.Node.Features;
            }

            backward = new BackwardPass(forward, results, recording.Input.Features, options);
        }

        var storage = new Storage(forward.Steps, backward?.Steps ?? [], backward is null ? [] : operands, frameRows);
        return new FormulaPlan
        {
            Inputs = recording.Input.Features,
            States = [.. results.Select(result => result.Features)],
            Output = output,
            Weights = [.. recording.Weights.Select(weight => (Math.Max(1, weight.Rows), weight.Features))],
            Factors =
            [
                .. options.InputDropout ? [recording.Input.Features] : Array.Empty<int>(),
                .. options.StateDropout ? results[..states].Select(state => state.Features) : [],
                .. recording.Factors,
            ],
            Training = options.Training,
            SetsInputGradient = options.Training && options.NeedsInputGradient,
            FrameRows = storage.FrameRows,
            ScratchRows = storage.ScratchRows,
            ConstantRows = forward.ConstantRows,
            AccumulatorRows = backward?.AccumulatorRows ?? 0,
            Numbers = [.. forward.Numbers],
            Vectors = [.. forward.Vectors],
            Forward = Storage.Placed(forward.Steps),
            Backward = Storage.Placed(backward?.Steps ?? []),
            Products = [.. forward.Products.Select((product, i) => product with { Operands = [.. forward.ProductOperands[i].Select(Place)] })],
            Transposed = [.. backward?.Transposed ?? []],
            Functions = functions,
            Contractions = backward is null ? [] : [.. forward.Groups.SelectMany(Contractions)],
            BiasSums = backward is null ? [] : [.. forward.Groups.SelectMany(group => group.Forms).SelectMany(BiasSums)],
            VectorSums = [.. backward?.VectorSums ?? []],
        };
    }

    /// <summary>
    /// The states after the step, each a node that can be computed straight into its state, and the output behind them if it
    /// is none of them.
    /// </summary>
    private static Node[] Results(Recording recording, FormulaOptions options, out int output, out ILaneFunction[] functions)
    {
        var lowering = new Lowering(recording, options);
        List<Node> results = [.. recording.Next.Select(lowering.Build)];
        Node put = lowering.Build(recording.Output);
        output = options.OutputApart ? -1 : results.IndexOf(put);
        if (output < 0)
        {
            output = results.Count;
            results.Add(put);
        }

        functions = [.. lowering.Functions.Select(activation => new LaneFunction(activation))];
        Node[] rewritten = LinearForms.Rewrite([.. results]);
        HashSet<Node> divisors = [.. ForwardPass.Reachable(rewritten).SelectMany(Divisors)];
        for (int i = 0; i < rewritten.Length; i++)
        {
            bool own = rewritten[i].Kind is NodeKind.Operation or NodeKind.Concat && Array.IndexOf(rewritten, rewritten[i]) == i && !divisors.Contains(rewritten[i]);
            if (!own) rewritten[i] = lowering.Copy(rewritten[i]);
        }

        return rewritten;
    }

    /// <summary>
    /// Values by which a gradient is divided, or may be. A masked step holds the state in the place of the new one, and a state
    /// of zeros there would make the gradient of a step that does not count NaN instead of 0.
    /// </summary>
    private static IEnumerable<Node> Divisors(Node node)
    {
        if (node.Kind != NodeKind.Operation) yield break;
        if (node.Code is FormulaCode.Sqrt or FormulaCode.Function) yield return node;
        if (node.Code == FormulaCode.Log) yield return node.Operands[0];
        if (node.Code == FormulaCode.Divide) yield return node.Operands[1];
    }

    /// <summary>Neighbouring forms that take neighbouring columns of one matrix share a contraction.</summary>
    private static IEnumerable<FormulaContraction> Contractions(FormGroup group)
    {
        for (int i = 0; i < group.Operands.Length; i++)
        {
            FormulaOperand operand = Place(group.Operands[i]);
            FormulaContraction? open = null;
            foreach (Form form in group.Forms.OrderBy(form => form.DeltaRow))
            {
                FormTerm term = form.Node.Terms[i];
                if (open is not null && open.Weight == term.Weight && open.Row + open.Columns == form.DeltaRow && open.Column + open.Columns == term.Column)
                {
                    open = open with { Columns = open.Columns + form.Node.Features };
                    continue;
                }

                if (open is not null) yield return open;
                open = new FormulaContraction(operand, form.DeltaRow, form.Node.Features, term.Weight, term.Column);
            }

            if (open is not null) yield return open;
        }
    }

    private static IEnumerable<FormulaVector> BiasSums(Form form) =>
        form.Node.Biases.Select(bias => new FormulaVector(bias.Weight, bias.First, form.Node.Features, form.DeltaRow));

    private static FormulaOperand Place(Node operand) => new(operand.Value.Place, operand.Features);
}
