using Unroll.Configuration;

namespace Unroll.Cli.Commands;

/// <summary>What <c>unroll train</c> was asked to do, checked.</summary>
internal sealed record TrainSettings
{
    public required string Dataset { get; init; }

    public required string? DataDirectory { get; init; }

    public required int NumWords { get; init; }

    public required int MaxLen { get; init; }

    public required string Padding { get; init; }

    public required string Truncating { get; init; }

    public required IReadOnlyList<ObjectConfig> Layers { get; init; }

    public required ObjectConfig Optimizer { get; init; }

    public required int BatchSize { get; init; }

    public required int Epochs { get; init; }

    public required double ValidationSplit { get; init; }

    public required bool ValidateOnTest { get; init; }

    public required int Threads { get; init; }

    public required int Seed { get; init; }

    public required int Verbose { get; init; }

    /// <summary>Path of the JSON report, <c>-</c> for standard output, or null for none.</summary>
    public required string? JsonPath { get; init; }
}
