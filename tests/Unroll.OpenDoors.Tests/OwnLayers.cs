using Unroll.Configuration;
using Unroll.Formulas;
using Unroll.Initializers;
using Unroll.Layers;
using static Unroll.Formulas.Formula;

namespace Unroll.OpenDoors.Tests;

/// <summary>Composed of other layers.</summary>
public sealed class Residual : CompositeLayer
{
    private static readonly Argument<int> UnitsArgument = Argument.Whole("units").Size();

    private readonly Dense _wide, _back;

    public Residual(int units)
    {
        Set(UnitsArgument, units);
        (_wide, _back) = (new Dense(2 * units, "tanh"), new Dense(units));
    }

    public static Registration<Layer> Registration { get; } = new Registration<Layer, Residual>("Residual")
    {
        Arguments = [.. CommonArguments, UnitsArgument],
        Make = a => new Residual(a.Get(UnitsArgument)),
    };

    protected override Symbols Compose(Symbols inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        Symbol x = inputs[0];
        return x + _back.Call(_wide.Call(x)).ToSymbol();
    }
}

/// <summary>On plain arrays: y = x · factor + offset, with a factor per feature.</summary>
public sealed class Affine : ArrayLayer
{
    public static Registration<Layer> Registration { get; } = new Registration<Layer, Affine>("Affine")
    {
        Arguments = CommonArguments,
        Make = _ => new Affine(),
    };

    protected override void AddWeights(IReadOnlyList<int?> inputShape)
    {
        AddWeight("factor", [inputShape[^1]!.Value], new Ones());
        AddWeight("offset", [inputShape[^1]!.Value], new Zeros());
    }

    protected override void Forward(ReadOnlySpan<float> x, Span<float> y, ArrayWeights weights)
    {
        ReadOnlySpan<float> factor = weights[0], offset = weights[1];
        for (int i = 0; i < x.Length; i++) y[i] = x[i] * factor[i % factor.Length] + offset[i % factor.Length];
    }

    protected override void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx, ArrayWeights weights)
    {
        ReadOnlySpan<float> factor = weights[0];
        Span<float> dFactor = weights.Gradient(0), dOffset = weights.Gradient(1);
        for (int i = 0; i < x.Length; i++)
        {
            dx[i] = dy[i] * factor[i % factor.Length];
            dFactor[i % factor.Length] += dy[i] * x[i];
            dOffset[i % factor.Length] += dy[i];
        }
    }
}

/// <summary>As a formula: a gate and what it lets pass.</summary>
public sealed class Gated : FormulaLayer
{
    private static readonly Argument<int> UnitsArgument = Argument.Whole("units").Size();

    public Gated(int units) => Set(UnitsArgument, units);

    public static Registration<Layer> Registration { get; } = new Registration<Layer, Gated>("Gated")
    {
        Arguments = [.. CommonArguments, UnitsArgument],
        Make = a => new Gated(a.Get(UnitsArgument)),
    };

    protected override Value Formula(Value x)
    {
        int units = Get(UnitsArgument);
        return Sigmoid(x * Weight("gate", [x.Features, units])) * (x * Weight("kernel", [x.Features, units]) + Weight("bias", [units]));
    }
}
