using System.Text.Json;

namespace Unroll.Tests.Preprocessing;

/// <summary>Numbers of scikit-learn, NumPy, keras_preprocessing and Keras; Fixtures/preprocessing/record.py wrote them.</summary>
internal static class Recorded
{
    private static readonly JsonElement Root = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "preprocessing", "preprocessing.json"))).RootElement;

    public static JsonElement Part(string name) => Root.GetProperty(name);

    public static IEnumerable<JsonElement> Cases(string name) => Part(name).EnumerateArray();

    public static int[] Ints(this JsonElement element, string name) => element.GetProperty(name).Deserialize<int[]>()!;

    public static double[] Doubles(this JsonElement element, string name) => element.GetProperty(name).Deserialize<double[]>()!;

    /// <summary>A matrix; null stands for NaN.</summary>
    public static float[,] Matrix(this JsonElement element, string name)
    {
        double?[][] rows = element.GetProperty(name).Deserialize<double?[][]>()!;
        var result = new float[rows.Length, rows[0].Length];
        for (int i = 0; i < rows.Length; i++)
        {
            for (int j = 0; j < rows[i].Length; j++) result[i, j] = (float)(rows[i][j] ?? double.NaN);
        }

        return result;
    }
}
