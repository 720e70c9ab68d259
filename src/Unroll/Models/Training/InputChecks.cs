using Unroll.Layers;
using Unroll.Plan;

namespace Unroll.Models.Training;

/// <summary>Puts what users feed a model in the order of its inputs, and refuses what it can't take.</summary>
internal static class InputChecks
{
    /// <summary>The arrays in the order of the model's inputs, a missing or extra last dimension of 1 mended.</summary>
    /// <exception cref="ArgumentException">Number, names or ranks don't fit.</exception>
    public static Inputs Arrange(Inputs x, Symbols inputs)
    {
        if (x.Names is { } names)
        {
            IReadOnlyList<string> wanted = [.. inputs.Select(input => input.Layer.Name)], keys = inputs.Keys ?? wanted;
            var order = new int[inputs.Count];
            for (int i = 0; i < order.Length; i++)
            {
                order[i] = IndexOf(names, keys[i]) is >= 0 and int at ? at : IndexOf(names, wanted[i]);
                if (order[i] < 0)
                    throw new ArgumentException($"The model's input '{wanted[i]}' is missing; the inputs given are {string.Join(", ", names)}.", nameof(x));
            }

            x = x.Reordered(order);
        }

        if (x.Parts != inputs.Count)
            throw new ArgumentException($"The model has {inputs.Count} input(s) ({string.Join(", ", inputs.Select(input => input.Layer.Name))}), but {x.Parts} were given.", nameof(x));
        bool isMended = false;
        var parts = new Inputs[x.Parts];
        for (int i = 0; i < parts.Length; i++)
        {
            RequireTexts(x, i, inputs[i]);
            parts[i] = Mended(x.Part(i), inputs[i]);
            isMended |= parts[i] != x.Part(i);
        }

        return isMended ? Inputs.Create(parts) : x;
    }

    public static void RequireSamples(Inputs x)
    {
        for (int i = 0; i < x.Parts; i++)
        {
            if (x.Part(i).Shape.Any(size => size == 0))
                throw new ArgumentException($"The inputs are empty: their shape is ({string.Join(", ", x.Part(i).Shape)}).", nameof(x));
        }
    }

    /// <summary>Refuses real values where token ids are wanted, and ids where nobody takes them.</summary>
    public static void RequireKinds(Inputs x, Graph graph)
    {
        for (int i = 0; i < x.Parts; i++)
        {
            if (graph.Inputs[i].IsTexts) continue;
            if (graph.Inputs[i].IsIds && !x.HasIds(i))
                throw new ArgumentException($"The input '{graph.Inputs[i].Layer.Name}' takes token ids; pass int[,] instead of floats.", nameof(x));
            if (!graph.Inputs[i].IsIds && x.HasIds(i))
                throw new ArgumentException($"The input '{graph.Inputs[i].Layer.Name}' takes real values; pass floats instead of token ids.", nameof(x));
        }
    }

    /// <summary>Refuses NaN and infinities: what comes out of them is no number either.</summary>
    /// <param name="x">Inputs.</param>
    /// <param name="graph">Knows the names of several inputs.</param>
    public static void RequireFinite(Inputs x, Graph? graph)
    {
        for (int i = 0; i < x.Parts; i++)
        {
            if (x.HasIds(i)) continue;
            float[] values = x.Values(i);
            int at = Finite.IndexOfOther(values);
            if (at < 0) continue;
            int[] shape = [.. x.Part(i).Shape];
            int size = values.Length / shape[0], inside = at % size;
            string which = shape.Length switch
            {
                2 => $"Feature {inside}",
                3 => $"Feature {inside % shape[2]} of step {inside / shape[2]}",
                _ => $"Value {inside}",
            };
            string place = x.Parts > 1 ? $"Input '{graph?.Inputs[i].Layer.Name}': " : "";
            throw new ArgumentException(
                $"{place}{which} of sample {at / size} is {values[at]}; inputs must be finite numbers. Leave out such samples, or put a number in its place.", nameof(x));
        }
    }

