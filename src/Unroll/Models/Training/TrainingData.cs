using Unroll.Execution;
using Unroll.Plan;

namespace Unroll.Models.Training;

/// <summary>Puts what users pass to Fit and Evaluate in the order of a model's outputs, and refuses what does not fit.</summary>
internal static class TrainingData
{
    /// <summary>Targets in the order of the outputs; outputs without a loss may have none.</summary>
    /// <exception cref="ArgumentException">Names or numbers don't fit.</exception>
    public static Targets Arrange(Targets y, OutputNames outputs, CompiledLoss losses)
    {
        ArgumentNullException.ThrowIfNull(y);
        int[] order = new int[outputs.Count];
        Array.Fill(order, -1);
        if (y.Names is { } names)
        {
            for (int i = 0; i < names.Count; i++) order[outputs.Find(names[i], "targets")] = i;
        }
        else if (y.Parts == outputs.Count)
        {
            for (int i = 0; i < order.Length; i++) order[i] = i;
        }
        else if (y.Parts == losses.Count)
        {
            for (int i = 0, next = 0; i < order.Length; i++)
                if (losses.Of(i) is not null) order[i] = next++;
        }
        else
        {
            throw new ArgumentException(
                $"The model has {outputs.Count} output(s) ({string.Join(", ", outputs.All)}), but {y.Parts} arrays of targets were given.", nameof(y));
        }

        for (int i = 0; i < order.Length; i++)
        {
            if (losses.Of(i) is not null && (order[i] < 0 || y.Part(order[i]) is null))
                throw new ArgumentException($"The output '{outputs.All[i]}' has a loss, but no targets.", nameof(y));
        }

        return outputs.Count == 1 && y.Parts == 1 && y.Names is null ? y : y.Reordered(order);
    }

    /// <summary>Refuses targets that don't have the shape of their output, or values that the loss can't take.</summary>
    public static void Require(Targets y, ModelSession session, OutputNames outputs)
    {
        for (int i = 0; i < session.Scores.Length; i++)
        {
            if (session.Scores[i].Loss is { } loss)
                TargetChecks.Require(y.Of(i), session.Scores[i].Shape, loss, outputs.Count > 1 ? $"Output '{outputs.All[i]}': " : "");
        }
    }

    /// <summary>The targets with what each sample counts for.</summary>
    /// <param name="y">Targets in the order of the outputs.</param>
    /// <param name="weights">Null: all samples count the same.</param>
    /// <param name="session">Knows the outputs' shapes.</param>
    /// <param name="outputs">Their names.</param>
    /// <param name="argument">Name of the argument, for messages.</param>
    /// <exception cref="ArgumentException">Numbers or shapes don't fit, or a weight is not finite.</exception>
    public static Targets Weigh(Targets y, SampleWeights? weights, ModelSession session, OutputNames outputs, string argument)
    {
        if (weights is null) return y.With((_, part) => part.WithWeights(null));
        var parts = new SampleWeights?[outputs.Count];
        if (!weights.IsList)
        {
            Array.Fill(parts, weights);
        }
        else if (weights.Names is { } names)
        {
            for (int i = 0; i < names.Count; i++) parts[outputs.Find(names[i], argument)] = weights.Parts[i];
        }
        else if (weights.Parts.Count == outputs.Count)
        {
            for (int i = 0; i < parts.Length; i++) parts[i] = weights.Parts[i];
        }
        else
        {
            throw new ArgumentException($"The model has {outputs.Count} output(s), but {weights.Parts.Count} arrays of sample weights were given.", argument);
        }

        return y.With((i, part) => parts[i] is { } own ? Weigh(part, own, session.Scores[i].Shape, argument) : part.WithWeights(null));
    }

    private static Targets Weigh(Targets y, SampleWeights weights, OutputShape shape, string argument)
    {
        bool perStep = weights.Shape.Count == 2 && weights.Shape[1] != 1;
        if (weights.Shape[0] != y.Samples)
            throw new ArgumentException($"There are {weights.Shape[0]:N0} sample weights for {y.Samples:N0} samples; give one for each.", argument);
        if (perStep && (!shape.HasTime || weights.Shape[1] != shape.Steps))
        {
            throw new ArgumentException(
                $"Sample weights of the shape ({weights.Shape[0]}, {weights.Shape[1]}) don't fit an output of {(shape.HasTime ? $"{shape.Steps} time steps" : "no time steps")}.", argument);
        }

        if (weights.Shape.Count == 1 && shape is { HasTime: true, Steps: > 1 })
        {
            throw new ArgumentException(
                $"The output has {shape.Steps} time steps: sample weights must have the shape ({y.Samples}, {shape.Steps}), or ({y.Samples}, 1) for one weight per sample.", argument);
        }

        int at = Array.FindIndex(weights.Values, weight => !float.IsFinite(weight));
        if (at >= 0) throw new ArgumentException($"The weight of sample {at / (weights.Values.Length / y.Samples)} is {weights.Values[at]}; weights must be finite numbers.", argument);
        return y.WithWeights(weights.Values, perStep);
    }
}
