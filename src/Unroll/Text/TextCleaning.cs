using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Unroll.Text;

/// <summary>
/// What is done to texts before they are cut into words, step by step, as a part that can be written down and read back.
/// <code>
/// var cleaning = new TextCleaning().StripHtml().StripUrls().ToLower().StripPunctuation().RemoveStopWords("english");
/// string[] clean = cleaning.Apply(texts);
/// File.WriteAllText("cleaning.json", cleaning.ToJson());
/// </code>
/// </summary>
/// <remarks>Immutable: every method gives a new cleaning with one more step.</remarks>
public sealed class TextCleaning
{
    private static readonly string[] s_builtIn = ["lower", "lower_ascii", "strip_html", "strip_urls", "strip_punctuation", "strip_digits", "collapse_spaces", "remove_words", "text_vectorization"];
    private static readonly ConcurrentDictionary<string, Func<string, string>> s_registered = new(StringComparer.Ordinal);

    private readonly Step[] _steps;

    /// <summary>A cleaning without steps, which changes nothing.</summary>
    public TextCleaning() => _steps = [];

    private TextCleaning(Step[] steps) => _steps = steps;

    /// <summary>The names of the steps, first done first.</summary>
    public IReadOnlyList<string> Steps => Array.ConvertAll(_steps, step => step.Name);

    /// <summary>Lower case by Python's rules, for all scripts.</summary>
    public TextCleaning ToLower() => With("lower", LowerCase.Python);

    /// <summary>Lower case of A to Z only: what Keras' IMDB data and TextVectorization do.</summary>
    public TextCleaning ToLowerAscii() => With("lower_ascii", LowerCase.Ascii);

    /// <summary>Replaces tags and comments by a blank and reads entities such as <c>&amp;amp;</c>. A <c>&lt;</c> that opens no tag stays.</summary>
    public TextCleaning StripHtml() => With("strip_html", CleaningSteps.StripHtml);

    /// <summary>Replaces what begins with http://, https:// or www. by a blank, up to white space, a quote or an angle bracket.</summary>
    public TextCleaning StripUrls() => With("strip_urls", CleaningSteps.StripUrls);

    /// <summary>Replaces punctuation and symbols of ASCII and Unicode's punctuation by a blank. Apostrophes between two letters stay.</summary>
    public TextCleaning StripPunctuation() => With("strip_punctuation", CleaningSteps.StripPunctuation);

    /// <summary>Replaces decimal digits of all scripts by a blank.</summary>
    public TextCleaning StripDigits() => With("strip_digits", CleaningSteps.StripDigits);

    /// <summary>Makes one blank of every run of white space and takes it off at both ends.</summary>
    public TextCleaning CollapseSpaces() => With("collapse_spaces", CleaningSteps.CollapseSpaces);

    /// <summary>What Keras' TextVectorization does by default: lower case of A to Z, the 32 signs of ASCII deleted, one blank between words.</summary>
    public TextCleaning AsTextVectorization() => With("text_vectorization", CleaningSteps.AsTextVectorization);

    /// <summary>Takes out the function words of a language; see <see cref="StopWords"/>.</summary>
    /// <exception cref="ArgumentException">There is no list for the language.</exception>
    public TextCleaning RemoveStopWords(string language) => RemoveWords(StopWords.For(language));

    /// <summary>Takes out words, whatever their case. Words are what stands between white space; one blank joins the rest.</summary>
    public TextCleaning RemoveWords(IEnumerable<string> words)
    {
        string[] list = [.. words];
        var set = new HashSet<string>(list, StringComparer.OrdinalIgnoreCase);
        var lookup = set.GetAlternateLookup<ReadOnlySpan<char>>();
        return With(new Step("remove_words", text => CleaningSteps.RemoveWords(text, lookup), list, false));
    }

