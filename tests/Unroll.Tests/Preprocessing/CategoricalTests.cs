using System.Numerics.Tensors;
using Unroll.Preprocessing;
using Xunit;

namespace Unroll.Tests.Preprocessing;

public sealed class CategoricalTests
{
    /// <summary>Recorded from Keras 3.15: to_categorical([0, 1, 3]) and with num_classes=5.</summary>
    [Fact]
    public void Labels_become_rows()
    {
        Assert.Equal(new float[,] { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 0, 1 } }, Categorical.ToCategorical([0, 1, 3]));
        Assert.Equal(new float[,] { { 1, 0, 0, 0, 0 }, { 0, 1, 0, 0, 0 }, { 0, 0, 0, 1, 0 } }, Categorical.ToCategorical([0, 1, 3], 5));
        Assert.Equal(3, Categorical.ToCategorical([], 3).GetLength(1));
        Assert.Equal([0, 1, 3], Categorical.ArgMax(Categorical.ToCategorical([0, 1, 3])));
    }

    [Fact]
    public void Wrong_labels_are_named()
    {
        Assert.Contains("position 2 must be 0 to 2", Assert.Throws<ArgumentOutOfRangeException>(() => Categorical.ToCategorical([0, 1, 5], 3)).Message);
        Assert.Contains("position 0", Assert.Throws<ArgumentOutOfRangeException>(() => Categorical.ToCategorical([-1, 1])).Message);
        Assert.Throws<ArgumentException>(() => Categorical.ToCategorical([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Categorical.ToCategorical([0], 0));
    }

    /// <summary>NumPy 1.24: np.argmax([[1, 3, 3], [2, nan, 5], [-inf, -inf, -inf]], axis=-1) is [1, 1, 0].</summary>
    [Fact]
    public void Predictions_are_rows_too()
    {
        Assert.Equal([1, 0], Categorical.ArgMax(Tensor.Create([0.1f, 0.9f, 0.6f, 0.4f], [2, 2])));
        Assert.Contains("has 3 axes", Assert.Throws<ArgumentException>(() => Categorical.ArgMax(Tensor.Create(new float[8], [2, 2, 2]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_of_equal_values_and_NaN() => Assert.Equal([1, 1, 0], Categorical.ArgMax(new[,]
    {
        { 1, 3, 3 }, { 2, float.NaN, 5 }, { float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity },
    }));
}
