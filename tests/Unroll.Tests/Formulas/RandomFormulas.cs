using Unroll.Formulas;
using static Unroll.Formulas.Formula;

namespace Unroll.Tests.Formulas;

/// <summary>Cells of random shape: values are used again, split, joined and summed in ways that nobody would write.</summary>
internal sealed class RandomFormulas
{
    private const int Units = 4, Inputs = 3;

    private readonly System.Random _random;
    private readonly List<Value> _weights = [];

    private RandomFormulas(int seed) => _random = new System.Random(seed);

    /// <summary>A cell of two states; the same for the same seed.</summary>
    public static Recording Create(int seed)
    {
        var formulas = new RandomFormulas(seed);
        return formulas.Record();
    }

    private Recording Record()
    {
        for (int i = 0; i < 3; i++) _weights.Add(Value.Matrix($"K{i}", Inputs, Units));
        for (int i = 0; i < 3; i++) _weights.Add(Value.Matrix($"R{i}", Units, Units));
        for (int i = 0; i < 3; i++) _weights.Add(Value.Vector($"b{i}", Units));
        return Recording.OfCell(Inputs, [Units, Units], _weights, (x, states) =>
        {
            List<Value> pool = [.. states, _weights[6 + _random.Next(3)]];
            int count = _random.Next(4, 16);
            for (int i = 0; i < count; i++) pool.Add(Next(x, pool));
            Values next = (Bounded(pool[^1]), Bounded(Pick(pool)));
            return _random.Next(3) == 0 ? next.PutOut(Pick(pool)) : next;
        });
    }

    private Value Next(Value x, List<Value> pool)
    {
        Value a = Pick(pool), b = Pick(pool), k = _weights[_random.Next(3)], r = _weights[3 + _random.Next(3)];
        return _random.Next(20) switch
        {
            0 => x * k + a * r + _weights[6 + _random.Next(3)],
            1 => Sigmoid(x * k + a * r),
            2 => Tanh(a * r + _weights[6 + _random.Next(3)]),
            3 => x * k + a * r + b * (1 - a),
            4 => a + b,
            5 => a - b * Tanh(a),
            6 => Tanh(a) * b,
            7 => a / (1 + Square(b)),
            8 => Concat(Slice(a, 2, 2), Slice(b, 0, 2)),
            9 => Slice(Tanh(Concat(a, b)), _random.Next(5), Units),
            10 => a * Mean(b) - Sum(a) * 0.1,
            11 => Exp(-Square(a)) * 0.5,
            12 => Softplus(a) - Softsign(b),
            13 => 2 * Sigmoid(a) - 0.25,
            14 => a * 0.5 - b * r,
            15 => Sqrt(Square(a) + 0.1),
            16 => Sigmoid(a * r) * b,
            17 => Slice(x * k, 0, 1) * a + Slice(Sigmoid(x * k + a * r), 1, 1),
            18 => Log(1 + Exp(a * 0.5)),
            _ => Tanh(Tanh(x * k) * r + a),
        };
    }

    /// <summary>So that no gradient explodes and hides the others.</summary>
    private static Value Bounded(Value value) => Tanh(0.5 * value);

    private Value Pick(List<Value> pool) => pool[_random.Next(pool.Count)];
}
