using System.Globalization;
using Unroll.Formats.Hdf5;
using Unroll.Kernels.Memory;
using Unroll.Models.Training;
using Unroll.Optimizers;

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
        foreach ((SlotForm form, Block value) in state.OptimizerVariables)
        {
            if (form.IsPlaceholder) vars.AddInt64(Name(), 0);
            else vars.Add(Name(), value.Slice(0, form.Count).Span.ToArray(), [.. form.Shape]);
        }

        foreach (double scalar in state.Optimizer.Scalars(state.Updates)) vars.Add(Name(), new[] { (float)scalar });

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

    /// <summary>
    /// Reads the variables, in whichever order a generation of Keras wrote them. The optimizer must be built.
    /// </summary>
    /// <param name="saved">The variables.</param>
    /// <param name="isBySlot">Whether the file is one of those that keep all first slots, then all second slots.</param>
    /// <param name="state">What is to be filled.</param>
    /// <param name="difference">If they don't fit, what differs from the order of today.</param>
    /// <returns>Fills the optimizer, which can't fail; null: they don't fit.</returns>
    /// <exception cref="InvalidDataException">A variable can't be read.</exception>
    public static Action? Read(IReadOnlyList<Hdf5Dataset> saved, bool isBySlot, TrainingState state, out string difference)
    {
        difference = "";
        SavedEntry[][] forms = [.. Forms(state, isBySlot)];
        if (forms.FirstOrDefault(form => Difference(saved, form, state).Length == 0) is not { } fitting)
        {
            difference = Difference(saved, forms[0], state);
            return null;
        }

        return Read(saved, fitting, state);
    }

    /// <summary>Whether the names of the variables are those of optimizers that kept them slot by slot.</summary>
    public static bool AreBySlot(Hdf5Group? legacy) =>
        legacy is not null && LegacyWeights.Names(legacy, "weight_names").FirstOrDefault() is { } name && !name.StartsWith("iteration:", StringComparison.Ordinal) && !name.EndsWith("/iteration:0", StringComparison.Ordinal)
        && !name.EndsWith("iteration", StringComparison.Ordinal);

    /// <summary>The orders that there were, that of today first.</summary>
    private static IEnumerable<SavedEntry[]> Forms(TrainingState state, bool isBySlot)
    {
        SavedEntry[] rate = state.Optimizer.Schedule is null ? [new SavedEntry(SavedKind.Rate, [])] : [];
        SavedEntry iteration = new(SavedKind.Iteration, []);
        SavedEntry[] interleaved = [.. state.OptimizerVariables.Select(Slot)], bySlot = [.. state.OptimizerVariablesBySlot.Select(Slot)];
        SavedEntry[] scalars = [.. state.Optimizer.Scalars(1).Select(_ => new SavedEntry(SavedKind.Other, []))];

        // Keras 2 had a place for what Adam needs with amsgrad alone, and for moments that plain SGD does not have.
        SavedEntry[] places = [.. state.TrainedParameters.Select(_ => new SavedEntry(SavedKind.Other, [1]))];
        SavedEntry[] moments = [.. state.TrainedParameters.Select(parameter => new SavedEntry(SavedKind.Other, parameter.Shape))];
        SavedEntry[] first = isBySlot ? bySlot : interleaved, second = isBySlot ? interleaved : bySlot;
        yield return [iteration, .. rate, .. first, .. scalars];
        if (scalars.Length > 0) yield return [iteration, .. rate, .. scalars, .. first];
        yield return [iteration, .. rate];
        foreach (SavedEntry[] slots in (SavedEntry[][])[first, second])
        {
            yield return [iteration, .. slots];
            if (scalars.Length > 0) yield return [iteration, .. scalars, .. slots];
            if (scalars.Length > 0) yield return [iteration, .. slots, .. scalars];
            yield return [iteration, .. slots, .. places];
        }

        yield return [iteration];
        if (bySlot.Length > 0) yield return bySlot;
        if (bySlot.Length == 0) yield return [iteration, .. moments];

        static SavedEntry Slot(OptimizerVariable variable) =>
            new(variable.Form.IsPlaceholder ? SavedKind.Other : SavedKind.Slot, variable.Form.Shape, variable.Value);
    }

    /// <summary>What differs, or nothing.</summary>
    private static string Difference(IReadOnlyList<Hdf5Dataset> saved, SavedEntry[] form, TrainingState state) =>
        saved.Count != form.Length
            ? $"the file has {saved.Count} variables of the optimizer, {state.Optimizer.Name} has {form.Length}"
            : saved.Zip(form).FirstOrDefault(pair => !pair.First.Shape.SequenceEqual(pair.Second.Shape)) is ({ } dataset, var entry)
                ? $"{dataset.Path} has the shape {Hdf5Shape.Text(dataset.Shape)}, {state.Optimizer.Name} has {Hdf5Shape.Text(entry.Shape)} there"
                : "";

    private static Action Read(IReadOnlyList<Hdf5Dataset> saved, SavedEntry[] form, TrainingState state)
    {
        long iterations = 0;
        float? rate = null;
        var slots = new List<(Block Value, float[] Values)>();
        foreach ((Hdf5Dataset dataset, SavedEntry entry) in saved.Zip(form))
        {
            if (entry.Kind == SavedKind.Iteration) iterations = dataset.ReadInt64();
            else if (entry.Kind == SavedKind.Rate) rate = Rate(dataset);
            else if (entry.Kind == SavedKind.Slot) slots.Add((entry.Value, dataset.ReadSingles()));
            if (iterations < 0) throw dataset.Bad($"says {iterations} steps were done");
        }

        return () =>
        {
            foreach ((Block value, float[] values) in slots) values.CopyTo(value.Span);
            // The configuration may hold the rate with more digits than the float32 variable.
            if (rate is { } changed && changed != (float)state.LearningRate) state.LearningRate = changed;
            (state.Iterations, state.AreAveragesInPlace) = (iterations, false);
        };
    }

    private static float Rate(Hdf5Dataset dataset)
    {
        float rate = dataset.ReadSingles()[0];
        return float.IsFinite(rate) && rate >= 0 ? rate : throw dataset.Bad($"says that the learning rate is {rate}");
    }

    private enum SavedKind
    {
        Iteration,
        Rate,
        Slot,
        Other,
    }

    /// <summary>A variable as a form expects it.</summary>
    private readonly record struct SavedEntry(SavedKind Kind, IReadOnlyList<int> Shape, Block Value = default);
}
