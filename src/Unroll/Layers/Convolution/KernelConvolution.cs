using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>Base of convolutions with filters over all features, which are one kernel.</summary>
public abstract class KernelConvolution : ConvolutionLayer
{
    private protected static readonly Argument<Initializer> KernelInitializerArgument = Initializer.Catalog.Argument("kernel_initializer", new GlorotUniform());

    private protected static readonly Argument<Regularizer?> KernelRegularizerArgument = Regularizer.Catalog.OptionalArgument("kernel_regularizer");

    private protected static readonly Argument<Constraint?> KernelConstraintArgument = Constraint.Catalog.OptionalArgument("kernel_constraint");

    private protected KernelConvolution()
    {
    }

    /// <summary>Features that come out.</summary>
    public int Filters { get => Get(FiltersArgument); init => Set(FiltersArgument, value); }

    /// <summary>First values of the kernel.</summary>
    public Initializer KernelInitializer { get => Get(KernelInitializerArgument); init => Set(KernelInitializerArgument, value); }

    /// <summary>What the kernel adds to the loss; null: nothing.</summary>
    public Regularizer? KernelRegularizer { get => Get(KernelRegularizerArgument); init => Set(KernelRegularizerArgument, value); }

    /// <summary>What the kernel is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? KernelConstraint { get => Get(KernelConstraintArgument); init => Set(KernelConstraintArgument, value); }

    internal override (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) => weight == "bias"
        ? (BiasRegularizer, BiasConstraint)
        : (KernelRegularizer, KernelConstraint);
}
