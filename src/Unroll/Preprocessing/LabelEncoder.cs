using System.Text;

namespace Unroll.Preprocessing;

/// <summary>
/// Numbers 0, 1, 2, … for the names of classes in alphabetical order: scikit-learn's <c>LabelEncoder</c>.
/// <code>int[] y = new LabelEncoder().FitTransform(sentiments);   // "negative", "positive" → 0, 1</code>
/// </summary>
/// <remarks>The order is that of Unicode's code points, capitals before small letters, as in Python.</remarks>
public sealed class LabelEncoder
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    /// <summary>The names; the number of a class is its place.</summary>
    public IReadOnlyList<string> Classes { get; private set; } = [];

    /// <summary>An encoder for known names in the order given, such as those written down beside a model.</summary>
    /// <exception cref="ArgumentException">A name occurs twice.</exception>
    public static LabelEncoder FromClasses(IEnumerable<string> classes)
    {
        string[] names = [.. classes];
        if (names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"The class '{twice.Key}' occurs twice.", nameof(classes));
        var encoder = new LabelEncoder();
        encoder.Set(names);
        return encoder;
    }

    /// <summary>Learns the names. What was learned before is forgotten.</summary>
    /// <exception cref="ArgumentException">There are no labels, or one is null.</exception>
    public LabelEncoder Fit(IEnumerable<string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var names = new HashSet<string>(StringComparer.Ordinal);
        int position = 0;
        foreach (string label in labels)
        {
            names.Add(label ?? throw new ArgumentException($"The label at position {position} is null.", nameof(labels)));
            position++;
        }

        if (names.Count == 0) throw new ArgumentException("There are no labels to learn from.", nameof(labels));
        string[] sorted = [.. names];
        Array.Sort(sorted, CompareCodePoints);
        Set(sorted);
        return this;
    }

    /// <summary>The numbers of labels.</summary>
    /// <exception cref="ArgumentException">A label was not learned.</exception>
    public int[] Transform(IEnumerable<string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return [.. labels.Select((label, i) => label is not null && _numbers.TryGetValue(label, out int number) ? number : throw new ArgumentException(
            $"The label '{label}' at position {i} is unknown. Known labels: {string.Join(", ", Classes.Take(20))}{(Classes.Count > 20 ? ", …" : "")}.", nameof(labels)))];
    }

    /// <summary>Learns the names and gives the numbers.</summary>
    /// <inheritdoc cref="Fit"/>
    public int[] FitTransform(IReadOnlyCollection<string> labels) => Fit(labels).Transform(labels);

    /// <summary>The names of numbers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public string[] InverseTransform(ReadOnlySpan<int> numbers)
    {
        var result = new string[numbers.Length];
        for (int i = 0; i < result.Length; i++)
        {
            if (numbers[i] < 0 || numbers[i] >= Classes.Count)
                throw new ArgumentOutOfRangeException(nameof(numbers), numbers[i], $"The number at position {i} is none of the {Classes.Count} classes 0 to {Classes.Count - 1}.");
            result[i] = Classes[numbers[i]];
        }

        return result;
    }

    private void Set(string[] names)
    {
        _numbers.Clear();
        for (int i = 0; i < names.Length; i++) _numbers.Add(names[i], i);
        Classes = names;
    }

    /// <summary>UTF-8 sorts as code points do; UTF-16 does not.</summary>
    private static int CompareCodePoints(string a, string b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b));
}
