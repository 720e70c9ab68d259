using Unroll.Activations;
using Unroll.Formats.Onnx;

namespace Unroll.Saving.Onnx;

/// <summary>Activations without a kernel, as the operators that ONNX has for them or as several together.</summary>
internal static class ComposedActivations
{
    private const float SixthPart = 1f / 6;

    /// <summary>Adds the activation of a value; null: there is no translation.</summary>
    public static string? Add(NodeScope scope, Activation activation, string x) => activation switch
    {
        Elu elu => scope.Node("Elu", [x], Alpha(elu.Alpha)),
        Celu celu => scope.Node("Celu", [x], Alpha(celu.Alpha)),
        LeakyRelu leaky => scope.Node("LeakyRelu", [x], Alpha(leaky.NegativeSlope)),
        SoftShrink shrink => scope.Node("Shrink", [x], new OnnxAttribute("lambd", (float)shrink.Limit), new OnnxAttribute("bias", (float)shrink.Limit)),
        HardShrink shrink => scope.Node("Shrink", [x], new OnnxAttribute("lambd", (float)shrink.Limit)),
        LogSoftmax => scope.Node("LogSoftmax", [x]), // over the last axis
        Threshold threshold => scope.Node("Where", [scope.Node("Greater", [x, scope.Float((float)threshold.Limit)]), x, scope.Float((float)threshold.DefaultValue)]),
        Squareplus plus => Times(scope, 0.5f, Sum(scope, x, scope.Node("Sqrt", [Plus(scope, (float)plus.B, Product(scope, x, x))]))),
        Gelu { Approximate: true } => Gate(scope, x, scope.Node("Tanh", [Times(scope, (float)Math.Sqrt(2 / Math.PI), Sum(scope, x, Times(scope, 0.044715f, Product(scope, x, Product(scope, x, x)))))])),
        Gelu => Gate(scope, x, scope.Node("Erf", [Times(scope, (float)Math.Sqrt(0.5), x)])),
        Relu relu => AddRelu(scope, relu, x),
        Glu => AddGlu(scope, x),
        _ => activation is Formula ? AddNamed(scope, activation.Name, x) : null,
    };

    /// <summary>What recurrent operators call the activation; null: they have it not.</summary>
    public static (string Name, float? Alpha)? ForRecurrent(Activation activation) => activation switch
    {
        Elu elu => ("Elu", (float)elu.Alpha),
        LeakyRelu leaky => ("LeakyRelu", (float)leaky.NegativeSlope),
        Formula { Name: "softplus" } => ("Softplus", null),
        _ => null,
    };

    private static string? AddNamed(NodeScope scope, string name, string x) => name switch
    {
        "selu" => scope.Node("Selu", [x], Alpha(Formula.SeluAlpha), new OnnxAttribute("gamma", (float)Formula.SeluScale)),
        "silu" => Product(scope, x, scope.Node("Sigmoid", [x])),
        "mish" => Product(scope, x, scope.Node("Tanh", [scope.Node("Softplus", [x])])),
        "relu6" => Clip(scope, x, 0, 6),
        "softplus" => scope.Node("Softplus", [x]),
        "exponential" => scope.Node("Exp", [x]),
        "log_sigmoid" => scope.Node("Neg", [scope.Node("Softplus", [scope.Node("Neg", [x])])]),
        "hard_silu" => Product(scope, x, scope.Node("HardSigmoid", [x], Alpha(SixthPart), new OnnxAttribute("beta", 0.5f))),
        "hard_tanh" => Clip(scope, x, -1, 1),
        "tanh_shrink" => scope.Node("Sub", [x, scope.Node("Tanh", [x])]),
        "sparse_plus" => AddSparsePlus(scope, x),
        "sparse_sigmoid" => scope.Node("HardSigmoid", [x], Alpha(0.5), new OnnxAttribute("beta", 0.5f)),
        _ => null,
    };

    /// <summary>¼(c + 1)² with c between −1 and 1, and what x has above 1.</summary>
    private static string AddSparsePlus(NodeScope scope, string x)
    {
        string rise = Plus(scope, 1, Clip(scope, x, -1, 1));
        return Sum(scope, Times(scope, 0.25f, Product(scope, rise, rise)), scope.Node("Relu", [Plus(scope, -1, x)]));
    }

    private static string AddRelu(NodeScope scope, Relu relu, string x)
    {
        string threshold = scope.Float((float)relu.Threshold);
        string above = relu.MaxValue is { } most ? scope.Node("Min", [x, scope.Float((float)most)]) : x;
        return scope.Node("Where", [scope.Node("Greater", [x, threshold]), above, Times(scope, (float)relu.NegativeSlope, scope.Node("Sub", [x, threshold]))]);
    }

    private static string AddGlu(NodeScope scope, string x)
    {
        string[] halves = scope.NodeOf("Split", [x], ["first", "second"], new OnnxAttribute("axis", -1));
        return Product(scope, halves[0], scope.Node("Sigmoid", [halves[1]]));
    }

    /// <summary>½x·(1 + gate).</summary>
    private static string Gate(NodeScope scope, string x, string gate) => Product(scope, Times(scope, 0.5f, x), Plus(scope, 1, gate));

    private static string Clip(NodeScope scope, string x, float least, float most) => scope.Node("Clip", [x, scope.Float(least), scope.Float(most)]);

    private static string Times(NodeScope scope, float factor, string x) => Product(scope, x, scope.Float(factor));

    private static string Plus(NodeScope scope, float summand, string x) => Sum(scope, x, scope.Float(summand));

    private static string Product(NodeScope scope, string a, string b) => scope.Node("Mul", [a, b]);

    private static string Sum(NodeScope scope, string a, string b) => scope.Node("Add", [a, b]);

    private static OnnxAttribute Alpha(double alpha) => new("alpha", (float)alpha);
}
