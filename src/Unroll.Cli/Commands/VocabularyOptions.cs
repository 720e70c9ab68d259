using System.CommandLine;
using Unroll.Cli.Infrastructure;
using Unroll.Datasets;
using Unroll.Layers;
using Unroll.Text;

namespace Unroll.Cli.Commands;

/// <summary>Options that give a model a vocabulary that its file does not hold: models of Keras know ids alone.</summary>
internal sealed class VocabularyOptions
{
    private readonly Option<string?> _vocabulary = CliOptions.OptionalText(
        "--vocabulary", "WORDS", "For models saved without one: imdb, or a JSON file of words and their ranks as get_word_index gives them.");

    private readonly Option<int?> _numWords = CliOptions.OptionalInt("--num-words", "With --vocabulary: num_words of load_data; the Embedding's input_dim without it.", 4);

    private readonly Option<int?> _maxLen = CliOptions.OptionalInt("--max-len", "With --vocabulary: ids per text; the model's input length without it.", 1);

    private readonly Option<string> _padding = CliOptions.Choice("--padding", "With --vocabulary: where short texts are filled up.", "pre", "post");

    private readonly Option<string> _truncating = CliOptions.Choice("--truncating", "With --vocabulary: where long texts are cut.", "pre", "post");

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _vocabulary, _numWords, _maxLen, _padding, _truncating }) command.Add(option);
    }

    /// <summary>How texts become ids for a model.</summary>
    /// <exception cref="ArgumentException">Neither the file nor the options say it.</exception>
    public TextPipeline TextOf(Model model, ParseResult result, string path, string? directory = null)
    {
        if (result.GetValue(_vocabulary) is not { } vocabulary)
        {
            return model.Text ?? throw new ArgumentException(
                $"{path}: the model was saved without its vocabulary, so texts can't be turned into ids. Name it, --vocabulary imdb or a word_index.json; 'unroll train --save' stores it; in C#, set model.Text before Save.");
        }

        int numWords = result.GetValue(_numWords) ?? model.Layers.OfType<Embedding>().FirstOrDefault()?.InputDim
            ?? throw new ArgumentException($"{path}: the model has no Embedding at its beginning that would say how many words there are; give --num-words.");
        int? length = model.Inputs[0].Shape[0];
        int maxLen = result.GetValue(_maxLen) ?? length
            ?? throw new ArgumentException($"{path}: the model takes texts of any length; give --max-len, the length that it was trained with.");
        if (length is { } fixedLength && maxLen != fixedLength)
            throw new ArgumentException($"{path}: the model takes {fixedLength} ids per text, but --max-len is {maxLen}.");
        IReadOnlyDictionary<string, int> index = vocabulary is "imdb" ? Imdb.GetWordIndex(directory) : WordIndexFile.Read(vocabulary);
        return TextPipeline.ForReviews(index, numWords, maxLen, Side(_padding), Side(_truncating));

        Padding Side(Option<string> option) => result.GetValue(option) == "post" ? Padding.Post : Padding.Pre;
    }
}
