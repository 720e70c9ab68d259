namespace Unroll.Classification;

/// <summary>Texts of several labels each: how a field holds them, and which of the known ones they are.</summary>
internal static class LabelSets
{
    /// <summary>The labels of a field, without blanks around them, each once, sorted; none if it is blank.</summary>
    public static string[] Split(string field, char separator) =>
        [.. field.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The same labels always as the same text.</summary>
    public static string Normal(string field, char separator) => string.Join(separator, Split(field, separator));

    /// <summary>All labels that occur, sorted.</summary>
    public static string[] NamesIn(IEnumerable<string> fields, char separator) =>
        [.. fields.SelectMany(field => Split(field, separator)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>For each field and name whether it is there.</summary>
    /// <exception cref="ArgumentException">A label is none of the names; the message names the line.</exception>
    public static bool[][] Of(string[] fields, int[] lines, IReadOnlyList<string> names, char separator)
    {
        var places = names.Select((name, k) => (name, k)).ToDictionary(entry => entry.name, entry => entry.k, StringComparer.Ordinal);
        return [.. fields.Select((field, i) =>
        {
            var set = new bool[names.Count];
            foreach (string label in Split(field, separator))
                set[places.TryGetValue(label, out int place) ? place : throw Unknown(lines[i], label, names)] = true;
            return set;
        })];
    }

    /// <summary>1 for each label that a text has, else 0: <c>[texts, labels]</c>.</summary>
    public static float[,] Targets(bool[][] sets)
    {
        var targets = new float[sets.Length, sets[0].Length];
        for (int i = 0; i < sets.Length; i++)
            for (int k = 0; k < sets[i].Length; k++) targets[i, k] = sets[i][k] ? 1 : 0;
        return targets;
    }

    /// <summary>The labels of a set, joined.</summary>
    public static string Text(bool[] set, IReadOnlyList<string> names, char separator) => string.Join(separator, names.Where((_, k) => set[k]));

    /// <summary>
    /// What to split by: frequent sets one by one, all rare ones together, so that each part has its share of them. Null: there are too
    /// few texts for that.
    /// </summary>
    /// <param name="fields">Normal fields.</param>
    /// <param name="share">The share of the smaller part.</param>
    public static int[]? Strata(IReadOnlyList<string> fields, double share)
    {
        double least = Math.Max(2, 1 / Math.Min(share, 1 - share));
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (IGrouping<string, string> group in fields.GroupBy(field => field, StringComparer.Ordinal).Where(group => group.Count() >= least)) numbers[group.Key] = numbers.Count + 1;
        int[] strata = [.. fields.Select(field => numbers.GetValueOrDefault(field))];
        int parts = strata.Distinct().Count(), smaller = (int)(Math.Min(share, 1 - share) * fields.Count);
        return strata.Count(stratum => stratum == 0) == 1 || smaller < parts ? null : strata;
    }

    public static ArgumentException Unknown(int line, string label, IReadOnlyList<string> names) =>
        new($"Line {line}: the label '{label}' is none of the classes {string.Join(", ", names.Take(20))}{(names.Count > 20 ? ", …" : "")}.");
}
