using Unroll.Formats.Hdf5;
using Unroll.Layers;

namespace Unroll.Saving;

/// <summary>
/// Weights as Keras 2 kept them: a group per layer, with lists of names as attributes. Layers are matched by name if the
/// names are the same, else by their order; within a layer what counts is the order. A model inside of the model is one
/// group: weights that are trained first.
/// </summary>
internal static class LegacyWeights
{
    public static bool HasLayerNames(Hdf5Group group) => group.Attribute("layer_names") is not null || group.Attribute("layer_names0") is not null;

    /// <summary>The values of all weights, by weight.</summary>
    /// <exception cref="InvalidDataException">Their number or a shape differs.</exception>
    public static Dictionary<Parameter, float[]> Read(Hdf5Group root, IReadOnlyList<Layer> layers)
    {
        var saved = new List<(string Layer, List<Hdf5Dataset> Weights)>();
        foreach (string name in Names(root, "layer_names"))
        {
            Hdf5Group group = root.Group(name) ?? throw root.Bad($"lists the layer '{name}', but has no such group");
            List<Hdf5Dataset> weights = [.. Names(group, "weight_names").Select(group.Dataset)];
            if (weights.Count > 0) saved.Add((name, weights));
        }

        List<Layer> wanted = [.. layers.Where(layer => layer.Parameters.Count > 0)];
        if (saved.Count != wanted.Count)
        {
            throw root.Bad(
                $"has {saved.Count} layers with weights ({string.Join(", ", saved.Select(layer => layer.Layer).Take(20))}), "
                + $"but the model has {wanted.Count} ({string.Join(", ", wanted.Select(layer => layer.Name))})");
        }

        if (saved.Select(layer => layer.Layer).Order(StringComparer.Ordinal).SequenceEqual(wanted.Select(layer => layer.Name).Order(StringComparer.Ordinal)))
            wanted = [.. saved.Select(entry => wanted.First(layer => layer.Name == entry.Layer))];
        var values = new Dictionary<Parameter, float[]>();
        foreach (((string name, List<Hdf5Dataset> weights), Layer layer) in saved.Zip(wanted))
        {
            if (weights.Count != layer.Parameters.Count)
                throw root.Bad($"has {weights.Count} weights of the layer '{name}', but {layer.ClassName} '{layer.Name}' has {layer.Parameters.Count}");
            Add(values, weights, layer);
        }

        return values;
    }

    private static void Add(Dictionary<Parameter, float[]> values, List<Hdf5Dataset> weights, Layer layer)
    {
        if (layer is Bidirectional both)
        {
            int forward = both.ForwardLayer.Parameters.Count;
            Add(values, weights[..forward], (Layer)both.ForwardLayer);
            Add(values, weights[forward..], (Layer)both.BackwardLayer);
        }
        else if (layer is TimeDistributed distributed)
        {
            Add(values, weights, distributed.Layer);
        }
        else if (layer is RecurrentLayer recurrent && CudnnWeights.Are(weights, recurrent))
        {
            foreach ((float[] converted, Parameter parameter) in CudnnWeights.Convert(weights, recurrent).Zip(layer.Parameters)) values[parameter] = converted;
        }
        else
        {
            foreach ((Hdf5Dataset dataset, Parameter parameter) in weights.Zip(TrainedFirst(layer))) values[parameter] = WeightsLayout.ReadAs(dataset, parameter, layer);
        }
    }

    private static IEnumerable<Parameter> TrainedFirst(Layer layer)
    {
        if (layer is not Model) return layer.Parameters;
        IReadOnlyList<Parameter> trained = layer.TrainableParameters;
        return [.. trained, .. layer.Parameters.Except(trained)];
    }

    /// <summary>A list of names; a long one is cut into several attributes, numbered from 0.</summary>
    public static List<string> Names(Hdf5Group group, string attribute)
    {
        if (group.Attribute(attribute) is { } single) return [.. single.ReadTexts()];
        var names = new List<string>();
        for (int i = 0; group.Attribute($"{attribute}{i}") is { } part; i++) names.AddRange(part.ReadTexts());
        return names;
    }
}
