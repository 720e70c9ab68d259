using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Optimizers;

/// <summary>
/// An optimizer at work on plain arrays whose gradients come from anywhere:
/// <code>
/// var steps = new OptimizerSteps(new Adam(0.01), ("layer/kernel", [3, 2]), ("layer/bias", [2]));
/// steps.Apply(gradients: [kernelSlope, biasSlope], weights: [kernel, bias]);
/// </code>
/// It does what the optimizer does in a fit: accumulation, clipping, decay, the rule, averages.
/// </summary>
public sealed class OptimizerSteps
{
    private readonly Arena _arena = new();
    private readonly OptimizerState _state;
    private readonly GradientStore _gradients;
    private readonly Parameter[] _parameters;

    /// <summary>Prepares an optimizer for some weights.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="weights">Names of layer and weight, <c>dense/kernel</c>, and sizes of all dimensions.</param>
    /// <exception cref="ArgumentException">There is no weight, or a size is not positive.</exception>
    public OptimizerSteps(Optimizer optimizer, params IReadOnlyList<(string Path, int[] Shape)> weights)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.Count == 0) throw new ArgumentException("An optimizer needs at least one weight.", nameof(weights));
        foreach ((string path, int[] shape) in weights)
            if (Array.Exists(shape, size => size <= 0)) throw new ArgumentException($"The weight '{path}' has the shape ({string.Join(", ", shape)}); sizes must be positive.", nameof(weights));
        _parameters = [.. weights.Select(weight => new Parameter(weight.Path, [.. weight.Shape], _arena))];
        _gradients = new GradientStore(_arena, [new Owner(_parameters)]);
        _state = new OptimizerState(optimizer);
        _state.Build(_parameters, _arena);
    }

    /// <summary>How often weights have been changed: Keras' <c>iterations</c>.</summary>
    public long Iterations => _state.Steps;

    /// <summary>The learning rate of the next step.</summary>
    /// <exception cref="InvalidOperationException">Set although the optimizer follows a schedule.</exception>
    public double LearningRate { get => _state.LearningRate; set => _state.LearningRate = value; }

    /// <summary>Copies of the arrays that the optimizer keeps, in the order of Keras' files: averages, sums of gradients, slots.</summary>
    public IReadOnlyList<float[]> Variables => [.. _state.Variables.Select(variable => variable.Form.IsPlaceholder ? [0f] : variable.Value.Slice(0, variable.Form.Count).Span.ToArray())];

    /// <summary>One step, or with gradient accumulation one call on the way to it.</summary>
    /// <param name="gradients">The loss's slope at every value of every weight, row-major; multiplied by the loss's scale factor if there is one.</param>
    /// <param name="weights">All values of every weight, row-major, to be changed.</param>
    /// <exception cref="ArgumentException">There are more or fewer arrays or numbers than the weights have.</exception>
    public void Apply(IReadOnlyList<float[]> gradients, IReadOnlyList<float[]> weights)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        Take(weights, nameof(weights));
        Require(gradients, nameof(gradients));
        for (int i = 0; i < _parameters.Length; i++) gradients[i].CopyTo(_gradients.Total(_parameters[i]).Span);
        if (_state.Optimizer.LossScaleFactor is { } factor) _gradients.Scale((float)(1 / factor));
        _state.Update(VectorWidths.Best, _gradients);
        Give(weights);
    }

    /// <summary>Makes the moving averages the weights, as the end of a fit does; without <c>UseEma</c> nothing happens.</summary>
    /// <param name="weights">All values of every weight, row-major, to be changed.</param>
    /// <exception cref="ArgumentException">There are more or fewer arrays or numbers than the weights have.</exception>
    public void Finish(IReadOnlyList<float[]> weights)
    {
        Take(weights, nameof(weights));
        _state.Finish();
        Give(weights);
    }

    private void Take(IReadOnlyList<float[]> weights, string name)
    {
        ArgumentNullException.ThrowIfNull(weights);
        Require(weights, name);
        for (int i = 0; i < _parameters.Length; i++) _parameters[i].Set(weights[i]);
    }

    private void Give(IReadOnlyList<float[]> weights)
    {
        for (int i = 0; i < _parameters.Length; i++) _parameters[i].ToArray().CopyTo(weights[i], 0);
    }

    private void Require(IReadOnlyList<float[]> arrays, string name)
    {
        if (arrays.Count != _parameters.Length) throw new ArgumentException($"There are {arrays.Count} arrays of {name}, but {_parameters.Length} weights.", name);
        for (int i = 0; i < arrays.Count; i++)
        {
            if (arrays[i].Length != _parameters[i].Count)
                throw new ArgumentException($"'{_parameters[i].Path}' has {_parameters[i].Count:N0} values, but {name} has {arrays[i].Length:N0} for it.", name);
        }
    }

    /// <summary>Weights that belong to no layer.</summary>
    private sealed class Owner(Parameter[] parameters) : IWeightOwner
    {
        public IReadOnlyList<Parameter> Parameters => parameters;

        public bool OrdersItsGradients => false;
    }
}
