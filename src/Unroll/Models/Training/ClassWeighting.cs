using Unroll.Execution;
using Unroll.Losses;
using Unroll.Metrics;

namespace Unroll.Models.Training;

/// <summary>Makes weights of samples, or of their time steps, of weights of classes.</summary>
internal static class ClassWeighting
{
    /// <summary>What each sample, or each of its steps, counts for by the class that its target names; classes without a weight count 1.</summary>
    /// <param name="classWeight">Weights of classes; null: none.</param>
    /// <param name="y">Targets of the only output.</param>
    /// <param name="output">The output's shape.</param>
    /// <param name="loss">Its loss.</param>
    /// <exception cref="ArgumentException">A weight is for a class that there can't be, or is no finite number of 0 or more.</exception>
    public static SampleWeights? Of(IReadOnlyDictionary<int, double>? classWeight, Targets y, OutputShape output, Loss? loss)
    {
        if (classWeight is null) return null;
        Require(classWeight, output, loss);
        int steps = output is { HasTime: true, Steps: > 1 } ? output.Steps : 1, perStep = y.SampleSize / steps;
        var weights = new float[y.Samples, steps];
        for (int row = 0; row < y.Samples; row++)
        {
            for (int t = 0; t < steps; t++)
            {
                ReadOnlySpan<float> target = y.Values.AsSpan((row * steps + t) * perStep, perStep);
                int label = perStep > 1 ? Largest.IndexOf(target) : (int)MathF.Round(target[0]);
                weights[row, t] = (float)classWeight.GetValueOrDefault(label, 1);
            }
        }

        return steps > 1 ? weights : weights.Cast<float>().ToArray();
    }

    private static void Require(IReadOnlyDictionary<int, double> classWeight, OutputShape output, Loss? loss)
    {
        int? classes = output.Units > 1 ? output.Units : loss?.TargetRange == (0, 1) ? 2 : null;
        foreach ((int key, double weight) in classWeight)
        {
            if (key < 0 || key >= classes)
            {
                throw new ArgumentException(
                    $"classWeight has a weight for the class {key}, but {(classes is { } count ? $"the model tells the classes 0 … {count - 1} apart" : "classes count from 0")}. Leave it out, or number the classes from 0.", nameof(classWeight));
            }

            if (!double.IsFinite(weight) || weight < 0)
                throw new ArgumentException($"classWeight has the weight {weight} for the class {key}; weights must be finite numbers of 0 or more.", nameof(classWeight));
        }
    }
}
