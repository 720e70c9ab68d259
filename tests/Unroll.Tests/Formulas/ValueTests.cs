using Unroll.Activations;
using Unroll.Formulas;
using Xunit;
using static Unroll.Formulas.Formula;

namespace Unroll.Tests.Formulas;

/// <summary>How formulas are written down, what their mistakes say, and what they mean in float64.</summary>
public class ValueTests
{
    private static readonly Value X = Value.Input(3), H = Value.State(0, 4, "h"), K = Value.Matrix("kernel", 3, 4), R = Value.Matrix("recurrent", 4, 4), B = Value.Vector("bias", 4);

    [Fact]
    public void AFormulaReadsAsItWasWritten()
    {
        Assert.Equal("Sigmoid(x * kernel + h * recurrent + bias)", Sigmoid(X * K + H * R + B).ToString());
        Assert.Equal("(1 - h) * h + h / (h - (bias - h))", ((1 - H) * H + H / (H - (B - H))).ToString());
        Assert.Equal("Max(-1 * h, 0.5)[1..3]", Slice(Max(-H, 0.5), 1, 2).ToString());
        Value deep = H;
        for (int i = 0; i < 40; i++) deep = deep * deep + deep; // written out it would fill memory
        Assert.InRange(deep.ToString().Length, 10, 250);
    }

    [Fact]
    public void MistakesNameTheValuesAndTheRemedy()
    {
        Assert.Equal(
            "'h' has 4 features and cannot be multiplied with 'kernel' of shape [3, 4]: the matrix needs 4 rows.",
            Assert.Throws<ArgumentException>(() => H * K).Message);
        Assert.Equal(
            "'x' has 3 features and 'h' has 4; '+' needs as many on both sides, or one of them a number or a single feature.",
            Assert.Throws<ArgumentException>(() => X + H).Message);
        Assert.Equal(
            "'kernel' is a matrix of shape [3, 4]; it can only stand on the right of '*': x * kernel.",
            Assert.Throws<ArgumentException>(() => Tanh(K)).Message);
        Assert.Contains("only stand on the right", Assert.Throws<ArgumentException>(() => K * H).Message, StringComparison.Ordinal);
        Assert.Contains("both matrices", Assert.Throws<ArgumentException>(() => K * R).Message, StringComparison.Ordinal);
        Assert.Equal("'h' has 4 features; 2 from 3 on are not among them.", Assert.Throws<ArgumentException>(() => Slice(H, 3, 2)).Message);
        Assert.StartsWith("'h' has 4 features, which 3 parts cannot share equally.", Assert.Throws<ArgumentException>(() => Split(H, 3)).Message, StringComparison.Ordinal);
        Assert.Contains("at least one value", Assert.Throws<ArgumentException>(() => Concat()).Message, StringComparison.Ordinal);
        Assert.Contains("'glu' does not put out as many features as go in", Assert.Throws<ArgumentException>(() => Activate("glu", H)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => H + null!);
        Assert.Throws<ArgumentOutOfRangeException>(() => Value.Vector("empty", 0));
        Assert.Contains("states[0]", Assert.Throws<InvalidOperationException>(() => { (Value _, Value _) = Values.Create([H]); }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ARecordingTakesOnlyItsOwnValues()
    {
        Assert.Contains("took 1 states and returned 2", Record((x, states) => (states[0], states[0])), StringComparison.Ordinal);
        Assert.Contains("State 0 has 4 features before the step and 3 after it ('x')", Record((x, states) => x), StringComparison.Ordinal);
        Assert.Contains("the weight 'recurrent', which the layer did not add", Record((x, states) => states[0] * R), StringComparison.Ordinal);
        Assert.Contains("'x' of another recording", Record((x, states) => X * K), StringComparison.Ordinal);
        Assert.Contains("'h' of another recording", Record((x, states) => H), StringComparison.Ordinal);

        static string Record(Func<Value, Values, Values> step) => Assert.Throws<ArgumentException>(() => Recording.OfCell(3, [4], [K], step)).Message;
    }

    [Fact]
    public void ValuesAreTakenApartAndPutTogether()
    {
        Values two = (H, B), three = (H, B, X), listed = [X, H], one = H;
        (Value first, Value second, Value third) = three;
        Assert.Equal((H, B, X), (first, second, third));
        Assert.Equal([2, 3, 2, 1], new[] { two.Count, three.Count, listed.Count, one.Count });
        Assert.Equal([X, H], listed);
        Assert.Same(X, two.PutOut(X).Output);
        Assert.Null(two.Output);
    }

    /// <summary>The interpreter that all kernels are measured with, against plain arithmetic.</summary>
    [Fact]
    public void MeansWhatItSays()
    {
        double[] x = [0.5, -1.25, 2], h = [0.25, -0.75, 1.5, -4], w = [2];
        double[] matrix = [.. Enumerable.Range(0, 12).Select(i => i * 0.1)];
        Value weight = Value.Vector("w", 1);
        var known = new Dictionary<Value, double[]> { [X] = x, [H] = h, [K] = matrix, [weight] = w };
        Check(X * K, [0.5 * 0 - 1.25 * 0.4 + 2 * 0.8, 0.5 * 0.1 - 1.25 * 0.5 + 2 * 0.9, 0.5 * 0.2 - 1.25 * 0.6 + 2, 0.5 * 0.3 - 1.25 * 0.7 + 2 * 1.1]);
        Check(X * weight - 1, [0, -3.5, 3]);
        Check(2 / X, [4, -1.6, 1]);
        Check(Concat(X, weight), [0.5, -1.25, 2, 2]);
        Check(Slice(H, 1, 2), [-0.75, 1.5]);
        Check(Sum(X), [1.25]);
        Check(Mean(H), [-0.75]);
        Check(Min(X, 0.75), [0.5, -1.25, 0.75]);
        Check(Max(X, 0.75), [0.75, 0.75, 2]);
        Check(Tanh(X), [.. x.Select(Math.Tanh)]);
        Check(Sigmoid(X), [.. x.Select(value => 1 / (1 + Math.Exp(-value)))]);
        Check(Softplus(X), [.. x.Select(value => Math.Log(1 + Math.Exp(value)))]);
        Check(Relu(X), [0.5, 0, 2]);
        Check(HardSigmoid(H), [3.25 / 6, 2.25 / 6, 4.5 / 6, 0]);
        Check(Activate(Activation.HardSigmoidKeras2, H), [0.55, 0.35, 0.8, 0]);
        Check(Softsign(X), [1 / 3.0, -1.25 / 2.25, 2 / 3.0]);
        Check(Exp(X), [.. x.Select(Math.Exp)]);
        Check(Log(Abs(X)), [.. x.Select(value => Math.Log(Math.Abs(value)))]);
        Check(Sqrt(Square(X)), [0.5, 1.25, 2]);
        Assert.Contains("'bias' has no value", Assert.Throws<ArgumentException>(() => new Interpreter(known).Evaluate(B)).Message, StringComparison.Ordinal);

        void Check(Value value, double[] expected)
        {
            double[] actual = new Interpreter(known).Evaluate(value);
            Assert.Equal(expected.Length, actual.Length);
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-13);
        }
    }
}
