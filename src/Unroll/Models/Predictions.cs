using System.Collections;
using System.Numerics.Tensors;

namespace Unroll;

/// <summary>What a model put out: a tensor <c>[samples, …]</c> for each output.</summary>
public sealed class Predictions : IReadOnlyList<Tensor<float>>
{
    private readonly IReadOnlyList<Tensor<float>> _tensors;

    internal Predictions(IReadOnlyList<Tensor<float>> tensors, IReadOnlyList<string> names) => (_tensors, Names) = (tensors, names);

    /// <summary>Names of the outputs.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Number of outputs.</summary>
    public int Count => _tensors.Count;

    /// <summary>The output at a place.</summary>
    public Tensor<float> this[int index] => _tensors[index];

    /// <summary>The output of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message lists what there is.</exception>
    public Tensor<float> this[string name]
    {
        get
        {
            for (int i = 0; i < Names.Count; i++)
            {
                if (Names[i] == name) return _tensors[i];
            }

            throw new KeyNotFoundException($"There is no output '{name}'; there are {string.Join(", ", Names)}.");
        }
    }

    /// <inheritdoc/>
    public IEnumerator<Tensor<float>> GetEnumerator() => _tensors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
