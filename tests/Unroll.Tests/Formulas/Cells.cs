using Unroll.Formulas;
using static Unroll.Formulas.Formula;

namespace Unroll.Tests.Formulas;

/// <summary>Cells and layers written as formulas, the built-in ones with Keras' weights.</summary>
internal static class Cells
{
    public static IReadOnlyList<string> Names { get; } =
    [
        "SimpleRNN", "LSTM", "GRU", "GRU reset before", "LSTM of separate weights", "MinimalGatedUnit", "PeepholeLSTM", "LayerNormalizedRNN",
        "Deep", "ManyFunctions", "LinearState", "SwappedStates", "ThreeOperands", "OutputApart", "SharedForm", "Divisions", "DenseLayer", "GatedLayer", "LayerNormalization",
        "Slices", "Constants",
    ];

    /// <summary>The formula of that name for some sizes.</summary>
    public static Recording Create(string name, int inputs, int units) => name switch
    {
        "SimpleRNN" => SimpleRnn(inputs, units),
        "LSTM" => Lstm(inputs, units),
        "GRU" => Gru(inputs, units),
        "GRU reset before" => GruResetBefore(inputs, units),
        _ => new Written(inputs, units).Create(name),
    };

    public static Recording SimpleRnn(int inputs, int units)
    {
        Value k = Value.Matrix("kernel", inputs, units), r = Value.Matrix("recurrent_kernel", units, units), b = Value.Vector("bias", units);
        return Recording.OfCell(inputs, [units], [k, r, b], (x, states) => Tanh(x * k + states[0] * r + b));
    }

    public static Recording Lstm(int inputs, int units)
    {
        Value k = Value.Matrix("kernel", inputs, 4 * units), r = Value.Matrix("recurrent_kernel", units, 4 * units), b = Value.Vector("bias", 4 * units);
        return Recording.OfCell(inputs, [units, units], [k, r, b], (x, states) =>
        {
            (Value h, Value c) = states;
            Values gates = Split(x * k + h * r + b, 4);
            Value i = Sigmoid(gates[0]), f = Sigmoid(gates[1]), g = Tanh(gates[2]), o = Sigmoid(gates[3]);
            c = f * c + i * g;
            return (o * Tanh(c), c);
        });
    }

    public static Recording Gru(int inputs, int units)
    {
        Value k = Value.Matrix("kernel", inputs, 3 * units), r = Value.Matrix("recurrent_kernel", units, 3 * units), b = Value.Vector("bias", 6 * units);
        return Recording.OfCell(inputs, [units], [k, r, b], (x, states) =>
        {
            Value h = states[0];
            (Value xz, Value xr, Value xh) = Split(x * k + Slice(b, 0, 3 * units), 3);
            (Value hz, Value hr, Value hh) = Split(h * r + Slice(b, 3 * units, 3 * units), 3);
            Value z = Sigmoid(xz + hz), reset = Sigmoid(xr + hr);
            return z * h + (1 - z) * Tanh(xh + reset * hh);
        });
    }

    public static Recording GruResetBefore(int inputs, int units)
    {
        Value k = Value.Matrix("kernel", inputs, 3 * units), r = Value.Matrix("recurrent_kernel", units, 3 * units), b = Value.Vector("bias", 3 * units);
        return Recording.OfCell(inputs, [units], [k, r, b], (x, states) =>
        {
            Value h = states[0];
            (Value xz, Value xr, Value xh) = Split(x * k + b, 3);
            Value z = Sigmoid(xz + Slice(h * r, 0, units)), reset = Sigmoid(xr + Slice(h * r, units, units));
            return z * h + (1 - z) * Tanh(xh + Slice(reset * h * r, 2 * units, units));
        });
    }

    /// <summary>Cells with a weight for every place, as people write them.</summary>
    private sealed class Written(int inputs, int units)
    {
        private readonly List<Value> _weights = [];

        public Recording Create(string name) => name switch
        {
            "LSTM of separate weights" => SeparateLstm(),
            "MinimalGatedUnit" => MinimalGatedUnit(),
            "PeepholeLSTM" => PeepholeLSTM(),
            "LayerNormalizedRNN" => LayerNormalizedRNN(),
            "Deep" => Deep(),
            "ManyFunctions" => ManyFunctions(),
            "LinearState" => LinearState(),
            "SwappedStates" => SwappedStates(),
            "ThreeOperands" => ThreeOperands(),
            "OutputApart" => OutputApart(),
            "SharedForm" => SharedForm(),
            "Divisions" => Divisions(),
            "DenseLayer" => DenseLayer(),
            "GatedLayer" => GatedLayer(),
            "LayerNormalization" => LayerNormalization(),
            "Slices" => Slices(),
            "Constants" => Constants(),
            _ => throw new ArgumentException(name),
        };

        private Recording SeparateLstm()
        {
            Value ki = K(), kf = K(), kc = K(), ko = K(), ri = R(), rf = R(), rc = R(), ro = R(), bi = B(), bf = B(), bc = B(), bo = B();
            return Cell(2, (x, states) =>
            {
                (Value h, Value c) = states;
                c = Sigmoid(x * kf + h * rf + bf) * c + Sigmoid(x * ki + h * ri + bi) * Tanh(x * kc + h * rc + bc);
                return [Sigmoid(x * ko + h * ro + bo) * Tanh(c), c];
            });
        }

