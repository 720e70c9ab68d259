using System.CommandLine;
using System.Reflection;
using Unroll.Cli.Infrastructure;
using Unroll.Configuration;
using Unroll.Layers;
using Unroll.Optimizers;

namespace Unroll.Cli.Commands;

/// <summary><c>unroll train</c>: one model, one data set, one run.</summary>
internal static class TrainCommand
{
    public static Command Create(CliContext context)
    {
        var options = new TrainOptions();
        var command = new Command("train", "Train a model on movie reviews and test it.");
        options.AddTo(command);
        command.SetAction(result =>
        {
            TrainSettings settings = options.Read(result);
            if (settings.JsonPath != "-")
            {
                Run(settings, context);
                return ErrorBoundary.Success;
            }

            // Standard output belongs to the JSON.
            TextWriter console = Console.Out;
            Console.SetOut(context.Error);
            try
            {
                Run(settings, context);
            }
            finally
            {
                Console.SetOut(console);
            }

            return ErrorBoundary.Success;
        });
        return command;
    }

    private static void Run(TrainSettings settings, CliContext context)
    {
        TextWriter text = settings.JsonPath == "-" ? context.Error : context.Out;

        // What can be wrong is found before minutes of loading.
        List<Layer> layers = [.. settings.Layers.Select(layer => Registry.CreateLayer(layer, settings.NumWords))];
        Optimizer optimizer = Registry.CreateOptimizer(settings.Optimizer);
        var model = new Sequential(seed: settings.Seed) { Threads = settings.Threads };
        foreach (Layer layer in layers) model.Add(layer);
        model.Compile(optimizer, "binary_crossentropy", ["accuracy"]);

        ReviewData data = ReviewData.Load(settings, context);
        text.WriteLine(data.Description);

        History history = model.Fit(
            data.TrainX, data.TrainY, settings.BatchSize, settings.Epochs, settings.Verbose,
            validationSplit: settings.ValidationSplit,
            validationData: settings.ValidateOnTest ? (data.TestX, data.TestY) : null,
            cancellationToken: context.Cancellation);
        RequireFinite(history);

        Evaluation test = model.Evaluate(data.TestX, data.TestY, settings.BatchSize, verbose: 0);
        string fingerprint = model.Fingerprint();
        text.WriteLine($"test: loss {test.Loss:F4}, accuracy {test.Accuracy:F4}");
        text.WriteLine($"fingerprint: {fingerprint}");
        if (settings.JsonPath is null) return;

        string json = TrainReportContext.Write(new TrainReport(
            Version, SettingsReport.Of(settings), data.Description, model.ParameterCount, [.. history.Epochs.Select(EpochReport.Of)],
            new TestReport(test.Loss, test.Accuracy), settings.Threads, settings.Seed, fingerprint));
        if (settings.JsonPath == "-") context.Out.Write(json);
        else AtomicFile.WriteAllText(settings.JsonPath, json);
    }

    private static string Version =>
        typeof(Sequential).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    private static void RequireFinite(History history)
    {
        foreach (EpochResult epoch in history.Epochs)
        {
            if (epoch.Logs.TryGetValue("loss", out double loss) && !double.IsFinite(loss))
            {
                throw new RunFailedException(
                    $"the loss of epoch {epoch.Epoch + 1} is {loss}: training diverged. A smaller --learning-rate or the optimizer argument clipnorm may help.");
            }
        }
    }
}
