using System.Globalization;
using System.Text.Json.Nodes;
using Unroll.Configuration;

namespace Unroll.Layers;

/// <summary>
/// Texts or whole numbers to one of some bins, by a hash: no vocabulary is needed, and different tokens may share a bin.
/// <c>[B, …]</c> → whole numbers of the same shape, or rows. Numbers are hashed as their decimal text.
/// </summary>
public sealed class Hashing : PreprocessingLayer
{
    private static readonly Argument<int> NumBinsArgument = Argument.Whole("num_bins").AtLeast(1);

    private static readonly Argument<object?> MaskValueArgument = new Argument<object?>(
        "mask_value",
        new ArgumentForm<object?>(
            input => input.Node switch
            {
                null => null,
                JsonValue value when value.TryGetValue(out string? text) => text,
                _ => ArgumentForms.Long.Read(input),
            },
            value => value is long number ? JsonValue.Create(number) : JsonValue.Create((string?)value), "0", ReadsNone: true),
        null).KeywordOnly();

    private static readonly Argument<IReadOnlyList<long>?> SaltArgument = PreprocessingArguments.Salt("salt");

    private static readonly Argument<TokenOutput> OutputModeArgument = BinEncoding.Output(TokenOutput.Int, TokenOutput.OneHot, TokenOutput.MultiHot, TokenOutput.Count);

    /// <summary>Creates the layer.</summary>
    /// <param name="numBins">Number of bins, that of the mask included.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public Hashing(int numBins) => NumBins = numBins;

    /// <inheritdoc/>
    public override string ClassName => "Hashing";

    /// <summary>Number of bins, that of the mask included.</summary>
    public int NumBins { get => Get(NumBinsArgument); init => Set(NumBinsArgument, value); }

    /// <summary>The text that stands for nothing and has bin 0 for itself. Null: there is none.</summary>
    public string? MaskText { get => Get(MaskValueArgument) as string; init => Set(MaskValueArgument, value); }

    /// <summary>The number that stands for nothing and has bin 0 for itself. Null: there is none.</summary>
    public long? MaskNumber { get => Get(MaskValueArgument) as long?; init => Set(MaskValueArgument, value); }

    /// <summary>The key of SipHash: a number for both halves, or two. Null: FarmHash, which has no key.</summary>
    public IReadOnlyList<long>? Salt { get => Get(SaltArgument); init => Set(SaltArgument, value); }

    /// <summary>What comes out.</summary>
    public TokenOutput OutputMode { get => Get(OutputModeArgument); init => Set(OutputModeArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Hashing>("Hashing")
    {
        Arguments = [.. CommonArguments, NumBinsArgument, SaltArgument, MaskValueArgument, OutputModeArgument, Argument.Fixed("sparse", false)],
        Make = a => new Hashing(a.Get(NumBinsArgument)),
    };

    internal override InputKind Takes => InputKind.Texts;

    internal override bool PutsOutIds => OutputMode == TokenOutput.Int;

    internal override Encoded Run(IReadOnlyList<Encoded> inputs)
    {
        Encoded x = Only(inputs);
        if (MaskText is not null && x.Texts is null || MaskNumber is not null && x.Texts is not null)
            throw new ArgumentException($"{Label}: mask_value is {Get(MaskValueArgument)}, but the array holds {x.Kind}.");
        long[] bins = x.Texts is { } texts
            ? Array.ConvertAll(texts, text => BinOf(text, text == MaskText))
            : Array.ConvertAll(x.Truncated()!, number => BinOf(number.ToString(CultureInfo.InvariantCulture), number == MaskNumber));
        return BinEncoding.Encode(bins, x.Shape, OutputMode, NumBins);
    }

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape) => BinEncoding.Shape(inputShape, OutputMode, NumBins, hasBatch: false);

    private long BinOf(string text, bool isMask)
    {
        bool hasMask = Get(MaskValueArgument) is not null && NumBins > 1;
        if (hasMask && isMask) return 0;
        ulong hash = Fingerprints.Of(text, Salt);
        return hasMask ? 1 + (long)(hash % (ulong)(NumBins - 1)) : (long)(hash % (ulong)NumBins);
    }
}
