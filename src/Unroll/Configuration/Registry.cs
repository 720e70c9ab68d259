using Unroll.Layers;
using Unroll.Optimizers;

namespace Unroll.Configuration;

/// <summary>Makes layers and optimizers from their written form. What is not registered can't be loaded by name.</summary>
public static class Registry
{
    /// <summary>Creates a layer. An Embedding without <c>input_dim</c> takes <paramref name="vocabulary"/>.</summary>
    /// <exception cref="ArgumentException">Unknown layer or argument (the message names the nearest known), or a wrong value.</exception>
    public static Layer CreateLayer(ObjectConfig config, int? vocabulary = null) => throw new NotImplementedException();

    /// <summary>Creates an optimizer.</summary>
    /// <exception cref="ArgumentException">Unknown optimizer or argument (the message names the nearest known), or a wrong value.</exception>
    public static Optimizer CreateOptimizer(ObjectConfig config) => throw new NotImplementedException();
}
