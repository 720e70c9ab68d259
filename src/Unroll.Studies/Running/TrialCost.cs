using System.Text.Json;
using System.Text.Json.Nodes;
using Unroll.Configuration;

namespace Unroll.Studies;

/// <summary>Rough work of a trial in multiplications per sample. Only ratios matter: to start the longest trials first and to share out a bar.</summary>
internal static class TrialCost
{
    // Work per time step that does not grow with the layer: gathers, gates, bookkeeping.
    private const double StepOverhead = 200;

    public static double Of(StudyDesign design)
    {
        double perStep = 0;
        double width = 1;
        foreach (ObjectConfig layer in design.Model)
        {
            string type = NameMatching.Normalize(layer.Type);
            double gates = type switch { "simplernn" => 1, "gru" => 3, "lstm" => 4, _ => 0 };
            if (type == "embedding")
            {
                width = Number(layer, "output_dim") ?? width;
                perStep += width;
            }
            else if (gates > 0)
            {
                double units = Number(layer, "units") ?? 1;
                perStep += StepOverhead + gates * units * (width + units + 8);
                width = units;
            }
        }

        return design.Training.Epochs * (double)design.Dataset.MaxLen * Math.Max(1, perStep);
    }

    private static double? Number(ObjectConfig layer, string argument)
    {
        foreach ((string name, JsonNode? value) in layer.Named)
            if (NameMatching.Comparer.Equals(name, argument)) return AsNumber(value);
        int index = Registry.PositionalNames(layer.Type).ToList().IndexOf(argument);
        return index >= 0 && index < layer.Positional.Count ? AsNumber(layer.Positional[index]) : null;
    }

    private static double? AsNumber(JsonNode? value) =>
        value is JsonValue && value.GetValueKind() == JsonValueKind.Number
            ? double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture)
            : null;
}
