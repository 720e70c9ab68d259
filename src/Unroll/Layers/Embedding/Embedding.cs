using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Models.Execution;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>What an <see cref="Embedding"/> is made of; Keras' arguments and defaults.</summary>
/// <param name="InputDim">Size of the vocabulary: ids are 0 … InputDim − 1.</param>
/// <param name="OutputDim">Features per token.</param>
public sealed record EmbeddingOptions(int InputDim, int OutputDim)
{
    /// <summary>First values of the table; default U(−0.05, 0.05).</summary>
    public Initializer EmbeddingsInitializer { get; init; } = new RandomUniform();

    /// <summary>What the table adds to the loss; null: nothing.</summary>
    public Regularizer? EmbeddingsRegularizer { get; init; }

    /// <summary>What the table is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? EmbeddingsConstraint { get; init; }

    /// <summary>True: id 0 is padding, and the layers above skip it.</summary>
    public bool MaskZero { get; init; }
}

/// <summary>
/// Turns token ids into rows of a trainable table: <c>[B, T] → [B, T, E]</c>. Ids outside the vocabulary are an error.
/// With <c>maskZero</c>, tokens with id 0 are masked: recurrent layers above hold their state there.
/// </summary>
public sealed class Embedding : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="inputDim">Size of the vocabulary.</param>
    /// <param name="outputDim">Features per token.</param>
    /// <param name="embeddingsInitializer">First values; null: <c>uniform</c>, U(−0.05, 0.05).</param>
    /// <param name="maskZero">True: id 0 is padding.</param>
    /// <param name="embeddingsRegularizer">What the table adds to the loss; null: nothing.</param>
    /// <param name="embeddingsConstraint">What the table is made to fulfil after each step; null: anything goes.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public Embedding(
        int inputDim, int outputDim, Initializer? embeddingsInitializer = null, bool maskZero = false,
        Regularizer? embeddingsRegularizer = null, Constraint? embeddingsConstraint = null)
        : this(new EmbeddingOptions(inputDim, outputDim)
        {
            EmbeddingsInitializer = embeddingsInitializer ?? new RandomUniform(),
            MaskZero = maskZero,
            EmbeddingsRegularizer = embeddingsRegularizer,
            EmbeddingsConstraint = embeddingsConstraint,
        })
    {
    }

    /// <summary>Creates the layer from options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public Embedding(EmbeddingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        LayerArguments.RequirePositive("Embedding", "input_dim", options.InputDim);
        LayerArguments.RequireSize("Embedding", "output_dim", options.OutputDim);
        Options = options;
    }

    /// <summary>What the layer was made of.</summary>
    public EmbeddingOptions Options { get; }

    /// <inheritdoc/>
    public override string ClassName => "Embedding";

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Embedding>("Embedding")
    {
        Arguments =
        [
            .. LayerArguments.Common<Embedding>(),
            new("input_dim", embedding => embedding.Options.InputDim),
            new("output_dim", embedding => embedding.Options.OutputDim),
            new("embeddings_initializer", embedding => embedding.Options.EmbeddingsInitializer),
            ConfigArgument<Embedding>.Keyword("embeddings_regularizer", embedding => embedding.Options.EmbeddingsRegularizer),
            .. LayerArguments.Null<Embedding>("activity_regularizer"),
            ConfigArgument<Embedding>.Keyword("embeddings_constraint", embedding => embedding.Options.EmbeddingsConstraint),
            ConfigArgument<Embedding>.Keyword("mask_zero", embedding => embedding.Options.MaskZero),
        ],
        Make = a => new Embedding(new EmbeddingOptions(a.Int("input_dim"), a.Int("output_dim"))
        {
            EmbeddingsInitializer = a.Initializer("embeddings_initializer", "uniform"),
            MaskZero = a.Bool("mask_zero", false),
            EmbeddingsRegularizer = a.Regularizer("embeddings_regularizer"),
            EmbeddingsConstraint = a.Constraint("embeddings_constraint"),
        }),
    };

    internal override bool KnowsItsInput => true;

    internal override bool OrdersItsGradients => true;

    internal override (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) =>
        (Options.EmbeddingsRegularizer, Options.EmbeddingsConstraint);

    internal override LayerProgram CreateProgram(ProgramContext context) => new EmbeddingProgram(this, context);

    internal override RowLayer CreateRow(RowContext context) => new EmbeddingRow(this, context);

    /// <summary><c>embedding(8)</c> is short for <c>embedding(vocabulary, 8)</c>.</summary>
    internal static ObjectConfig WithVocabulary(ObjectConfig config, int vocabulary)
    {
        bool isNamed = config.Named.Keys.Any(name => NameMatching.Comparer.Equals(name, "input_dim"));
        bool hasOutput = config.Named.Keys.Any(name => NameMatching.Comparer.Equals(name, "output_dim"));
        return isNamed || config.Positional.Count + (hasOutput ? 1 : 0) > 1
            ? config
            : config with { Positional = [vocabulary, .. config.Positional] };
    }

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape) =>
        [("embeddings", [Options.InputDim, Options.OutputDim], Options.EmbeddingsInitializer)];

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape) => inputShape.Count == 1
        ? [inputShape[0], Options.OutputDim]
        : throw WrongInput(inputShape, "token ids [batch, time] as the first layer of a model");
}
