using Unroll.Execution;
using Unroll.Formulas;
using Unroll.Kernels.Recurrent;
using Unroll.Random;
using static Unroll.Formulas.Formula;

namespace Unroll.Layers;

/// <summary>
/// SimpleRNN, LSTM and GRU as formulas, for activations that their kernels don't have: slower, with the same weights, masks
/// and states.
/// </summary>
internal sealed class RecurrentFormula
{
    private readonly RecurrentLayer _layer;
    private readonly RecurrentMasks _masks;
    private readonly Value _kernel, _recurrent;
    private readonly Value? _bias;

    private RecurrentFormula(RecurrentLayer layer, int features, RecurrentMasks masks)
    {
        (_layer, _masks) = (layer, masks);
        int columns = layer.GateCount * layer.Units;
        _kernel = Value.Matrix("kernel", features, columns);
        _recurrent = Value.Matrix("recurrent_kernel", layer.Units, columns);
        if (layer.UseBias) _bias = Value.Vector("bias", layer.Parameters[2].Count);
    }

    /// <summary>What runs a call.</summary>
    public static LayerProgram CreateProgram(RecurrentLayer layer, ProgramContext context, RecurrentInputs inputs)
    {
        RecurrentMasks masks = RecurrentMasks.Of(layer, context.IsTraining, context.InputSteps);
        return new FormulaProgram(context, layer.Parameters, Record(layer, context.InputFeatures, masks), inputs, new FormulaFlags
        {
            ReturnSequences = layer.ReturnSequences,
            GoBackwards = layer.GoBackwards,
            ZeroOutputForMask = layer.ZeroOutputForMask,
            Kept = inputs.State is null ? layer.States : null,
            OwnFactors =
            [
                new OwnFactors(context.InputFeatures, masks.Input, masks.Sets, layer.Dropout, RandomPurpose.Dropout),
                new OwnFactors(layer.Units, masks.Recurrent, masks.Sets, layer.RecurrentDropout, RandomPurpose.RecurrentDropout),
            ],
        });
    }

    /// <summary>One step of the layer.</summary>
    public static Recording Record(RecurrentLayer layer, int features, RecurrentMasks masks)
    {
        var formula = new RecurrentFormula(layer, features, masks);
        Value[] weights = formula._bias is { } bias ? [formula._kernel, formula._recurrent, bias] : [formula._kernel, formula._recurrent];
        return Recording.OfCell(
            features, [.. Enumerable.Repeat(layer.Units, layer.StateCount)], weights, formula.Step,
            [.. Enumerable.Repeat(features, masks.Input), .. Enumerable.Repeat(layer.Units, masks.Recurrent)]);
    }

    private Values Step(Value x, Values states) => _layer.Cell switch
    {
        CellKind.SimpleRnn => New(Sum(0, x, states[0])),
        CellKind.Lstm => Lstm(x, states),
        CellKind.Gru => Gru(x, states[0]),
        CellKind.GruResetBefore => GruResetBefore(x, states[0]),
        CellKind other => throw new InvalidOperationException($"There is no formula of {other}."),
    };

    private Values Lstm(Value x, Values states)
    {
        (Value h, Value c) = states;
        c = Gate(Sum(1, x, h)) * c + Gate(Sum(0, x, h)) * New(Sum(2, x, h));
        return (Gate(Sum(3, x, h)) * New(c), c);
    }

    private Values Gru(Value x, Value h)
    {
        Value z = Gate(FromInput(0, x) + FromState(0, h, row: 1)), r = Gate(FromInput(1, x) + FromState(1, h, row: 1));
        return z * h + (1 - z) * New(FromInput(2, x) + r * FromState(2, h, row: 1));
    }

    private Values GruResetBefore(Value x, Value h)
    {
        Value z = Gate(Sum(0, x, h)), r = Gate(Sum(1, x, h));
        return z * h + (1 - z) * New(FromInput(2, x) + Columns(Dropped(h, 2) * r * _recurrent, 2));
    }

    private Value Gate(Value z) => Activate(_layer.GateActivation, z);

    private Value New(Value z) => Activate(_layer.Activation, z);

    private Value Sum(int gate, Value x, Value h) => FromInput(gate, x) + FromState(gate, h);

    /// <summary>A gate's share of the input, with its bias.</summary>
    private Value FromInput(int gate, Value x)
    {
        Value masked = _masks.Input == 0 ? x : x * Value.Factor(_masks.Input > 1 ? InputMaskOf(gate) : 0, x.Features);
        return WithBias(Columns(masked * _kernel, gate), gate, row: 0);
    }

    /// <summary>As in the kernels, where a GRU's candidate comes first on the side of the input.</summary>
    private int InputMaskOf(int gate) => _layer.Cell is CellKind.Gru or CellKind.GruResetBefore ? (gate + 1) % _layer.GateCount : gate;

    /// <summary>A gate's share of the hidden state; with a bias of its own if its row is given.</summary>
    private Value FromState(int gate, Value h, int row = 0)
    {
        Value product = Columns(Dropped(h, gate) * _recurrent, gate);
        return row == 0 ? product : WithBias(product, gate, row);
    }

    private Value Dropped(Value h, int gate) => _masks.Recurrent == 0 ? h : h * Value.Factor(_masks.Input + (_masks.Recurrent > 1 ? gate : 0), h.Features);

    private Value WithBias(Value value, int gate, int row) =>
        _bias is null ? value : value + Slice(_bias, (row * _layer.GateCount + gate) * _layer.Units, _layer.Units);

    private Value Columns(Value product, int gate) => Slice(product, gate * _layer.Units, _layer.Units);
}
