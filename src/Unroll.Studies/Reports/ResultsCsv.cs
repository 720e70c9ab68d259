using System.Globalization;
using nietras.SeparatedValues;
using Unroll.Configuration;
using Unroll.Studies.Analysis;

namespace Unroll.Studies.Reports;

/// <summary>Results as tables, named as in scikit-learn's <c>cv_results_</c>. Missing numbers are empty fields.</summary>
internal static class ResultsCsv
{
    /// <summary>One row per cell.</summary>
    public static string Cells(StudyResult result)
    {
        int repeats = result.Environment.Repeats;
        return Table(csv =>
        {
            string[] header =
            [
                "part", "cell",
                .. result.Study.Options.Select(option => "param_" + option),
                "model", "parameters",
                "mean_test_accuracy", "std_test_accuracy", "rank_test_accuracy", "mean_test_loss", "std_test_loss",
                "mean_val_accuracy", "std_val_accuracy", "rank_val_accuracy", "mean_val_loss", "std_val_loss",
                "mean_train_accuracy", "std_train_accuracy", "mean_train_loss", "std_train_loss",
                "mean_fit_time", "std_fit_time",
                .. Enumerable.Range(0, repeats).Select(repeat => $"split{repeat}_test_accuracy"),
                .. Enumerable.Range(0, repeats).Select(repeat => $"split{repeat}_test_loss"),
                "repeats", "failed", "dataset", "dataset_fallback", "dataset_cut_share", "dataset_oov_share", "published_test_accuracy", "published_test_loss",
            ];
            Row(csv, header);
            foreach (PartResult part in result.Parts)
            {
                IReadOnlyList<int> ranks = part.Ranks, validationRanks = PartRanking.ValidationRanks(part);
                for (int i = 0; i < part.Cells.Count; i++) Row(csv, CellRow(result, part.Cells[i], ranks[i], validationRanks[i], repeats));
            }
        });
    }

    /// <summary>One row per trial.</summary>
    public static string Trials(StudyResult result) => Table(csv =>
    {
        string[] header =
        [
            "part", "cell", "repeat", "seed", "state",
            .. result.Study.Options.Select(option => "param_" + option),
            "model", "parameters", "epochs",
            "train_loss", "train_accuracy", "val_loss", "val_accuracy", "test_loss", "test_accuracy",
            "fit_time", "validation_time", "test_time", "threads", "jobs", "version", "dataset", "dataset_fallback", "fingerprint", "error",
        ];
        Row(csv, header);
        foreach (TrialResult trial in result.Trials) Row(csv, TrialRow(result, trial));
    });

    private static IEnumerable<string> CellRow(StudyResult result, CellResult cell, int rank, int validationRank, int repeats)
    {
        TrialDataset? dataset = cell.Trials.Select(trial => trial.Dataset).FirstOrDefault(info => info is not null);
        IEnumerable<double> PerRepeat(Func<TrialResult, double> value) => Enumerable.Range(0, repeats)
            .Select(repeat => cell.Complete.FirstOrDefault(trial => trial.Trial.Repeat == repeat) is { } trial ? value(trial) : double.NaN);
        return
        [
            cell.Cell.Part, cell.Cell.Label,
            .. result.Study.Options.Select(option => cell.Cell.Values.GetValueOrDefault(option, "")),
            cell.Cell.Design.ModelText, Text(cell.Parameters),
            Text(cell.TestAccuracy.Mean), Text(cell.TestAccuracy.Std), rank == 0 ? "" : Text(rank),
            Text(cell.TestLoss.Mean), Text(cell.TestLoss.Std),
            Text(cell.Last("val_accuracy").Mean), Text(cell.Last("val_accuracy").Std), validationRank == 0 ? "" : Text(validationRank),
            Text(cell.Last("val_loss").Mean), Text(cell.Last("val_loss").Std),
            Text(cell.Last("accuracy").Mean), Text(cell.Last("accuracy").Std), Text(cell.Last("loss").Mean), Text(cell.Last("loss").Std),
            Text(cell.FitSeconds.Mean), Text(cell.FitSeconds.Std),
            .. PerRepeat(trial => trial.TestAccuracy).Select(Text),
            .. PerRepeat(trial => trial.TestLoss).Select(Text),
            Text(cell.Complete.Count()), Text(cell.Failed), dataset?.Name ?? "", dataset is null ? "" : Text(dataset.IsFallback),
            Text(dataset?.CutShare ?? double.NaN), Text(dataset?.OovShare ?? double.NaN),
            Text(cell.Cell.Published?.TestAccuracy ?? double.NaN), Text(cell.Cell.Published?.TestLoss ?? double.NaN),
        ];
    }

    private static IEnumerable<string> TrialRow(StudyResult result, TrialResult trial)
    {
        StudyCell cell = trial.Trial.Cell;
        return
        [
            cell.Part, cell.Label, Text(trial.Trial.Repeat), Text(trial.Trial.Seed), trial.State.ToString().ToUpperInvariant(),
            .. result.Study.Options.Select(option => cell.Values.GetValueOrDefault(option, "")),
            cell.Design.ModelText, Text(trial.Parameters), Text(trial.Epochs.Count),
            Text(trial.Last("loss")), Text(trial.Last("accuracy")), Text(trial.Last("val_loss")), Text(trial.Last("val_accuracy")),
            Text(trial.TestLoss), Text(trial.TestAccuracy),
            Text(trial.FitSeconds), Text(trial.ValidationSeconds), Text(trial.TestSeconds),
            Text(trial.Threads), Text(trial.Jobs), result.Environment.Version,
            trial.Dataset?.Name ?? "", trial.Dataset is null ? "" : Text(trial.Dataset.IsFallback), trial.Fingerprint ?? "", trial.Error ?? "",
        ];
    }

    private static string Text(double value) => double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : "";

    private static string Text(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(bool value) => value ? "true" : "false";

    private static string Table(Action<SepWriter> write)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        // Rows go out by position, the names of the columns as the first of them.
        using (SepWriter csv = new Sep(',').Writer(options => options with { WriteHeader = false, Escape = true }).To(text, leaveOpen: true)) write(csv);
        return text.ToString();
    }

    private static void Row(SepWriter csv, IEnumerable<string> fields)
    {
        using SepWriter.Row row = csv.NewRow();
        int column = 0;
        foreach (string field in fields) row[column++].Set(Printable.Field(field));
    }
}
