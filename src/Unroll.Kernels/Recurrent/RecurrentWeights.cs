using Unroll.Kernels.Activation;
using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Recurrent;

/// <summary>What decides on the layout of a recurrent layer's weights.</summary>
/// <param name="Cell">Kind of cell.</param>
/// <param name="Inputs">Features per step.</param>
/// <param name="Units">Size of the hidden state.</param>
/// <param name="Activation">Activation of the new state.</param>
/// <param name="RecurrentActivation">Activation of the gates.</param>
/// <param name="MaskPerGate">Dropout masks differ from gate to gate, so that gates see different inputs.</param>
/// <param name="HasInputInGates">Somebody else puts the inputs' part into the gates.</param>
/// <param name="Training">Whether gradients are wanted.</param>
internal sealed record RecurrentShape(
    CellKind Cell, int Inputs, int Units, ActivationKind Activation, ActivationKind RecurrentActivation,
    bool MaskPerGate = false, bool HasInputInGates = false, bool Training = true)
{
    /// <summary>Gates in Keras' weights.</summary>
    public int Gates => Cell switch { CellKind.SimpleRnn => 1, CellKind.Lstm => 4, _ => 3 };

    /// <summary>Rows of the gates' arrays, in units.</summary>
    public int GateRows => Cell == CellKind.SimpleRnn ? 1 : 4;

    public bool IsGru => Cell is CellKind.Gru or CellKind.GruResetBefore;

    /// <summary>Gates of Keras in the order of the gates' rows: GRU kernels keep h before z and r.</summary>
    public int[] InputGates { get; } = Cell switch { CellKind.SimpleRnn => [0], CellKind.Lstm => [0, 1, 2, 3], _ => [2, 0, 1] };

    /// <summary>Columns of the kernel, in the order of the gates' rows.</summary>
    public int[] InputColumns => ColumnsOf(InputGates);

    /// <summary>
    /// Keras' gates and the rows that their sums go to, for the input's part and the hidden state's. GRU with reset_after
    /// keeps the hidden state's part of h by itself, in row 3.
    /// </summary>
    public IEnumerable<(int Gate, int Row, bool OfInput)> GatePlaces
    {
        get
        {
            for (int row = 0; row < InputGates.Length; row++)
            {
                yield return (InputGates[row], row, true);
                yield return (InputGates[row], Cell == CellKind.Gru && row == 0 ? 3 : row, false);
            }
        }
    }

    /// <summary>The factor that a gate's weights carry.</summary>
    public float ScaleOf(int gate) => RecurrentKernels.InputScale(Cell == CellKind.SimpleRnn || gate == 2 ? Activation : RecurrentActivation);

    public int[] ColumnsOf(params int[] gates) => [.. gates.SelectMany(gate => Enumerable.Range(gate * Units, Units))];

    /// <summary>
    /// Biases by gates' rows, which lie <paramref name="rowSize"/> floats apart, scaled. GRU with reset_after: z and r only
    /// ever see the sum of both biases.
    /// </summary>
    public void PackBias(ReadOnlySpan<float> bias, Span<float> target, int rowSize)
    {
        int units = Units;
        int[] gates = InputGates;
        for (int row = 0; row < gates.Length; row++)
        {
            for (int j = 0; j < units; j++)
            {
                float value = bias[gates[row] * units + j];
                if (Cell == CellKind.Gru && gates[row] < 2) value += bias[(3 + gates[row]) * units + j];
                target[row * rowSize + j] = value * ScaleOf(gates[row]);
            }
        }

        if (Cell != CellKind.Gru) return;
        for (int j = 0; j < units; j++) target[3 * rowSize + j] = bias[5 * units + j] * ScaleOf(2);
    }
}

/// <summary>One product of a time step: some gates from the step's input, the hidden state, or both above each other.</summary>
/// <param name="Weights">Rows of the input, then rows of the hidden state.</param>
/// <param name="Row">First row of the gates that it sets.</param>
/// <param name="Inputs">Rows that take the input; 0 if it does not.</param>
/// <param name="Units">Rows that take the hidden state; 0 if it does not.</param>
/// <param name="Bias">What the sums start from.</param>
/// <param name="Adds">Adds to the gates instead.</param>
/// <param name="InputMask">Which dropout mask the input goes through if there are several.</param>
/// <param name="RecurrentMask">The same for the hidden state.</param>
internal sealed record GateProduct(
    PackedWeights Weights, int Row, int Inputs, int Units, Block Bias, bool Adds, int InputMask, int RecurrentMask);

/// <summary>
/// A recurrent layer's weights as the kernels read them. Forward products carry the scale of their gates' activation
/// (<see cref="ScaledActivation{TSimd, TVector, TActivation}"/>); those of the backward pass do not.
/// </summary>
internal sealed class RecurrentWeights
{
    private readonly RecurrentShape _shape;
    private readonly List<(GateProduct Product, int[] Columns, float[] Factors)> _forward = [];
    private readonly List<(PackedWeights Weights, bool OfInput, int[] Columns)> _backward = [];

