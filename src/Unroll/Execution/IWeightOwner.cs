namespace Unroll.Execution;

/// <summary>A layer as far as running it is concerned: something with weights.</summary>
internal interface IWeightOwner
{
    /// <summary>The weights in Keras' order.</summary>
    IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>True if gradients are added for the whole batch in an order of the owner's.</summary>
    bool OrdersItsGradients { get; }
}
