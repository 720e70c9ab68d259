using Unroll.Execution;
using Unroll.Losses;
using Unroll.Plan;

namespace Unroll.Models.Training;

/// <summary>The losses of a compiled model's outputs. Which loss belongs to which output is settled when the outputs are known.</summary>
internal sealed class CompiledLoss(LossSet losses, LossWeights? weights) : SessionLoss
{
    private Loss?[]? _losses;
    private Loss?[] _settled = []; // before it was known what the outputs look like
    private double[] _weights = [];

    /// <summary>As it was given.</summary>
    public LossSet Given => losses;

    /// <summary>As they were given.</summary>
    public LossWeights? GivenWeights => weights;

    /// <summary>The loss of the first output that has one.</summary>
    public Loss First => losses.All.First(loss => loss is not null)!;

    /// <summary>Number of outputs that are scored.</summary>
    public int Count => _losses!.Count(loss => loss is not null);

    public override Loss? Of(int output) => _losses![output];

    public override double WeightOf(int output) => _weights[output];

    /// <summary>Finds each output's loss.</summary>
    /// <param name="outputs">Names of the outputs.</param>
    /// <exception cref="ArgumentException">Names or numbers don't fit.</exception>
    public void Settle(OutputNames outputs)
    {
        if (_losses?.Length == outputs.Count) return;
        Loss?[] settled;
        if (losses.IsSingle)
        {
            settled = [.. Enumerable.Repeat(losses.All[0], outputs.Count)];
        }
        else if (losses.Names is { } names)
        {
            if (!outputs.AreKeys && names.Count < outputs.Count)
                throw new ArgumentException($"Expected keys [{string.Join(", ", outputs.All.Select(name => $"'{name}'"))}] in loss dict, but found loss.keys()=[{string.Join(", ", names.Select(name => $"'{name}'"))}]");
            settled = outputs.Arrange(names, losses.All, "loss");
        }
        else if (losses.All.Count > outputs.Count)
        {
            throw new ArgumentException($"There are {losses.All.Count} losses for {outputs.Count} output(s). Give one for each, or one for all.");
        }
        else
        {
            settled = [.. losses.All, .. new Loss?[outputs.Count - losses.All.Count]];
        }

        foreach (Loss? loss in settled)
        {
            if (loss is { Reduction: LossReduction.None })
                throw new ArgumentException($"The loss {loss.Name} has the reduction none, but training needs one number. Leave the reduction out, or take sum or mean_with_sample_weight; Unreduced gives the values by themselves.");
        }

        if (settled.All(loss => loss is null)) throw new ArgumentException("No output has a loss. Give one to Compile.");
        _weights = Weights(settled, outputs);
        _losses = _settled = settled;
    }

    /// <summary>True if a loss stands for several, so that it must be known what outputs and targets look like.</summary>
    public bool StandsForSeveral => losses.All.Any(loss => loss is Crossentropy);

    /// <summary>Losses that stand for several become the one that an output and its targets call for.</summary>
    /// <param name="shapes">Shapes of the outputs.</param>
    /// <param name="targets">Targets in their order.</param>
    public void Resolve(IReadOnlyList<OutputShape> shapes, Targets targets) =>
        _losses = [.. _settled.Select((loss, i) => loss?.For(shapes[i].Steps, shapes[i].Units, targets.Of(i).SampleSize))];

    private double[] Weights(Loss?[] settled, OutputNames outputs)
    {
        if (weights is null) return [.. Enumerable.Repeat(1.0, settled.Length)];
        if (weights.Names is { } names)
            return [.. outputs.Arrange(names, [.. weights.All.Select(weight => (object)weight)], "loss_weights").Select(weight => weight is double number ? number : 1.0)];
        int count = losses.IsSingle || losses.Names is not null ? settled.Length : losses.All.Count;
        if (weights.All.Count != count)
            throw new ArgumentException($"`loss_weights` must match the number of losses, got {count} losses and {weights.All.Count} weights.");
        return [.. weights.All, .. Enumerable.Repeat(1.0, settled.Length - count)];
    }
}

/// <summary>What the outputs of a model are called in logs.</summary>
/// <param name="All">One name per output.</param>
/// <param name="AreKeys">True if the model was made with outputs by name.</param>
internal sealed record OutputNames(IReadOnlyList<string> All, bool AreKeys)
{
    public int Count => All.Count;

    /// <summary>Puts what is given by name in the order of the outputs; null where nothing is given.</summary>
    /// <exception cref="ArgumentException">There is no output of that name.</exception>
    public T?[] Arrange<T>(IReadOnlyList<string> names, IReadOnlyList<T?> values, string what)
        where T : class
    {
        var arranged = new T?[Count];
        for (int i = 0; i < names.Count; i++) arranged[Find(names[i], what)] = values[i];
        return arranged;
    }

    /// <summary>The place of a name.</summary>
    /// <exception cref="ArgumentException">There is no output of that name.</exception>
    public int Find(string name, string what)
    {
        for (int i = 0; i < Count; i++)
        {
            if (All[i] == name) return i;
        }

        throw new ArgumentException($"The {what} names '{name}', but the model's outputs are {string.Join(", ", All)}.");
    }
}
