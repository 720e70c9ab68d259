using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>How many dropout masks a training batch has: 0, 1, one per gate, or one per step.</summary>
/// <param name="Input">For the inputs.</param>
/// <param name="Recurrent">For the hidden state.</param>
/// <param name="PerStep">True if those of the hidden state are one per step.</param>
internal readonly record struct RecurrentMasks(int Input, int Recurrent, bool PerStep)
{
    /// <summary>The masks of a layer. Keras makes some for 0 &lt; rate &lt; 1 only (SimpleRNN: also for 1), and per gate once recurrent dropout is set.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="isTraining">False in a prediction, which has none.</param>
    /// <param name="steps">Time steps.</param>
    public static RecurrentMasks Of(RecurrentLayer layer, bool isTraining, int steps)
    {
        if (!isTraining) return default;
        bool perStep = layer.RecurrentDropoutPerStep, perGate = layer.GateCount > 1 && layer.RecurrentDropout != 0 && !perStep;
        return new RecurrentMasks(
            IsActive(layer.Dropout) ? perGate ? layer.GateCount : 1 : 0, IsActive(layer.RecurrentDropout) ? perStep ? steps : layer.GateCount : 0, perStep);

        bool IsActive(double rate) => rate > 0 && (rate < 1 || layer.Cell == CellKind.SimpleRnn);
    }
}
