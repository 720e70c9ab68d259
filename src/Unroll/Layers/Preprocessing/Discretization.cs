using Unroll.Configuration;

namespace Unroll.Layers;

/// <summary>
/// Real values to the bins that they fall into: as many as boundaries are at most as large, so that a boundary belongs to the bin
/// above. <c>[B, …]</c> → whole numbers of the same shape, or rows.
/// </summary>
public sealed class Discretization : PreprocessingLayer
{
    private static readonly Argument<IReadOnlyList<double>?> BinBoundariesArgument = PreprocessingArguments.OptionalNumbers("bin_boundaries");

    private static readonly Argument<int?> NumBinsArgument = Argument.OptionalWhole("num_bins").AtLeast(1).KeywordOnly();

    private static readonly Argument<TokenOutput> OutputModeArgument = BinEncoding.Output(TokenOutput.Int, TokenOutput.OneHot, TokenOutput.MultiHot, TokenOutput.Count);

    private double[]? _learned;

    /// <summary>Creates the layer with boundaries.</summary>
    /// <param name="binBoundaries">Ascending; there is one bin more. None: <see cref="NumBins"/> and Adapt.</param>
    public Discretization(params double[] binBoundaries)
    {
        if (binBoundaries is { Length: > 0 }) BinBoundaries = binBoundaries;
    }

    /// <inheritdoc/>
    public override string ClassName => "Discretization";

    /// <summary>The boundaries, ascending; null: Adapt learns them.</summary>
    public IReadOnlyList<double>? BinBoundaries { get => Get(BinBoundariesArgument); init => Set(BinBoundariesArgument, value); }

    /// <summary>Number of bins that Adapt makes.</summary>
    public int? NumBins { get => Get(NumBinsArgument); init => Set(NumBinsArgument, value); }

    /// <summary>What comes out.</summary>
    public TokenOutput OutputMode { get => Get(OutputModeArgument); init => Set(OutputModeArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Discretization>("Discretization")
    {
        Arguments =
        [
            .. CommonArguments, BinBoundariesArgument, NumBinsArgument, Argument.Ignored("epsilon", 0.01), OutputModeArgument, Argument.Fixed("sparse", false),
        ],
        Make = _ => new Discretization(),
    };

    internal override bool PutsOutIds => OutputMode == TokenOutput.Int;

    /// <summary>
    /// Learns boundaries between bins of as many values: quantiles, on the line through the shares of values that are at most as
    /// large. Keras takes them from a summary of large data, here they are exact.
    /// </summary>
    /// <param name="x">Real values of any shape; all count alike.</param>
    /// <exception cref="InvalidOperationException">The boundaries were given, or <see cref="NumBins"/> was not.</exception>
    public void Adapt(Inputs x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (BinBoundaries is not null) throw new InvalidOperationException($"{Label}: the boundaries were given with the layer, so that Adapt can't learn them.");
        int bins = NumBins ?? throw new InvalidOperationException($"{Label}: Adapt needs num_bins, the number of bins that it shall make.");
        float[] sorted = [.. Encoded.OfPart(x, 0).AsReals().Reals ?? throw new ArgumentException($"{Label} takes real values, but texts were given.")];
        Array.Sort(sorted);
        var learned = new double[bins - 1];
        for (int k = 1; k < bins; k++)
        {
            double place = (double)k * sorted.Length / bins - 1; // the value at place i has the share (i + 1) / n
            int below = (int)Math.Floor(place);
            learned[k - 1] = below < 0 ? sorted[0] : sorted[below] + (place - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - (double)sorted[below]);
        }

        _learned = learned;
    }

    internal override Encoded Run(IReadOnlyList<Encoded> inputs)
    {
        Encoded x = Only(inputs);
        float[] values = x.AsReals().Reals ?? throw new ArgumentException($"{Label} takes real values, but texts were given.");
        float[] boundaries = [.. Boundaries().Select(boundary => (float)boundary)];
        long[] bins = Array.ConvertAll(values, value =>
        {
            int at = 0;
            while (at < boundaries.Length && boundaries[at] <= value) at++;
            return (long)at;
        });
        return BinEncoding.Encode(bins, x.Shape, OutputMode, boundaries.Length + 1);
    }

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape) =>
        BinEncoding.Shape(inputShape, OutputMode, BinBoundaries?.Count + 1 ?? NumBins, hasBatch: false);

    internal override object? ValueOf<T>(Argument<T> argument) =>
        argument.Name == BinBoundariesArgument.Name && _learned is not null ? _learned : base.ValueOf(argument);

    /// <inheritdoc/>
    protected override void OnSet(Argument argument)
    {
        base.OnSet(argument);
        if (BinBoundaries is not { } boundaries) return;
        for (int i = 1; i < boundaries.Count; i++)
            if (!(boundaries[i] >= boundaries[i - 1])) throw new ArgumentException($"{Label}: bin_boundaries must ascend, but {boundaries[i]} follows {boundaries[i - 1]}.", nameof(argument));
    }

    private IReadOnlyList<double> Boundaries() => BinBoundaries ?? _learned
        ?? throw new InvalidOperationException($"{Label} has no boundaries yet. Give bin_boundaries, or num_bins and call Adapt with the training data.");
}
