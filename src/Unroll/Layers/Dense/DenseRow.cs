using Unroll.Execution;
using Unroll.Kernels.Dense;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>Runs a dense layer on one row of a batch, at every time step.</summary>
internal sealed class DenseRow : RowLayer
{
    private readonly Dense _layer;
    private readonly RowContext _context;
    private readonly DenseKernel _kernel;
    private readonly Block _matrix, _bias;

    public DenseRow(Dense layer, RowContext context) : base(RowTensor.Allocate(context.Arena, context.Outputs[0]))
    {
        (_layer, _context) = (layer, context);
        _kernel = DenseKernel.Create(context.Width, layer.Activation.Kind!.Value);
        int width = RowSequence.Padded(layer.Units);
        _matrix = context.Arena.Allocate((long)context.Features * width);
        _bias = context.Arena.Allocate(width);
    }

    public override void Prepare()
    {
        int units = _layer.Units, width = RowSequence.Padded(units);
        ReadOnlySpan<float> kernel = _layer.Parameters[0].Value.Span;
        for (int k = 0; k < _context.Features; k++) kernel.Slice(k * units, units).CopyTo(_matrix.Span[(k * width)..]);
        if (_layer.UseBias) _layer.Parameters[1].Value.Span[..units].CopyTo(_bias.Span);
    }

    public override void Run()
    {
        Output.Mask = _context.Input.Mask;
        _kernel.ForwardRow(_context.Input.Value, _context.Features, _matrix, _bias, Output.Value, _context.Steps);
    }
}
