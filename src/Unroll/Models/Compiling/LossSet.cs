using System.Collections;
using System.Runtime.CompilerServices;
using Unroll.Losses;

namespace Unroll;

/// <summary>
/// What training makes small: one loss for every output, <c>"mse"</c>, one for each in a list, <c>["mse", null]</c>, or by the
/// names of the outputs, <see cref="Named(IEnumerable{ValueTuple{string, Loss}})"/>.
/// </summary>
[CollectionBuilder(typeof(LossSet), nameof(Create))]
public sealed class LossSet : IEnumerable<Loss?>
{
    private LossSet(Loss?[] losses, string[]? names, bool isSingle) => (All, Names, IsSingle) = (losses, names, isSingle);

    internal IReadOnlyList<Loss?> All { get; }

    internal IReadOnlyList<string>? Names { get; }

    /// <summary>True for one loss that counts for every output.</summary>
    internal bool IsSingle { get; }

    /// <summary>One loss for every output.</summary>
    public static implicit operator LossSet(Loss loss) => FromLoss(loss);

    /// <summary>One loss for every output, by its name.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static implicit operator LossSet(string name) => FromLoss(Loss.FromName(name));

    /// <summary>One loss for every output.</summary>
    public static LossSet FromLoss(Loss loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return new LossSet([loss], null, isSingle: true);
    }

    /// <summary>A loss for each output; null: the output is not scored.</summary>
    public static LossSet Create(params ReadOnlySpan<Loss?> losses) => new(losses.ToArray(), null, isSingle: false);

    /// <summary>Losses by the names of the outputs; outputs that are not named are not scored.</summary>
    public static LossSet Named(params IEnumerable<(string Name, Loss Loss)> losses)
    {
        (string Name, Loss Loss)[] all = [.. losses];
        return new LossSet([.. all.Select(entry => entry.Loss)], [.. all.Select(entry => entry.Name)], isSingle: false);
    }

    /// <inheritdoc/>
    public IEnumerator<Loss?> GetEnumerator() => All.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
