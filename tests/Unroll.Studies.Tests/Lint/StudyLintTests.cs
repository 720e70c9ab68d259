using Unroll.Studies.Lint;
using Unroll.Studies.Tests.Analysis;
using Xunit;

namespace Unroll.Studies.Tests.Lint;

/// <summary>Every code fires on a study made for it, and all are silent on a clean one.</summary>
public sealed class StudyLintTests
{
    private const string Units = """{ "name": "units", "question": "How many units?", "axes": [{ "path": "model[1].units", "values": [8, 16] }] }""";

    private static readonly double[][] Seven = [[.80, .81, .80, .82, .81, .80, .81], [.81, .82, .81, .83, .82, .81, .82]];

    [Fact]
    public void A_clean_study_is_silent()
    {
        Study study = Made.Study(Units, "\"repeats\": 7,");
        Assert.Empty(StudyLint.Check(study));
        Assert.Empty(StudyLint.Check(Made.Result(study, Seven)));
    }

    [Fact]
    public void U001_validates_on_the_test_set() => Design("U001", "training.validation is \"test\".", Units, training: "\"validation\": \"test\"");

    [Theory]
    [InlineData("8 units", "", false)]
    [InlineData("9 units", "“9 units” has 8 units.", true)]
    [InlineData("units 9", "“units 9” has 8 units.", true)]
    [InlineData("2 LSTM layers", "“2 LSTM layers” has 1 recurrent layer.", true)]
    [InlineData("1 LSTM layer", "", false)]
    public void U003_a_label_contradicts_the_model(string label, string evidence, bool fires)
    {
        string part = $$"""{ "name": "one", "cells": [{ "label": "{{label}}" }, { "label": "GRU", "changes": { "model[1]": "gru(8)" } }] }""";
        if (fires) Design("U003", evidence, part);
        else Assert.Empty(StudyLint.Check(Made.Study(part), 7));
    }

    [Fact]
    public void U003_reads_names_quoted_in_notes() => Design("U003", "“2 layer” has 1 recurrent layer.",
        """{ "name": "one", "cells": [{ "label": "small", "note": "Elsewhere called “2 layer”." }, { "label": "GRU", "changes": { "model[1]": "gru(8)" } }] }""");

    [Fact]
    public void U004_a_part_differs_from_the_base() => Design("U004", "dataset.maxLen is 200, in the base design 80; model[1].dropout is 0.2, in the base design not set.",
        """{ "name": "units", "changes": { "dataset.maxLen": 200, "model[1].dropout": 0.2 }, "axes": [{ "path": "model[1].units", "values": [8, 16] }] }""");

    [Fact]
    public void U005_padding_runs_on_behind_the_last_word()
    {
        Design("U005", "dataset.padding is \"post\", no embedding has mask_zero.", Units, dataset: "\"padding\": \"post\"");
        Design("U005", "dataset.padding is \"post\", no embedding has mask_zero.", """{ "name": "g", "cells": [{ "label": "a" }, { "label": "b", "changes": { "model[1]": "gru(8)" } }] }""",
            dataset: "\"padding\": \"post\"", model: "\"embedding(output_dim=8)\", \"bidirectional(lstm(8))\", \"dense(1, activation=sigmoid)\"");
        Assert.Empty(StudyLint.Check(Made.Study(Units, dataset: "\"padding\": \"post\"", model: "\"embedding(output_dim=8, mask_zero=true)\", \"lstm(8)\", \"dense(1, activation=sigmoid)\""), 7));
    }

    [Fact]
    public void U006_an_option_has_no_effect()
    {
        Design("U006", "dropout of 1 in lstm drops nothing (dropout 1).", """{ "name": "d", "axes": [{ "path": "model[1].dropout", "values": [0, 1] }] }""");
        Design("U006", "early_stopping watches validation, and there is none (units 8); early_stopping watches validation, and there is none (units 16).", Units,
            training: "\"validation\": \"none\", \"callbacks\": [\"early_stopping(patience=2)\"]", also: ["U016"]);
        Result("U006", "numWords is 1,000; the data have 900 words.", facts: new LintFacts { VocabularySize = 900 });
    }

    [Fact]
    public void U007_one_repeat_judges_nothing() => Design("U007", "repeats is 1.", Units, repeats: 1);

    [Fact]
    public void U008_the_best_epoch_is_chosen_on_the_test_set()
    {
        Design("U008", "early_stopping watches validation, which is the test set.", Units, training: "\"validation\": \"test\", \"callbacks\": [\"early_stopping(patience=2)\"]", also: ["U001", "U016"]);
        Assert.DoesNotContain(StudyLint.Check(Made.Study(Units, training: "\"validation\": \"test\", \"callbacks\": [\"early_stopping(loss, patience=2)\"]")), message => message.Code == "U008");
    }

    [Fact]
    public void U014_the_test_cannot_reach_significance() => Design("U014",
        "With n = 5 its least p is 0.06; what verdicts there are rest on normal differences, and a difference is found in 4 of 5 studies from 1.68 standard deviations on.", Units, repeats: 5);

