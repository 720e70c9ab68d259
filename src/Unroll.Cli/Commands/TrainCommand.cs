using System.CommandLine;
using System.Reflection;
using Unroll.Callbacks;
using Unroll.Cli.Infrastructure;
using Unroll.Datasets;
using Unroll.Layers;
using Unroll.Optimizers;
using Unroll.Saving;
using Unroll.Text;

namespace Unroll.Cli.Commands;

/// <summary><c>unroll train</c>: one model, one data set, one run.</summary>
internal static class TrainCommand
{
    public static Command Create(CliContext context)
    {
        var options = new TrainOptions();
        var command = new Command("train", "Train a model on texts of your own or on movie reviews, and test it.");
        options.AddTo(command);
        command.SetAction(result =>
        {
            TrainSettings settings = options.Read(result);
            Action run = options.Data(result) is not null ? () => options.TrainOnFile(result, settings, context) : () => Run(settings, context);
            if (settings.JsonPath != "-")
            {
                run();
                return ErrorBoundary.Success;
            }

            // Standard output belongs to the JSON.
            TextWriter console = Console.Out;
            Console.SetOut(context.Error);
            try
            {
                run();
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

        var timings = new StartTimings(context, settings.Timings);
        timings.Reached("command line");

        // What can be wrong is found before minutes of loading.
        List<Layer> layers = [.. settings.Layers.Select(layer => Catalog.CreateLayer(layer, settings.NumWords))];
        Optimizer optimizer = Catalog.Optimizers.Create(settings.Optimizer);
        Callback[] callbacks = [.. settings.Callbacks.Select(Catalog.Callbacks.Create)];
        var model = new Sequential(seed: settings.Seed) { Threads = settings.Threads };
        foreach (Layer layer in layers) model.Add(layer);
        model.Compile(optimizer, "binary_crossentropy", ["accuracy"]);
        model.Build(settings.MaxLen);
        timings.Reached("model");
        string? backupPath = settings.BackupFor(callbacks);

        Dataset data = Reviews.Load(settings.DatasetOptions, context);
        timings.Reached("data");
        if (settings.SavePath is not null) // the word index may have to be fetched: before training, not after
        {
            model.Text = TextPipeline.ForReviews(
                Dataset.GetWordIndex(data.Name, settings.DataDirectory), settings.NumWords, settings.MaxLen, settings.Padding, settings.Truncating);
        }

        if (data.Notice is not null) WriteNotice(context.Error, data.Notice);
        text.WriteLine(Describe(data, settings));
        text.Write(model.Summary());

        using var stop = new TrainingStop(context, settings.SavePath is not null, callbacks);
        var request = new StopOnRequest(stop.Request);
        TrainingBackup? backup = backupPath is null ? null : TrainingBackup.Begin(backupPath, settings.Resume, TrainFacts.Of(settings, data, Version));
        Callback[] all = [.. callbacks, .. timings.Callbacks, request, .. backup is null ? Array.Empty<Callback>() : [backup.For(callbacks)]];
        History history;
        try
        {
            history = stop.Run(() => model.Fit(
                data.XTrain, data.YTrain, settings.BatchSize, settings.Epochs, settings.Verbose, all,
                validationSplit: settings.ValidationSplit,
                validationData: settings.ValidateOnTest ? (data.XTest, data.YTest) : null,
                cancellationToken: stop.Cancellation));
        }
        catch (NonFiniteLossException)
        {
            backup?.Delete(); // it would lead here again
            throw;
        }

        if (request.HasStopped)
        {
            model.Save(settings.SavePath!);
            string best = callbacks.OfType<EarlyStopping>().FirstOrDefault(callback => callback.RestoreBestWeights) is { } early ? $", with the weights of epoch {early.BestEpoch + 1}, the best" : "";
            throw new StoppedException(
                $"stopped in epoch {history.Epochs[^1].Epoch + 1} of {settings.Epochs}; the model as it is{best} is saved: {settings.SavePath}. It was not tested{(settings.JsonPath is null ? "" : ", and there is no --json")}.{(backup is null ? "" : " The same command with --resume goes on after the last whole epoch.")}");
        }

        Evaluation test = model.Evaluate(data.XTest, data.YTest, settings.BatchSize, verbose: 0);
        string fingerprint = model.Fingerprint();
        text.WriteLine($"test: loss {Reviews.Number(test.Loss)}, accuracy {test.Accuracy:F4}");
        text.WriteLine($"fingerprint: {fingerprint}");
        bool isSound = double.IsFinite(test.Loss);
        if (settings.SavePath is not null && isSound)
        {
            model.Save(settings.SavePath);
            text.WriteLine($"saved: {settings.SavePath}");
        }

        if (settings.JsonPath is not null)
        {
            string json = TrainReportContext.Write(new TrainReport(
                Version, SettingsReport.Of(settings), DataReport.Of(data), model.ParameterCount, [.. history.Epochs.Select(EpochReport.Of)],
                TestReport.Of(test), settings.Threads, settings.Seed, fingerprint));
            if (settings.JsonPath == "-") context.Out.Write(json);
            else AtomicFile.WriteAllText(settings.JsonPath, json);
        }

        backup?.Delete(); // the model is saved, or would come to the same end
        if (!isSound) throw new NonFiniteLossException($"The test loss is {test.Loss}; the model is not saved. Lower the learning rate.");
    }

    private static void WriteNotice(TextWriter error, string notice)
    {
        string frame = new('!', 80);
        error.WriteLine($"{frame}\n{notice.TrimEnd()}\n{frame}");
    }

    private static string Describe(Dataset data, TrainSettings settings) =>
        $"{data.DisplayName}: {data.Train.Count:N0} training and {data.Test.Count:N0} test reviews, {data.VocabularySize:N0} words, length {settings.MaxLen}; "
        + $"{100 * data.CutShare:F1} % of the training reviews are cut, {100 * data.OovShare:F1} % of their words are out of vocabulary"
        + (data.BestAccuracy is { } best ? $"; best possible accuracy {best:F2}." : ".");

    private static string Version =>
        typeof(Sequential).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
}
