using Unroll.Studies.Analysis;
using Xunit;

namespace Unroll.Studies.Tests.Analysis;

public sealed class FindingTests
{
    private const string Cells = """{ "name": "cells", "cells": [{ "label": "LSTM" }, { "label": "GRU", "changes": { "model[1]": "gru(8)" } }] }""";

    private const string Units = """{ "name": "units", "axes": [{ "path": "model[1].units", "values": [8, 16, 32] }] }""";

    // Differences .012 .010 .014 .008 .011: mean .011, deviation .00223607, half width 2.776445 · .00223607/√5 = .00277645.
    [Fact]
    public void A_difference_is_said_with_interval_and_counts()
    {
        PartAnalysis part = Analyse(Cells, [[.80, .81, .80, .82, .81], [.812, .820, .814, .828, .821]]);
        Assert.Equal("GRU against LSTM: +1.10 points (95 %: +0.82 to +1.38; 5 seeds × 25,000 reviews): higher by at least 0.82.", part.Findings[0]);
        Assert.Equal(Verdict.Higher, part.Comparisons[0].Verdict);
        Assert.Equal(5, part.Comparisons[0].Wins);
    }

    [Fact]
    public void A_small_interval_within_the_margin_is_equivalence()
    {
        PartAnalysis part = Analyse(Cells, [[.80, .81, .80, .82, .81], [.801, .811, .799, .821, .809]]);
        Assert.Equal("GRU against LSTM: +0.02 points (95 %: −0.12 to +0.16; 5 seeds × 25,000 reviews): equivalent within ±0.5.", part.Findings[0]);
    }

    [Fact]
    public void Wide_intervals_are_undecided_and_say_what_it_takes()
    {
        PartAnalysis part = Analyse(Cells, [[.80, .81, .80, .82, .81], [.82, .79, .81, .80, .825]]);
        Assert.Equal(Verdict.Undecided, part.Comparisons[0].Verdict);
        Assert.Matches("undecided, needs about [0-9]+ repeats.$", part.Findings[0]);
        Assert.InRange(part.Comparisons[0].RepeatsNeeded!.Value, 6, 1000);
    }

    // Mean .75, deviation .35355, half width 12.7062 · .25: far beyond both ends of what a share can be.
    [Fact]
    public void The_interval_of_an_accuracy_stays_between_nothing_and_all()
    {
        PartAnalysis part = Analyse("""{ "name": "cells", "cells": [{ "label": "LSTM" }] }""", [[.50, 1.0]]);
        Assert.Equal("LSTM reaches 75.00 % test accuracy (95 %: 0.00 % to 100.00 %; 2 seeds × 25,000 reviews); with one cell nothing is compared.", part.Findings[0]);
    }

    [Fact]
    public void One_run_each_gives_no_verdict()
    {
        PartAnalysis part = Analyse(Cells, [[.80], [.85]]);
        Assert.Equal(Verdict.None, part.Comparisons[0].Verdict);
        // 1.96 · √(.825 · .175 / 25000) = .471 points
        Assert.Equal(
            "No verdict: with one run per cell (n = 1) it is not known how much another seed would change; test accuracy spans 5.00 points, from 80.00 % (LSTM) to 85.00 % (GRU); the choice of 25,000 test reviews alone leaves ±0.47 points in each.",
            part.Findings[0]);
    }

