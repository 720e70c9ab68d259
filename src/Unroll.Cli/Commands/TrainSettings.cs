using Unroll.Callbacks;
using Unroll.Configuration;
using Unroll.Datasets;
using Unroll.Text;

namespace Unroll.Cli.Commands;

/// <summary>What <c>unroll train</c> was asked to do, checked.</summary>
internal sealed record TrainSettings
{
    public required string Dataset { get; init; }

    public required string? DataDirectory { get; init; }

    public required int NumWords { get; init; }

    public required int MaxLen { get; init; }

    public required Padding Padding { get; init; }

    public required Padding Truncating { get; init; }

    public required int? TrainCount { get; init; }

    public required int? TestCount { get; init; }

    public required IReadOnlyList<ObjectConfig> Layers { get; init; }

    public required ObjectConfig Optimizer { get; init; }

    public required int BatchSize { get; init; }

    public required int Epochs { get; init; }

    public required IReadOnlyList<ObjectConfig> Callbacks { get; init; }

    public required double ValidationSplit { get; init; }

    public required bool ValidateOnTest { get; init; }

    public required int Threads { get; init; }

    public required int Seed { get; init; }

    /// <summary>Whether to say when loading, building and the first step were done.</summary>
    public required bool Timings { get; init; }

    public required int Verbose { get; init; }

    /// <summary>Path of the JSON report, <c>-</c> for standard output, or null for none.</summary>
    public required string? JsonPath { get; init; }

    /// <summary>Path of the <c>.keras</c> file, or null for none.</summary>
    public required string? SavePath { get; init; }

    /// <summary>Whether to go on with a training that was broken off.</summary>
    public required bool Resume { get; init; }

    /// <summary>Where what each epoch reached is kept until the model is saved; null: nowhere, or a callback keeps it.</summary>
    /// <exception cref="ArgumentException">A backup is there that would be lost, or none to go on from.</exception>
    public string? BackupFor(IReadOnlyList<Callback> callbacks)
    {
        if (callbacks.OfType<BackupAndRestore>().Any())
            return Resume ? throw new ArgumentException("--resume and backup_and_restore exclude each other: each goes on in its own way.") : null;
        if (SavePath is null) return null;
        string path = SavePath + ".resume";
        TrainingBackup.Require(path, Resume);
        return path;
    }

    public DatasetOptions DatasetOptions => new()
    {
        Name = Dataset,
        NumWords = NumWords,
        MaxLen = MaxLen,
        Padding = Padding,
        Truncating = Truncating,
        TrainCount = TrainCount,
        TestCount = TestCount,
        Directory = DataDirectory,
    };
}
