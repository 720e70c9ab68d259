using System.Text.Json.Nodes;
using Unroll.Configuration;
using Unroll.Initializers;
using Unroll.Kernels.Memory;

namespace Unroll.Layers;

/// <summary>
/// Shifts and scales features to mean 0 and variance 1: <c>y = (x − mean) / max(√variance, 1e-7)</c>. Adapt learns both from data;
/// training does not change them. Any shape.
/// <code>
/// var normalize = new Normalization();
/// normalize.Adapt(table);
/// var model = new Sequential { normalize, new Dense(8, "relu"), new Dense(1) };
/// </code>
/// </summary>
public sealed class Normalization : ElementwiseLayer
{
    private const float LeastDeviation = 1e-7f;

    private static readonly Argument<IReadOnlyList<int>> AxisArgument = new(
        "axis",
        new ArgumentForm<IReadOnlyList<int>>(
            input => input.Node is null ? [] : input.Node is JsonArray ? [.. ArgumentForms.Longs.Read(input).Select(axis => checked((int)axis))] : [ArgumentForms.Whole.Read(input)],
            axes => axes.Count == 0 ? null : axes.Count == 1 ? JsonValue.Create(axes[0]) : new JsonArray([.. axes.Select(axis => JsonValue.Create(axis))]), "-1", ReadsNone: true),
        [-1]);

    private static readonly Argument<IReadOnlyList<double>?> MeanArgument = PreprocessingArguments.NumberOrNumbers("mean").KeywordOnly();

    private static readonly Argument<IReadOnlyList<double>?> VarianceArgument = PreprocessingArguments.NumberOrNumbers("variance").KeywordOnly();

    private static readonly Argument<bool> InvertArgument = Argument.Flag("invert").KeywordOnly();

    /// <inheritdoc/>
    public override string ClassName => "Normalization";

    /// <summary>Axes that have a mean and a variance for each place, counted with the batch dimension as 0; negative: from the end. Empty: one for all.</summary>
    public IReadOnlyList<int> Axis { get => Get(AxisArgument); init => Set(AxisArgument, value); }

    /// <summary>Means given with the layer, one for all or one for each place; null: Adapt learns them.</summary>
    public IReadOnlyList<double>? Mean { get => Get(MeanArgument); init => Set(MeanArgument, value); }

    /// <summary>Variances given with the layer, together with <see cref="Mean"/>.</summary>
    public IReadOnlyList<double>? Variance { get => Get(VarianceArgument); init => Set(VarianceArgument, value); }

    /// <summary>True: the other way round, <c>y = mean + x · max(√variance, 1e-7)</c>.</summary>
    public bool Invert { get => Get(InvertArgument); init => Set(InvertArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Normalization>("Normalization")
    {
        Arguments = [.. CommonArguments, AxisArgument, InvertArgument, MeanArgument, VarianceArgument],
        Make = _ => new Normalization(),
    };

    /// <summary>Learns means and variances of data; what was learned before is forgotten.</summary>
    /// <param name="x">Real values, samples first.</param>
    /// <exception cref="ArgumentException">The data don't have the shape that the layer was built for.</exception>
    /// <exception cref="InvalidOperationException">Means were given with the layer.</exception>
    public void Adapt(Inputs x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (Mean is not null) throw new InvalidOperationException($"{Label}: mean and variance were given with the layer, so that Adapt can't learn them.");
        Encoded data = Encoded.OfPart(x, 0);
        float[] values = data.AsReals().Reals ?? throw new ArgumentException($"{Label} takes real values, but texts were given.");
        if (values.Length == 0) throw new ArgumentException($"{Label}: Adapt was given no values.", nameof(x));
        int[] sample = [.. data.Shape.Skip(1)];
        Build(CallInputs.Single([.. sample.Select(size => (int?)size)]), new Arena(), seed: 0, layerIndex: 0);
        int[] places = Places(sample);
        int count = Parameters[0].Count;
        double[] sums = new double[count], squares = new double[count];
        long each = values.Length / count;
        for (int i = 0; i < values.Length; i++) sums[places[i % places.Length]] += values[i];
        for (int i = 0; i < values.Length; i++)
        {
            double distance = values[i] - sums[places[i % places.Length]] / each;
            squares[places[i % places.Length]] += distance * distance;
        }

        Parameters[0].Set([.. sums.Select(sum => (float)(sum / each))]);
        Parameters[1].Set([.. squares.Select(sum => (float)(sum / each))]);
    }

    internal override bool LearnsBySteps(string weight) => false;

    internal override bool CanBuild(IReadOnlyList<int?> inputShape) => OwnAxes(inputShape.Count).All(axis => inputShape[axis] is not null);

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
        if ((Mean is null) != (Variance is null)) throw new ArgumentException($"{Label}: mean and variance must be given together.");
        int[] shape = [.. OwnAxes(inputShape.Count).Select(axis => inputShape[axis] ?? throw WrongInput(inputShape, "inputs whose size along its axes is known"))];
        if (Mean is not null) return [];
        return [("mean", shape, new Zeros()), ("variance", shape, new Ones()), ("count", [], new Zeros())];
    }

    internal override int[] PlacesOf(IReadOnlyList<int> sample)
    {
        int[] places = Places(sample);
        int count = places.Max() + 1;
        foreach (IReadOnlyList<double>? given in new[] { Mean, Variance })
            if (given is not null && given.Count != 1 && given.Count != count) throw new ArgumentException($"{Label}: {given.Count} means or variances are given for {count} features.");
        if (Mean is null && !IsBuilt) throw new InvalidOperationException($"{Label} knows no means yet. Call Adapt with the training data, or give mean and variance.");
        return Mean is not null || Parameters[0].Count == count
            ? places
            : throw new ArgumentException($"{Label} was built for {Parameters[0].Count} features; these inputs have {count}.");
    }

    internal override ElementLine LineOf(int place)
    {
        float mean = ValueAt(Mean, 0, place), deviation = Math.Max(MathF.Sqrt(ValueAt(Variance, 1, place)), LeastDeviation);
        return Invert ? new ElementLine(0, 1, deviation, mean) : new ElementLine(mean, deviation, 1, 0);
    }

    private float ValueAt(IReadOnlyList<double>? given, int index, int place) =>
        given is null ? Parameters[index].Value.Span[place] : (float)given[given.Count == 1 ? 0 : place];

    /// <summary>For each element of a sample which mean is its own.</summary>
    private int[] Places(IReadOnlyList<int> sample)
    {
        int[] axes = OwnAxes(sample.Count), places = new int[sample.Aggregate(1, (product, size) => checked(product * size))];
        for (int i = 0; i < places.Length; i++)
        {
            int rest = i, place = 0, stride = 1;
            for (int d = sample.Count - 1; d >= 0; rest /= sample[d], d--)
            {
                if (!axes.Contains(d)) continue;
                place += rest % sample[d] * stride;
                stride *= sample[d];
            }

            places[i] = place;
        }

        return places;
    }

    private int[] OwnAxes(int rank) => Axis.Count > 0 ? LayerArguments.OwnAxes(Axis, rank, Label) : [];
}
