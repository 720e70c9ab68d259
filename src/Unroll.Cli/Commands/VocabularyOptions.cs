using System.CommandLine;
using Unroll.Cli.Infrastructure;
using Unroll.Datasets;
using Unroll.Layers;
using Unroll.Text;

namespace Unroll.Cli.Commands;

/// <summary>Options that give a model a vocabulary that its file does not hold: models of Keras know ids alone.</summary>
internal sealed class VocabularyOptions
{
    private const int IndexFrom = 3; // what load_data adds to ranks

    private readonly Option<string?> _vocabulary = CliOptions.OptionalText(
        "--vocabulary", "WORDS", "For models saved without one: imdb, a JSON file of words and ranks (get_word_index), a Tokenizer's to_json, or a text with a word per line (get_vocabulary).");

    private readonly Option<int?> _numWords = CliOptions.OptionalInt("--num-words", "With --vocabulary: num_words; the Embedding's input_dim without it.", 3);

    private readonly Option<int?> _maxLen = CliOptions.OptionalInt("--max-len", "With --vocabulary: ids per text; the model's input length without it.", 1);

    private readonly Option<int?> _indexFrom = CliOptions.OptionalInt("--index-from", "With a --vocabulary of ranks: what was added to them, 3 by load_data; 0 for the word_index of a Tokenizer.", 0);

    private readonly Option<string> _padding = CliOptions.Choice("--padding", "With --vocabulary: where short texts are filled up; post for a word per line.", "pre", "post");

    private readonly Option<string> _truncating = CliOptions.Choice("--truncating", "With --vocabulary: where long texts are cut; post for a word per line.", "pre", "post");

    private Option[] Rules => [_numWords, _maxLen, _indexFrom, _padding, _truncating];

    public void AddTo(Command command)
    {
        command.Add(_vocabulary);
        foreach (Option option in Rules) command.Add(option);
    }

    /// <summary>True if a vocabulary is given.</summary>
    public bool IsGiven(ParseResult result) => CliOptions.IsGiven(result, _vocabulary);

    /// <summary>Gives a model the vocabulary of the options; without them it keeps its own.</summary>
    /// <exception cref="ArgumentException">It takes texts by itself, or the options don't fit it.</exception>
    /// <exception cref="InvalidDataException">The file is no vocabulary.</exception>
    public void ApplyTo(Model model, ParseResult result, string path, string? directory = null)
    {
        if (result.GetValue(_vocabulary) is not { } vocabulary)
        {
            if (Array.Find(Rules, option => CliOptions.IsGiven(result, option)) is { } alone) throw new ArgumentException($"{alone.Name} says how a --vocabulary is used; give one, or leave it out.");
            return;
        }

        if (model.Inputs is [{ Layer: InputLayer { IsTexts: true } }])
            throw new ArgumentException($"{path}: the model begins with a vocabulary of its own (TextVectorization); leave out --vocabulary.");
        int? inputs = model.Layers.OfType<Embedding>().FirstOrDefault()?.InputDim, most = result.GetValue(_numWords) ?? inputs;
        int? length = model.Inputs[0].Shape[0];
        int maxLen = result.GetValue(_maxLen) ?? length
            ?? throw new ArgumentException($"{path}: the model takes texts of any length; give --max-len, the length that it was trained with.");
        if (length is { } fixedLength && maxLen != fixedLength)
            throw new ArgumentException($"{path}: the model takes {fixedLength} ids per text, but --max-len is {maxLen}.");
        if (inputs is { } size && most > size) throw new ArgumentException($"{path}: the model takes ids below {size:N0}, but --num-words is {most:N0}.");
        var rules = new VocabularyRules(maxLen, most, result.GetValue(_indexFrom) ?? IndexFrom, Side(_padding), Side(_truncating));
        if (rules.IndexFrom is not (0 or IndexFrom)) throw new ArgumentException($"--index-from is {rules.IndexFrom}; it must be 3 (load_data) or 0 (a Tokenizer).");
        model.Text = vocabulary is "imdb" ? VocabularyFile.OfRanks(Imdb.GetWordIndex(directory), rules) : VocabularyFile.Read(vocabulary, rules);

        Padding? Side(Option<string> option) => !CliOptions.IsGiven(result, option) ? null : result.GetValue(option) == "post" ? Padding.Post : Padding.Pre;
    }

    /// <summary>How texts become ids for a model.</summary>
    /// <exception cref="ArgumentException">Neither the file nor the options say it.</exception>
    public TextPipeline TextOf(Model model, ParseResult result, string path, string? directory = null)
    {
        ApplyTo(model, result, path, directory);
        return model.Text ?? throw new ArgumentException(
            $"{path}: the model was saved without its vocabulary, so texts can't be turned into ids. Name it: --vocabulary imdb, a word_index.json, the JSON of a Tokenizer or a text with a word per line; 'unroll train --save' stores it; 'unroll convert --vocabulary' does so afterwards, in C# model.Text before Save.");
    }
}
