using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Execution;
using Unroll.Initializers;
using Unroll.Random;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>
/// Turns token ids into rows of a trainable table: <c>[B, T] → [B, T, E]</c>, or ids of more axes. Ids outside the vocabulary are an error.
/// With <see cref="MaskZero"/>, tokens with id 0 are masked: recurrent layers above hold their state there.
/// </summary>
public sealed class Embedding : Layer
{
    private static readonly Argument<int> InputDimArgument = Argument.Whole("input_dim").AtLeast(1);

    private static readonly Argument<int> OutputDimArgument = Argument.Whole("output_dim").Size();

    private static readonly Argument<Initializer> EmbeddingsInitializerArgument = Initializer.Catalog.Argument("embeddings_initializer", new RandomUniform());

    private static readonly Argument<Regularizer?> EmbeddingsRegularizerArgument = Regularizer.Catalog.OptionalArgument("embeddings_regularizer").KeywordOnly();

    private static readonly Argument<Constraint?> EmbeddingsConstraintArgument = Constraint.Catalog.OptionalArgument("embeddings_constraint").KeywordOnly();

    private static readonly Argument<bool> MaskZeroArgument = Argument.Flag("mask_zero").KeywordOnly();

    private float[,]? _given;

    /// <summary>Creates the layer.</summary>
    /// <param name="inputDim">Size of the vocabulary.</param>
    /// <param name="outputDim">Features per token.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or <paramref name="outputDim"/> larger than 1,048,576.</exception>
    public Embedding(int inputDim, int outputDim) => (InputDim, OutputDim) = (inputDim, outputDim);

    /// <inheritdoc/>
    public override string ClassName => "Embedding";

    /// <summary>Size of the vocabulary: ids are 0 … InputDim − 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int InputDim { get => Get(InputDimArgument); init => Set(InputDimArgument, value); }

    /// <summary>Features per token.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or larger than 1,048,576.</exception>
    public int OutputDim { get => Get(OutputDimArgument); init => Set(OutputDimArgument, value); }

    /// <summary>First values of the table; default U(−0.05, 0.05).</summary>
    public Initializer EmbeddingsInitializer { get => Get(EmbeddingsInitializerArgument); init => Set(EmbeddingsInitializerArgument, value); }

    /// <summary>
    /// The table to begin with, <c>[InputDim, OutputDim]</c>, word vectors that were learned elsewhere, say; null: the initializer's
    /// values. It is no part of the configuration, since files hold the weights themselves.
    /// </summary>
    /// <exception cref="ArgumentException">The array has another shape.</exception>
    public float[,]? Weights
    {
        get => _given;
        init
        {
            if (value is not null && (value.GetLength(0) != InputDim || value.GetLength(1) != OutputDim))
                throw new ArgumentException($"Embedding: weights has the shape ({value.GetLength(0)}, {value.GetLength(1)}), but the table is ({InputDim}, {OutputDim}).", nameof(Weights));
            _given = value;
        }
    }

    /// <summary>What the table adds to the loss; null: nothing.</summary>
    public Regularizer? EmbeddingsRegularizer { get => Get(EmbeddingsRegularizerArgument); init => Set(EmbeddingsRegularizerArgument, value); }

    /// <summary>What the table is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? EmbeddingsConstraint { get => Get(EmbeddingsConstraintArgument); init => Set(EmbeddingsConstraintArgument, value); }

    /// <summary>True: id 0 is padding, and the layers above skip it.</summary>
    public bool MaskZero { get => Get(MaskZeroArgument); init => Set(MaskZeroArgument, value); }

    /// <summary>What the output adds to the loss, row by row and divided by the rows of the batch; null: nothing.</summary>
    public Regularizer? ActivityRegularizer { get => Get(ActivityRegularizerArgument); init => Set(ActivityRegularizerArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Embedding>("Embedding")
    {
        Arguments =
        [
            .. CommonArguments.SkipLast(1), DType.OfEmbedding,
            InputDimArgument, OutputDimArgument, EmbeddingsInitializerArgument, EmbeddingsRegularizerArgument,
            ActivityRegularizerArgument, EmbeddingsConstraintArgument, MaskZeroArgument,
        ],
        Make = a => new Embedding(a.Get(InputDimArgument), a.Get(OutputDimArgument)),
        WithVocabulary = WithVocabulary,
    };

    internal override Regularizer? OutputRegularizer => ActivityRegularizer;

    internal override bool KnowsItsInput => true;

    internal override int? IdLimit => InputDim;

    internal override bool TreatsStepsAlike => true;

    internal override bool OrdersItsGradients => true;

    internal override (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) =>
        (EmbeddingsRegularizer, EmbeddingsConstraint);

    internal override LayerProgram CreateProgram(ProgramContext context) => new EmbeddingProgram(this, context);

    internal override RowLayer CreateRow(RowContext context) => new EmbeddingRow(this, context);

    /// <summary><c>embedding(8)</c> is short for <c>embedding(vocabulary, 8)</c>.</summary>
    private static ObjectConfig WithVocabulary(ObjectConfig config, int vocabulary)
    {
        bool isNamed = config.Named.Keys.Any(name => NameMatching.Comparer.Equals(name, "input_dim"));
        bool hasOutput = config.Named.Keys.Any(name => NameMatching.Comparer.Equals(name, "output_dim"));
        return isNamed || config.Positional.Count + (hasOutput ? 1 : 0) > 1
            ? config
            : config with { Positional = [vocabulary, .. config.Positional] };
    }

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape) =>
        [("embeddings", [InputDim, OutputDim], _given is null ? EmbeddingsInitializer : new Given(_given))];

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape) => inputShape.Count > 0
        ? [.. inputShape, OutputDim]
        : throw WrongInput(inputShape, "token ids [batch, time] as the first layer of a model");

    /// <summary>First values that somebody gave.</summary>
    private sealed class Given(float[,] table) : Initializer
    {
        public override void Fill(Span<float> values, ReadOnlySpan<int> shape, RandomSource random)
        {
            for (int i = 0; i < values.Length; i++) values[i] = table[i / shape[1], i % shape[1]];
        }
    }
}
