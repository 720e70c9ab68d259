using Unroll.Formats.Hdf5;
using Unroll.Layers;
using Unroll.Models;

namespace Unroll.Saving;

/// <summary>Weights in files of Keras 3, at their <see cref="WeightPlaces"/>.</summary>
internal static class WeightsLayout
{
    /// <summary>What the group was called by Keras 2.13.</summary>
    public const string OldRoot = "_layer_checkpoint_dependencies";

    public static void Write(Hdf5Content root, IReadOnlyList<Layer> layers, IReadOnlyDictionary<Parameter, float[]>? replaced = null)
    {
        root.Group("vars");
        foreach (string group in Empty(layers)) root.Group(group);
        foreach ((string path, Parameter parameter, _) in WeightPlaces.Paths(layers))
        {
            int name = path.LastIndexOf('/');
            root.Group(path[..name]).Add(path[(name + 1)..], replaced?.GetValueOrDefault(parameter) ?? parameter.ToArray(), [.. parameter.Shape]);
        }

        foreach ((string path, float[] weights) in SavedVocabularies.IdfOf(layers))
        {
            int name = path.LastIndexOf('/');
            root.Group(path[..name]).Add(path[(name + 1)..], weights, [weights.Length]);
        }
    }

    /// <summary>The values of all weights, by weight.</summary>
    /// <exception cref="InvalidDataException">A weight is missing, of another shape, or one too many.</exception>
    public static Dictionary<Parameter, float[]> Read(Hdf5Group root, IReadOnlyList<Layer> layers)
    {
        string name = root.Group(WeightPlaces.Root) is not null ? WeightPlaces.Root : OldRoot;
        Hdf5Group all = root.Group(name) ?? throw root.Bad($"has no group '{WeightPlaces.Root}'");
        int step = NumbersByTwos(root, layers, name) ? 2 : 1;
        var values = new Dictionary<Parameter, float[]>();
        foreach ((string path, Parameter parameter, Layer layer) in WeightPlaces.Paths(layers, name, step))
        {
            Hdf5Dataset dataset = root.Find(path) as Hdf5Dataset
                ?? throw all.Bad($"has no '{path[(name.Length + 1)..]}' with the {parameter.Name} of layer '{layer.Name}'; it holds {string.Join(", ", all.Members.Keys.Take(20))}");
            values.Add(parameter, ReadAs(dataset, parameter, layer));
        }

        foreach ((string group, Layer layer) in WeightPlaces.Groups(layers, step))
        {
            int found = (all.Group(group)?.Datasets().Count() ?? 0) - ((layer as IVocabularyLayer)?.IdfPaths.Count ?? 0);
            if (found > layer.Parameters.Count)
                throw all.Bad($"has {found} weights in '{group}', but {layer.ClassName} '{layer.Name}' has {layer.Parameters.Count}");
        }

        return values;
    }

    /// <summary>The values of the weights of those layers whose weights the file has in their shape, by weight.</summary>
    /// <param name="root">The file's group.</param>
    /// <param name="layers">The model's layers.</param>
    /// <param name="skip">Takes what is wrong with a layer, which is then left out.</param>
    public static Dictionary<Parameter, float[]> ReadSome(Hdf5Group root, IReadOnlyList<Layer> layers, Action<string> skip)
    {
        string name = root.Group(WeightPlaces.Root) is not null ? WeightPlaces.Root : OldRoot;
        Hdf5Group all = root.Group(name) ?? throw root.Bad($"has no group '{WeightPlaces.Root}'");
        var values = new Dictionary<Parameter, float[]>();
        foreach (IGrouping<Layer, (string Path, Parameter Parameter, Layer Layer)> owned in WeightPlaces.Paths(layers, name).GroupBy(place => place.Layer))
        {
            Layer layer = owned.Key;
            try
            {
                (Parameter, float[])[] read = [.. owned.Select(place => (place.Parameter, ReadAs(
                    root.Find(place.Path) as Hdf5Dataset ?? throw all.Bad($"has no {place.Parameter.Name} of {layer.ClassName} '{layer.Name}'"), place.Parameter, layer)))];
                foreach ((Parameter parameter, float[] value) in read) values.Add(parameter, value);
            }
            catch (InvalidDataException e)
            {
                skip(e.Message);
            }
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
        WeightPlaces.Paths(layers, name).Any(entry => root.Find(entry.Path) is not Hdf5Dataset) && WeightPlaces.Paths(layers, name, step: 2).All(entry => root.Find(entry.Path) is Hdf5Dataset);

    /// <summary>The groups that Keras makes for every layer, with weights or without.</summary>
    private static IEnumerable<string> Empty(IReadOnlyList<Layer> layers)
    {
        foreach ((string group, Layer layer) in WeightPlaces.Groups(layers))
        {
            yield return $"{WeightPlaces.Root}/{group}/vars";
            if (layer is not Model model) continue;
            foreach (string inner in Empty(model.Layers)) yield return $"{WeightPlaces.Root}/{group}/{inner}";
        }
    }
}
