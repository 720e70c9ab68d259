using Unroll.Formulas;
using Unroll.Initializers;

namespace Unroll.Layers;

/// <summary>The weights that a formula names while it is recorded, in the order in which it first names them.</summary>
internal sealed class DeclaredWeights
{
    private readonly List<(string Name, int[] Shape, Initializer Initializer, Value Value)> _weights = [];

    public IEnumerable<(string Name, int[] Shape, Initializer Initializer)> All => _weights.Select(weight => (weight.Name, weight.Shape, weight.Initializer));

    public IReadOnlyList<Value> Values => [.. _weights.Select(weight => weight.Value)];

    /// <summary>The weight of that name, which is declared if it is new.</summary>
    /// <exception cref="ArgumentException">It was named with another shape.</exception>
    public Value Get(string name, int[] shape, Initializer initializer)
    {
        foreach ((string known, int[] its, _, Value value) in _weights)
        {
            if (known != name) continue;
            return its.AsSpan().SequenceEqual(shape)
                ? value
                : throw new ArgumentException($"The weight '{name}' has the shape ({string.Join(", ", its)}) in one place of the formula and ({string.Join(", ", shape)}) in another.");
        }

        Value made = shape.Length switch
        {
            1 => Value.Vector(name, shape[0]),
            2 => Value.Matrix(name, shape[0], shape[1]),
            _ => throw new ArgumentException($"The weight '{name}' has {shape.Length} dimensions; in a formula it can have 1 (a vector) or 2 (a matrix)."),
        };
        _weights.Add((name, shape, initializer, made));
        return made;
    }
}
