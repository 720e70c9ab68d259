namespace Unroll.Studies.Storage;

/// <summary>Sentences that all stores say alike.</summary>
internal static class PlaceConflict
{
    /// <summary>A run asks for another trial where the store has one.</summary>
    public static ArgumentException Of(string location, RunRecord run, PlannedTrial asked, PlannedTrial stored, string storedVersion)
    {
        TrialPlace place = asked.Place;
        string why = storedVersion != run.Version ? $"by Unroll {storedVersion}; this is {run.Version}"
            : stored.Seed != asked.Seed ? $"with seed {stored.Seed}, not {asked.Seed}"
            : stored.Design != asked.Design ? "with another design"
            : $"on other data ({stored.Dataset.Name}{(stored.Dataset.Name == asked.Dataset.Name ? ", which has changed since" : "")})";
        return new ArgumentException(
            $"'{location}' has the trial {place.Part} / {place.Cell}, repeat {place.Repeat} of the study '{run.Study}' already, {why}. "
            + "Results are never replaced: give another folder (--out), or name the study, part or cell otherwise.");
    }

    /// <summary>A trial took its workers with it.</summary>
    public static string LostText(WorkerId last) =>
        $"the process that ran it was lost {IStudyStore.MaxLost} times, the last time {last}; was memory short?";
}
