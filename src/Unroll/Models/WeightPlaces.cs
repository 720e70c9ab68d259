using Unroll.Configuration;
using Unroll.Layers;

namespace Unroll.Models;

/// <summary>
/// Where Keras 3 keeps weights: <c>/layers/&lt;class in snake case&gt;[_k]/…</c>. Layers are numbered within their class;
/// their own names play no part. Models inside of the model have <c>layers</c> of their own.
/// </summary>
internal static class WeightPlaces
{
    public const string Root = "layers";

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
}
