using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>How many dropout masks a training batch has: 0, 1 or one per gate, for each step or for all.</summary>
/// <param name="Input">For the inputs, of one step.</param>
/// <param name="Recurrent">For the hidden state, of one step.</param>
/// <param name="Sets">How often they are drawn: once, or once for every step.</param>
internal readonly record struct RecurrentMasks(int Input, int Recurrent, int Sets)
{
    /// <summary>The masks of a layer. Keras makes some for 0 &lt; rate &lt; 1 only (SimpleRNN: also for 1), and per gate once recurrent dropout is set.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="isTraining">False in a prediction, which has none.</param>
    /// <param name="steps">Time steps.</param>
    public static RecurrentMasks Of(RecurrentLayer layer, bool isTraining, int steps)
    {
        if (!isTraining) return default;
        int gates = layer.RecurrentDropout != 0 ? layer.GateCount : 1;
        return new RecurrentMasks(
            IsActive(layer.Dropout) ? gates : 0, IsActive(layer.RecurrentDropout) ? gates : 0, layer.DropoutGeneration == DropoutGeneration.Keras2 ? steps : 1);

        bool IsActive(double rate) => rate > 0 && (rate < 1 || layer.Cell == CellKind.SimpleRnn);
    }
}
