using Unroll.Kernels.Formulas;

namespace Unroll.Formulas.Compilation;

/// <summary>Gives slots their places: on the frame what the backward pass reads again, in scratch memory what lives within a step.</summary>
internal sealed class Storage
{
    private readonly HashSet<Slot> _kept;

    /// <param name="forward">Steps of the forward pass.</param>
    /// <param name="backward">Steps of the backward pass; none for a prediction.</param>
    /// <param name="operands">Slots that weight gradients read after the time loop.</param>
    /// <param name="frameRows">Rows of the frame that are taken.</param>
    public Storage(List<Step> forward, List<Step> backward, IEnumerable<Slot> operands, int frameRows)
    {
        _kept = [.. operands, .. backward.SelectMany(step => step.Reads).Select(reference => reference.Slot)];
        FrameRows = frameRows;
        foreach (Step step in forward)
        {
            if (step.Target.Slot.Place is not null || !_kept.Contains(step.Target.Slot)) continue;
            step.Target.Slot.Place = new FormulaPlace(FormulaBases.Frame, FrameRows);
            FrameRows += step.Target.Slot.Features;
        }

        MergeDeltas(backward);
        ScratchRows = Math.Max(PlaceInScratch(forward), PlaceInScratch(backward));
    }

    public int FrameRows { get; }

    public int ScratchRows { get; }

    /// <summary>The steps with their places, without copies of something to itself.</summary>
    public static FormulaInstruction[] Placed(List<Step> steps) =>
        [.. steps.Where(step => step.Delta is null || step.Target.Place != step.A!.Value.Place).Select(step => step.Placed())];

    /// <summary>
    /// A gradient at a linear form grows in its place from the start, unless the form's value, which it would overwrite, is
    /// still read after that.
    /// </summary>
    private static void MergeDeltas(List<Step> steps)
    {
        for (int last = 0; last < steps.Count; last++)
        {
            Step copy = steps[last];
            if (copy.Delta is not { } form || copy.A is not { First: 0, Slot: { Place: null } slot } || slot.Features != copy.Features) continue;
            int first = steps.FindIndex(step => step.Target.Slot == slot);
            if (form.Delta == form.Node.Value.Slot)
            {
                bool inOnePass = steps[first].Code is not (FormulaCode.TransposedProduct or FormulaCode.Sum or FormulaCode.Broadcast);
                int from = inOnePass ? first + 1 : first;
                if (steps[from..last].Exists(step => step.Reads.Any(read => read.Slot == form.Delta))) continue;
            }

            slot.Place = form.Delta.Place;
        }
    }

    /// <summary>First fit; rows are free again after the last step that reads or writes them.</summary>
    private static int PlaceInScratch(List<Step> steps)
    {
        var last = new Dictionary<Slot, int>();
        for (int i = 0; i < steps.Count; i++)
        {
            last[steps[i].Target.Slot] = i;
            foreach (Reference read in steps[i].Reads) last[read.Slot] = i;
        }

        List<(int Row, int Features, Slot Slot)> taken = [];
        int rows = 0;
        for (int i = 0; i < steps.Count; i++)
        {
            Slot slot = steps[i].Target.Slot;
            if (slot.Place is null)
            {
                int row = 0;
                foreach ((int from, int features, _) in taken.OrderBy(each => each.Row))
                {
                    if (from - row >= slot.Features) break;
                    row = Math.Max(row, from + features);
                }

                slot.Place = new FormulaPlace(FormulaBases.Scratch, row);
                taken.Add((row, slot.Features, slot));
                rows = Math.Max(rows, row + slot.Features);
            }

            taken.RemoveAll(each => last[each.Slot] == i);
        }

        return rows;
    }
}
