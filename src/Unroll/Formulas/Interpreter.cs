using Unroll.Kernels.Math;

namespace Unroll.Formulas;

/// <summary>What formulas mean: computes a value in float64 for one row, straight from what was written down.</summary>
internal sealed class Interpreter(IReadOnlyDictionary<Value, double[]> known)
{
    private readonly Dictionary<Value, double[]> _results = new(known);

    /// <summary>The value's features.</summary>
    public double[] Evaluate(Value value)
    {
        if (_results.TryGetValue(value, out double[]? result)) return result;
        result = Compute(value);
        _results.Add(value, result);
        return result;
    }

    private double[] Compute(Value value)
    {
        double[][] operands = [.. value.Operands.Select(Evaluate)];
        switch (value.Kind)
        {
            case ValueKind.Number: return [value.Number];
            case ValueKind.Concat: return [.. operands.SelectMany(operand => operand)];
            case ValueKind.Slice: return operands[0][value.Index..(value.Index + value.Features)];
            case ValueKind.Sum: return [operands[0].Sum()];
            case ValueKind.Mean: return [operands[0].Sum() / operands[0].Length];
            case ValueKind.MatrixProduct:
                var product = new double[value.Features];
                for (int k = 0; k < operands[0].Length; k++)
                    for (int n = 0; n < product.Length; n++) product[n] += operands[0][k] * operands[1][k * product.Length + n];
                return product;
            case ValueKind.Add: return Both((a, b) => a + b);
            case ValueKind.Subtract: return Both((a, b) => a - b);
            case ValueKind.Multiply: return Both((a, b) => a * b);
            case ValueKind.Divide: return Both((a, b) => a / b);
            case ValueKind.Minimum: return Both((a, b) => a > b ? b : a);
            case ValueKind.Maximum: return Both((a, b) => b > a ? b : a);
            case ValueKind.Function:
                var applied = new float[value.Features];
                value.Activation!.Apply(Array.ConvertAll(operands[0], x => (float)x), applied); // activations know single precision alone
                return Array.ConvertAll(applied, x => (double)x);
            case ValueKind.Input or ValueKind.State or ValueKind.Weight or ValueKind.Factor:
                throw new ArgumentException($"'{value.Name}' has no value; add it to those that are known.");
            default: return Array.ConvertAll(operands[0], x => Apply(value.Kind, x));
        }

        double[] Both(Func<double, double, double> function) =>
            [.. Enumerable.Range(0, value.Features).Select(i => function(At(operands[0], i), At(operands[1], i)))];
    }

    private static double At(double[] values, int i) => values.Length == 1 ? values[0] : values[i];

    private static double Apply(ValueKind kind, double x) => kind switch
    {
        ValueKind.Tanh => Tanh(x),
        ValueKind.Sigmoid => Portable.SigmoidAndSoftplus(x).Sigmoid,
        ValueKind.Softplus => Portable.SigmoidAndSoftplus(x).Softplus,
        ValueKind.Relu => x > 0 ? x : 0,
        ValueKind.HardSigmoid => Math.Clamp(x + 3, 0, 6) / 6,
        ValueKind.HardSigmoidKeras2 => Math.Clamp(x + 2.5, 0, 5) / 5,
        ValueKind.Softsign => x / (1 + Math.Abs(x)),
        ValueKind.Exp => Portable.Exp(x),
        ValueKind.Log => Portable.Log(x),
        ValueKind.Sqrt => Math.Sqrt(x),
        ValueKind.Square => x * x,
        ValueKind.Abs => Math.Abs(x),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "This is no function of one argument."),
    };

    private static double Tanh(double x)
    {
        double e = Portable.Exp(-2 * Math.Abs(x));
        return Math.CopySign((1 - e) / (1 + e), x);
    }
}
