using System.Globalization;
using Unroll.Formats.Hdf5;
using Unroll.Kernels.Memory;
using Unroll.Models.Training;

namespace Unroll.Saving;

/// <summary>
/// The optimizer's variables in Keras' order: step counter, learning rate (unless it follows a schedule), averages,
/// slots, numbers of the optimizer's own.
/// </summary>
internal static class SavedOptimizer
{
    public static void Write(Hdf5Content vars, TrainingState state)
    {
        int next = 0;
        vars.AddInt64(Name(), state.Iterations);
        if (state.Optimizer.Schedule is null) vars.Add(Name(), new[] { (float)state.LearningRate });
        if (!state.IsOptimizerBuilt) return;
        foreach ((Parameter parameter, Block value) in state.OptimizerVariables)
            vars.Add(Name(), value.Slice(0, parameter.Count).Span.ToArray(), [.. parameter.Shape]);
        foreach (double scalar in state.Optimizer.Scalars(state.Iterations)) vars.Add(Name(), new[] { (float)scalar });

        string Name() => (next++).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The variables of <c>optimizer/vars</c>, in their order; empty if there are none.</summary>
    public static List<Hdf5Dataset> Listed(Hdf5Group weights)
    {
        Hdf5Group? vars = weights.Group("optimizer/vars");
        return vars is null ? [] : [.. Enumerable.Range(0, vars.Members.Count).Select(i => vars.Dataset(i.ToString(CultureInfo.InvariantCulture)))];
    }

    /// <summary>The variables of a legacy model, in their order.</summary>
    public static List<Hdf5Dataset> ListedLegacy(Hdf5Group group) =>
        [.. LegacyWeights.Names(group, "weight_names").Select(group.Dataset)];

    /// <summary>Whether the variables are those that the optimizer has; if not, what differs.</summary>
    public static bool Fits(IReadOnlyList<Hdf5Dataset> saved, TrainingState state, out string difference)
    {
        var expected = new List<IReadOnlyList<int>> { Array.Empty<int>() };
        if (state.Optimizer.Schedule is null) expected.Add([]);
        int header = expected.Count;
        expected.AddRange(state.OptimizerVariables.Select(variable => variable.Parameter.Shape));
        expected.AddRange(state.Optimizer.Scalars(1).Select(_ => (IReadOnlyList<int>)[]));
        if (saved.Count == header) expected.RemoveRange(header, expected.Count - header); // saved before the first step
        difference = saved.Count != expected.Count
            ? $"the file has {saved.Count} variables of the optimizer, {state.Optimizer.Name} has {expected.Count}"
            : saved.Zip(expected).FirstOrDefault(pair => !pair.First.Shape.SequenceEqual(pair.Second)) is ({ } dataset, var shape)
                ? $"{dataset.Path} has the shape {Hdf5Shape.Text(dataset.Shape)}, {state.Optimizer.Name} has {Hdf5Shape.Text(shape)} there"
                : "";
        return difference.Length == 0;
    }

    /// <summary>Takes over variables that fit. The optimizer must be built.</summary>
    /// <exception cref="InvalidDataException">A variable can't be read; nothing was changed then.</exception>
    public static void Read(IReadOnlyList<Hdf5Dataset> saved, TrainingState state)
    {
        int header = state.Optimizer.Schedule is null ? 2 : 1;
        long iterations = saved[0].ReadInt64();
        if (iterations < 0) throw saved[0].Bad($"says {iterations} steps were done");
        float? rate = header == 2 ? saved[1].ReadSingles()[0] : null;
        List<(Block Value, float[] Values)> variables =
            [.. state.OptimizerVariables.Zip(saved.Skip(header), (variable, dataset) => (variable.Value, dataset.ReadSingles()))];

        foreach ((Block value, float[] values) in variables) values.CopyTo(value.Span);
        // The configuration may hold the rate with more digits than the float32 variable.
        if (rate is { } changed && changed != (float)state.LearningRate) state.LearningRate = changed;
        state.Iterations = iterations;
    }
}
