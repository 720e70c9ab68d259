using System.Globalization;
using Unroll.Classification;
using Unroll.Cli.Infrastructure;
using Unroll.Text;

namespace Unroll.Cli.Commands;

/// <summary><c>unroll evaluate m.keras held-out.csv</c>: a classifier on texts of one's own.</summary>
internal static class EvaluateTexts
{
    private const double ManyUnknown = 0.5;

    /// <exception cref="ArgumentException">The model names no classes or takes no texts, a label is none of them, or it knows not a word of the texts.</exception>
    public static void Run(string modelPath, Action<Model> vocabulary, Func<char?, LabeledTexts> read, string path, CliContext context)
    {
        Model model = ModelCommands.Load(context, modelPath, compile: false, null);
        vocabulary(model);
        if (model.ClassNames is null)
            throw new ArgumentException($"{modelPath}: does not say what its classes are called, so the labels of {path} mean nothing to it. 'unroll train {path}' makes a model that does; in C#, set model.ClassNames before Save.");
        var classifier = new TextClassifier(model);
        TextClassifierReport report = classifier.Evaluate(read(model.LabelSeparator));
        if (report.ShareUnknown >= 1) throw new ArgumentException($"{path}: the model knows not a single word of these texts; they are of another language, or cut into words in another way, than those that {modelPath} was trained on.");
        if (report.ShareUnknown > ManyUnknown)
            context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"unroll: {100 * report.ShareUnknown:F0} % of the words of {path} are not in the model's vocabulary; it was trained on other texts."));
        context.Out.Write(report);
    }
}
