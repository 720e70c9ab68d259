using Unroll.Configuration;
using Unroll.Formats.Hdf5;
using Unroll.Layers;

namespace Unroll.Saving;

/// <summary>
/// Where Keras 3 keeps weights: <c>/layers/&lt;class in snake case&gt;[_k]/…</c>. Layers are numbered within their class;
/// their own names play no part. Models inside of the model have <c>layers</c> of their own.
/// </summary>
internal static class WeightsLayout
{
    public const string Root = "layers";

    /// <summary>What the group was called by Keras 2.13.</summary>
    public const string OldRoot = "_layer_checkpoint_dependencies";

    /// <summary>The group of every layer, below <see cref="Root"/>.</summary>
    /// <param name="layers">The layers of a model.</param>
    /// <param name="step">What layers that have weights count for: 2 in Keras 2.13.</param>
    public static IEnumerable<(string Group, Layer Layer)> Groups(IReadOnlyList<Layer> layers, int step = 1)
    {
        var counts = new Dictionary<string, int>();
        foreach (Layer layer in layers)
        {
            string name = SnakeCase.Of(layer.ClassName);
            int number = counts.GetValueOrDefault(name);
            counts[name] = number + (layer.Parameters.Count > 0 ? step : 1);
            yield return (number == 0 ? name : $"{name}_{number}", layer);
        }
    }

    /// <summary>Where each weight is kept, below the model's group; shared ones have the place of the first that has them.</summary>
    /// <param name="layers">The layers of a model.</param>
    /// <param name="root">What the group of the layers is called.</param>
    /// <param name="step">What layers that have weights count for.</param>
    public static IEnumerable<(string Path, Parameter Parameter, Layer Layer)> Paths(IReadOnlyList<Layer> layers, string root = Root, int step = 1)
    {
        var met = new HashSet<Parameter>();
        foreach ((string group, Layer layer) in Groups(layers, step))
        {
            IEnumerable<(string Path, Parameter Parameter, Layer Layer)> inner = layer is Model model
                ? Paths(model.Layers, root, step)
                : layer.WeightPaths.Zip(layer.Parameters, (path, parameter) => (path, parameter, layer));
            foreach ((string path, Parameter parameter, Layer owner) in inner)
                if (met.Add(parameter)) yield return ($"{root}/{group}/{path}", parameter, owner);
        }
    }

    public static void Write(Hdf5Content root, IReadOnlyList<Layer> layers, IReadOnlyDictionary<Parameter, float[]>? replaced = null)
    {
        root.Group("vars");
        foreach (string group in Empty(layers)) root.Group(group);
        foreach ((string path, Parameter parameter, _) in Paths(layers))
        {
            int name = path.LastIndexOf('/');
            root.Group(path[..name]).Add(path[(name + 1)..], replaced?.GetValueOrDefault(parameter) ?? parameter.ToArray(), [.. parameter.Shape]);
        }
    }

    /// <summary>The values of all weights, by weight.</summary>
    /// <exception cref="InvalidDataException">A weight is missing, of another shape, or one too many.</exception>
    public static Dictionary<Parameter, float[]> Read(Hdf5Group root, IReadOnlyList<Layer> layers)
    {
        string name = root.Group(Root) is not null ? Root : OldRoot;
        Hdf5Group all = root.Group(name) ?? throw root.Bad($"has no group '{Root}'");
        int step = NumbersByTwos(root, layers, name) ? 2 : 1;
        var values = new Dictionary<Parameter, float[]>();
        foreach ((string path, Parameter parameter, Layer layer) in Paths(layers, name, step))
        {
            Hdf5Dataset dataset = root.Find(path) as Hdf5Dataset
                ?? throw all.Bad($"has no '{path[(name.Length + 1)..]}' with the {parameter.Name} of layer '{layer.Name}'; it holds {string.Join(", ", all.Members.Keys.Take(20))}");
            values.Add(parameter, ReadAs(dataset, parameter, layer));
        }

        foreach ((string group, Layer layer) in Groups(layers, step))
        {
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

    /// <summary>Whether the file is one of Keras 2.13's, in which only every other number is taken.</summary>
    private static bool NumbersByTwos(Hdf5Group root, IReadOnlyList<Layer> layers, string name) =>
        Paths(layers, name).Any(entry => root.Find(entry.Path) is not Hdf5Dataset) && Paths(layers, name, step: 2).All(entry => root.Find(entry.Path) is Hdf5Dataset);

    /// <summary>The groups that Keras makes for every layer, with weights or without.</summary>
    private static IEnumerable<string> Empty(IReadOnlyList<Layer> layers)
    {
        foreach ((string group, Layer layer) in Groups(layers))
        {
            yield return $"{Root}/{group}/vars";
            if (layer is not Model model) continue;
            foreach (string inner in Empty(model.Layers)) yield return $"{Root}/{group}/{inner}";
        }
    }
}