        private Recording MinimalGatedUnit()
        {
            Value kf = K(), rf = R(), bf = B(), kn = K(), rn = R(), bn = B();
            return Cell(1, (x, states) =>
            {
                Value h = states[0];
                Value f = Sigmoid(x * kf + h * rf + bf);
                return (1 - f) * h + f * Tanh(x * kn + (f * h) * rn + bn);
            });
        }

        private Recording PeepholeLSTM()
        {
            Value ki = K(), kf = K(), kc = K(), ko = K(), ri = R(), rf = R(), rc = R(), ro = R(), pi = B(), pf = B(), po = B(), bf = B();
            return Cell(2, (x, states) =>
            {
                (Value h, Value c) = states;
                Value i = Sigmoid(x * ki + h * ri + pi * c), f = Sigmoid(x * kf + h * rf + pf * c + bf);
                c = f * c + i * Tanh(x * kc + h * rc);
                return (Sigmoid(x * ko + h * ro + po * c) * Tanh(c), c);
            });
        }

        private Recording LayerNormalizedRNN()
        {
            Value k = K(), r = R(), gamma = B(), beta = B();
            return Cell(1, (x, states) => Tanh(Normalize(x * k + states[0] * r) * gamma + beta));
        }

        private Recording Deep()
        {
            Value k = K(), r = R(), second = R(), b = B();
            return Cell(1, (x, states) => Tanh(Relu(Tanh(x * k + states[0] * r) * second + b) + states[0] * second));
        }

        private Recording ManyFunctions()
        {
            Value k = K(), r = R(), b = B();
            return Cell(1, (x, states) =>
            {
                Value z = x * k + states[0] * r + b, e = Exp(0.3 * z), s = Softplus(z);
                Value mixed = Max(Softsign(z), e / 4) + Min(s, 0.7) - Log(1.5 + Square(z)) + Sqrt(0.2 + Abs(z)) + HardSigmoid(2 * z) - Relu(z) / 3;
                return Tanh(0.5 * mixed - HardSigmoid(s) * e);
            });
        }

        private Recording LinearState()
        {
            Value k = K(), r = R();
            return Cell(1, (x, states) => x * k + 0.5 * (states[0] * r));
        }

        private Recording SwappedStates()
        {
            Value k = K(), r = R();
            return Cell(3, (x, states) =>
            {
                Value h = Tanh(x * k + states[2] * r);
                return (h, h, states[0]);
            });
        }

        private Recording ThreeOperands()
        {
            Value k = K(), r = R(), p = R(), q = R(), b = B();
            return Cell(2, (x, states) =>
            {
                Value z = Tanh(states[1] * q);
                Value h = Sigmoid(x * k + states[0] * r + states[1] * p + z * q + b);
                return (h, h - states[1]);
            });
        }

        private Recording OutputApart()
        {
            Value k = K(), r = R(), b = B(), o = Weight(units, 3);
            return Cell(1, (x, states) =>
            {
                Value h = Tanh(x * k + states[0] * r + b);
                return ((Values)h).PutOut(Sigmoid(h * o));
            });
        }

        private Recording SharedForm()
        {
            Value k = K(), r = R(), b = B();
            return Cell(2, (x, states) =>
            {
                Value z = x * k + states[0] * r + b;
                return (Tanh(z) * z + Sigmoid(z), z * Concat(states[1]) * 0.3);
            });
        }

        private Recording Divisions()
        {
            Value k = K(), r = R();
            return Cell(1, (x, states) =>
            {
                Value a = Square(x * k) + 1, b = Exp(states[0] * r * 0.2);
                return a / (a + b) - b / (1 + Sum(b)) - 1 / b;
            });
        }

        private Recording DenseLayer()
        {
            Value k = K(), b = B();
            return Layer(x => Relu(x * k + b));
        }

        private Recording GatedLayer()
        {
            Value k = K(), g = K(), b = B();
            return Layer(x => (x * k + b) * Sigmoid(x * g));
        }

        private Recording LayerNormalization()
        {
            Value gamma = Vector(inputs), beta = Vector(inputs);
            return Layer(x => Normalize(x) * gamma + beta);
        }

        private Recording Slices()
        {
            Value k = Weight(inputs, 2 * units), scale = Vector(1);
            return Cell(1, (x, states) =>
            {
                Values parts = Split(Tanh(x * k), 2);
                Value first = Slice(x, 0, 1);
                Value both = Concat(first * scale, states[0] * parts[0] - parts[1] + first);
                return Slice(both, 1, units) * (1 + first) + Slice(both, 0, units);
            });
        }

        private Recording Constants()
        {
            Value k = K(), v = B();
            Value half = 0.5, one = 1;
            return Cell(1, (x, states) => Max(Sigmoid(v) * states[0], 0.25) - (-(x * k)) * (v * half) + ((one - 3) * half + 0.25) * v / 2);
        }

        private static Value Normalize(Value x)
        {
            Value centered = x - Mean(x);
            return centered / Sqrt(Mean(Square(centered)) + 1e-3);
        }

        private Value K() => Weight(inputs, units);

        private Value R() => Weight(units, units);

        private Value B() => Vector(units);

        private Value Weight(int rows, int columns) => Added(Value.Matrix($"W{_weights.Count}", rows, columns));

        private Value Vector(int features) => Added(Value.Vector($"w{_weights.Count}", features));

        private Value Added(Value weight)
        {
            _weights.Add(weight);
            return weight;
        }

        private Recording Cell(int states, Func<Value, Values, Values> step) => Recording.OfCell(inputs, [.. Enumerable.Repeat(units, states)], _weights, step);

        private Recording Layer(Func<Value, Value> layer) => Recording.OfLayer(inputs, _weights, layer);
    }
}
