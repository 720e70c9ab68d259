using System.Text.Json;
using System.Text.Json.Nodes;

namespace Unroll.Preprocessing;

/// <summary>
/// Learns an offset and a factor for each feature and applies them: what <see cref="StandardScaler"/> and
/// <see cref="MinMaxScaler"/> share. NaN counts as missing: it is passed over while learning and kept by the transformation.
/// </summary>
public abstract class FeatureScaler
{
    private double[]? _offset;
    private double[]? _factor;

    private protected FeatureScaler()
    {
    }

    /// <summary>Number of features learned; 0 before that.</summary>
    public int Features => _offset?.Length ?? 0;

    /// <summary>Learns from <c>[samples, features]</c>.</summary>
    /// <exception cref="ArgumentException">There are no samples, or a number is infinite.</exception>
    public void Fit(float[,] x)
    {
        ArgumentNullException.ThrowIfNull(x);
        int samples = x.GetLength(0), features = x.GetLength(1);
        if (x.Length == 0) throw new ArgumentException($"There is nothing to learn from: the array is [{samples}, {features}].", nameof(x));
        var (offset, factor) = (new double[features], new double[features]);
        var column = new List<double>(samples);
        for (int j = 0; j < features; j++)
        {
            column.Clear();
            for (int i = 0; i < samples; i++)
            {
                if (float.IsInfinity(x[i, j])) throw new ArgumentException($"The value of sample {i}, feature {j}, is {x[i, j]}.", nameof(x));
                if (!float.IsNaN(x[i, j])) column.Add(x[i, j]);
            }

            (offset[j], factor[j]) = column.Count == 0 ? (double.NaN, double.NaN) : Learn(column);
        }

        (_offset, _factor) = (offset, factor);
    }

    /// <summary>Learns from one feature over time.</summary>
    /// <inheritdoc cref="Fit(float[,])"/>
    public void Fit(float[] series) => Fit(Column(series));

    /// <summary>Scaled samples, <c>[samples, features]</c>.</summary>
    /// <exception cref="InvalidOperationException">Nothing was learned.</exception>
    /// <exception cref="ArgumentException">The number of features is another one.</exception>
    public float[,] Transform(float[,] x) => Each(x, static (value, offset, factor) => (value - offset) * factor);

    /// <summary>One scaled feature over time.</summary>
    /// <inheritdoc cref="Transform(float[,])"/>
    public float[] Transform(float[] series) => Rows.Flat(Transform(Column(series))).ToArray();

    /// <summary>Learns from samples and scales them.</summary>
    /// <inheritdoc cref="Fit(float[,])"/>
    public float[,] FitTransform(float[,] x)
    {
        Fit(x);
        return Transform(x);
    }

    /// <summary>Learns from one feature over time and scales it.</summary>
    /// <inheritdoc cref="Fit(float[,])"/>
    public float[] FitTransform(float[] series)
    {
        Fit(series);
        return Transform(series);
    }

    /// <summary>From scaled samples back to the unit they came in, such as what a model predicts.</summary>
    /// <inheritdoc cref="Transform(float[,])"/>
    public float[,] InverseTransform(float[,] x) => Each(x, static (value, offset, factor) => value / factor + offset);

    /// <summary>From one scaled feature back to the unit it came in.</summary>
    /// <inheritdoc cref="Transform(float[,])"/>
    public float[] InverseTransform(float[] series) => Rows.Flat(InverseTransform(Column(series))).ToArray();

    /// <summary>What was learned, as JSON.</summary>
    /// <exception cref="InvalidOperationException">Nothing was learned.</exception>
    public string ToJson()
    {
        var (offset, factor) = Learned();
        return new JsonObject { ["offset"] = Numbers(offset), ["factor"] = Numbers(factor) }.ToJsonString();

        // NaN, of a feature without values, is no number in JSON.
        static JsonArray Numbers(double[] values) => new([.. values.Select(value => double.IsNaN(value) ? null : (JsonNode?)JsonValue.Create(value))]);
    }

    /// <summary>Offset and factor of one feature's values, of which there is at least one.</summary>
    private protected abstract (double Offset, double Factor) Learn(IReadOnlyList<double> column);

    private protected void Read(string json, string source)
    {
        try
        {
            JsonObject learned = JsonNode.Parse(json) as JsonObject ?? throw new InvalidDataException($"{source}: is not a JSON object.");
            (_offset, _factor) = (Numbers("offset"), Numbers("factor"));
            if (_offset.Length != _factor.Length) throw new InvalidDataException($"{source}: has {_offset.Length} offsets, but {_factor.Length} factors.");

            double[] Numbers(string name) => learned[name] is JsonArray list
                ? [.. list.Select(value => value is null ? double.NaN : value.GetValue<double>())]
                : throw new InvalidDataException($"{source}: has no list '{name}'.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"{source}: is not a scaler written as JSON: {e.Message}", e);
        }
    }

    private (double[] Offset, double[] Factor) Learned() =>
        (_offset ?? throw new InvalidOperationException("The scaler has learned nothing yet. Call Fit first."), _factor!);

    private float[,] Each(float[,] x, Func<double, double, double, double> apply)
    {
        ArgumentNullException.ThrowIfNull(x);
        var (offset, factor) = Learned();
        if (x.GetLength(1) != offset.Length)
            throw new ArgumentException($"The samples have {x.GetLength(1)} features; the scaler learned from {offset.Length}.", nameof(x));
        var result = new float[x.GetLength(0), x.GetLength(1)];
        for (int i = 0; i < x.GetLength(0); i++)
        {
            for (int j = 0; j < offset.Length; j++) result[i, j] = (float)apply(x[i, j], offset[j], factor[j]);
        }

        return result;
    }

    private static float[,] Column(float[] series)
    {
        ArgumentNullException.ThrowIfNull(series);
        var column = new float[series.Length, 1];
        series.CopyTo(Rows.Flat(column));
        return column;
    }
}
