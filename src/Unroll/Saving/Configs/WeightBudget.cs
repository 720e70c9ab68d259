using Unroll.Formats;
using Unroll.Layers;

namespace Unroll.Saving;

/// <summary>Sizes in a configuration are believed only as far as the file holds weights for them: nothing larger is made.</summary>
/// <param name="available">Numbers that the file holds.</param>
/// <param name="memory">What the file may take in memory; null: no file is read.</param>
internal sealed class WeightBudget(long available, ReadBudget? memory = null)
{
    private readonly HashSet<Layer> _counted = [];
    private long _wanted;

    /// <summary>To be asked before weights are made.</summary>
    /// <exception cref="InvalidDataException">The file holds fewer numbers.</exception>
    public void Require(Layer layer, CallInputs inputs, string place)
    {
        if (layer.IsBuilt || !_counted.Add(layer)) return;
        if (layer is TimeDistributed distributed)
        {
            Require(distributed.Layer, distributed.StepOf(inputs), place);
            return;
        }

        if (layer is Sequential stack)
        {
            foreach (Layer part in stack.Layers)
            {
                Require(part, inputs, place);
                inputs = CallInputs.Single(part.InferOutputShapes(inputs)[0]);
            }

            return;
        }

        long count = layer.CountWeights(inputs);
        _wanted = checked(_wanted + count);
        if (_wanted > available)
            throw new InvalidDataException($"{place}: the model has {_wanted:N0} weights, but the file holds {available:N0} numbers.");
        memory?.Take(checked(sizeof(float) * count), $"the weights of {layer.ClassName}");
    }
}
