using Unroll.Studies.Analysis;
using Xunit;

namespace Unroll.Studies.Tests.Analysis;

public sealed class StudyEstimateTests
{
    private const string Cells = """{ "name": "cells", "cells": [{ "label": "LSTM" }, { "label": "GRU", "changes": { "model[1]": "gru(8)" } }] }""";

    [Fact]
    public void Time_is_steps_times_epochs()
    {
        StudyEstimate plan = StudyEstimate.Of(Made.Study(Cells), null, null, 25000, (_, model) => model.ParameterCount * 1e-6);
        // 20,000 samples are 625 steps of 32; 4 epochs; 8,000 + 544 + 9 parameters.
        Assert.Equal((8553, 8553e-6 * 625 * 4), (plan.Parts[0].Cells[0].Parameters, Math.Round(plan.Parts[0].Cells[0].Seconds, 9)));
        Assert.Null(plan.RepeatsNeeded);
    }

    // Differences .03 and .00 vary by .0212132: of a margin of .01 that is an effect of .4714; of .0106066, one half: 33.37 pairs.
    [Fact]
    public void A_pilot_says_how_many_repeats_the_question_needs()
    {
        Study study = Made.Study(Cells);
        StudyResult pilot = Made.Result(study, [[.80, .80], [.83, .80]]);
        StudyEstimate plan = StudyEstimate.Of(study, .0106066, pilot, 25000, (_, _) => 1);
        Assert.Equal(.0212132, plan.Parts[0].Spread, 7);
        Assert.Equal(34, plan.RepeatsNeeded);
        Assert.Equal(8, plan.Parts[0].Cells[0].Seconds); // as measured in the pilot
    }
}
