using System.Text.Json.Nodes;

namespace Unroll.Layers;

/// <summary>What is taken along an axis of a symbol: one place, which makes the axis go, or some of them, <c>2..</c>.</summary>
public readonly record struct AxisIndex
{
    private readonly Index? _place;
    private readonly Range _range;

    private AxisIndex(Index? place, Range range) => (_place, _range) = (place, range);

    /// <summary>One place, counted from 0.</summary>
    public static implicit operator AxisIndex(int place) => FromIndex(place);

    /// <summary>One place: <c>^1</c> is the last.</summary>
    public static implicit operator AxisIndex(Index place) => FromIndex(place);

    /// <summary>Several places: <c>..</c>, <c>1..3</c>, <c>..^1</c>.</summary>
    public static implicit operator AxisIndex(Range range) => FromRange(range);

    /// <summary>One place.</summary>
    public static AxisIndex FromIndex(Index place) => new(place, default);

    /// <summary>Several places.</summary>
    public static AxisIndex FromRange(Range range) => new(null, range);

    /// <summary>All places, as Keras writes it.</summary>
    internal static JsonObject All => Slice(null, null);

    /// <summary>The index as Keras writes it.</summary>
    internal JsonNode ToKeras() => _place is { } place
        ? JsonValue.Create(place.IsFromEnd ? -place.Value : place.Value)
        : Slice(_range.Start.Equals(Index.Start) ? null : Number(_range.Start), _range.End.Equals(Index.End) ? null : Number(_range.End));

    private static int Number(Index index) => index.IsFromEnd ? -index.Value : index.Value;

    private static JsonObject Slice(int? start, int? stop) => new()
    {
        ["class_name"] = "__slice__",
        ["config"] = new JsonObject { ["start"] = start, ["stop"] = stop, ["step"] = null },
    };
}