    [Fact]
    public void U016_chosen_and_reported_on_the_same_test() => Design("U016", "No training data are set aside for validation.", Units, training: "\"validation\": \"none\"");

    [Fact]
    public void U018_nothing_to_compare_with()
    {
        Design("U018", "Its question says “better”.", """{ "name": "rms", "question": "Does RMSprop do better?", "cells": [{ "label": "RMSprop" }] }""");
        Assert.Empty(StudyLint.Check(Made.Study("""{ "name": "base", "question": "What does the base model reach in 5 epochs?", "cells": [{ "label": "Adam" }] }"""), 7));
    }

    [Fact]
    public void U002_runs_that_learned_nothing()
    {
        Result("U002", "units 16, 1 of 7: training loss 0.6900 is that of an untrained model (0.6931).",
            trial => trial.Trial is { Repeat: 3, Cell.Label: "units 16" } ? trial with { Epochs = Made.Epochs([.693, .69], [.693, .691]) } : trial);
        Result("U002", "units 8, 1 of 7: test accuracy 49.80 % is not above the majority class (50.00 %).",
            trial => trial.Trial is { Repeat: 3, Cell.Label: "units 8" } ? trial with { TestAccuracy = .498 } : trial);
    }

    [Fact]
    public void U009_and_U010_shares_of_the_data()
    {
        Result("U009", "21.00 %.", trial => trial with { Dataset = Made.Data with { OovShare = .21 } });
        Result("U010", "units 16: 60.00 %.", trial => trial with { Dataset = Made.Data with { CutShare = trial.Trial.Cell.Label == "units 16" ? .6 : .4 } });
    }

    [Fact]
    public void U011_overfitting() => Result("U011", "units 8: 0.4000 to 0.4600; units 16: 0.4000 to 0.4600.",
        trial => trial with { Epochs = Made.Epochs([.5, .4, .3, .2], [.40, .42, .44, .46]) });

    [Fact]
    public void U012_still_improving() => Result("U012", "units 8: 0.4500 to 0.4300 in the last epoch; units 16: 0.4500 to 0.4300 in the last epoch.",
        trial => trial with { Epochs = Made.Epochs([.5, .4, .3, .2], [.5, .48, .45, .43]) });

    [Fact]
    public void U013_texts_in_both() => Result("U013", "12 texts, 3 of them with another label.", facts: new LintFacts { SharedTexts = 12, ConflictingTexts = 3 });

    [Fact]
    public void U015_repeats_added_after_looking() => Result("U015", "Looked at with n = 3 and 5, now n = 7.", facts: new LintFacts { EarlierRepeats = [3, 5, 7] });

    [Fact]
    public void U017_not_paired() => Result("U017", "IMDB reviews, 25,000 training and 25,000 test samples; synthetic reviews, 800 training and 200 test samples.",
        trial => trial.Trial.Cell.Label == "units 16" ? trial with { Dataset = new TrialDataset("synthetic reviews", true, null, 800, 200) } : trial);

    [Fact]
    public void What_is_true_of_all_parts_is_said_once()
    {
        string second = Units.Replace("\"units\", \"question\"", "\"more\", \"question\"", StringComparison.Ordinal);
        Assert.Null(Assert.Single(StudyLint.Check(Made.Study($"{Units}, {second}"), 1)).Part);
    }

    // What a careful reader notices in the two notebooks; results add U002 and more.
    [Theory]
    [InlineData("lstm-design-choices", "U001 U003 U004 U006 U007 U016")]
    [InlineData("sentiment-rnn", "U004 U005 U007")]
    public void The_built_in_studies_run_as_published_and_are_remarked_upon(string name, string codes) =>
        Assert.Equal(codes, string.Join(' ', StudyLint.Check(BuiltInStudies.Load(name)).Select(message => message.Code).Distinct()));

    private static void Design(
        string code, string evidence, string part, string dataset = "\"padding\": \"pre\"", string training = "\"validation\": { \"split\": 0.2 }",
        string model = "\"embedding(output_dim=8)\", \"lstm(8)\", \"dense(1, activation=sigmoid)\"", int repeats = 7, string[]? also = null)
    {
        IReadOnlyList<LintMessage> messages = StudyLint.Check(Made.Study(part, "", dataset, training, model), repeats);
        string[] others = [.. messages.Select(message => message.Code).Where(other => other != code).Distinct()];
        Assert.Equal(also ?? (training.Contains("\"test\"", StringComparison.Ordinal) ? ["U016"] : []), others);
        LintMessage found = Assert.Single(messages, message => message.Code == code);
        Assert.Equal(evidence, found.Evidence);
        Assert.All((string[])[found.Message, found.Fix], text => Assert.EndsWith(".", text, StringComparison.Ordinal));
    }

    private static void Result(string code, string evidence, Func<TrialResult, TrialResult>? change = null, LintFacts? facts = null)
    {
        LintMessage found = Assert.Single(StudyLint.Check(Made.Result(Made.Study(Units), Seven, change), facts));
        Assert.Equal((code, evidence), (found.Code, found.Evidence));
    }
}
