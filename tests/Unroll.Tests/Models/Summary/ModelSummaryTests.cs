using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Unroll.Models;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>Texts of real Keras: names come from the listed layers, shapes and counts from the text's cells.</summary>
public sealed partial class ModelSummaryTests
{
    public static TheoryData<int, string> RecordedTexts()
    {
        var data = new TheoryData<int, string>();
        using JsonDocument cases = Load();
        int index = 0;
        foreach (JsonElement recorded in cases.RootElement.EnumerateArray())
        {
            // On TensorFlow, and in Unroll, the optimizer's step counter is a 64-bit number.
            data.Add(index, recorded.TryGetProperty("keras3_text_if_iteration_is_int64", out _) ? "keras3_text_if_iteration_is_int64" : "keras3_text");
            if (recorded.TryGetProperty("keras3_text_show_trainable", out JsonElement text)
                && (!text.GetString()!.Contains("Optimizer", StringComparison.Ordinal) || !recorded.TryGetProperty("keras3_text_if_iteration_is_int64", out _)))
            {
                data.Add(index, "keras3_text_show_trainable");
            }

            index++;
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(RecordedTexts))]
    public void Writes_what_Keras_wrote(int index, string key)
    {
        using JsonDocument cases = Load();
        JsonElement recorded = cases.RootElement[index];
        string expected = recorded.GetProperty(key).GetString()!;

        SummaryTable table = ReadTable(recorded.GetProperty("layers"), expected);
        bool showTrainable = key.EndsWith("show_trainable", StringComparison.Ordinal);
        Assert.Equal(expected, ModelSummary.Format(table, SummaryStyle.Keras3, recorded.GetProperty("line_length").GetInt32(), showTrainable));
    }

    [Fact]
    public void First_notebook_after_training()
    {
        SummaryRow[] rows =
        [
            new("embedding_18", "Embedding", [30, 50], 100_000, true),
            new("simple_rnn_16", "SimpleRNN", [5], 280, true),
            new("dense_18", "Dense", [1], 6, true),
        ];
        Assert.Equal(
            """
            Model: "sequential_18"
            ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
            ┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
            ┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
            │ embedding_18 (Embedding)        │ (None, 30, 50)         │       100,000 │
            ├─────────────────────────────────┼────────────────────────┼───────────────┤
            │ simple_rnn_16 (SimpleRNN)       │ (None, 5)              │           280 │
            ├─────────────────────────────────┼────────────────────────┼───────────────┤
            │ dense_18 (Dense)                │ (None, 1)              │             6 │
            └─────────────────────────────────┴────────────────────────┴───────────────┘
             Total params: 300,860 (1.15 MB)
             Trainable params: 100,286 (391.74 KB)
             Non-trainable params: 0 (0.00 B)
             Optimizer params: 200,574 (783.50 KB)

            """,
            ModelSummary.Format(new SummaryTable("sequential_18", rows, 100_286, 0, 200_574), SummaryStyle.Keras3, 76));
    }

    [Fact]
    public void Second_notebook_before_training()
    {
        SummaryRow[] rows =
        [
            new("embedding_12", "Embedding", [null, 8], 8000, true),
            new("lstm_17", "LSTM", [8], 544, true),
            new("dense_12", "Dense", [1], 9, true),
        ];
        string[] expected =
        [
            "Model: \"sequential_12\"",
            "_________________________________________________________________",
            "Layer (type)                 Output Shape              Param #   ",
            "=================================================================",
            "embedding_12 (Embedding)     (None, None, 8)           8000      ",
            "_________________________________________________________________",
            "lstm_17 (LSTM)               (None, 8)                 544       ",
            "_________________________________________________________________",
            "dense_12 (Dense)             (None, 1)                 9         ",
            "=================================================================",
            "Total params: 8,553",
            "Trainable params: 8,553",
            "Non-trainable params: 0",
            "_________________________________________________________________",
            "",
        ];
        Assert.Equal(string.Join('\n', expected), ModelSummary.Format(new SummaryTable("sequential_12", rows, 8553, 0, null), SummaryStyle.Keras2));
    }

