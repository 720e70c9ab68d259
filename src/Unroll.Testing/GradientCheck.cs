using Unroll.Activations;
using Unroll.Losses;
using Unroll.Random;
using Unroll.Regularizers;

namespace Unroll.Testing;

/// <summary>
/// Compares gradients with central differences: <c>GradientCheck.Of(model, x, y).Require()</c>. What is compared stands in the
/// report, whose text is a table.
/// </summary>
public static class GradientCheck
{
    private const int ElementsPerWeight = 64;

    /// <summary>
    /// The gradients of a training step on a batch, dropout and penalties included. The weights are afterwards as they were.
    /// Of weights with more than 64 elements some are compared, the same every time.
    /// </summary>
    /// <param name="model">A compiled model.</param>
    /// <param name="x">A batch of inputs.</param>
    /// <param name="y">Its targets.</param>
    /// <exception cref="ArgumentException">Data don't fit the model or each other, or the model has no weights to train.</exception>
    /// <exception cref="InvalidOperationException">The model is not compiled.</exception>
    public static GradientReport Of(Model model, Inputs x, Targets y)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        using var probe = new TrainingProbe(model, x, y);
        IReadOnlyList<float[]> weights = model.GetWeights();
        Loss();
        float[][] gradients = probe.Gradients;
        double scale = gradients.SelectMany(gradient => gradient).Select(slope => Math.Abs((double)slope)).DefaultIfEmpty().Max();
        string[] names = Names(model);
        var elements = new List<GradientElement>();
        for (int w = 0; w < gradients.Length; w++)
        {
            Parameter parameter = model.TrainableParameters[w];
            float[] values = parameter.ToArray(), moved = [.. values];
            foreach (int i in Places(values.Length, w))
            {
                elements.Add(GradientElement.Compare(names[w], parameter.Shape, i, values[i], gradients[w][i], scale, value =>
                {
                    moved[i] = value;
                    parameter.Set(moved);
                    return Loss();
                }));
                moved[i] = values[i];
            }

            parameter.Set(values);
        }

        model.SetWeights(weights); // also what the layers keep by themselves, moving averages say
        model.ResetStates();
        return new GradientReport("The model", elements);

        double Loss()
        {
            model.ResetStates();
            return probe.Run();
        }
    }

    /// <summary>The gradient of a loss at one output.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="output">What a model puts out for a row, at one time step.</param>
    /// <param name="target">What it should be.</param>
    public static GradientReport Of(Loss loss, ReadOnlySpan<float> output, ReadOnlySpan<float> target)
    {
        ArgumentNullException.ThrowIfNull(loss);
        float[] moved = output.ToArray(), wanted = target.ToArray();
        double[] gradient = new double[moved.Length], unused = new double[moved.Length];
        loss.Evaluate(moved, wanted, gradient);
        return Compare($"The loss {loss.Name}", "output", moved, [moved.Length], gradient, () => loss.Evaluate(moved, wanted, unused));
    }

    /// <summary>The gradient of an activation at some values.</summary>
    /// <param name="activation">The activation.</param>
    /// <param name="x">What comes in.</param>
    public static GradientReport Of(Activation activation, ReadOnlySpan<float> x)
    {
        ArgumentNullException.ThrowIfNull(activation);
        // The outputs' weights in a sum differ, so that functions of all values are told from functions of one.
        var random = new Philox(4, RandomPurpose.Shuffle, x.Length);
        float[] moved = x.ToArray(), y = new float[moved.Length], dy = [.. moved.Select(_ => (float)random.NextNormal())], dx = new float[moved.Length];
        activation.Apply(moved, y);
        activation.Differentiate(moved, y, dy, dx);
        return Compare($"The activation {activation.Name}", "x", moved, [moved.Length], [.. dx.Select(slope => (double)slope)], () =>
        {
            activation.Apply(moved, y);
            double sum = 0;
            for (int i = 0; i < y.Length; i++) sum += (double)y[i] * dy[i];
            return sum;
        });
    }

    /// <summary>The gradient of a penalty on a weight.</summary>
    /// <param name="regularizer">The penalty.</param>
    /// <param name="weights">The weight's values, row-major.</param>
    /// <param name="shape">Sizes of its dimensions.</param>
    public static GradientReport Of(Regularizer regularizer, ReadOnlySpan<float> weights, params int[] shape)
    {
        ArgumentNullException.ThrowIfNull(regularizer);
        ArgumentNullException.ThrowIfNull(shape);
        float[] moved = weights.ToArray(), gradient = new float[moved.Length];
        if (shape.Length == 0) shape = [moved.Length];
        regularizer.AddGradient(moved, shape, gradient);
        return Compare($"The regularizer {regularizer}", "weight", moved, shape, [.. gradient.Select(slope => (double)slope)], () => regularizer.Penalty(moved, shape));
    }

    private static GradientReport Compare(string what, string name, float[] moved, int[] shape, double[] gradient, Func<double> value)
    {
        var elements = new List<GradientElement>();
        double scale = gradient.Select(Math.Abs).DefaultIfEmpty().Max();
        for (int i = 0; i < moved.Length; i++)
        {
            float before = moved[i];
            elements.Add(GradientElement.Compare(name, shape, i, before, gradient[i], scale, at =>
            {
                moved[i] = at;
                return value();
            }));
            moved[i] = before;
        }

        return new GradientReport(what, elements);
    }

    /// <summary>The weights' names behind those of their layers; a number tells two of the same name apart.</summary>
    private static string[] Names(Model model)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var owners = new Dictionary<Parameter, string>(ReferenceEqualityComparer.Instance);
        foreach (Layers.Layer layer in model.Layers)
            foreach (Parameter parameter in layer.Parameters) owners.TryAdd(parameter, layer.Name);
        return
        [
            .. model.TrainableParameters.Select(parameter =>
            {
                string name = owners.TryGetValue(parameter, out string? owner) ? $"{owner}/{parameter.Name}" : parameter.Name;
                seen[name] = seen.GetValueOrDefault(name) + 1;
                return seen[name] == 1 ? name : $"{name} ({seen[name]})";
            }),
        ];
    }

    private static IEnumerable<int> Places(int count, int weight)
    {
        if (count <= ElementsPerWeight) return Enumerable.Range(0, count);
        var random = new Philox(3, RandomPurpose.Shuffle, weight);
        return [.. Enumerable.Range(0, ElementsPerWeight).Select(_ => random.NextInt32(count)).Distinct().Order()];
    }
}
