using Unroll.Configuration;
using Unroll.Formats.Hdf5;
using Unroll.Layers;

namespace Unroll.Saving;

/// <summary>
/// Where Keras 3 keeps weights: <c>/layers/&lt;class in snake case&gt;[_k]/…</c>. Layers are numbered within their class;
/// their own names play no part.
/// </summary>
internal static class WeightsLayout
{
    public const string Root = "layers";

    /// <summary>What the group was called by Keras 2.13.</summary>
    public const string OldRoot = "_layer_checkpoint_dependencies";

    /// <summary>The group of every layer, below <see cref="Root"/>.</summary>
    public static IEnumerable<(string Group, Layer Layer)> Groups(IReadOnlyList<Layer> layers)
    {
        var counts = new Dictionary<string, int>();
        foreach (Layer layer in layers)
        {
            string name = SnakeCase.Of(layer.ClassName);
            int number = counts.GetValueOrDefault(name);
            counts[name] = number + 1;
            yield return (number == 0 ? name : $"{name}_{number}", layer);
        }
    }

    public static void Write(Hdf5Content root, IReadOnlyList<Layer> layers)
    {
        root.Group("vars");
        foreach ((string group, Layer layer) in Groups(layers))
        {
            root.Group($"{Root}/{group}/vars");
            foreach ((string path, Parameter parameter) in layer.WeightPaths.Zip(layer.Parameters))
            {
                int name = path.LastIndexOf('/');
                root.Group($"{Root}/{group}/{path[..name]}").Add(path[(name + 1)..], parameter.ToArray(), [.. parameter.Shape]);
            }
        }
    }

    /// <summary>The values of all weights, in the model's order.</summary>
    /// <exception cref="InvalidDataException">A weight is missing, of another shape, or one too many.</exception>
    public static List<float[]> Read(Hdf5Group root, IReadOnlyList<Layer> layers)
    {
        Hdf5Group all = root.Group(Root) ?? root.Group(OldRoot) ?? throw root.Bad($"has no group '{Root}'");
        var values = new List<float[]>();
        foreach ((string group, Layer layer) in Groups(layers))
        {
            foreach ((string path, Parameter parameter) in layer.WeightPaths.Zip(layer.Parameters))
            {
                Hdf5Dataset dataset = all.Find($"{group}/{path}") as Hdf5Dataset
                    ?? throw all.Bad($"has no '{group}/{path}' with the {parameter.Name} of layer '{layer.Name}'; it holds {string.Join(", ", all.Members.Keys.Take(20))}");
                values.Add(ReadAs(dataset, parameter, layer));
            }

            int found = all.Group(group)?.Datasets().Count() ?? 0;
            if (found > layer.Parameters.Count)
                throw all.Bad($"has {found} weights in '{group}', but {layer.ClassName} '{layer.Name}' has {layer.Parameters.Count}");
        }

        return values;
    }

    /// <summary>A weight's values.</summary>
    /// <exception cref="InvalidDataException">The shapes differ.</exception>
    public static float[] ReadAs(Hdf5Dataset dataset, Parameter parameter, Layer layer) => dataset.Shape.SequenceEqual(parameter.Shape)
        ? dataset.ReadSingles()
        : throw dataset.Bad(
            $"has the shape {Hdf5Shape.Text(dataset.Shape)}, but the {parameter.Name} of {layer.ClassName} '{layer.Name}' has {Hdf5Shape.Text(parameter.Shape)}");
}
