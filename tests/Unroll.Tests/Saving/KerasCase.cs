using System.Globalization;
using System.Text.Json;
using Unroll.Tests.Support;
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
    public static KerasCase Of(string file, string? directory = null) =>
        new(directory ?? KerasFiles.Directory, file[..file.IndexOf('.', StringComparison.Ordinal)]);

    public string Name { get; }

    public int BatchSize => _json.GetProperty("batch_size").GetInt32();

    /// <summary>Null if the model has dropout.</summary>
    public JsonElement? Fit => OrNull("fit");

    public JsonElement Evaluation => _json.GetProperty("evaluate");

    /// <summary>The values of evaluate in the order of Keras' list; null: not recorded.</summary>
    public double[]? EvaluationList => OrNull("evaluate_list") is { } list ? [.. list.EnumerateArray().Select(value => value.GetDouble())] : null;

    /// <summary>Summaries by what was asked for; null: not recorded.</summary>
    public JsonElement? Summaries => OrNull("summary");

    public JsonElement? Extra => OrNull("extra");

    /// <summary>Null if every sample counts the same.</summary>
    public SampleWeights? SampleWeight => OrNull("sample_weight") is { } weights
        ? Structured<SampleWeights?>(weights, Structure("sample_weight"), (part, _) => WeightsOf(part), parts => SampleWeights.PerOutput(parts), parts => SampleWeights.Named(parts.Select(part => (part.Name, part.Value!))))
        : null;

    /// <summary>What training makes of the classes; null: all count the same.</summary>
    public IReadOnlyDictionary<int, double>? ClassWeight => OrNull("class_weight")?.EnumerateObject()
        .ToDictionary(entry => int.Parse(entry.Name, CultureInfo.InvariantCulture), entry => entry.Value.GetDouble());

    public Inputs X => Structured(
        _json.GetProperty("x"), Structure("x"), (part, name) => InputsOf(part, TypeOf("x_dtype", name)), parts => Inputs.Create(parts), parts => Inputs.Named(parts));

    public Targets Y => Structured(
        _json.GetProperty("y"), Structure("y"), (part, _) => TargetsOf(part), parts => Targets.Create(parts), parts => Targets.Named(parts));

    /// <summary>One array for each output, in the order of the outputs.</summary>
    public IReadOnlyList<float[]> Predictions => Structured<IReadOnlyList<float[]>>(
        _json.GetProperty("predict"), Structure("predict"), (part, _) => [Flatten(part).Values], parts => [.. parts.Select(part => part[0])],
        parts => [.. parts.OrderBy(part => part.Name, StringComparer.Ordinal).Select(part => part.Value[0])]);

    public double FirstBatchLoss => _json.GetProperty("loss_first_batch").GetDouble();

    public IEnumerable<KerasTensor> FirstBatchGradients => Tensors("gradients_first_batch");

    public IEnumerable<KerasTensor> WeightsAfterFit => Tensors("weights_after_fit");

    private JsonElement? OrNull(string name) => _json.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private IEnumerable<KerasTensor> Tensors(string name) => _json.GetProperty(name).EnumerateArray().Select(json => new KerasTensor(json));

    private string Structure(string name) => OrNull(name + "_structure")?.GetString() ?? "single";

    private string TypeOf(string name, object? part)
    {
        JsonElement types = _json.GetProperty(name);
        return (part switch { int index => types[index], string key => types.GetProperty(key), _ => types }).GetString()!;
    }

    private static T Structured<T>(
        JsonElement json, string structure, Func<JsonElement, object?, T> part, Func<T[], T> list, Func<IEnumerable<(string Name, T Value)>, T> named) => structure switch
        {
            "list" => list([.. json.EnumerateArray().Select((entry, i) => part(entry, i))]),
            "dict" => named(json.EnumerateObject().Select(entry => (entry.Name, part(entry.Value, entry.Name))).ToArray()),
            _ => part(json, null),
        };

    private static Inputs InputsOf(JsonElement json, string type)
    {
        (float[] values, int[] shape) = Flatten(json);
        return type is "float32" or "bool" ? Inputs.FromValues(Shaped(values, shape)) : Inputs.FromIds(Shaped(Array.ConvertAll(values, value => (int)value), shape));
    }

    private static Targets TargetsOf(JsonElement json)
    {
        (float[] values, int[] shape) = Flatten(json);
        return shape.Length == 1 ? values : Targets.FromValues(Shaped(values, shape));
    }

    private static SampleWeights? WeightsOf(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Null) return null;
        (float[] values, int[] shape) = Flatten(json);
        return shape.Length == 1 ? SampleWeights.FromValues(values) : SampleWeights.FromValues((float[,])Shaped(values, shape));
    }

    private static Array Shaped<T>(T[] values, int[] shape) where T : struct
    {
        var array = Array.CreateInstance(typeof(T), shape);
        Buffer.BlockCopy(values, 0, array, 0, Buffer.ByteLength(values));
        return array;
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
            if (element.ValueKind is JsonValueKind.True or JsonValueKind.False) values.Add(element.GetBoolean() ? 1 : 0);
            else if (element.ValueKind != JsonValueKind.Array) values.Add(element.GetSingle());
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
    public double Largest => KerasCase.Flatten(json.GetProperty("values")).Values.Max(value => (double)Math.Abs(value));

    /// <summary>Null if training leaves the weight alone.</summary>
    public bool HasValues => json.GetProperty("values").ValueKind == JsonValueKind.Array;

    public void AssertClose(float[] actual, double tolerance, string what)
    {
        int[] shape = [.. json.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
        Assert.Equal(shape.Aggregate(1, (product, size) => product * size), actual.Length);
        int height = shape.Length == 0 ? 1 : shape[0], width = actual.Length / height;
        int[] rows = json.TryGetProperty("rows", out JsonElement some)
            ? [.. some.EnumerateArray().Select(row => row.GetInt32())]
            : [.. Enumerable.Range(0, height)];
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
