using System.Text.Json;
using Unroll.Preprocessing;
using Xunit;

namespace Unroll.Tests.Preprocessing;

/// <summary>Against scikit-learn 1.2.</summary>
public sealed class EncoderAndScalerTests
{
    [Fact]
    public void Labels()
    {
        JsonElement test = Recorded.Part("encoder");
        string[] labels = test.GetProperty("labels").Deserialize<string[]>()!;
        var encoder = new LabelEncoder();
        int[] numbers = encoder.FitTransform(labels);
        Assert.Equal(test.GetProperty("classes").Deserialize<string[]>()!, encoder.Classes);
        Assert.Equal(test.Ints("numbers"), numbers);
        Assert.Equal(labels, encoder.InverseTransform(numbers));
        Assert.Equal([2, 0], LabelEncoder.FromClasses(["b", "x", "a"]).Transform(["a", "b"]));
        Assert.Contains("'c' at position 1", Assert.Throws<ArgumentException>(() => encoder.Transform(["neg", "c"])).Message);
        Assert.Contains("0 to 6", Assert.Throws<ArgumentOutOfRangeException>(() => encoder.InverseTransform([7])).Message);
        Assert.Contains("position 1 is null", Assert.Throws<ArgumentException>(() => encoder.Fit(["a", null!])).Message);
        Assert.Throws<ArgumentException>(() => LabelEncoder.FromClasses(["a", "a"]));
    }

    [Fact]
    public void Scalers()
    {
        float[,] x = Recorded.Part("scalers").Matrix("x");
        int count = 0;
        foreach (JsonElement test in Recorded.Part("scalers").GetProperty("cases").EnumerateArray())
        {
            FeatureScaler scaler = test.GetProperty("scaler").GetString() switch
            {
                "standard" => new StandardScaler(),
                "minmax" => new MinMaxScaler(),
                _ => new MinMaxScaler(-1, 1),
            };
            Close(test.Matrix("y"), scaler.FitTransform(x));
            var other = new float[3, 4];
            for (int i = 0; i < 3; i++)
            {
                for (int j = 0; j < 4; j++) other[i, j] = x[i, j] * 2 + 1;
            }

            float[,] scaled = scaler.Transform(other);
            Close(test.Matrix("other"), scaled);
            Close(test.Matrix("back"), scaler.InverseTransform(scaled));
            FeatureScaler read = scaler is StandardScaler ? StandardScaler.FromJson(scaler.ToJson()) : MinMaxScaler.FromJson(scaler.ToJson());
            Assert.Equal(scaled, read.Transform(other));
            count++;
        }

        Assert.Equal(3, count);
    }

    /// <summary>By hand: 1, 2, 3 have mean 2 and standard deviation √(2/3).</summary>
    [Fact]
    public void One_feature_over_time()
    {
        var scaler = new StandardScaler();
        float[] y = scaler.FitTransform((float[])[1, 2, 3]);
        Assert.Equal([-1.2247449f, 0, 1.2247449f], y);
        Assert.Equal([1f, 2, 3], scaler.InverseTransform(y).Select(value => MathF.Round(value, 5)));
        Assert.Equal([0f, 0.25f, 1], new MinMaxScaler().FitTransform((float[])[2, 3, 6]));
    }

    [Fact]
    public void Wrong_use_is_named()
    {
        Assert.Contains("Call Fit first", Assert.Throws<InvalidOperationException>(() => new StandardScaler().Transform((float[])[1])).Message);
        Assert.Contains("feature 1", Assert.Throws<ArgumentException>(() => new MinMaxScaler().Fit(new[,] { { 1, float.PositiveInfinity } })).Message);
        Assert.Throws<ArgumentException>(() => new MinMaxScaler(1, 1));
        Assert.Throws<ArgumentException>(() => new StandardScaler().Fit(new float[0, 3]));
        var scaler = new StandardScaler();
        scaler.Fit(new float[2, 3]);
        Assert.Contains("2 features; the scaler learned from 3", Assert.Throws<ArgumentException>(() => scaler.Transform(new float[1, 2])).Message);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"offset\": [1]}")]
    [InlineData("{\"offset\": [1], \"factor\": [1, 2]}")]
    [InlineData("{\"offset\": [\"a\"], \"factor\": [1]}")]
    public void Other_json_is_refused(string json) => Assert.Throws<InvalidDataException>(() => MinMaxScaler.FromJson(json));

    [Fact]
    public void Class_weights()
    {
        foreach (JsonElement test in Recorded.Cases("class_weights")) Assert.Equal(test.Doubles("weights"), ClassWeights.Balanced(test.Ints("y")).Values);
        Assert.Throws<ArgumentException>(() => ClassWeights.Balanced([]));
    }

    private static void Close(float[,] expected, float[,] actual)
    {
        Assert.Equal([expected.GetLength(0), expected.GetLength(1)], new[] { actual.GetLength(0), actual.GetLength(1) });
        foreach (var (want, have) in expected.Cast<float>().Zip(actual.Cast<float>()))
        {
            if (float.IsNaN(want)) Assert.True(float.IsNaN(have));
            else Assert.Equal(want, have, 1e-6 * Math.Max(1, Math.Abs(want))); // float32 against float64
        }
    }
}