    public RecurrentWeights(Arena arena, VectorWidth width, RecurrentShape shape)
    {
        _shape = shape;
        InputColumns = shape.InputColumns;
        InputFactors = FactorsOf(shape.InputGates);
        Bias = arena.Allocate(shape.GateRows * shape.Units);
        if (shape.HasInputInGates) InputKernel = new PackedWeights(arena, width, shape.Inputs, shape.Gates * shape.Units);
        AddForward(arena, width);
        Products = [.. _forward.Select(entry => entry.Product)];
        if (!shape.Training) return;

        // In the order of the gates' rows, so that each reads the gradients behind those of the one before.
        int[][] inputSide = Groups(shape.InputGates, shape.MaskPerGate && !shape.HasInputInGates);
        int[][] recurrentSide = shape.Cell == CellKind.GruResetBefore
            ? [.. Groups([0, 1], shape.MaskPerGate), [2]]
            : Groups([.. Enumerable.Range(0, shape.Gates)], shape.MaskPerGate);
        KernelTransposed = [.. inputSide.Select(gates => Transposed(gates, ofInput: true))];
        RecurrentTransposed = [.. recurrentSide.Select(gates => Transposed(gates, ofInput: false))];

        PackedWeights Transposed(int[] gates, bool ofInput)
        {
            int[] columns = shape.ColumnsOf(gates);
            var packed = new PackedWeights(arena, width, columns.Length, ofInput ? shape.Inputs : shape.Units);
            _backward.Add((packed, ofInput, columns));
            return packed;
        }
    }

    /// <summary>The products of a time step. Without reset_after, the GRU's last waits for the reset gate.</summary>
    public GateProduct[] Products { get; }

    /// <summary>Input to gates, if somebody else puts the inputs' part into the gates.</summary>
    public PackedWeights? InputKernel { get; }

    /// <summary>The kernel's columns in the order of the gates' rows.</summary>
    public int[] InputColumns { get; }

    /// <summary>What those columns are multiplied with in the forward pass.</summary>
    public float[] InputFactors { get; }

    /// <summary>Biases by gates' rows, scaled; zeros without.</summary>
    public Block Bias { get; }

    /// <summary>Gates' gradients to the input's, in the order of the gates' rows.</summary>
    public PackedWeights[] KernelTransposed { get; } = [];

    /// <summary>Gates' gradients to the hidden state's, in the order of the gates' rows (GRU: from z on).</summary>
    public PackedWeights[] RecurrentTransposed { get; } = [];

    /// <summary>Takes over the weights as they are now.</summary>
    /// <param name="kernel">[inputs][gates · units], Keras' order.</param>
    /// <param name="recurrentKernel">[units][gates · units].</param>
    /// <param name="bias">[gates · units], GRU with reset_after [2 · gates · units]; empty without.</param>
    public void Pack(Block kernel, Block recurrentKernel, Block bias)
    {
        int stride = _shape.Gates * _shape.Units;
        foreach ((GateProduct product, int[] columns, float[] factors) in _forward)
        {
            if (product.Inputs > 0) product.Weights.PackRows(kernel, stride, 0, product.Inputs, columns, factors);
            if (product.Units > 0) product.Weights.PackRows(recurrentKernel, stride, product.Inputs, product.Units, columns, factors);
        }

        foreach ((PackedWeights weights, bool ofInput, int[] columns) in _backward)
        {
            bool contiguous = columns[^1] - columns[0] == columns.Length - 1;
            weights.Pack(ofInput ? kernel : recurrentKernel, contiguous ? columns[0] : 0, stride, transposed: true, contiguous ? null : columns);
        }

        if (InputKernel is { } own) own.PackRows(kernel, stride, 0, _shape.Inputs, InputColumns, InputFactors);
        if (!bias.IsEmpty) _shape.PackBias(bias.Span, Bias.Span, _shape.Units);
    }

    private void AddForward(Arena arena, VectorWidth width)
    {
        bool input = !_shape.HasInputInGates;
        if (!_shape.IsGru)
        {
            foreach (int[] gates in Groups(_shape.InputGates, _shape.MaskPerGate)) Add(gates, gates[0], input, hidden: true);
            return;
        }

        foreach (int[] gates in Groups([0, 1], _shape.MaskPerGate)) Add(gates, gates[0] + 1, input, hidden: true);
        if (_shape.Cell == CellKind.GruResetBefore)
        {
            Add([2], 0, input, hidden: true);
            return;
        }

        if (input) Add([2], 0, input: true, hidden: false);
        Add([2], 3, input: false, hidden: true);

        void Add(int[] gates, int row, bool input, bool hidden)
        {
            int inputs = input ? _shape.Inputs : 0, units = hidden ? _shape.Units : 0;
            int[] columns = _shape.ColumnsOf(gates);
            var packed = new PackedWeights(arena, width, inputs + units, columns.Length);
            bool adds = !input && !(row == 3 && _shape.Cell == CellKind.Gru);
            int inputMask = _shape.IsGru ? (gates[0] + 1) % 3 : gates[0]; // by gates' rows
            var product = new GateProduct(packed, row * _shape.Units, inputs, units, Bias.Slice(row * _shape.Units, columns.Length), adds, inputMask, gates[0]);
            _forward.Add((product, columns, FactorsOf(gates)));
        }
    }

    private float[] FactorsOf(int[] gates) => [.. gates.SelectMany(gate => Enumerable.Repeat(_shape.ScaleOf(gate), _shape.Units))];

    private static int[][] Groups(int[] gates, bool single) => single ? [.. gates.Select(gate => new[] { gate })] : [gates];
}
