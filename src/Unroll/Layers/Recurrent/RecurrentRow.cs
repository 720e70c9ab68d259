using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Models.Execution;

namespace Unroll.Layers;

/// <summary>Runs SimpleRNN, LSTM and GRU on one row of a batch.</summary>
internal sealed class RecurrentRow : RowLayer
{
    private readonly RecurrentLayer _layer;
    private readonly RowLayer _below;
    private readonly RecurrentKernel _kernel;
    private readonly RowWeights _weights;
    private readonly RowSequence _sequence;

    public RecurrentRow(RecurrentLayer layer, RowContext context)
    {
        RecurrentLayer options = layer;
        (_layer, _below) = (layer, context.Below);
        _kernel = RecurrentKernels.Create(context.Width, layer.Cell, options.Activation.Kind, layer.RecurrentActivationKind);
        var shape = new RecurrentShape(
            layer.Cell, context.Features, options.Units, options.Activation.Kind, layer.RecurrentActivationKind, Training: false);
        _weights = new RowWeights(context.Arena, shape);
        _sequence = new RowSequence(context.Arena, context.Steps, options.Units, options.ReturnSequences)
        {
            GoBackwards = options.GoBackwards,
            Input = context.Below.Output,
            Mask = context.Below.Mask,
        };
        Output = _sequence.Output;
    }

    public override Block Mask => _layer.ReturnSequences ? _below.Mask : default;

    public override void Prepare() => _weights.Pack(
        _layer.Parameters[0].Value, _layer.Parameters[1].Value, _layer.UseBias ? _layer.Parameters[2].Value : default);

    public override void Run(ReadOnlySpan<int> ids) => _kernel.ForwardRow(_sequence, _weights);
}
