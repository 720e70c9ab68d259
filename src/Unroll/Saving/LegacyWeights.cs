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
        List<(string Layer, List<Hdf5Dataset> Weights)> saved = Saved(root);
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
            Add(values, root, name, weights, layer);
        }

        return values;
    }

    /// <summary>The values of the weights of those layers that the file has, by weight.</summary>
    /// <param name="root">The file's group.</param>
    /// <param name="layers">The model's layers.</param>
    /// <param name="byName">True: layers are matched by name, whatever their order; false: by their order.</param>
    /// <param name="skip">Takes what is wrong with a layer, which is then left out; null: that is an error.</param>
    /// <exception cref="InvalidDataException">A number or a shape differs, and nobody takes it.</exception>
    public static Dictionary<Parameter, float[]> ReadSome(Hdf5Group root, IReadOnlyList<Layer> layers, bool byName, Action<string>? skip)
    {
        List<(string Layer, List<Hdf5Dataset> Weights)> saved = Saved(root);
        List<Layer> wanted = [.. layers.Where(layer => layer.Parameters.Count > 0)];
        if (!byName && saved.Count != wanted.Count)
            throw root.Bad($"has {saved.Count} layers with weights, but the model has {wanted.Count}: by their order they don't fit. Load by name, byName: true");
        var values = new Dictionary<Parameter, float[]>();
        for (int i = 0; i < saved.Count; i++)
        {
            if ((byName ? wanted.Find(layer => layer.Name == saved[i].Layer) : wanted[i]) is not { } layer) continue;
            try
            {
                var own = new Dictionary<Parameter, float[]>();
                Add(own, root, saved[i].Layer, saved[i].Weights, layer);
                foreach ((Parameter parameter, float[] value) in own) values[parameter] = value;
            }
            catch (InvalidDataException e) when (skip is not null)
            {
                skip(e.Message);
            }
        }

        return values;
    }

    private static List<(string Layer, List<Hdf5Dataset> Weights)> Saved(Hdf5Group root)
    {
        var saved = new List<(string Layer, List<Hdf5Dataset> Weights)>();
        foreach (string name in Names(root, "layer_names"))
        {
            Hdf5Group group = root.Group(name) ?? throw root.Bad($"lists the layer '{name}', but has no such group");
            List<Hdf5Dataset> weights = [.. Names(group, "weight_names").Select(group.Dataset)];
            if (weights.Count > 0) saved.Add((name, weights));
        }

        return saved;
    }

    private static void Add(Dictionary<Parameter, float[]> values, Hdf5Group root, string name, List<Hdf5Dataset> weights, Layer layer)
    {
        if (!Fits(weights.Count, layer))
            throw root.Bad($"has {weights.Count} weights of the layer '{name}', but {layer.ClassName} '{layer.Name}' has {layer.Parameters.Count}");
        Add(values, weights, layer);
    }

    private static bool Fits(int count, Layer layer) => count == layer.Parameters.Count || Keras1Weights.Are(count, layer)
        || layer is Bidirectional both && count % 2 == 0 && Keras1Weights.Are(count / 2, (Layer)both.ForwardLayer) && Keras1Weights.Are(count / 2, (Layer)both.BackwardLayer);

    private static void Add(Dictionary<Parameter, float[]> values, List<Hdf5Dataset> weights, Layer layer)
    {
        if (layer is Bidirectional both)
        {
            int forward = weights.Count / 2;
            Add(values, weights[..forward], (Layer)both.ForwardLayer);
            Add(values, weights[forward..], (Layer)both.BackwardLayer);
        }
        else if (layer is TimeDistributed distributed)
        {
            Add(values, weights, distributed.Layer);
        }
        else if (Keras1Weights.Are(weights.Count, layer))
        {
            foreach ((float[] joined, Parameter parameter) in Keras1Weights.Convert(weights, (RecurrentLayer)layer).Zip(layer.Parameters)) values[parameter] = joined;
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
