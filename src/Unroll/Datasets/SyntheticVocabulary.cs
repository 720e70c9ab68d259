using Unroll.Random;

namespace Unroll.Datasets;

/// <summary>
/// The words of the synthetic reviews. Function words and opinion words are English; the other nouns and verbs are
/// made up of syllables, so that nobody mistakes the text for somebody's.
/// </summary>
internal sealed class SyntheticVocabulary
{
    public const int NounCount = 6000;
    public const int VerbCount = 3000;

    public static readonly string[] Positive =
    [
        "good", "great", "excellent", "wonderful", "brilliant", "superb", "charming", "delightful", "moving", "funny",
        "beautiful", "clever", "gripping", "fresh", "touching", "impressive", "fascinating", "lovely", "memorable", "perfect",
    ];

    public static readonly string[] Negative =
    [
        "bad", "awful", "terrible", "boring", "dull", "poor", "weak", "stupid", "annoying", "predictable",
        "ugly", "clumsy", "tedious", "stale", "pointless", "disappointing", "lifeless", "horrible", "forgettable", "lame",
    ];

    public static readonly string[] Negators = ["not", "never", "hardly"];
    public static readonly string[] Intensifiers = ["very", "really", "extremely"];
    public static readonly string[] Subjects =
        ["film", "movie", "story", "plot", "acting", "cast", "music", "script", "ending", "camera", "dialogue", "direction"];

    public static readonly string[] Determiners = ["the", "a", "this", "his", "her", "their", "that", "some", "another", "every"];
    public static readonly string[] Prepositions = ["of", "in", "to", "with", "on", "for", "from", "at", "by", "after"];
    public static readonly string[] Joints = ["and", "then", "while", "when", "so", "as", "where", "because"];
    public static readonly string[] Copulas = ["was", "is", "seemed", "looked"];

    private static readonly string[] Onsets =
        ["b", "br", "d", "dr", "f", "g", "gr", "h", "j", "k", "kl", "l", "m", "n", "p", "pr", "r", "s", "st", "t", "tr", "v", "w", "z"];

    private static readonly string[] Vowels = ["a", "e", "i", "o", "u", "ai", "ou"];
    private static readonly string[] Codas = ["n", "r", "l", "k", "m", "nd", "st", "th"];

    private readonly List<string> _words = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    private SyntheticVocabulary()
    {
        Opinions = [AddAll(Positive), AddAll(Negative)];
        NegatorWords = AddAll(Negators);
        IntensifierWords = AddAll(Intensifiers);
        But = AddAll(["but"])[0];
        SubjectWords = AddAll(Subjects);
        CopulaWords = AddAll(Copulas);
        DeterminerWords = AddAll(Determiners);
        PrepositionWords = AddAll(Prepositions);
        JointWords = AddAll(Joints);
        var random = new Philox(0, RandomPurpose.SyntheticReviews, -1);
        Nouns = Invent(NounCount, "", random);
        Verbs = Invent(VerbCount, "ed", random);
    }

    public static SyntheticVocabulary Instance { get; } = new();

    /// <summary>Positive words, then negative words.</summary>
    public int[][] Opinions { get; }

    public int[] NegatorWords { get; }

    public int[] IntensifierWords { get; }

    public int But { get; }

    public int[] SubjectWords { get; }

    public int[] CopulaWords { get; }

    public int[] DeterminerWords { get; }

    public int[] PrepositionWords { get; }

    public int[] JointWords { get; }

    public int[] Nouns { get; }

    public int[] Verbs { get; }

    public int Count => _words.Count;

    public string this[int word] => _words[word];

    private int[] AddAll(string[] words) => Array.ConvertAll(words, Add);

    private int Add(string word)
    {
        _numbers.Add(word, _words.Count);
        _words.Add(word);
        return _words.Count - 1;
    }

    private int[] Invent(int count, string ending, Philox random)
    {
        var words = new int[count];
        for (int made = 0; made < count;)
        {
            string word = "";
            for (int syllables = 2 + random.NextInt32(2); syllables > 0; syllables--)
                word += Onsets[random.NextInt32(Onsets.Length)] + Vowels[random.NextInt32(Vowels.Length)];
            word += Codas[random.NextInt32(Codas.Length)] + ending;
            if (!_numbers.ContainsKey(word)) words[made++] = Add(word);
        }

        return words;
    }
}
