using Unroll.Random;
using Unroll.Text;

namespace Unroll.Tests.Classification;

/// <summary>Texts of some classes, each with words that only its class has among words that all have.</summary>
internal static class MadeUpTexts
{
    private static readonly string[] s_common = ["the", "a", "of", "and", "on", "today", "people", "said", "again", "with", "some", "new"];

    private static readonly Dictionary<string, string[]> s_own = new()
    {
        ["cooking"] = ["oven", "flour", "soup", "onions"],
        ["politics"] = ["vote", "minister", "parliament", "law"],
        ["sport"] = ["goal", "coach", "match", "league"],
    };

    public static LabeledTexts Of(int seed, params ReadOnlySpan<(string Label, int Count)> classes)
    {
        var random = new Philox(seed, RandomPurpose.BenchmarkData);
        var rows = new List<(string Text, string Label)>();
        foreach ((string label, int count) in classes)
        {
            for (int i = 0; i < count; i++)
            {
                var words = new List<string>();
                for (int k = random.NextInt32(6) + 4; k > 0; k--) words.Add(s_common[random.NextInt32(s_common.Length)]);
                for (int k = 0; k < 2; k++) words.Insert(random.NextInt32(words.Count), s_own[label][random.NextInt32(4)]);
                rows.Add(($"{string.Join(' ', words)}.", label));
            }
        }

        (string Text, string Label)[] mixed = [.. rows];
        random.Shuffle<(string, string)>(mixed);
        return new LabeledTexts([.. mixed.Select(row => row.Text)], [.. mixed.Select(row => row.Label)], [.. Enumerable.Range(2, mixed.Length)]);
    }

    public static string Csv(LabeledTexts data, string text = "text", string label = "label") =>
        $"{text},{label}\n" + string.Concat(data.Texts.Zip(data.Labels, (words, name) => $"\"{words}\",{name}\n"));
}
