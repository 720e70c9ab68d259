using Unroll.Configuration;
using Unroll.Formulas;
using Unroll.Layers;
using static Unroll.Formulas.Formula;

namespace Unroll.OpenDoors.Tests;

/// <summary>One gate instead of a GRU's two (Zhou et al. 2016).</summary>
public sealed class MinimalGatedUnit(int units) : RecurrentCell(units)
{
    public static Registration<Layer> Registration { get; } = new Registration<Layer, MinimalGatedUnit>("MinimalGatedUnit")
    {
        Arguments = CellArguments,
        Make = a => new MinimalGatedUnit(a.Get(UnitsArgument)),
    };

    protected override Value Step(Value x, Value h)
    {
        Value f = Sigmoid(x * Kernel("kf") + h * RecurrentKernel("rf") + Bias("bf"));
        return (1 - f) * h + f * Tanh(x * Kernel("kn") + (f * h) * RecurrentKernel("rn") + Bias("bn"));
    }
}

/// <summary>The LSTM as a formula, with weights as Keras lays them out.</summary>
public sealed class FormulaLstm(int units) : RecurrentCell(units)
{
    public override IReadOnlyList<int> StateSizes => [Units, Units];

    protected override Values Step(Value x, Values states)
    {
        (Value h, Value c) = states;
        Value[] z = [.. Split(x * Weight("kernel", [x.Features, 4 * Units]) + h * Weight("recurrent", [Units, 4 * Units]) + Weight("bias", [4 * Units]), 4)];
        c = Sigmoid(z[1]) * c + Sigmoid(z[0]) * Tanh(z[2]);
        return (Sigmoid(z[3]) * Tanh(c), c);
    }
}