    /// <summary>Refuses a softmax over a single unit, which is 1 whatever comes in: nothing could be learnt.</summary>
    public static void RequireChoices(GraphPlan plan)
    {
        foreach (PlannedCall call in plan.Calls)
        {
            if (call.Layer.LastActivation is { Name: "softmax" or "log_softmax" } activation && plan.Tensors[call.Outputs[0]].Features == 1)
            {
                throw new ArgumentException(
                    $"{call.Layer.Label} puts {activation.Name} over one unit: it is {(activation.Name == "softmax" ? 1 : 0)} whatever comes in. "
                    + "For two classes use one unit with a sigmoid and binary_crossentropy, or two units with a softmax.");
            }
        }
    }

    /// <summary>Refuses ids outside of the vocabularies that they are looked up in.</summary>
    public static void RequireIds(Inputs x, GraphPlan plan)
    {
        for (int i = 0; i < x.Parts; i++)
        {
            if (!x.HasIds(i)) continue;
            Layer? smallest = null;
            foreach (PlannedCall call in plan.Calls)
            {
                if (call.Layer.IdLimit is { } vocabulary && plan.SourceOf(call.Inputs[0]) == i && (smallest is null || vocabulary < smallest.IdLimit))
                    smallest = call.Layer;
            }

            if (smallest is { IdLimit: { } size }) RequireIds(x.Part(i), smallest, size);
        }
    }

    /// <summary>Refuses texts where numbers are wanted, and numbers where texts are.</summary>
    private static void RequireTexts(Inputs x, int index, Symbol input)
    {
        if (input.IsTexts && !x.HasTexts(index))
            throw new ArgumentException($"The input '{input.Layer.Name}' takes texts; pass string[] instead of numbers.", nameof(x));
        if (!input.IsTexts && x.HasTexts(index))
            throw new ArgumentException($"The input '{input.Layer.Name}' takes {(input.IsIds ? "token ids" : "real values")}; texts go into an Input.Texts() with a TextVectorization, StringLookup or Hashing behind it.", nameof(x));
    }

    private static void RequireIds(Inputs x, Layer layer, int vocabulary)
    {
        int steps = x.SampleSize;
        int at = x.Ids(0).AsSpan().IndexOfAnyExceptInRange(0, vocabulary - 1);
        if (at < 0) return;
        int id = x.Ids(0)[at];
        string remedy = id < 0
            ? "Ids can't be negative."
            : $"Load the data with num_words {vocabulary}, or make the {layer.ClassName} larger.";
        throw new ArgumentException(
            $"Sample {at / steps}, position {at % steps} holds the token id {id}, but the {layer.ClassName} '{layer.Name}' has the "
            + $"vocabulary 0 … {vocabulary - 1} (input_dim {vocabulary}). {remedy}", nameof(x));
    }

    private static Inputs Mended(Inputs part, Symbol input)
    {
        IReadOnlyList<int?> wanted = input.Shape;
        int rank = part.Shape.Count - 1;
        if (rank == wanted.Count + 1 && part.Shape[^1] == 1) part = part.Reshaped([.. part.Shape.Skip(1).SkipLast(1)]);
        else if (rank + 1 == wanted.Count && wanted[^1] == 1) part = part.Reshaped([.. part.Shape.Skip(1), 1]);
        bool fits = part.Shape.Count - 1 == wanted.Count;
        for (int i = 0; fits && i < wanted.Count; i++) fits = wanted[i] is null || wanted[i] == part.Shape[i + 1];
        return fits
            ? part
            : throw new ArgumentException($"The input '{input.Layer.Name}' takes the shape {ShapeText.Of(wanted)}, but an array of the shape ({string.Join(", ", part.Shape)}) was given.", nameof(part));
    }

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i] == name) return i;
        }

        return -1;
    }
}
