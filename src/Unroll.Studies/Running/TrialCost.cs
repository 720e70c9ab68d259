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
        foreach (ObjectConfig outer in design.Model)
        {
            bool both = NameMatching.Comparer.Equals(outer.Type, "Bidirectional");
            ObjectConfig layer = both && Argument(outer, "layer") is { } inner ? ObjectConfig.FromNode(inner) : outer;
            int directions = both ? 2 : 1;
            string type = NameMatching.Normalize(layer.Type);
            if (type == "rnn" && Argument(layer, "cell") is { } cell)
            {
                layer = ObjectConfig.FromNode(cell);
                type = NameMatching.Normalize(layer.Type);
            }

            // A cell of which nothing is known has two gates.
            double gates = type switch { "simplernn" or "simplernncell" => 1, "gru" or "grucell" => 3, "lstm" or "lstmcell" => 4, _ => type.EndsWith("cell", StringComparison.Ordinal) ? 2 : 0 };
            if (type == "embedding")
            {
                width = Number(layer, "output_dim") ?? width;
                perStep += width;
            }
            else if (type == "conv1d")
            {
                double filters = Number(layer, "filters") ?? 1;
                perStep += filters * width * (Number(layer, "kernel_size") ?? 1);
                width = filters;
            }
            else if (gates > 0)
            {
                double units = Number(layer, "units") ?? 1;
                perStep += directions * (StepOverhead + gates * units * (width + units + 8));
                width = directions * units;
            }
        }

        return design.Training.Epochs * (double)design.Dataset.MaxLen * Math.Max(1, perStep);
    }

    private static JsonNode? Argument(ObjectConfig layer, string argument)
    {
        foreach ((string name, JsonNode? value) in layer.Named)
            if (NameMatching.Comparer.Equals(name, argument)) return value;
        int index = Catalog.PositionalNames(layer).ToList().IndexOf(argument);
        return index >= 0 && index < layer.Positional.Count ? layer.Positional[index] : null;
    }

    private static double? Number(ObjectConfig layer, string argument) =>
        Argument(layer, argument) is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            ? double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture)
            : null;
}
