using Unroll.Losses;
using Xunit;

namespace Unroll.Tests.Losses;

/// <summary>The slope of each loss of a batch against central differences of its value, which is float64.</summary>
public class LossGradientTests
{
    private const float Step = 1f / 4096;

    private static readonly float[,] Shares = { { .5f, .1875f, .3125f }, { .25f, .40625f, .34375f }, { .125f, .6875f, .1875f }, { .28125f, .3125f, .40625f } };

    public static TheoryData<string> Texts { get; } =
    [
        .. Loss.Catalog.Names,
        "bce(true, 0.1)", "bce(axis=0)", "categorical_crossentropy(true, 0.1)", "categorical_crossentropy(axis=0)", "sparse_categorical_crossentropy(true)",
        "sparse_categorical_crossentropy(ignore_class=2)", "huber(0.25)", "binary_focal_crossentropy(true, 0.3, 1.5)", "binary_focal_crossentropy(from_logits=true, label_smoothing=0.1)",
        "categorical_focal_crossentropy(0.5, 3, true, 0.1)", "categorical_focal_crossentropy(label_smoothing=0.2)", "categorical_generalized_cross_entropy(0.7)",
        "cosine_similarity(0)", "dice(0)", "dice(1)", "tversky(0.3, 0.7)", "tversky(axis=0)", "circle(2, 0.3, false)", "mse(reduction=sum)",
        "mae(reduction=mean_with_sample_weight)", "kld(reduction=sum)", "dice(reduction=sum)",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Gradients_are_those_of_the_loss(string text)
    {
        Loss loss = text;
        bool hasClasses = loss.TakesClassIds;
        Targets y = hasClasses ? new[] { 0, 1, 1, 2 } : new float[,] { { 1, 0, 0 }, { 0, 0, 1 }, { 0, 1, 0 }, { 0, 1, 0 } };
        SampleWeights? weights = text.Contains("axis=0", StringComparison.Ordinal) || text.Contains("(0)", StringComparison.Ordinal) ? null : new float[] { .5f, 2, 0, 1.25f };
        float[] gradient = loss.Gradient(y, Shares, weights);
        for (int i = 0; i < 4; i++)
        {
            for (int j = 0; j < 3; j++)
            {
                double numeric = (loss.Compute(y, Moved(i, j, Step), weights) - loss.Compute(y, Moved(i, j, -Step), weights)) / (2 * Step);
                Assert.Equal(numeric, gradient[i * 3 + j], 2e-5 * Math.Max(1, Math.Abs(numeric)));
            }
        }
    }

    /// <summary>Targets that two steps can spell, and one that needs three.</summary>
    [Fact]
    public void Sequences_are_aligned()
    {
        float[,,] logits = { { { .5f, -1, .25f }, { 0, .75f, -.5f } }, { { 1, .5f, 0 }, { -.25f, .125f, 2 } } };
        Targets y = new float[,] { { 1, 2 }, { 2, 0 } };
        float[] gradient = new CTC().Gradient(y, logits);
        for (int i = 0; i < gradient.Length; i++)
        {
            float[,,] above = (float[,,])logits.Clone(), below = (float[,,])logits.Clone();
            above[i / 6, i / 3 % 2, i % 3] += Step;
            below[i / 6, i / 3 % 2, i % 3] -= Step;
            Assert.Equal((new CTC().Compute(y, above) - new CTC().Compute(y, below)) / (2 * Step), gradient[i], 1e-5);
        }

        Assert.Equal(double.PositiveInfinity, new CTC().Compute(new float[,] { { 1, 1 }, { 2, 0 } }, logits)); // a blank must stand between equals
    }

    [Fact]
    public void Wrong_arrays_are_refused()
    {
        Refuses("There are targets for 2 samples, but outputs of 4;", () => new MeanSquaredError().Compute(new float[2, 3], Shares));
        Refuses("Each sample has 2 target value(s), but the model's output has 3.", () => new MeanSquaredError().Compute(new float[4, 2], Shares));
        Refuses("A target is 3, but the model's 3 outputs stand for the classes 0 … 2.", () => new SparseCategoricalCrossentropy().Compute(new[] { 0, 1, 2, 3 }, Shares));
        Refuses("Sample weights of the shape (3) don't fit outputs of the shape (4, 3);", () => new MeanSquaredError().Compute(new float[4, 3], Shares, new float[3]));
        Refuses("Dice: axis is 2, but the output has 2 dimensions", () => new Dice { Axis = 2 }.Compute(new float[4, 3], Shares));
        Refuses("cosine_similarity: its values are not those of single samples,", () => new CosineSimilarity { Axis = 0 }.Compute(new float[4, 3], Shares, new float[4]));
        Refuses("circle compares samples", () => new Circle().Compute(new int[2, 2], new float[2, 2, 3]), "Each sample has 2 target value(s), but ");
    }

    private static void Refuses(string message, Action act, string before = "") =>
        Assert.StartsWith(before + message, Assert.Throws<ArgumentException>(act).Message, StringComparison.Ordinal);

    private static float[,] Moved(int i, int j, float by)
    {
        float[,] moved = (float[,])Shares.Clone();
        moved[i, j] += by;
        return moved;
    }
}