    [Fact]
    public void An_ordered_axis_is_asked_for_a_trend()
    {
        PartAnalysis part = Analyse(Units, [[.80, .81, .80, .82], [.81, .821, .809, .83], [.82, .831, .82, .841]]);
        Assert.NotNull(part.Trend);
        Assert.Equal(2, part.Trend.Doublings);
        Assert.Equal(.0205, part.Trend.Change, 6); // slope is half of last minus first in the middle of three points: (.02+.021+.02+.021)/4
        Assert.StartsWith("Test accuracy from units 8 to 32: +2.05 points along the fitted line (95 %: +1.96 to +2.14; 4 seeds × 25,000 reviews): accuracy rises with it.", part.Findings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_trend_single_cells_are_not_called_different()
    {
        // The middle cell is ahead in every repeat, the ends are alike.
        PartAnalysis part = Analyse(Units, [[.80, .81, .80, .82], [.82, .831, .82, .841], [.801, .808, .802, .819]]);
        Assert.False(part.Trend!.IsSignificant);
        Assert.DoesNotContain(part.Comparisons, comparison => comparison.Verdict is Verdict.Higher or Verdict.Lower);
    }

    [Fact]
    public void A_failed_repeat_leaves_the_others_in_pairs()
    {
        PartAnalysis part = Analyse(Cells, [[.80, double.NaN, .80, .82], [.81, .82, .81, .83]]);
        Assert.Equal(3, part.Comparisons[0].Count);
        Assert.Equal(.01, part.Comparisons[0].Difference, 9);
    }

    [Fact]
    public void The_best_is_chosen_by_validation_where_there_is_any()
    {
        double[][] accuracy = [[.80, .80], [.85, .85]];
        // Validation says the opposite of the test.
        StudyResult result = Made.Result(Made.Study(Cells), accuracy, trial => trial with { Epochs = Made.Epochs([.5, .4], [.5, .4], 1.5 - trial.TestAccuracy) });
        Assert.Equal([1, 2], PartRanking.Ranks(result.Parts[0]));
        Assert.Equal([2, 1], result.Parts[0].Ranks);
        Assert.Contains(StudyAnalysis.Of(result).Parts[0].Findings, finding => finding.StartsWith("Highest mean validation accuracy: LSTM", StringComparison.Ordinal));

        StudyResult onTest = Made.Result(Made.Study(Cells, training: "\"validation\": \"test\""), accuracy);
        Assert.Equal([2, 1], PartRanking.Ranks(onTest.Parts[0]));
        Assert.Equal([0, 0], PartRanking.ValidationRanks(onTest.Parts[0]));
        Assert.Contains(StudyAnalysis.Of(onTest).Parts[0].Findings, finding => finding.StartsWith("Highest mean test accuracy (no data are set aside for validation): GRU", StringComparison.Ordinal));
    }

    [Fact]
    public void Parameters_time_and_runs_that_learned_nothing_get_their_sentences()
    {
        StudyResult result = Made.Result(Made.Study(Cells), [[.80, .81, .80], [.50, .82, .82]],
            trial => trial.Trial.Cell.Label == "GRU" ? trial with { Epochs = [.. trial.Epochs.Select(epoch => epoch with { Seconds = 4 + 0.01 * trial.Trial.Repeat })] } : trial);
        IReadOnlyList<string> findings = StudyAnalysis.Of(result).Parts[0].Findings;
        Assert.Contains("Runs that learned nothing: 1 of 3 of GRU; they are in the means.", findings);
        Assert.Contains("Parameters: 1,030 (GRU) to 1,040 (LSTM).", findings);
        Assert.Contains(findings, finding => finding.StartsWith("Training time: 8.00 ± 0.00 s (LSTM) to 16.0 ± 0.0 s (GRU); GRU takes 2.00 times as long as LSTM (95 %: ", StringComparison.Ordinal));
    }

    [Fact]
    public void Networks_stand_beside_what_needs_none()
    {
        static string Of(double words) => StudyAnalysis.Of(Made.Result(Made.Study(Cells), [[.80, .80], [.85, .85]],
            trial => trial with { Dataset = Made.Data with { MajorityShare = .5, BagOfWordsAccuracy = words } })).Parts[0].Findings.Single(finding => finding.StartsWith("Without a network", StringComparison.Ordinal));
        Assert.Equal("Without a network: the larger class alone 50.00 %, a logistic regression on the same words 82.00 %; not above it: LSTM.", Of(.82));
        Assert.EndsWith("; every cell is above it.", Of(.7), StringComparison.Ordinal);
        Assert.EndsWith("; no cell is above it.", Of(.9), StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_to_single_examples_bring_in_the_chance_of_the_test()
    {
        // Two designs that differ on the first 40 of 1,000 examples, in every repeat alike: no chance of seeds, all of examples.
        var worse = CorrectAnswers.Of([.. Enumerable.Range(0, 1000).Select(i => i is >= 40 and < 840)]);
        var better = CorrectAnswers.Of([.. Enumerable.Range(0, 1000).Select(i => i < 840)]);
        PartAnalysis part = StudyAnalysis.Of(Made.Result(Made.Study(Cells), [[.8, .8, .8], [.84, .84, .84]],
            trial => trial with { Correct = trial.Trial.Cell.Label == "GRU" ? better : worse })).Parts[0];
        CellComparison comparison = part.Comparisons[0];
        Assert.Equal((0, .04), (comparison.SeedShare!.Value, Math.Round(comparison.Churn!.Value, 12)));
        // Binomial: .04 ± 1.96 · √(.04 · .96 / 1000) = .0279 … .0521
        Assert.InRange(comparison.ExampleInterval!.Value.Low, .026, .030);
        Assert.InRange(comparison.ExampleInterval.Value.High, .050, .055);
    }

    private static PartAnalysis Analyse(string part, double[][] accuracy) => StudyAnalysis.Of(Made.Result(Made.Study(part), accuracy)).Parts[0];
}
