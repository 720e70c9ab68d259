using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Layers;

/// <summary>A <see cref="ConvLSTM1D"/> at work.</summary>
internal sealed class ConvLSTMFrame(LaneTensor[] outputs) : Frame(outputs)
{
    /// <summary>What the windows see, <c>[T · L'][depth]</c>; steps are in the order of reading here and below.</summary>
    public required Block Columns { get; init; }

    /// <summary>Gates behind their activations, <c>[T · L'][4F]</c>.</summary>
    public required Block Gates { get; init; }

    /// <summary>States before the first step and after every step, <c>[(T + 1) · L'][F]</c>.</summary>
    public required Block Hidden { get; init; }

    public required Block Cell { get; init; }

    /// <summary>activation(c), <c>[T · L'][F]</c>.</summary>
    public required Block CellActivation { get; init; }

    /// <summary>What is put out behind a mask, <c>[T · L'][F]</c>.</summary>
    public required Block Visible { get; init; }

    /// <summary>[T][lanes] in the order of time.</summary>
    public required Block StepMask { get; init; }

    /// <summary>[T · L'][lanes] in the order of time.</summary>
    public required Block PlaceMask { get; init; }

    public Block InputFactors { get; init; }

    public Block StateFactors { get; init; }

    /// <summary>A state without gaps between its places.</summary>
    public Block Dense { get; init; }

    /// <summary>Gradient in front of a step's gates, <c>[L'][4F]</c>.</summary>
    public Block Delta { get; init; }

    public Block ColumnGradient { get; init; }

    /// <summary>Gradient at the states after the step under way, <c>[L'][F]</c>.</summary>
    public Block HiddenGradient { get; init; }

    public Block CellGradient { get; init; }

    /// <summary>Gradient at outputs that masked steps repeat, <c>[L'][F]</c>.</summary>
    public Block Carried { get; init; }

    /// <summary>[F][lanes].</summary>
    public required Block Scratch { get; init; }

    public bool IsMasked { get; set; }
}

/// <summary>What a <see cref="ConvLSTM1D"/> does between its products, place by place.</summary>
internal sealed class ConvLSTMGates(ConvLSTM1D layer, VectorWidth width)
{
    private readonly ActivationKernel _activation = ActivationKernel.Create(width, layer.Activation.Kind!.Value);
    private readonly ActivationKernel _recurrent = ActivationKernel.Create(width, layer.RecurrentActivation.Kind!.Value);
    private readonly int _filters = layer.Filters;

    /// <summary>Makes new states of the sums in the gates.</summary>
    /// <param name="own">Buffers.</param>
    /// <param name="t">The step in the order of reading.</param>
    /// <param name="places">Places of a state.</param>
    /// <param name="mask">[lanes] of the step; empty: all count.</param>
    /// <param name="lanes">Lanes of the group.</param>
    public void Forward(ConvLSTMFrame own, int t, int places, ReadOnlySpan<float> mask, int lanes)
    {
        int size = _filters * lanes;
        for (int place = 0; place < places; place++)
        {
            int at = t * places + place;
            Block gates = Step(own.Gates, at, 4 * _filters, lanes), scratch = own.Scratch.Slice(0, size);
            (Block i, Block f, Block g, Block o) = Parts(gates, size);
            _recurrent.Apply(gates.Slice(0, 2 * size), gates.Slice(0, 2 * size));
            _activation.Apply(g, g);
            _recurrent.Apply(o, o);
            Block before = Step(own.Cell, at, _filters, lanes), cell = Step(own.Cell, at + places, _filters, lanes), active = Step(own.CellActivation, at, _filters, lanes);
            Block hiddenBefore = Step(own.Hidden, at, _filters, lanes), hidden = Step(own.Hidden, at + places, _filters, lanes);
            TensorPrimitives.Multiply(f.Span, before.Span, cell.Span);
            TensorPrimitives.Multiply(i.Span, g.Span, scratch.Span);
            TensorPrimitives.Add(cell.Span, scratch.Span, cell.Span);
            _activation.Apply(cell, active);
            TensorPrimitives.Multiply(o.Span, active.Span, hidden.Span);
            if (mask.IsEmpty) continue;
            ReadOnlySpan<float> last = t > 0 ? Step(own.Visible, at - places, _filters, lanes).Span : default;
            Span<float> visible = Step(own.Visible, at, _filters, lanes).Span;
            for (int k = 0; k < size; k++)
            {
                if (mask[k % lanes] != 0)
                {
                    visible[k] = hidden.Span[k];
                    continue;
                }

                visible[k] = layer.ZeroOutputForMask || last.IsEmpty ? 0 : last[k];
                cell.Span[k] = before.Span[k];
                hidden.Span[k] = hiddenBefore.Span[k];
            }
        }
    }

