using System.Globalization;
using Unroll.Studies;
using Unroll.Studies.Reports;

namespace Unroll.Cli.Commands.Study;

/// <summary>Phrases that live and plain display share.</summary>
internal static class StudyText
{
    /// <summary><c>nodes / units 8, seed 0</c>.</summary>
    public static string Name(Trial trial) => $"{trial.Cell.Part} / {trial.Cell.Label}, seed {trial.Seed}";

    /// <summary><c>imdb: 1000 words, length 80</c>; of <c>auto</c> it is not yet known what it will be.</summary>
    public static string Dataset(DatasetDesign design) => $"{(design.Name == "auto" ? "data" : design.Name)}: {design.NumWords} words, length {design.MaxLen}";

    /// <summary><c>, loss 0.4123, accuracy 0.8123, val_loss …</c>.</summary>
    public static string Logs(EpochResult epoch) =>
        string.Concat(epoch.Logs.OrderBy(pair => pair.Key.StartsWith("val_", StringComparison.Ordinal)).ThenBy(pair => pair.Key.EndsWith("loss", StringComparison.Ordinal) ? 0 : 1)
            .Select(pair => $", {pair.Key} {pair.Value.ToString("F4", CultureInfo.InvariantCulture)}"));

    /// <summary><c>, about 3 min 20 s left</c>, or nothing.</summary>
    public static string Left(TimeSpan? remaining) => remaining is { } time && time > TimeSpan.Zero ? $", about {NumberText.Duration(time)} left" : "";
}
