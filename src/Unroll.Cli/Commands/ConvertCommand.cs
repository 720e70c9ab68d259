using System.CommandLine;
using Unroll.Cli.Infrastructure;

namespace Unroll.Cli.Commands;

/// <summary><c>unroll convert</c>: a saved model in another form, or with the vocabulary that it lacked.</summary>
internal static class ConvertCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string> source = ModelCommands.ModelArgument();
        var target = new Argument<string>("output") { Description = "File to write: .keras, .weights.h5 or .onnx." };
        var bare = new Option<bool>("--no-compile") { Description = "Leave out optimizer, loss and metrics of a .keras file." };
        Option<string?> architecture = ModelCommands.ArchitectureOption();
        var vocabulary = new VocabularyOptions();
        var command = new Command("convert", "Write a saved model in another form, or with its vocabulary.") { source, target, bare, architecture };
        vocabulary.AddTo(command);
        command.SetAction(result =>
        {
            string input = result.GetValue(source)!, output = result.GetValue(target)!;
            OutputPath.Require(output, "output");
            bool isKeras = output.EndsWith(".keras", StringComparison.OrdinalIgnoreCase);
            Action<Model> write = output switch
            {
                _ when isKeras => model => model.Save(output),
                _ when output.EndsWith(".weights.h5", StringComparison.OrdinalIgnoreCase) => model => model.SaveWeights(output),
                _ when output.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) => model => model.ExportOnnx(output),
                _ => throw new ArgumentException($"output is '{output}'; it must end in .keras, .weights.h5 or .onnx."),
            };
            if (!isKeras && vocabulary.IsGiven(result)) throw new ArgumentException($"--vocabulary is stored in .keras files only, but output is '{output}'.");
            // Only a .keras file holds what training needs.
            Model model = ModelCommands.Load(context, input, compile: isKeras && !result.GetValue(bare), result.GetValue(architecture));
            vocabulary.ApplyTo(model, result, input);
            try
            {
                write(model);
            }
            catch (NotSupportedException e)
            {
                throw new ArgumentException($"{input}: {e.Message}", e); // the form has nothing for a layer: no defect
            }

            context.Out.WriteLine(output);
            return ErrorBoundary.Success;
        });
        return command;
    }
}