    /// <summary>
    /// Makes the gradient in front of the gates of that at the states after the step, and what passes by the gates to the states
    /// before it.
    /// </summary>
    /// <param name="own">Buffers.</param>
    /// <param name="t">The step in the order of reading.</param>
    /// <param name="places">Places of a state.</param>
    /// <param name="gradient">At the step's output; empty: none.</param>
    /// <param name="mask">[lanes] of the step; empty: all count.</param>
    /// <param name="lanes">Lanes of the group.</param>
    public void Backward(ConvLSTMFrame own, int t, int places, Block gradient, ReadOnlySpan<float> mask, int lanes)
    {
        int size = _filters * lanes;
        for (int place = 0; place < places; place++)
        {
            int at = t * places + place;
            (Block i, Block f, Block g, Block o) = Parts(Step(own.Gates, at, 4 * _filters, lanes), size);
            (Block di, Block df, Block dg, Block dO) = Parts(Step(own.Delta, place, 4 * _filters, lanes), size);
            Block before = Step(own.Cell, at, _filters, lanes), active = Step(own.CellActivation, at, _filters, lanes), scratch = own.Scratch.Slice(0, size);
            Span<float> dh = Step(own.HiddenGradient, place, _filters, lanes).Span, dc = Step(own.CellGradient, place, _filters, lanes).Span;
            Span<float> carried = Step(own.Carried, place, _filters, lanes).Span;
            ReadOnlySpan<float> dy = gradient.IsEmpty ? default : Step(gradient, place, _filters, lanes).Span;
            AddOutput(dh, dy, carried, mask);

            TensorPrimitives.Multiply(dh, active.Span, dO.Span);
            _recurrent.Differentiate(o, dO, dO);
            TensorPrimitives.Multiply(dh, o.Span, scratch.Span);
            _activation.Differentiate(active, scratch, scratch);
            TensorPrimitives.Add(dc, scratch.Span, scratch.Span); // at the cell's new state
            TensorPrimitives.Multiply(scratch.Span, g.Span, di.Span);
            TensorPrimitives.Multiply(scratch.Span, before.Span, df.Span);
            TensorPrimitives.Multiply(scratch.Span, i.Span, dg.Span);
            _recurrent.Differentiate(i, di, di);
            _recurrent.Differentiate(f, df, df);
            _activation.Differentiate(g, dg, dg);
            if (mask.IsEmpty)
            {
                TensorPrimitives.Multiply(scratch.Span, f.Span, dc);
                dh.Clear();
                continue;
            }

            for (int k = 0; k < size; k++)
            {
                if (mask[k % lanes] != 0)
                {
                    dc[k] = scratch.Span[k] * f.Span[k];
                    dh[k] = 0;
                }
                else
                {
                    // The states went by: so do their gradients.
                    di.Span[k] = df.Span[k] = dg.Span[k] = dO.Span[k] = 0;
                }
            }
        }
    }

    /// <summary>Adds the gradient at the output, which a masked step has from the step before, or not at all.</summary>
    private void AddOutput(Span<float> dh, ReadOnlySpan<float> dy, Span<float> carried, ReadOnlySpan<float> mask)
    {
        if (mask.IsEmpty)
        {
            if (!dy.IsEmpty) TensorPrimitives.Add(dh, dy, dh);
            return;
        }

        for (int k = 0; k < dh.Length; k++)
        {
            float sum = carried[k] + (dy.IsEmpty ? 0 : dy[k]);
            bool counts = mask[k % mask.Length] != 0;
            if (counts) dh[k] += sum;
            carried[k] = counts || layer.ZeroOutputForMask ? 0 : sum;
        }
    }

    private static (Block I, Block F, Block C, Block O) Parts(Block gates, int size) =>
        (gates.Slice(0, size), gates.Slice(size, size), gates.Slice(2 * size, size), gates.Slice(3 * size, size));

    private static Block Step(Block block, int step, int features, int lanes) =>
        block.Slice(step * Kernels.Recurrent.RecurrentSequence.Stride(features, lanes), features * lanes);
}