    [Fact]
    public void Keras_2_cuts_long_names_and_writes_unknown_shapes()
    {
        SummaryRow[] rows = [new("a_layer_with_a_very_long_name", "SpatialDropout1D", null, 0, false)];
        string text = ModelSummary.Format(new SummaryTable("m", rows, 0, 0, null), SummaryStyle.Keras2);
        Assert.Contains("\na_layer_with_a_very_long_nam multiple                  0         \n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0.00 B")]
    [InlineData(1023, "1023.00 B")]
    [InlineData(1024, "1.00 KB")]
    [InlineData(4224, "4.12 KB")] // 4.125 exactly: a tie goes to the even digit
    [InlineData(401_144, "391.74 KB")]
    [InlineData(802_300, "783.50 KB")]
    [InlineData(5L << 40, "5.00 TB")]
    [InlineData(4096L << 50, "4096.00 PB")]
    public void Sizes(long bytes, string text) => Assert.Equal(text, ModelSummary.Size(bytes));

    [Fact]
    public void A_line_that_is_too_short_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => ModelSummary.Format(new SummaryTable("m", [], 0, 0, null), SummaryStyle.Keras3, 20));

    private static JsonDocument Load() =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "summaries.json")));

    private static SummaryTable ReadTable(JsonElement layers, string text)
    {
        var names = new Dictionary<string, int>();
        List<(string Name, string Class)> named = [];
        foreach (JsonElement layer in layers.EnumerateArray())
        {
            string spec = layer.GetString()!;
            string className = spec[..spec.IndexOf('(', StringComparison.Ordinal)];
            Match inner = InnerLayer().Match(spec);
            if (inner.Success) DefaultName(inner.Groups[1].Value, names);
            Match given = GivenName().Match(spec);
            named.Add((given.Success ? given.Groups[1].Value : DefaultName(className, names), className));
        }

        // The first line of a row has its shape and count.
        List<string[]> cells = [];
        foreach (string line in text.Split('\n').SkipWhile(line => !line.StartsWith('┡')))
        {
            if (!line.StartsWith('│')) continue;
            string[] fields = [.. line.Trim('│').Split('│').Select(cell => cell.Trim())];
            if (fields[2].Length > 0) cells.Add(fields);
        }

        Assert.Equal(named.Count, cells.Count);
        int? batchSize = null;
        var rows = new List<SummaryRow>();
        for (int i = 0; i < named.Count; i++)
        {
            int?[]? shape = null;
            if (cells[i][1] != "?")
            {
                shape = [.. cells[i][1].Trim('(', ')').Split(", ").Select(size => size == "None" ? (int?)null : int.Parse(size, CultureInfo.InvariantCulture))];
                batchSize = shape[0];
                shape = shape[1..];
            }

            bool isBuilt = !cells[i][2].Contains("unbuilt", StringComparison.Ordinal);
            bool? trainable = cells[i].Length > 3 ? cells[i][3] switch { "Y" => true, "N" => false, _ => null } : null;
            rows.Add(new SummaryRow(named[i].Name, named[i].Class, shape, isBuilt ? Count(cells[i][2]) : 0, isBuilt, trainable));
        }

        Match optimizer = Regex.Match(text, "Optimizer params: ([0-9,]+)");
        return new SummaryTable(
            Regex.Match(text, "Model: \"(.*)\"").Groups[1].Value,
            rows,
            Count(Regex.Match(text, " Trainable params: ([0-9,]+)").Groups[1].Value),
            Count(Regex.Match(text, "Non-trainable params: ([0-9,]+)").Groups[1].Value),
            optimizer.Success ? Count(optimizer.Groups[1].Value) : null,
            batchSize);
    }

    private static long Count(string text) => long.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    private static string DefaultName(string className, Dictionary<string, int> names)
    {
        string snake = WordStart().Replace(className, "$1_$2").ToLowerInvariant();
        string name = className switch { "SimpleRNN" => "simple_rnn", "LSTM" => "lstm", "GRU" => "gru", _ => snake };
        int count = names.GetValueOrDefault(name);
        names[name] = count + 1;
        return count == 0 ? name : $"{name}_{count}";
    }

    [GeneratedRegex("([a-z])([A-Z])")]
    private static partial Regex WordStart();

    [GeneratedRegex(@"^TimeDistributed\(layer=(\w+)\(")]
    private static partial Regex InnerLayer();

    [GeneratedRegex("name='([^']+)'")]
    private static partial Regex GivenName();
}
