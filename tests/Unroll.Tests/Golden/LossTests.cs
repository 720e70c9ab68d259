using Unroll.Losses;
using Xunit;

namespace Unroll.Tests.Golden;

/// <summary>Losses as real Keras computed them, and their gradients against central differences.</summary>
public class LossTests
{
    private static readonly float[][] Classes = [[0, 1, 0], [1, 0, 0]];
    private static readonly float[][] Shares = [[.1f, .7f, .2f], [.3f, .3f, .3f]];

    [Fact]
    public void LabelsAreSmoothed()
    {
        float[] y = [1, 0, 1, 1], p = [.9f, .2f, .4f, 1f];
        var loss = new BinaryCrossentropy { LabelSmoothing = 0.1 };
        Assert.Equal(0.550204277, Evaluate(loss, p, y).Loss, 1e-6);
    }

    [Fact]
    public void ClassesOfOneHotRows()
    {
        double[] plain = [0.356674969, 1.098612309], smooth = [0.463297427, 1.098612309];
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(plain[i], Evaluate(new CategoricalCrossentropy(), Shares[i], Classes[i]).Loss, 1e-6);
            Assert.Equal(smooth[i], Evaluate(new CategoricalCrossentropy { LabelSmoothing = 0.1 }, Shares[i], Classes[i]).Loss, 1e-6);
            Assert.Equal(plain[i], Evaluate(new SparseCategoricalCrossentropy(), Shares[i], [1 - i]).Loss, 1e-6);
        }
    }

    /// <summary>Logits that are logarithms of probabilities mean the same, however large they are.</summary>
    [Fact]
    public void LogitsMeanTheSame()
    {
        float[] logits = [.. Shares[0].Select(p => MathF.Log(p) + 500)];
        foreach (Loss loss in new Loss[] { new CategoricalCrossentropy { FromLogits = true }, new CategoricalCrossentropy() })
        {
            (double value, float[] prediction, _) = Evaluate(loss, logits, Classes[0], isFused: true);
            Assert.Equal(0.356674969, value, 1e-4); // the logits are rounded at 500
            Assert.Equal(((CategoricalCrossentropy)loss).FromLogits ? logits[1] : 0.7, prediction[1], 1e-4);
        }

        Assert.Equal(0.356674969, Evaluate(new SparseCategoricalCrossentropy { FromLogits = true }, [.. Shares[0].Select(p => MathF.Log(p))], [1]).Loss, 1e-6);
    }

    [Fact]
    public void Errors()
    {
        Assert.Equal(0.135, Shares.Select((p, i) => Evaluate(new MeanSquaredError(), p, Classes[i]).Loss).Average(), 1e-6);
        Assert.Equal(0.316666663, Shares.Select((p, i) => Evaluate(new MeanAbsoluteError(), p, Classes[i]).Loss).Average(), 1e-6);
    }

    public static TheoryData<string, bool> Everything { get; } = new()
    {
        { "bce", true }, { "bce", false }, { "binary_crossentropy(true, 0.2)", false }, { "binary_crossentropy(label_smoothing=0.2)", false },
        { "mse", false }, { "mae", false },
        { "categorical_crossentropy", true }, { "categorical_crossentropy", false }, { "categorical_crossentropy(true, 0.2)", false },
        { "categorical_crossentropy(label_smoothing=0.2)", false }, { "sparse_categorical_crossentropy", true },
        { "sparse_categorical_crossentropy", false },
    };

    [Theory]
    [MemberData(nameof(Everything))]
    public void GradientsAreThoseOfTheLoss(string name, bool isFused)
    {
        Loss loss = name;
        float[] output = [.125f, .625f, .1875f], target = loss.TakesClassIds ? [1] : [0, 1, 0];
        double[] gradient = Evaluate(loss, output, target, isFused).Gradient;
        const float Step = 1f / 1024;
        for (int j = 0; j < output.Length; j++)
        {
            float[] above = [.. output], below = [.. output];
            above[j] += Step;
            below[j] -= Step;
            double numeric = (Evaluate(loss, above, target, isFused).Loss - Evaluate(loss, below, target, isFused).Loss) / (2 * Step);
            Assert.Equal(numeric, gradient[j], 1e-4 * Math.Max(1, Math.Abs(numeric)));
        }
    }

    private static (double Loss, float[] Prediction, double[] Gradient) Evaluate(Loss loss, float[] output, float[] target, bool isFused = false)
    {
        var prediction = new float[output.Length];
        var gradient = new double[output.Length];
        return (loss.Evaluate(output, target, isFused, prediction, gradient), prediction, gradient);
    }
}
