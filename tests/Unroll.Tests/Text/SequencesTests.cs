using System.Text.Json;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Text;

/// <summary>Against results recorded from Keras 3.4.1.</summary>
public sealed class SequencesTests
{
    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Fixture.GetArrayLength()).Where(i => CanBeWritten(Fixture[i]))];

    private static JsonElement Fixture { get; } = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "pad_sequences.json"))).RootElement.GetProperty("cases");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Recorded_cases(int number)
    {
        var test = Fixture[number];
        var arguments = test.GetProperty("arguments");
        var samples = test.GetProperty("sequences");
        string? error = test.GetProperty("error").GetString();
        string dtype = arguments.TryGetProperty("dtype", out var type) ? type.GetString()! : "int32";
        int depth = Depth(samples);
        Func<Array> pad = depth switch
        {
            3 => () => Pad3(samples.Deserialize<float[][][]>()!, arguments),
            2 when dtype.StartsWith("float", StringComparison.Ordinal) => () => PadFloat(samples.Deserialize<float[][]>()!, arguments),
            _ => () => PadInt(samples, arguments),
        };
        if (error is not null)
        {
            string message = Assert.ThrowsAny<ArgumentException>(pad).Message;
            Assert.StartsWith(error["ValueError: ".Length..], message);
            return;
        }

        var result = pad();
        int[] shape = test.GetProperty("shape").Deserialize<int[]>()!;
        Assert.Equal(shape, Enumerable.Range(0, result.Rank).Select(result.GetLength));
        Assert.Equal(Numbers(test.GetProperty("result")), result.Cast<object>().Select(Convert.ToDouble));
    }

    [Fact]
    public void Words_are_understood_only_as_Keras_writes_them()
    {
        int[][] samples = [[1], [2, 3]];
        Assert.Equal(Padding.Post, Sequences.ParsePadding("post"));
        Assert.Equal("Padding type \"Pre\" not understood", Assert.Throws<ArgumentException>(() => Sequences.ParsePadding("Pre")).Message);
        Assert.Equal("Truncating type \"\" not understood", Assert.Throws<ArgumentException>(() => Sequences.ParseTruncating("")).Message);
        // Both wrong: Keras meets the truncation first.
        Assert.Contains("Truncating", Assert.Throws<ArgumentException>(() => Sequences.Pad(samples, "middle", "middle")).Message);
        Assert.Equal(new[,] { { 1, 0 }, { 2, 3 } }, Sequences.Pad(samples, padding: "post"));
        Assert.Equal(new[,] { { 1 }, { 2 } }, Sequences.Pad(samples, "pre", "post", maxLen: 1));
    }

    [Fact]
    public void Vectors_of_different_sizes_are_named()
    {
        float[][][] samples = [[], [[1, 2]], [[3, 4], [5]]];
        Assert.Equal(
            "Shape of sample (1,) of sequence at position 2 is different from expected shape (2,)",
            Assert.Throws<ArgumentException>(() => Sequences.Pad(samples)).Message);
        Assert.Equal([2, 3, 0], Shape(Sequences.Pad((float[][][])[[], []], maxLen: 3)));

        static int[] Shape(float[,,] array) => [array.GetLength(0), array.GetLength(1), array.GetLength(2)];
    }

    [Fact]
    public void Wrong_arguments()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Sequences.Pad([[1]], maxLen: -1));
        Assert.Throws<ArgumentNullException>(() => Sequences.Pad((int[][])null!));
        Assert.Contains("position 1", Assert.Throws<ArgumentException>(() => Sequences.Pad((int[][])[[1], null!])).Message);
        Assert.Equal(2, Sequences.Pad([[1], [2, 3]], maxLen: 0, truncating: Padding.Post).GetLength(0));
        Assert.Equal(5, Sequences.Pad((int[][])[], maxLen: 5).GetLength(1));
    }

    /// <summary>As keras_preprocessing 1.1.0 with NumPy 1.24: only samples of two or more elements fail.</summary>
    [Fact]
    public void Length_0_takes_samples_of_one_element()
    {
        Assert.Equal([3, 0], new[] { 0, 1 }.Select(Sequences.Pad([[1], [2], []], maxLen: 0).GetLength));
        Assert.Contains("shape (2,)", Assert.Throws<ArgumentException>(() => Sequences.Pad([[1], [2, 3]], maxLen: 0)).Message);
    }

    /// <summary>Four cases cannot: an array of bytes, a number among lists, mixed depths, a text as the value.</summary>
    private static bool CanBeWritten(JsonElement test)
    {
        if (test.GetProperty("arguments").TryGetProperty("dtype", out var type) && type.GetString() == "uint8") return false;
        string error = test.GetProperty("error").GetString() ?? "";
        return !new[] { "non-iterable", "expected shape ()", "<class 'str'>" }.Any(part => error.Contains(part, StringComparison.Ordinal));
    }

    [Fact]
    public void All_other_recorded_cases_run() => Assert.Equal(Fixture.GetArrayLength() - 4, Cases.Count);

    private static int Depth(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? 1 + element.EnumerateArray().Select(Depth).DefaultIfEmpty(0).Max() : 0;

    private static IEnumerable<double> Numbers(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().SelectMany(Numbers) : [element.GetDouble()];

    // Keras casts floats to int32 towards zero; in C# the caller does.
    private static int[,] PadInt(JsonElement samples, JsonElement arguments)
    {
        int[][] rows = [.. samples.EnumerateArray().Select(row => row.EnumerateArray().Select(x => (int)x.GetDouble()).ToArray())];
        return Words(arguments) is var (padding, truncating)
            ? Sequences.Pad(rows, padding, truncating, MaxLen(arguments), (int)Value(arguments))
            : Sequences.Pad(rows, MaxLen(arguments), value: (int)Value(arguments));
    }

    private static float[,] PadFloat(float[][] rows, JsonElement arguments) =>
        Words(arguments) is var (padding, truncating)
            ? Sequences.Pad(rows, padding, truncating, MaxLen(arguments), (float)Value(arguments))
            : Sequences.Pad(rows, MaxLen(arguments), value: (float)Value(arguments));

    private static float[,,] Pad3(float[][][] rows, JsonElement arguments) =>
        Words(arguments) is var (padding, truncating)
            ? Sequences.Pad(rows, MaxLen(arguments), Sequences.ParsePadding(padding), Sequences.ParseTruncating(truncating), (float)Value(arguments))
            : Sequences.Pad(rows, MaxLen(arguments), value: (float)Value(arguments));

    private static (string Padding, string Truncating)? Words(JsonElement arguments)
    {
        string? padding = arguments.TryGetProperty("padding", out var p) ? p.GetString() : null;
        string? truncating = arguments.TryGetProperty("truncating", out var t) ? t.GetString() : null;
        return padding is null && truncating is null ? null : (padding ?? "pre", truncating ?? "pre");
    }

    private static int? MaxLen(JsonElement arguments) => arguments.TryGetProperty("maxlen", out var value) ? value.GetInt32() : null;

    private static double Value(JsonElement arguments) => arguments.TryGetProperty("value", out var value) ? value.GetDouble() : 0;
}
