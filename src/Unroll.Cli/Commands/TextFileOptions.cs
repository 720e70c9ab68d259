using System.CommandLine;
using System.Text;
using Unroll.Cli.Infrastructure;
using Unroll.Text;

namespace Unroll.Cli.Commands;

/// <summary>Options that say where a file of one's own has its texts and labels.</summary>
internal sealed class TextFileOptions
{
    private readonly Option<string> _text = CliOptions.Text("--text", "COLUMN", "With a data file: the column (of JSON Lines: the member) with the text.", "text");

    private readonly Option<string> _label = CliOptions.Text("--label", "COLUMN", "With a data file: the column with the label, any text.", "label");

    private readonly Option<string?> _separator = CliOptions.OptionalText("--separator", "SIGN", "With a table: the sign between two fields, or tab; a comma without it, in .tsv a tabulator.");

    private readonly Option<string> _encoding = CliOptions.Choice("--encoding", "With a data file: how its letters are written.", "utf-8", "latin1", "utf-16");

    private Option[] All => [_text, _label, _separator, _encoding];

    public static Argument<string?> DataArgument(string description) => new("data") { Description = description, Arity = ArgumentArity.ZeroOrOne };

    public void AddTo(Command command)
    {
        foreach (Option option in All) command.Add(option);
    }

    public string Text(ParseResult result) => result.GetValue(_text)!;

    public string Label(ParseResult result) => result.GetValue(_label)!;

    /// <exception cref="ArgumentException">It is not one sign.</exception>
    public char? Separator(ParseResult result) => Sign(result, _separator);

    /// <summary>An option that is one sign.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static char? Sign(ParseResult result, Option<string?> option) => result.GetValue(option) switch
    {
        null => null,
        "tab" or "\\t" => '\t',
        { Length: 1 } sign => sign[0],
        var other => throw new ArgumentException($"{option.Name} is '{other}'; it must be one sign, or tab."),
    };

    public Encoding? Encoding(ParseResult result) => result.GetValue(_encoding) switch
    {
        "latin1" => System.Text.Encoding.Latin1,
        "utf-16" => System.Text.Encoding.Unicode,
        _ => null,
    };

    public LabeledTexts Read(ParseResult result, string path, char? labelSeparator)
    {
        Require(result, path);
        return TextFile.Read(path, Text(result), Label(result), Separator(result), Encoding(result), labelSeparator: labelSeparator);
    }

    /// <summary>Refuses what is no file before anything is done with it.</summary>
    /// <exception cref="UsageException">There is no such file; it is probably a word of another option.</exception>
    public static void Require(ParseResult result, string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new UsageException($"unexpected '{path}'; there is no such file of texts, and a value with blanks needs quotes, as in --model \"embedding(8), lstm(16)\".", $"unroll {result.CommandResult.Command.Name}");
    }

    /// <summary>Refuses options of a data file where there is none.</summary>
    /// <exception cref="ArgumentException">One was given.</exception>
    public void RequireNone(ParseResult result, string example)
    {
        if (Array.Find(All, option => CliOptions.IsGiven(result, option)) is { } given) throw new ArgumentException($"{given.Name} is for a file of texts of your own; name it: {example}");
    }
}
