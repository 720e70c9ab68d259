using Unroll.Layers;
using Unroll.Text;

namespace Unroll.Classification;

/// <summary>How a model gets from texts to words: by its first layer, or by what it carries along.</summary>
internal sealed class WordReader
{
    private readonly TextVectorization? _layer;

    private readonly TextPipeline? _pipeline;

    private readonly HashSet<string> _known;

    /// <exception cref="ArgumentException">The model takes no texts.</exception>
    public WordReader(Model model)
    {
        bool takesTexts = model.Inputs is [{ Layer: InputLayer { IsTexts: true } }];
        _layer = takesTexts ? model.Layers.OfType<TextVectorization>().FirstOrDefault() : null;
        _pipeline = takesTexts ? null : model.Text;
        if (_layer is null && _pipeline is null)
            throw new ArgumentException("The model takes no texts: it neither begins with a TextVectorization nor has a vocabulary in Text.", nameof(model));
        _known = _layer is not null ? [.. _layer.GetVocabulary().Skip(2)] : [.. _pipeline!.Words.Keys];
    }

    /// <summary>Words that a model reads of a text; null: all.</summary>
    public int? Length => _layer is not null ? _layer.OutputSequenceLength : _pipeline!.MaxLen - (_pipeline.StartId is null ? 0 : 1);

    /// <summary>True if of long texts the end is read, false if the begin is.</summary>
    public bool ReadsEnd => _pipeline?.Truncating == Padding.Pre;

    public int VocabularySize => _layer?.VocabularySize ?? _pipeline!.VocabularySize;

    /// <summary>Words of the vocabulary, without the special ones.</summary>
    public IReadOnlyCollection<string> Known => _known;

    public bool IsKnown(string word) => _known.Contains(word);

    /// <summary>What the model is fed.</summary>
    public Inputs Encode(string[] texts) => _layer is not null ? texts : _pipeline!.Encode(texts);

    /// <summary>The words of a text, none cut off.</summary>
    public string[] Words(string text)
    {
        if (_layer is not null) return [.. TextTokens.Split(TextTokens.Standardize(text, _layer.Standardize), _layer.Split)];
        string clean = _pipeline!.Cleaning?.Apply(text) ?? text;
        return _pipeline.Tokenizer is not { } tokenizer ? TextPreprocessing.TextToWordSequence(clean)
            : tokenizer.CharLevel ? [.. clean.EnumerateRunes().Select(rune => rune.ToString())]
            : tokenizer.Analyzer is { } analyzer ? [.. analyzer(clean)]
            : TextPreprocessing.TextToWordSequence(clean, tokenizer.Filters, tokenizer.Lower, tokenizer.Split);
    }
}
