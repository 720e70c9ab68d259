namespace Unroll.Models;

/// <summary>What a callback knows between two epochs beyond its arguments, so that a training can go on in another process.</summary>
/// <param name="Numbers">By name; what is not there is not known yet.</param>
/// <param name="Weights">Weights of the model that it keeps, in the model's order; null: none.</param>
internal sealed record CallbackMemory(IReadOnlyDictionary<string, double> Numbers, IReadOnlyList<float[]>? Weights = null)
{
    /// <summary>A number, or null.</summary>
    public double? this[string name] => Numbers.TryGetValue(name, out double value) ? value : null;

    /// <summary>A count; 0 if it is not there.</summary>
    public int Count(string name) => (int)(this[name] ?? 0);
}
