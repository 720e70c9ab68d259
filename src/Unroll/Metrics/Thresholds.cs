using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Unroll.Configuration;

namespace Unroll.Metrics;

/// <summary>One threshold, <c>0.4</c>, or several, <c>[0.2, 0.5, 0.8]</c>: what is above it is called positive.</summary>
[CollectionBuilder(typeof(Thresholds), nameof(Create))]
public sealed class Thresholds : IReadOnlyList<double>
{
    private readonly double[] _values;

    private Thresholds(double[] values) => _values = values;

    /// <inheritdoc/>
    public int Count => _values.Length;

    /// <summary>How files and texts hold them: a number or a list.</summary>
    internal static Argument<Thresholds?> Argument { get; } = new Argument<Thresholds?>(
        "thresholds",
        new ArgumentForm<Thresholds?>(
            input => input.Node switch
            {
                null => null,
                JsonArray => Create([.. ArgumentForms.Numbers.Read(input)]),
                _ => ArgumentForms.Number.Read(input),
            },
            values => values switch
            {
                null => null,
                { Count: 1 } => KerasJson.Real(values[0]),
                _ => ArgumentForms.Numbers.Write(values),
            },
            "0.5", ReadsNone: true),
        null).Require(values => values is null || (values.Count > 0 && values.All(value => value is >= 0 and <= 1)), "one or several numbers between 0 and 1");

    /// <inheritdoc/>
    public double this[int index] => _values[index];

    /// <summary>One threshold.</summary>
    public static implicit operator Thresholds(double value) => Create(value);

    /// <summary>One or several thresholds.</summary>
    public static Thresholds Create(params ReadOnlySpan<double> values) => new(values.ToArray());

    /// <inheritdoc/>
    public IEnumerator<double> GetEnumerator() => ((IEnumerable<double>)_values).GetEnumerator();

    /// <inheritdoc/>
    public override string ToString()
    {
        string all = string.Join(", ", _values.Select(value => value.ToString(CultureInfo.InvariantCulture)));
        return Count == 1 ? all : $"[{all}]";
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Weights of positive and negative targets by the place of their outputs between thresholds.</summary>
/// <param name="thresholds">In ascending order.</param>
internal sealed class ThresholdCounts(float[] thresholds)
{
    // At place b are outputs above b of the thresholds.
    private readonly double[] _positives = new double[thresholds.Length + 1], _negatives = new double[thresholds.Length + 1];

    public int Count => thresholds.Length;

    /// <summary>Evenly spaced from just below 0 to just above 1, as Keras spaces them.</summary>
    public static float[] Grid(int count)
    {
        if (count == 1) return [0.5f];
        var grid = new float[count];
        for (int i = 0; i < count; i++) grid[i] = (float)((double)i / (count - 1));
        (grid[0], grid[^1]) = (-1e-7f, 1 + 1e-7f);
        return grid;
    }

    public void Reset()
    {
        Array.Clear(_positives);
        Array.Clear(_negatives);
    }

    public void Add(float output, bool isPositive, double weight)
    {
        int low = 0, high = thresholds.Length; // thresholds before low are below the output
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (output > thresholds[middle]) low = middle + 1;
            else high = middle;
        }

        (isPositive ? _positives : _negatives)[low] += weight;
    }

    /// <summary>The counts at each threshold, in their order.</summary>
    public Confusion[] All()
    {
        double positives = 0, negatives = 0, allPositives = _positives.Sum(), allNegatives = _negatives.Sum();
        var all = new Confusion[thresholds.Length];
        for (int k = thresholds.Length - 1; k >= 0; k--)
        {
            positives += _positives[k + 1];
            negatives += _negatives[k + 1];
            all[k] = new Confusion(positives, negatives, allNegatives - negatives, allPositives - positives);
        }

        return all;
    }
}

/// <summary>Weights of right and wrong answers at a threshold.</summary>
internal readonly record struct Confusion(double TruePositives, double FalsePositives, double TrueNegatives, double FalseNegatives)
{
    public double Precision => Divide(TruePositives, TruePositives + FalsePositives);

    /// <summary>Also called sensitivity.</summary>
    public double Recall => Divide(TruePositives, TruePositives + FalseNegatives);

    public double Specificity => Divide(TrueNegatives, TrueNegatives + FalsePositives);

    public static double Divide(double part, double whole) => whole == 0 ? 0 : part / whole;
}
