using System.Text.Json.Nodes;

namespace Unroll.Layers;

/// <summary>What <c>x[:, -1, 2:]</c> takes of a tensor.</summary>
/// <param name="Shape">The shape of what is taken, without the batch dimension.</param>
internal sealed record Selection(IReadOnlyList<int?> Shape)
{
    private readonly List<(int Size, int Start, int Step, int Count)> _axes = [];

    /// <summary>Reads the indices of a call.</summary>
    /// <exception cref="ArgumentException">An index is outside, or of a kind that is not supported.</exception>
    public static Selection Of(OperationArguments arguments)
    {
        JsonArray indices = arguments.Constants.GetValueOrDefault(1) as JsonArray ?? throw Bad("there are no indices");
        var shape = new List<int?>();
        var axes = new List<(int, int, int, int)>();
        if (indices.Count > 0 && (!IsSlice(indices[0], out int? from, out int? to, out int? by) || (from ?? to ?? by) is not null))
            throw Bad("samples of a batch can't be taken apart");
        for (int d = 0; d < arguments.First.Count; d++)
        {
            JsonNode? index = d + 1 < indices.Count ? indices[d + 1] : null;
            int? size = arguments.First[d];
            if (index is JsonValue value && value.TryGetValue(out int place))
            {
                int at = place < 0 ? place + (size ?? 0) : place;
                if (size is { } known && (at < 0 || at >= known)) throw Bad($"index {place} is outside of {known}");
                axes.Add((size ?? 0, at, 1, 1));
                continue;
            }

            (from, to, by) = (null, null, null);
            if (index is not null && !IsSlice(index, out from, out to, out by)) throw Bad($"{index.ToJsonString()} is no index that is supported");
            int step = by ?? 1;
            if (step < 1) throw Bad($"the step {step} is not supported; it must be 1 or more");
            if (size is null)
            {
                shape.Add(from is null && to is null && step == 1 ? null : throw Bad("a slice of a dimension whose size is not known"));
                axes.Add((0, 0, 1, 0));
                continue;
            }

            int start = Clamp(from ?? 0, size.Value), end = Clamp(to ?? size.Value, size.Value), count = Math.Max(0, (end - start + step - 1) / step);
            shape.Add(count);
            axes.Add((size.Value, start, step, count));
        }

        var selection = new Selection(shape);
        selection._axes.AddRange(axes);
        return selection;

        ArgumentException Bad(string what) => new($"{arguments.Owner}: {what}.");
    }

    /// <summary>For each element that is taken its place in the tensor, row-major.</summary>
    public int[] Sources()
    {
        int size = _axes.Aggregate(1, (product, axis) => checked(product * axis.Count));
        var sources = new int[size];
        for (int i = 0; i < size; i++)
        {
            int rest = i, factor = 1;
            for (int d = _axes.Count - 1; d >= 0; d--)
            {
                (int length, int start, int step, int count) = _axes[d];
                sources[i] += (start + rest % count * step) * factor;
                rest /= count;
                factor *= length;
            }
        }

        return sources;
    }

    private static int Clamp(int index, int size) => Math.Clamp(index < 0 ? index + size : index, 0, size);

    /// <summary>Keras' <c>{"class_name": "__slice__", "config": {start, stop, step}}</c>.</summary>
    private static bool IsSlice(JsonNode? node, out int? start, out int? stop, out int? step)
    {
        (start, stop, step) = (null, null, null);
        if (node is not JsonObject json || (string?)json["class_name"] != "__slice__" || json["config"] is not JsonObject config) return false;
        (start, stop, step) = ((int?)config["start"], (int?)config["stop"], (int?)config["step"]);
        return true;
    }
}
