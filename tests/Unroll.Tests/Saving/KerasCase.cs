using System.Globalization;
using System.Text.Json;
using Unroll.Testing;
using Xunit;

namespace Unroll.Tests.Saving;

/// <summary>The numbers that Keras gave for one of its files.</summary>
internal sealed class KerasCase
{
    private readonly JsonElement _json;

    private KerasCase(string directory, string name)
    {
        Name = name;
        _json = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, name + ".json"))).RootElement;
    }

    /// <summary>The case that a file such as <c>gru_plain.keras</c> belongs to.</summary>
    public static KerasCase Of(string file) => new(KerasFiles.Directory, file[..file.IndexOf('.', StringComparison.Ordinal)]);

    /// <summary>The case of a name among those of graphs and of more kinds of layers.</summary>
    public static KerasCase OfGraph(string name) => new(KerasFiles.GraphDirectory, name);

    public string Name { get; }

    public int BatchSize => _json.GetProperty("batch_size").GetInt32();

    /// <summary>Null if the model has dropout.</summary>
    public JsonElement? Fit => OrNull("fit");

    public JsonElement Evaluation => _json.GetProperty("evaluate");

    /// <summary>Null if every sample counts the same.</summary>
    public float[]? SampleWeight => OrNull("sample_weight") is { } weights ? Flatten(weights).Values : null;

    /// <summary>What training makes of the classes; null: all count the same.</summary>
    public IReadOnlyDictionary<int, double>? ClassWeight => OrNull("class_weight")?.EnumerateObject()
        .ToDictionary(entry => int.Parse(entry.Name, CultureInfo.InvariantCulture), entry => entry.Value.GetDouble());

    public Inputs X
    {
        get
        {
            (float[] values, int[] shape) = Flatten(_json.GetProperty("x"));
            if (_json.GetProperty("x_dtype").GetString() == "float32") return ToFloats(values, shape);
            var ids = Array.CreateInstance(typeof(int), shape);
            Buffer.BlockCopy(Array.ConvertAll(values, value => (int)value), 0, ids, 0, 4 * values.Length);
            return Inputs.FromIds(ids);
        }
    }

    public float[] Predictions => Flatten(_json.GetProperty("predict")).Values;

    public double FirstBatchLoss => _json.GetProperty("loss_first_batch").GetDouble();

    public IEnumerable<KerasTensor> FirstBatchGradients => Tensors("gradients_first_batch");

    public IEnumerable<KerasTensor> WeightsAfterFit => Tensors("weights_after_fit");

    public (float[] Values, int[] Shape) Y => Flatten(_json.GetProperty("y"));

    private JsonElement? OrNull(string name) => _json.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private IEnumerable<KerasTensor> Tensors(string name) => _json.GetProperty(name).EnumerateArray().Select(json => new KerasTensor(json));

    private static Inputs ToFloats(float[] values, int[] shape)
    {
        var x = Array.CreateInstance(typeof(float), shape);
        Buffer.BlockCopy(values, 0, x, 0, 4 * values.Length);
        return Inputs.FromValues(x);
    }

    internal static (float[] Values, int[] Shape) Flatten(JsonElement nested)
    {
        var shape = new List<int>();
        for (JsonElement inner = nested; inner.ValueKind == JsonValueKind.Array; inner = inner[0]) shape.Add(inner.GetArrayLength());
        var values = new List<float>();
        Add(nested);
        return ([.. values], [.. shape]);

        void Add(JsonElement element)
        {
            if (element.ValueKind != JsonValueKind.Array) values.Add(element.GetSingle());
            else
                foreach (JsonElement inner in element.EnumerateArray()) Add(inner);
        }
    }
}

/// <summary>A recorded weight or gradient; of large ones some rows and sums.</summary>
internal sealed class KerasTensor(JsonElement json)
{
    public string Path => json.GetProperty("path").GetString()!;

    /// <summary>The largest magnitude that was recorded.</summary>
    public double Largest => json.GetProperty("values").EnumerateArray().Max(value => Math.Abs(value.GetDouble()));

    public void AssertClose(float[] actual, double tolerance, string what)
    {
        int[] shape = [.. json.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
        Assert.Equal(shape.Aggregate(1, (product, size) => product * size), actual.Length);
        int width = actual.Length / shape[0];
        int[] rows = json.TryGetProperty("rows", out JsonElement some)
            ? [.. some.EnumerateArray().Select(row => row.GetInt32())]
            : [.. Enumerable.Range(0, shape[0])];
        float[] expected = KerasCase.Flatten(json.GetProperty("values")).Values;
        Assert.Equal(expected.Length, rows.Length * width);
        for (int i = 0; i < expected.Length; i++)
        {
            float value = actual[rows[i / width] * width + i % width];
            Assert.True(Math.Abs(value - expected[i]) <= tolerance, $"{what} {Path}[{rows[i / width]}, {i % width}] is {value}, Keras has {expected[i]}.");
        }

        if (!json.TryGetProperty("sum", out JsonElement sum)) return;
        Assert.Equal(sum.GetDouble(), actual.Sum(value => (double)value), tolerance * Math.Sqrt(actual.Length));
        Assert.Equal(json.GetProperty("abs_sum").GetDouble(), actual.Sum(value => (double)Math.Abs(value)), tolerance * Math.Sqrt(actual.Length));
    }
}
