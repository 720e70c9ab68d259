using Unroll.Execution;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>Runs SimpleRNN, LSTM and GRU on one row of a batch.</summary>
internal sealed class RecurrentRow : RowLayer
{
    private readonly RecurrentLayer _layer;
    private readonly RowTensor _input;
    private readonly RecurrentKernel _kernel;
    private readonly RowWeights _weights;
    private readonly RowSequence _sequence;

    public RecurrentRow(RecurrentLayer layer, RowContext context) : base(new RowTensor(context.Outputs[0]))
    {
        (_layer, _input) = (layer, context.Input);
        _kernel = RecurrentKernels.Create(context.Width, layer.Cell, layer.Activation.Kind!.Value, layer.GateActivation.Kind!.Value);
        var shape = new RecurrentShape(
            layer.Cell, context.Features, layer.Units, layer.Activation.Kind!.Value, layer.GateActivation.Kind!.Value, Training: false);
        _weights = new RowWeights(context.Arena, shape);
        _sequence = new RowSequence(context.Arena, context.Steps, layer.Units, layer.ReturnSequences) { GoBackwards = layer.GoBackwards };
        Output.Value = _sequence.Output;
    }

    public override void Prepare() => _weights.Pack(
        _layer.Parameters[0].Value, _layer.Parameters[1].Value, _layer.UseBias ? _layer.Parameters[2].Value : default);

    public override void Run()
    {
        _sequence.Input = _input.Value;
        _sequence.Mask = _input.Mask;
        if (_sequence.ReturnSequences) Output.Mask = _input.Mask;
        _kernel.ForwardRow(_sequence, _weights);
    }
}
