namespace Unroll.Layers;

/// <summary>Base of layers without weights; by default the output has the shape of the input.</summary>
public abstract class WeightlessLayer : Layer
{
    private protected WeightlessLayer()
    {
    }

    /// <summary>Refuses inputs without time.</summary>
    /// <exception cref="ArgumentException">The shape is not [time, features].</exception>
    private protected void RequireSequence(IReadOnlyList<int?> inputShape)
    {
        if (inputShape.Count != 2) throw WrongInput(inputShape, "[batch, time, features]; a recurrent layer below needs return_sequences=true");
    }
}
