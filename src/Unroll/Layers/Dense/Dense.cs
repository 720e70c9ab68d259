using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Kernels.Activation;
using Unroll.Models.Execution;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>What a <see cref="Dense"/> layer is made of; Keras' arguments and defaults.</summary>
/// <param name="Units">Outputs.</param>
public sealed record DenseOptions(int Units)
{
    /// <summary>Default linear.</summary>
    public Activation Activation { get; init; } = Activation.Linear;

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get; init; } = true;

    /// <summary>First values of the kernel.</summary>
    public Initializer KernelInitializer { get; init; } = new GlorotUniform();

    /// <summary>First values of the bias.</summary>
    public Initializer BiasInitializer { get; init; } = new Zeros();

    /// <summary>What the kernel adds to the loss; null: nothing.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <summary>What the bias adds to the loss; null: nothing.</summary>
    public Regularizer? BiasRegularizer { get; init; }

    /// <summary>What the kernel is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? KernelConstraint { get; init; }

    /// <summary>What the bias is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? BiasConstraint { get; init; }
}

/// <summary>Fully connected layer, y = activation(x·kernel + bias) on the last axis: <c>[B, …, F] → [B, …, U]</c>.</summary>
public sealed class Dense : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="units">Outputs.</param>
    /// <param name="activation">Activation; null: linear.</param>
    /// <param name="useBias">Whether a bias is added.</param>
    /// <param name="kernelInitializer">Null: <c>glorot_uniform</c>.</param>
    /// <param name="biasInitializer">Null: <c>zeros</c>.</param>
    /// <param name="kernelRegularizer">What the kernel adds to the loss; null: nothing.</param>
    /// <param name="biasRegularizer">What the bias adds to the loss.</param>
    /// <param name="kernelConstraint">What the kernel is made to fulfil after each step; null: anything goes.</param>
    /// <param name="biasConstraint">The same for the bias.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="units"/> is not positive.</exception>
    public Dense(
        int units, Activation? activation = null, bool useBias = true,
        Initializer? kernelInitializer = null, Initializer? biasInitializer = null,
        Regularizer? kernelRegularizer = null, Regularizer? biasRegularizer = null,
        Constraint? kernelConstraint = null, Constraint? biasConstraint = null)
        : this(new DenseOptions(units)
        {
            Activation = activation ?? Activation.Linear,
            UseBias = useBias,
            KernelInitializer = kernelInitializer ?? new GlorotUniform(),
            BiasInitializer = biasInitializer ?? new Zeros(),
            KernelRegularizer = kernelRegularizer,
            BiasRegularizer = biasRegularizer,
            KernelConstraint = kernelConstraint,
            BiasConstraint = biasConstraint,
        })
    {
    }

    /// <summary>Creates the layer from options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Units is not positive.</exception>
    public Dense(DenseOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        LayerArguments.RequireSize("Dense", "units", options.Units);
        Options = options;
    }

    /// <summary>What the layer was made of.</summary>
    public DenseOptions Options { get; }

    /// <inheritdoc/>
    public override string ClassName => "Dense";

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Dense>("Dense")
    {
        Arguments =
        [
            .. LayerArguments.Common<Dense>(),
            new("units", dense => dense.Options.Units),
            new("activation", dense => dense.Options.Activation),
            new("use_bias", dense => dense.Options.UseBias),
            new("kernel_initializer", dense => dense.Options.KernelInitializer),
            new("bias_initializer", dense => dense.Options.BiasInitializer),
            ConfigArgument<Dense>.Keyword("kernel_regularizer", dense => dense.Options.KernelRegularizer),
            ConfigArgument<Dense>.Keyword("bias_regularizer", dense => dense.Options.BiasRegularizer),
            ConfigArgument<Dense>.Keyword("kernel_constraint", dense => dense.Options.KernelConstraint),
            ConfigArgument<Dense>.Keyword("bias_constraint", dense => dense.Options.BiasConstraint),
        ],
        Make = a => new Dense(new DenseOptions(a.Int("units"))
        {
            Activation = a.Activation("activation", "linear"),
            UseBias = a.Bool("use_bias", true),
            KernelInitializer = a.Initializer("kernel_initializer", "glorot_uniform"),
            BiasInitializer = a.Initializer("bias_initializer", "zeros"),
            KernelRegularizer = a.Regularizer("kernel_regularizer"),
            BiasRegularizer = a.Regularizer("bias_regularizer"),
            KernelConstraint = a.Constraint("kernel_constraint"),
            BiasConstraint = a.Constraint("bias_constraint"),
        }),
    };

    internal override (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) => weight == "kernel"
        ? (Options.KernelRegularizer, Options.KernelConstraint)
        : (Options.BiasRegularizer, Options.BiasConstraint);

    internal override Activation LastActivation => Options.Activation;

    internal override LayerProgram CreateProgram(ProgramContext context) => new DenseProgram(this, context);

    // Softmax is computed for groups of rows only.
    internal override RowLayer? CreateRow(RowContext context) =>
        Options.Activation.Kind == ActivationKind.Softmax ? null : new DenseRow(this, context);

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
        int features = Features(inputShape);
        yield return ("kernel", [features, Options.Units], Options.KernelInitializer);
        if (Options.UseBias) yield return ("bias", [Options.Units], Options.BiasInitializer);
    }

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        Features(inputShape);
        return [.. inputShape.SkipLast(1), Options.Units];
    }

    private int Features(IReadOnlyList<int?> inputShape) => inputShape.Count is 1 or 2 && inputShape[^1] is { } features
        ? features
        : throw WrongInput(inputShape, "[batch, features] or [batch, time, features] with a known number of features");
}
