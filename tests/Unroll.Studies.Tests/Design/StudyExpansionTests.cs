using Xunit;

namespace Unroll.Studies.Tests.Design;

public sealed class StudyExpansionTests
{
    [Fact]
    public void Axis_makes_one_cell_per_value()
    {
        Study study = Documents.Study();
        StudyPart part = Assert.Single(study.Parts);
        Assert.Equal(["units 2", "units 4"], part.Cells.Select(cell => cell.Label));
        Assert.Equal(["model[1].units"], study.Options);
        Assert.Equal(["2", "4"], part.Cells.Select(cell => cell.Values["model[1].units"]));
    }

    [Fact]
    public void A_positional_argument_is_replaced_not_doubled()
    {
        StudyDesign design = Documents.Study().Parts[0].Cells[0].Design;
        Assert.Empty(design.Model[1].Positional);
        Assert.Equal("2", design.Model[1].Named["units"]!.ToJsonString());
        Assert.Single(design.Model[1].Named);
    }

    [Fact]
    public void Two_axes_make_a_grid_with_the_last_axis_running_fastest()
    {
        Study study = Documents.Study(Documents.Small.Replace(
            "\"values\": [2, 4] }", "\"values\": [2, 4] }, { \"path\": \"dataset.maxLen\", \"name\": \"length\", \"values\": [10, 20, 30] }", StringComparison.Ordinal));
        Assert.Equal(
            ["units 2, length 10", "units 2, length 20", "units 2, length 30", "units 4, length 10", "units 4, length 20", "units 4, length 30"],
            study.Parts[0].Cells.Select(cell => cell.Label));
        Assert.Equal(30, study.Parts[0].Cells[^1].Design.Dataset.MaxLen);
    }

    [Fact]
    public void Repeat_r_has_the_same_seed_in_every_cell()
    {
        IReadOnlyList<Trial> trials = Documents.Study().Trials();
        Assert.Equal([(0, 7), (1, 8), (0, 7), (1, 8)], trials.Select(trial => (trial.Repeat, trial.Seed)));
        Assert.Equal(6, Documents.Study().Trials(repeats: 3).Count);
    }

    [Fact]
    public void Changes_reach_into_objects_and_make_what_is_missing()
    {
        Study study = Documents.Study(Documents.Small.Replace(
            "\"name\": \"units\",",
            "\"name\": \"units\", \"changes\": { \"training.optimizer.learning_rate\": 0.01, \"model[1].recurrent_dropout\": 0.5 },",
            StringComparison.Ordinal));
        StudyDesign design = study.Parts[0].Cells[0].Design;
        Assert.Equal("0.01", design.Training.Optimizer.Named["learning_rate"]!.ToJsonString());
        Assert.Equal("embedding(output_dim=8) → lstm(units=2, recurrent_dropout=0.5) → dense(1, activation=sigmoid)", design.ModelText);
    }

    [Fact]
    public void Paths_lead_into_layers_inside_of_layers()
    {
        Study study = Documents.Study(Documents.Small
            .Replace("embedding(output_dim=8)", "embedding(8)", StringComparison.Ordinal)
            .Replace("\"lstm(4)\"", "\"bidirectional(lstm(4, return_sequences=true), sum)\", \"global_average_pooling1d\"", StringComparison.Ordinal)
            .Replace("model[1].units", "model[1].layer.units", StringComparison.Ordinal)
            .Replace("\"name\": \"units\",", "\"name\": \"units\", \"changes\": { \"model[0].mask_zero\": true },", StringComparison.Ordinal));
        Assert.Equal(
            "embedding(output_dim=8, mask_zero=true) → bidirectional(layer=lstm(units=2, return_sequences=true), merge_mode=sum) → global_average_pooling1d → dense(1, activation=sigmoid)",
            study.Parts[0].Cells[0].Design.ModelText);
    }

    [Fact]
    public void The_typed_design_holds_what_the_document_says()
    {
        StudyDesign design = Documents.Study().Parts[0].Cells[0].Design;
        Assert.Equal(new DatasetDesign("synthetic", 100, 10, "pre", "pre"), design.Dataset);
        Assert.Equal((32, 5, ValidationKind.Split, 0.2), (design.Training.BatchSize, design.Training.Epochs, design.Training.Validation, design.Training.ValidationSplit));
        Assert.Equal(["accuracy"], design.Training.Metrics);
    }

    [Fact]
    public void An_unknown_part_lists_the_parts()
    {
        var error = Assert.Throws<ArgumentException>(() => Documents.Study().Trials("unit"));
        Assert.StartsWith("The study 'small' has no part 'unit'; did you mean 'units'? Known: units.", error.Message, StringComparison.Ordinal);
    }
}
