using System.Text;
using System.Text.Json;
using Unroll.Classification;
using Unroll.Cli.Infrastructure;
using Unroll.Saving;

namespace Unroll.Cli.Commands;

/// <summary><c>unroll train reviews.csv</c>: a classifier of one's own texts.</summary>
internal static class TrainOnTexts
{
    public static void Run(string path, string text, string label, TextClassifierOptions options, string? savePath, string? jsonPath, CliContext context)
    {
        TextWriter console = jsonPath == "-" ? context.Error : context.Out;
        using var stop = new TrainingStop(context, savePath is not null, options.Callbacks);
        options = options with { StopTraining = stop.Request, Cancellation = stop.Cancellation };
        TextClassifier classifier = stop.Run(() => TextClassifier.Train(path, text, label, options));
        TextClassifierReport report = classifier.Report!;
        console.Write(report);
        console.WriteLine($"fingerprint: {classifier.Model.Fingerprint()}");
        if (savePath is not null)
        {
            classifier.Save(savePath);
            console.WriteLine($"saved: {savePath}");
        }

        if (jsonPath is not null)
        {
            string json = Json(classifier);
            if (jsonPath == "-") context.Out.Write(json);
            else AtomicFile.WriteAllText(jsonPath, json);
        }

        if (report.Training!.WasStopped)
            throw new StoppedException($"stopped in epoch {report.Training.Network.History.Epochs.Count} of {options.Epochs}; the model with the weights of epoch {report.Training.Network.BestEpoch}, the best so far, is saved: {savePath}.{(options.Backup is null ? "" : " The same command with --resume goes on after the last whole epoch.")}");
    }

    private static string Json(TextClassifier classifier)
    {
        TextClassifierReport report = classifier.Report!;
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("train_count", report.Training!.Texts);
            json.WriteNumber("validation_count", report.Training.ValidationTexts);
            json.WriteNumber("test_count", report.Accuracy.Samples);
            json.WriteNumber("accuracy", report.Accuracy.Share);
            json.WriteNumber("accuracy_low", report.Accuracy.Low);
            json.WriteNumber("accuracy_high", report.Accuracy.High);
            json.WriteNumber("majority_accuracy", report.MajorityAccuracy.Share);
            if (report.MultiLabel is { } scores)
            {
                json.WriteNumber("f1_micro", scores.Micro.F1);
                json.WriteNumber("f1_macro", scores.Macro.F1);
                json.WriteNumber("hamming_loss", scores.HammingLoss);
            }

            if (report.BagOfWords is { } baseline)
            {
                json.WriteNumber("bag_of_words_accuracy", baseline.Accuracy.Share);
                json.WriteString("bag_of_words", baseline.ToString());
            }

            json.WriteNumber("calibration_error", report.Calibration.Error);
            json.WriteNumber("share_cut", report.ShareCut);
            json.WriteNumber("share_unknown", report.ShareUnknown);
            json.WriteString("network", report.Training.Network.Name);
            json.WriteStartArray("tried");
            foreach (RecipeTrial trial in report.Training.Tried)
            {
                json.WriteStartObject();
                json.WriteString("network", trial.Name);
                json.WriteNumber("parameters", trial.Parameters);
                json.WriteNumber("validation_loss", trial.ValidationLoss);
                json.WriteNumber("validation_accuracy", trial.ValidationAccuracy);
                json.WriteNumber("epochs", trial.History.Epochs.Count);
                json.WriteNumber("seconds", trial.Seconds);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("epochs", report.Training.Network.History.Epochs.Count);
            json.WriteNumber("best_epoch", report.Training.Network.BestEpoch);
            json.WriteNumber("seconds", report.Training.Seconds);
            json.WriteNumber("parameters", classifier.Model.ParameterCount);
            json.WriteStartArray("classes");
            foreach (Reports.ClassScores row in report.Classes)
            {
                json.WriteStartObject();
                json.WriteString("label", row.Name);
                json.WriteNumber("precision", row.Precision);
                json.WriteNumber("recall", row.Recall);
                json.WriteNumber("f1", row.F1);
                json.WriteNumber("support", row.Support);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("notes");
            foreach (string note in report.Training.Check.Notes) json.WriteStringValue(note);
            json.WriteEndArray();
            json.WriteString("fingerprint", classifier.Model.Fingerprint());
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }
}
