using System.Text.Json;
using System.Text.Json.Nodes;
using Unroll.Configuration;

namespace Unroll.Studies.Analysis;

/// <summary>Recognizes runs that learned nothing.</summary>
internal static class Untrained
{
    /// <summary>How near the loss of an untrained model counts as untrained.</summary>
    private const double Tolerance = 0.01;

    /// <summary>Why the run counts as untrained; null if it does not.</summary>
    /// <param name="trial">The run.</param>
    /// <param name="knownMajority">Share of the larger class, if it is known from elsewhere.</param>
    public static string? Evidence(TrialResult trial, double? knownMajority = null)
    {
        if (trial.State != TrialState.Complete) return null;
        double counted = trial.Dataset?.MajorityShare ?? double.NaN;
        double majorityShare = knownMajority ?? (double.IsNaN(counted) ? MajorityShare(trial.Trial.Cell.Design) : counted);
        double loss = trial.Last("loss");
        if (LossOfChance(trial.Trial.Cell.Design) is { } chance && loss >= chance * (1 - Tolerance))
            return $"training loss {Words.Number(loss, 4)} is that of an untrained model ({Words.Number(chance, 4)})";
        if (trial.TestAccuracy <= majorityShare)
            return $"test accuracy {Words.Percent(trial.TestAccuracy)} is not above the majority class ({Words.Percent(majorityShare)})";
        return null;
    }

    /// <summary>Share of the larger class where it is not known: of two classes alike, one half.</summary>
    private static double MajorityShare(StudyDesign design) => design.Training.Loss is "binary_crossentropy" ? 0.5 : 1.0 / Classes(design);

    /// <summary>The loss of a model that gives every class the same probability; null for losses that are not cross-entropies.</summary>
    private static double? LossOfChance(StudyDesign design) => design.Training.Loss switch
    {
        "binary_crossentropy" => Math.Log(2),
        "categorical_crossentropy" or "sparse_categorical_crossentropy" => Math.Log(Classes(design)),
        _ => null,
    };

    private static double Classes(StudyDesign design) => Math.Max(2, LayerFacts.Number(design.Model[^1], "units") ?? 2);
}

/// <summary>Reads arguments of layers, by name or by place.</summary>
internal static class LayerFacts
{
    public static JsonNode? Argument(ObjectConfig layer, string argument)
    {
        foreach ((string name, JsonNode? value) in layer.Named)
            if (NameMatching.Comparer.Equals(name, argument)) return value;
        int index = Catalog.PositionalNames(layer).ToList().IndexOf(argument);
        return index >= 0 && index < layer.Positional.Count ? layer.Positional[index] : null;
    }

    public static double? Number(ObjectConfig layer, string argument) =>
        Argument(layer, argument) is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            ? double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture)
            : null;

    public static bool IsTrue(ObjectConfig layer, string argument) => Argument(layer, argument)?.GetValueKind() == JsonValueKind.True;

    /// <summary>The layer, or the one inside of a Bidirectional.</summary>
    public static ObjectConfig Inner(ObjectConfig layer) =>
        NameMatching.Comparer.Equals(layer.Type, "Bidirectional") && Argument(layer, "layer") is { } inner ? ObjectConfig.FromNode(inner) : layer;

    /// <summary>True for SimpleRNN, LSTM and GRU, also in both directions.</summary>
    public static bool IsRecurrent(ObjectConfig layer) => NameMatching.Normalize(Inner(layer).Type) is "simplernn" or "lstm" or "gru";
}
