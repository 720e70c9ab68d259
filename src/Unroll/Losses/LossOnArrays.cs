using System.Numerics.Tensors;

namespace Unroll.Losses;

/// <summary>Losses by themselves, without a model.</summary>
public abstract partial class Loss
{
    /// <summary>The loss of a batch: <c>new Huber().Compute(yTrue, yPred)</c>.</summary>
    /// <param name="yTrue">What should have come out.</param>
    /// <param name="yPred">What came out.</param>
    /// <param name="sampleWeight">What each sample, or each time step, counts for; null: all the same.</param>
    /// <exception cref="ArgumentException">Sizes don't fit, a target is wrong, or the reduction is <see cref="LossReduction.None"/>.</exception>
    public double Compute(Targets yTrue, Outputs yPred, SampleWeights? sampleWeight = null)
    {
        if (Reduction == LossReduction.None) throw new ArgumentException($"{Name}: its values stay what they are with the reduction none; call Unreduced.");
        return Score(yTrue, yPred, sampleWeight, []).Loss;
    }

    /// <summary>
    /// The values before they are reduced to one, multiplied by their weights: one per sample, <c>[samples]</c>, or per sample and
    /// time step, <c>[samples, time]</c>. A loss along another axis has a value for each of what remains.
    /// </summary>
    /// <inheritdoc cref="Compute"/>
    public Tensor<float> Unreduced(Targets yTrue, Outputs yPred, SampleWeights? sampleWeight = null)
    {
        (_, BatchScorer scorer, SliceKind kind) = ((Loss)Without()).Score(yTrue, yPred, sampleWeight, []);
        var values = new float[scorer.Values.Length];
        for (int i = 0; i < values.Length; i++) values[i] = (float)(scorer.Values[i] * scorer.Weights[i]);
        return ArrayShapes.Shaped(values, kind, yPred);
    }

    /// <summary>The slope of <see cref="Compute"/> at every output, in the outputs' order; without a reduction that of the sum.</summary>
    /// <inheritdoc cref="Compute"/>
    public float[] Gradient(Targets yTrue, Outputs yPred, SampleWeights? sampleWeight = null)
    {
        (_, BatchScorer scorer, _) = Score(yTrue, yPred, sampleWeight, []);
        return Array.ConvertAll(scorer.Gradient.ToArray(), slope => (float)slope);
    }

    /// <summary>The same with a mask, one number per sample and step, 0 for what does not count.</summary>
    internal (double Loss, BatchScorer Scorer, SliceKind Kind) Score(Targets yTrue, Outputs yPred, SampleWeights? sampleWeight, ReadOnlySpan<float> mask)
    {
        ArgumentNullException.ThrowIfNull(yTrue);
        ArgumentNullException.ThrowIfNull(yPred);
        ArrayShapes.RequireSameCount(yTrue, yPred);
        Loss loss = For(yPred.Steps, yPred.Units, yTrue.SampleSize);
        if (loss.WrongSize(yPred.Steps, yPred.Units, yTrue.SampleSize) is { } wrong)
            throw new ArgumentException($"Each sample has {yTrue.SampleSize} target value(s), but {wrong}", nameof(yTrue));
        foreach (float target in yTrue.Values)
        {
            if (loss.WrongTarget(target, yPred.Units) is { } wrongTarget) throw new ArgumentException($"A target is {target}, but {wrongTarget}", nameof(yTrue));
        }

        SliceKind kind = loss.KindFor(yPred.HasTime);
        var scorer = new BatchScorer(loss, kind);
        float[] weights = ArrayShapes.PerStep(sampleWeight, yPred, out bool perStep);
        var batch = new LossBatch(yPred.Count, yPred.Steps, yPred.Units, yPred.Values, yTrue.Values);
        return (scorer.Score(batch, new BatchWeights(weights, perStep, mask)), scorer, kind);
    }

    /// <summary>The same loss, whose values stay what they are.</summary>
    private Loss Without()
    {
        var copy = (Loss)MemberwiseClone(); // values are shared until one is set
        copy.Take(LossReductionForm.Argument, LossReduction.None);
        return copy;
    }
}

/// <summary>Arrays that belong together.</summary>
internal static class ArrayShapes
{
    public static void RequireSameCount(Targets yTrue, Outputs yPred)
    {
        if (yTrue.Samples != yPred.Count)
            throw new ArgumentException($"There are targets for {yTrue.Samples:N0} samples, but outputs of {yPred.Count:N0}; give the same number of both.", nameof(yTrue));
    }

    /// <summary>Values of slices in what remains of the outputs' shape.</summary>
    public static Tensor<float> Shaped(float[] values, SliceKind kind, Outputs outputs)
    {
        nint[] shape = (kind, outputs.HasTime) switch
        {
            (SliceKind.Row, true) => [outputs.Count, outputs.Steps],
            (SliceKind.Time, _) => [outputs.Count, outputs.Units],
            (SliceKind.Column, true) => [outputs.Steps, outputs.Units],
            _ => [values.Length],
        };
        return Tensor.Create(values, shape);
    }

    /// <summary>One weight per sample and step; empty if none are given.</summary>
    /// <exception cref="ArgumentException">They don't fit the outputs.</exception>
    public static float[] PerStep(SampleWeights? weights, Outputs outputs, out bool perStep)
    {
        perStep = weights is { Shape.Count: 2 } && weights.Shape[1] != 1;
        if (weights is null) return [];
        if (weights.IsList || weights.Shape[0] != outputs.Count || (perStep && weights.Shape[1] != outputs.Steps))
        {
            throw new ArgumentException(
                $"Sample weights of the shape ({string.Join(", ", weights.Shape)}) don't fit outputs of the shape ({string.Join(", ", outputs.Shape)}); give one for each sample, ({outputs.Count}, 1), or for each of its time steps.", nameof(weights));
        }

        int steps = outputs.Steps;
        var all = new float[outputs.Count * steps];
        for (int i = 0; i < all.Length; i++) all[i] = weights.Values[perStep ? i : i / steps];
        return all;
    }
}
