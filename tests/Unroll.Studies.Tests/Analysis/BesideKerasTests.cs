using Unroll.Studies.Analysis;
using Unroll.Studies.Reports;
using Xunit;

namespace Unroll.Studies.Tests.Analysis;

/// <summary>A built-in study beside the runs that were recorded from Keras.</summary>
public sealed class BesideKerasTests
{
    private static readonly Study Study = BuiltInStudies.Load("lstm-design-choices");

    [Fact]
    public void What_Keras_gave_agrees_with_Keras()
    {
        BesideKeras keras = BesideKeras.Of(Result(Study, shift: 0))!;
        Assert.Equal(Study.Parts[0].Cells.Select(cell => ("nodes", cell.Label)), keras.Designs.Select(design => (design.Part, design.Cell)));
        Assert.Empty(keras.Differing);
        Assert.Equal("Unroll agrees with Keras: of 5 designs with 5 repeats or more beside 25 runs in Keras, none has another distribution of test losses at 5 % (rank sums, corrected by Holm).", keras.Sentence);
        // The mean and deviation that Keras' own record gives for LSTM(8).
        DesignBesideKeras first = keras.Designs[0];
        Assert.Equal((5, .3933, .0052, .8194, .0029), (first.Theirs.Count, Math.Round(first.TheirLoss.Mean, 4), Math.Round(first.TheirLoss.Std, 4), Math.Round(first.Theirs.Mean, 4), Math.Round(first.Theirs.Std, 4)));
        Assert.Equal(0, first.Difference, 1e-12);
    }

    [Fact]
    public void Losses_that_are_all_higher_differ()
    {
        StudyResult result = Result(Study, shift: .2);
        BesideKeras keras = BesideKeras.Of(result)!;
        // All ten ranks apart: 2 of the 252 ways, times five designs.
        Assert.All(keras.Designs, design => Assert.Equal((2.0 / 252, 10.0 / 252), (design.P, design.AdjustedP)));
        Assert.StartsWith("Unroll differs from Keras: of 5 designs with 5 repeats or more beside 25 runs in Keras, 5 have another distribution", keras.Sentence, StringComparison.Ordinal);
        Assert.Contains(keras.Sentence, ReportHtml.Text(StudyAnalysis.Of(result)), StringComparison.Ordinal);
    }

    [Fact]
    public void Designs_that_were_changed_and_made_up_data_are_not_compared()
    {
        Study changed = Study.Parse(BuiltInStudies.Source("lstm-design-choices").Replace("\"epochs\": 5", "\"epochs\": 4", StringComparison.Ordinal));
        Assert.Null(BesideKeras.Of(Result(changed, shift: 0)));
        Assert.Null(BesideKeras.Of(Result(Study, shift: 0, trial => trial with { Dataset = Made.Data with { IsFallback = true } })));
        Assert.Null(BesideKeras.Of(Made.Result(Made.Study("""{ "name": "a", "cells": [{ "label": "x" }] }"""), [[.8, .8]])));
    }

    /// <summary>Every run stands beside a cell that there is.</summary>
    [Fact]
    public void Every_run_in_Keras_has_its_cell() => Assert.All(KerasRuns.All, run =>
        Assert.Contains(BuiltInStudies.Load(run.Study).Part(run.Part).Cells, cell => cell.Label == run.Cell));

    private static StudyResult Result(Study study, double shift, Func<TrialResult, TrialResult>? change = null)
    {
        KerasRun[][] runs = [.. study.Parts[0].Cells.Select(cell => KerasRuns.All.Where(run => run.Study == study.Name && run.Part == "nodes" && run.Cell == cell.Label).ToArray())];
        return Made.Result(study, [.. runs.Select(cell => cell.Select(run => run.TestAccuracy).ToArray())], trial =>
        {
            int cell = study.Parts[0].Cells.ToList().FindIndex(other => other.Label == trial.Trial.Cell.Label);
            trial = trial with { TestLoss = runs[cell][trial.Trial.Repeat].TestLoss + shift };
            return change?.Invoke(trial) ?? trial;
        });
    }
}
