using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;

namespace Unroll.Optimizers;

/// <summary>Moving averages of the weights (Polyak and Juditsky 1992), kept beside training if the optimizer says so.</summary>
internal sealed class WeightAverages(Optimizer optimizer)
{
    private readonly Dictionary<Parameter, Block> _averages = [];

    /// <summary>True while the averages are in the weights' place, and those in the averages'.</summary>
    public bool AreInPlace { get; set; }

    public Block this[Parameter parameter] => _averages[parameter];

    public void Add(Parameter parameter, Arena arena) => _averages.Add(parameter, arena.Allocate(parameter.PaddedCount));

    /// <summary>Takes in the weights as step <paramref name="iteration"/>, counted from 1, left them, or a call on the way to it.</summary>
    public void Update(VectorWidth width, long iteration)
    {
        Use(false);
        float momentum = iteration == 1 ? 0 : (float)optimizer.EmaMomentum;
        foreach ((Parameter parameter, Block average) in _averages)
            UpdateKernels.Blend(width, average, momentum, parameter.Value, 1 - momentum);
        if (optimizer.EmaOverwriteFrequency is { } frequency && iteration % frequency == 0) Overwrite();
    }

    /// <summary>Makes the averages the weights.</summary>
    public void Finish()
    {
        Use(false);
        Overwrite();
    }

    /// <summary>Lets averages and weights change places unless they are as wanted already.</summary>
    public void Use(bool averages)
    {
        if (AreInPlace == averages) return;
        AreInPlace = averages;
        foreach ((Parameter parameter, Block average) in _averages)
        {
            Span<float> a = average.Span, w = parameter.Value.Span;
            for (int i = 0; i < a.Length; i++) (a[i], w[i]) = (w[i], a[i]);
        }
    }

    private void Overwrite()
    {
        foreach ((Parameter parameter, Block average) in _averages) average.Span.CopyTo(parameter.Value.Span);
    }
}
