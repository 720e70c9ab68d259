using Unroll.Configuration;

namespace Unroll.Layers;

/// <summary>
/// Several categories of a sample together to one of some bins, by a hash: <c>new HashedCrossing(100).Call([city, weekday])</c>. Each
/// <c>[B, 1]</c>, texts or whole numbers → <c>[B, 1]</c> or <c>[B, bins]</c>.
/// </summary>
public sealed class HashedCrossing : PreprocessingLayer
{
    private const ulong Start = 0xDECAFCAFFE; // TensorFlow's key of crossed hashes

    private static readonly Argument<int> NumBinsArgument = Argument.Whole("num_bins").AtLeast(1);

    private static readonly Argument<TokenOutput> OutputModeArgument = BinEncoding.Output(TokenOutput.Int, TokenOutput.OneHot);

    /// <summary>Creates the layer.</summary>
    /// <param name="numBins">Number of bins.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public HashedCrossing(int numBins) => NumBins = numBins;

    /// <inheritdoc/>
    public override string ClassName => "HashedCrossing";

    /// <summary>Number of bins.</summary>
    public int NumBins { get => Get(NumBinsArgument); init => Set(NumBinsArgument, value); }

    /// <summary>What comes out: whole numbers or rows with a 1.</summary>
    public TokenOutput OutputMode { get => Get(OutputModeArgument); init => Set(OutputModeArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, HashedCrossing>("HashedCrossing")
    {
        Arguments = [.. CommonArguments, NumBinsArgument, OutputModeArgument, Argument.Fixed("sparse", false)],
        Make = a => new HashedCrossing(a.Get(NumBinsArgument)),
    };

    internal override InputKind Takes => InputKind.Texts;

    internal override bool PutsOutIds => OutputMode == TokenOutput.Int;

    internal override Encoded Run(IReadOnlyList<Encoded> inputs)
    {
        if (inputs.Count < 2) throw new ArgumentException($"{Label} crosses two arrays or more; give them as a list.");
        foreach (Encoded input in inputs)
        {
            if (input.Shape is not [_, 1] and not [_] || input.Shape[0] != inputs[0].Shape[0] || input.Reals is not null)
                throw new ArgumentException($"{Label} crosses arrays of one text or whole number for each sample; one holds {input.Kind} of the shape ({string.Join(", ", input.Shape)}).");
        }

        var bins = new long[inputs[0].Shape[0]];
        for (int i = 0; i < bins.Length; i++)
        {
            ulong hash = Start;
            foreach (Encoded input in inputs)
                hash = Fingerprints.Join(hash, input.Texts is { } texts ? Fingerprints.Of(texts[i], salt: null) : (ulong)input.Wholes![i]);
            bins[i] = (long)(hash % (ulong)NumBins);
        }

        return BinEncoding.Encode(bins, inputs[0].Shape, OutputMode, NumBins);
    }

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs) =>
        inputs.Shapes.Count >= 2 && inputs.Shapes.All(shape => shape is [1])
            ? [[OutputMode == TokenOutput.Int ? 1 : NumBins]]
            : throw new ArgumentException($"{Label} crosses two inputs or more of the shape [batch, 1]; give them as a list.");
}
