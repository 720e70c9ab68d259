using System.Text.Json.Nodes;
using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Activations;

/// <summary>Activations by themselves against values and gradients that Keras 3.15 recorded.</summary>
public sealed class ActivationTests
{
    // Keras computes in single precision, part of it with cancellation; Unroll rounds once, from double.
    private const double Tolerance = 2e-6;

    private static readonly JsonObject Fixture =
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "keras_activations.json")))!.AsObject();

    // Activations work on the last axis; along others there is the layer Softmax. Keras' sparsemax mixes the rows of a
    // matrix: what is recorded for one of them does not add up to 1; its definition is tested instead.
    private static readonly string[] Missing = ["softmax(axis", "sparsemax"];

    public static IEnumerable<TheoryDataRow<int>> Cases() =>
        Enumerable.Range(0, Fixture["cases"]!.AsArray().Count).Where(i => !Missing.Any(text => Text(Case(i)).StartsWith(text, StringComparison.Ordinal))).Select(i => new TheoryDataRow<int>(i));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Values_and_gradients_are_those_of_Keras(int index)
    {
        JsonObject recorded = Case(index);
        Activation activation = Text(recorded);
        bool isGrid = (string)recorded["x"]! == "grid";
        float[][] rows = isGrid ? [.. Numbers(Fixture["grid"]!).Select(value => new[] { value })] : [.. Fixture["rows"]!.AsArray().Select(row => Numbers(row!))];
        float[] expected = Flat(recorded["y"]!), gradient = Flat(recorded["gradient"]!);
        int width = expected.Length / rows.Length, place = 0;
        for (int r = 0; r < rows.Length; r++)
        {
            float[] y = new float[width], dx = new float[rows[r].Length];
            activation.Apply(rows[r], y);
            float[] dy = [.. Enumerable.Range(place, width).Select(i => isGrid ? 1f : (float)Math.Cos(i))];
            activation.Differentiate(rows[r], y, dy, dx);
            for (int i = 0; i < width; i++) Near(expected[place + i], y[i], $"{activation} at row {r}, value {i}");
            place += width;
            if (IsKink(activation, rows[r], width)) continue; // every slope there is right
            for (int i = 0; i < dx.Length; i++) Near(gradient[r * dx.Length + i], dx[i], $"{activation}: slope at row {r}, value {i}");
        }
    }

    /// <summary>The nearest point of the simplex: shares that add up to 1, all positive ones as far below x, and no other nearer.</summary>
    [Theory]
    [InlineData(0.1f, 0.2f, 0.3f, 0.25f)]
    [InlineData(1f, 2.25f, 3f, -1f)]
    [InlineData(-2f, -2.5f, -1.75f, -8f)]
    [InlineData(0f, 0f, 0f, 0f)]
    public void Sparsemax_projects(params float[] x)
    {
        Activation sparsemax = "sparsemax";
        float[] y = new float[4], dx = new float[4], above = new float[4], below = new float[4];
        sparsemax.Apply(x, y);
        Assert.Equal(1, y.Sum(), 1e-6);
        float limit = x.Zip(y).Where(pair => pair.Second > 0).Max(pair => pair.First - pair.Second);
        for (int i = 0; i < 4; i++) Assert.Equal(Math.Max(x[i] - limit, 0), y[i], 1e-6);
        float[] dy = [1, -2, 3, 0.5f];
        sparsemax.Differentiate(x, y, dy, dx);
        for (int k = 0; k < 4; k++)
        {
            float value = x[k];
            x[k] = value + 1f / 64;
            sparsemax.Apply(x, above);
            x[k] = value - 1f / 64;
            sparsemax.Apply(x, below);
            x[k] = value;
            Assert.Equal(Enumerable.Range(0, 4).Sum(i => dy[i] * (above[i] - below[i]) * 32.0), dx[k], 1e-4);
        }
    }

    [Fact]
    public void Every_name_has_a_recorded_case()
    {
        string[] recorded = [.. Fixture["cases"]!.AsArray().Select(node => (string)node!["name"]!).Distinct()];
        Assert.All(recorded, name => Assert.NotNull(Activation.Catalog.Find(name)));
        Assert.Equal(["hard_sigmoid_keras2"], Activation.Catalog.Names.Except(recorded));
    }

    [Fact]
    public void Arguments_survive_text_and_files()
    {
        foreach (string text in (string[])["leaky_relu(0.1)", "elu(0.5)", "celu(2)", "gelu(true)", "soft_shrink(1)", "hard_shrink(1)", "squareplus(1)", "threshold(0.5, -1)", "mish", "glu", "relu", "relu(0.1, 6, 1)"])
        {
            Activation activation = text;
            Assert.Equal(activation, Activation.FromName(activation.ToString()));
            Assert.Equal(activation, Activation.Catalog.FromKeras(JsonNode.Parse(Activation.Catalog.ToNode(activation).ToJsonString()), "x"));
        }

        Assert.Equal("\"gelu\"", Activation.Catalog.ToNode("gelu").ToJsonString());
        Assert.Equal((Activation)"silu", "swish");
        Assert.Same(Activation.Relu, Activation.FromName("relu(negative_slope=0)"));
        Assert.NotEqual((Activation)"relu", "relu(max_value=6)");
        Assert.NotEqual((Activation)"silu", "mish");
        Assert.NotEqual((Activation)"elu", "elu(0.5)");
    }

    /// <summary>Values of the C library's erf.</summary>
    [Theory]
    [InlineData(0.5, 0.5204998778130465)]
    [InlineData(1, 0.8427007929497149)]
    [InlineData(2, 0.9953222650189527)]
    [InlineData(2.99, 0.9999764743969194)]
    [InlineData(3, 0.9999779095030014)]
    [InlineData(4, 0.9999999845827421)]
    public void Error_function(double x, double expected)
    {
        Assert.Equal(expected, Functions.Erf(x), 4e-15);
        Assert.Equal(-expected, Functions.Erf(-x), 4e-15);
    }

    [Theory]
    [InlineData(0.0199)]
    [InlineData(0.0201)]
    [InlineData(0.7)]
    [InlineData(-19)]
    public void Hyperbolic_tangent(double x) => Assert.Equal(Math.Tanh(x), Functions.Tanh(x), 1e-12 * Math.Abs(x));

    /// <summary>The forms in which files of Keras hold a function.</summary>
    [Theory]
    [InlineData("\"gelu\"")]
    [InlineData("""{"module": "keras.activations", "class_name": "function", "config": "gelu", "registered_name": "gelu"}""")]
    [InlineData("""{"module": "builtins", "class_name": "function", "config": "gelu", "registered_name": "function"}""")]
    [InlineData("""{"class_name": "function", "config": "gelu"}""")]
    public void Functions_of_files_are_read(string json)
    {
        JsonObject dense = Layer.Catalog.ToKeras(new Dense(3));
        dense["config"]!["activation"] = JsonNode.Parse(json);
        Assert.Equal("gelu", ((Dense)Layer.Catalog.FromKeras(dense, "x")).Activation);
    }

    /// <summary>A layer that is given as an activation is the function of the same name.</summary>
    [Theory]
    [InlineData("""{"module": "keras.layers", "class_name": "LeakyReLU", "config": {"name": "leaky_re_lu", "trainable": true, "negative_slope": 0.1}, "registered_name": null}""", "leaky_relu(0.1)")]
    [InlineData("""{"module": "keras.layers", "class_name": "ReLU", "config": {"name": "r", "max_value": 6.0, "negative_slope": 0.0, "threshold": 0.0}}""", "relu(max_value=6)")]
    [InlineData("""{"class_name": "Softmax", "config": {"name": "softmax", "axis": -1}}""", "softmax")]
    public void Layers_as_activations_are_read(string json, string expected)
    {
        JsonObject dense = Layer.Catalog.ToKeras(new Dense(3));
        dense["config"]!["activation"] = JsonNode.Parse(json);
        Assert.Equal(expected, ((Dense)Layer.Catalog.FromKeras(dense, "x")).Activation);
    }

    [Theory]
    [InlineData("""{"class_name": "Softmax", "config": {"axis": 1}}""")]
    [InlineData("""{"class_name": "LeakyReLU", "config": {"alpha": 0.5}}""")]
    [InlineData("""{"class_name": "PReLU", "config": {}}""")]
    [InlineData("""{"class_name": "log_softmax", "config": {"axis": 0}}""")]
    public void Layers_that_would_be_other_functions_are_refused(string json)
    {
        JsonObject dense = Layer.Catalog.ToKeras(new Dense(3));
        dense["config"]!["activation"] = JsonNode.Parse(json);
        Assert.Throws<InvalidDataException>(() => Layer.Catalog.FromKeras(dense, "x"));
    }

    [Fact]
    public void Functions_of_somebody_else_are_refused_by_name()
    {
        JsonObject dense = Layer.Catalog.ToKeras(new Dense(3));
        dense["config"]!["activation"] = JsonNode.Parse("""{"module": "builtins", "class_name": "function", "config": "my_bend", "registered_name": "function"}""");
        Assert.Contains("Activation 'my_bend' is unknown", Assert.Throws<InvalidDataException>(() => Layer.Catalog.FromKeras(dense, "x")).Message, StringComparison.Ordinal);
    }

    private static JsonObject Case(int index) => Fixture["cases"]![index]!.AsObject();

    private static string Text(JsonObject recorded) => new ObjectConfig(
        (string)recorded["name"]!, [], recorded["arguments"]!.AsObject().ToDictionary(entry => entry.Key, entry => entry.Value)).ToString();

    private static float[] Numbers(JsonNode node) => [.. node.AsArray().Select(value => (float)value!)];

    private static float[] Flat(JsonNode node) => node is JsonArray array ? [.. array.SelectMany(item => Flat(item!))] : [(float)node];

    private static void Near(double expected, double actual, string what) =>
        Assert.True(Math.Abs(expected - actual) <= Tolerance * Math.Max(1, Math.Abs(expected)), $"{what}: {actual:R} instead of {expected:R}");

    /// <summary>True if the slopes to the left and to the right of a value differ.</summary>
    private static bool IsKink(Activation activation, float[] x, int width)
    {
        const float Step = 1f / 512;
        float[] at = new float[width], left = new float[width], right = new float[width];
        activation.Apply(x, at);
        for (int k = 0; k < x.Length; k++)
        {
            float value = x[k];
            x[k] = value - Step;
            activation.Apply(x, left);
            x[k] = value + Step;
            activation.Apply(x, right);
            x[k] = value;
            for (int i = 0; i < width; i++)
            {
                if (Math.Abs(left[i] - 2 * at[i] + right[i]) / Step > 0.02 * Math.Max(1, Math.Abs(at[i]))) return true;
            }
        }

        return false;
    }
}