    /// <summary>
    /// Makes a step of your own known by name, so that cleanings with it can be written down, and read back where it is
    /// registered, too.
    /// </summary>
    /// <exception cref="ArgumentException">The name is empty, or taken by another function.</exception>
    public static void Register(string name, Func<string, string> clean)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(clean);
        if (s_builtIn.Contains(name) || s_registered.GetOrAdd(name, clean) != clean)
            throw new ArgumentException($"The step '{name}' is there already; choose another name.", nameof(name));
    }

    /// <summary>A step of your own that was registered.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public TextCleaning Then(string name) => s_registered.TryGetValue(name, out Func<string, string>? clean)
        ? With(new Step(name, clean, null, false))
        : throw new ArgumentException($"There is no registered step '{name}'; call TextCleaning.Register first.", nameof(name));

    /// <summary>A step of your own. It can be written down only if it is registered under that name.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public TextCleaning Then(string name, Func<string, string> clean)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(clean);
        return With(new Step(name, clean, null, !(s_registered.TryGetValue(name, out Func<string, string>? registered) && registered == clean)));
    }

    /// <summary>Cleans a text.</summary>
    public string Apply(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (Step step in _steps) text = step.Clean(text);
        return text;
    }

    /// <summary>Cleans texts.</summary>
    public string[] Apply(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return [.. texts.Select(Apply)];
    }

    /// <summary>The steps as JSON, lists of words in full, so that they mean the same in later versions.</summary>
    /// <exception cref="InvalidOperationException">There is a step of your own that is not registered.</exception>
    public string ToJson()
    {
        var steps = new JsonArray();
        foreach (Step step in _steps)
        {
            if (step.IsOwn) throw new InvalidOperationException($"The step '{step.Name}' is a function of your own, which JSON can't hold. Register it, TextCleaning.Register(\"{step.Name}\", …), and add it by Then(\"{step.Name}\"); whoever reads the file registers it, too.");
            var node = new JsonObject { ["step"] = step.Name };
            if (step.Words is not null) node["words"] = new JsonArray([.. step.Words.Select(word => (JsonNode?)JsonValue.Create(word))]);
            steps.Add((JsonNode?)node);
        }

        return new JsonObject { ["cleaning"] = steps }.ToJsonString();
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">What errors call it, such as the file's name.</param>
    /// <exception cref="InvalidDataException">The text is something else, or a step is unknown.</exception>
    public static TextCleaning FromJson(string json, string source = "cleaning")
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("cleaning", out JsonElement steps) || steps.ValueKind != JsonValueKind.Array)
                throw new InvalidDataException($"{source}: has no list 'cleaning'.");
            var cleaning = new TextCleaning();
            foreach (JsonElement step in steps.EnumerateArray()) cleaning = cleaning.Add(step, source);
            return cleaning;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{source}: is not a cleaning written as JSON: {e.Message}", e);
        }
    }

    private TextCleaning Add(JsonElement step, string source) => (step.ValueKind == JsonValueKind.Object && step.TryGetProperty("step", out JsonElement name) ? name.GetString() : null) switch
    {
        "lower" => ToLower(),
        "lower_ascii" => ToLowerAscii(),
        "strip_html" => StripHtml(),
        "strip_urls" => StripUrls(),
        "strip_punctuation" => StripPunctuation(),
        "strip_digits" => StripDigits(),
        "collapse_spaces" => CollapseSpaces(),
        "text_vectorization" => AsTextVectorization(),
        "remove_words" when step.TryGetProperty("words", out JsonElement words) && words.ValueKind == JsonValueKind.Array =>
            RemoveWords(words.EnumerateArray().Select(word => word.GetString() ?? throw new InvalidDataException($"{source}: a word to remove is null."))),
        "remove_words" => throw new InvalidDataException($"{source}: the step remove_words has no list 'words'."),
        { } own when s_registered.ContainsKey(own) => Then(own),
        var other => throw new InvalidDataException($"{source}: the step '{other}' is unknown. If it is a function of somebody's own, call TextCleaning.Register(\"{other}\", …) first."),
    };

    private TextCleaning With(string name, Func<string, string> clean) => With(new Step(name, clean, null, false));

    private TextCleaning With(Step step) => new([.. _steps, step]);

    private sealed record Step(string Name, Func<string, string> Clean, string[]? Words, bool IsOwn);
}
