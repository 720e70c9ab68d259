using Unroll.Configuration;
using Xunit;

namespace Unroll.Studies.Tests.BuiltIn;

public sealed class BuiltInStudyTests
{
    [Fact]
    public void All_studies_are_there() => Assert.Equal(["cells-compared", "lstm-design-choices", "sentiment-rnn"], BuiltInStudies.Names);

    [Fact]
    public void An_unknown_name_lists_the_studies()
    {
        var error = Assert.Throws<ArgumentException>(() => BuiltInStudies.Load("sentiment-rn"));
        Assert.StartsWith("There is no built-in study 'sentiment-rn'; did you mean 'sentiment-rnn'? Known: cells-compared, lstm-design-choices, sentiment-rnn.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lstm_design_choices_has_every_design_of_the_original_and_its_references()
    {
        Study study = BuiltInStudies.Load("lstm-design-choices");
        Assert.Equal([("nodes", 5), ("embedding", 4), ("dropout", 5), ("dropout-keras3", 5), ("dropout-masks", 2), ("layers", 4)], study.Parts.Select(part => (part.Name, part.Cells.Count)));
        Assert.Equal(25, study.Trials().Count);
        foreach (StudyCell cell in study.Parts.SelectMany(part => part.Cells))
        {
            Assert.Equal(new DatasetDesign("imdb", 1000, 80, "pre", "pre"), cell.Design.Dataset);
            Assert.Equal((32, 5, ValidationKind.Test), (cell.Design.Training.BatchSize, cell.Design.Training.Epochs, cell.Design.Training.Validation));
        }

        foreach (StudyCell cell in study.Part("layers").Cells)
        {
            int layers = cell.Design.Model.Count(layer => layer.Type == "lstm");
            Assert.Equal($"{layers} LSTM {(layers == 1 ? "layer" : "layers")}", cell.Label);
            Assert.Equal(layers - 1, cell.Design.Model.Count(layer => layer.Named.ContainsKey("return_sequences")));
        }
    }

    [Fact]
    public void Sentiment_rnn_has_every_step_of_the_original()
    {
        Study study = BuiltInStudies.Load("sentiment-rnn");
        Assert.Equal(
            [("base-adam", 1), ("rmsprop", 2), ("length-80", 2), ("lengths", 4), ("units", 4), ("cells", 3)],
            study.Parts.Select(part => (part.Name, part.Cells.Count)));
        StudyCell adam = study.Part("base-adam").Cells[0];
        Assert.Equal(("adam", 5, 30), (adam.Design.Training.Optimizer.Type, adam.Design.Training.Epochs, adam.Design.Dataset.MaxLen));
        Assert.All(study.Parts.Skip(1).SelectMany(part => part.Cells).Where(cell => cell.Label != "Adam, 5 epochs"), cell => Assert.Equal(("RMSprop", 10), (cell.Design.Training.Optimizer.Type, cell.Design.Training.Epochs)));
        Assert.Equal([50, 100, 150, 200], study.Part("lengths").Cells.Select(cell => cell.Design.Dataset.MaxLen));
        Assert.All(study.Part("units").Cells, cell => Assert.Equal(200, cell.Design.Dataset.MaxLen));
        Assert.Equal(["SimpleRNN", "LSTM", "GRU"], study.Part("cells").Cells.Select(cell => cell.Design.Model[1].Type));
        Assert.All(study.Parts.SelectMany(part => part.Cells), cell =>
            Assert.Equal(("post", "post", 64, 0.2), (cell.Design.Dataset.Padding, cell.Design.Dataset.Truncating, cell.Design.Training.BatchSize, cell.Design.Training.ValidationSplit)));
    }

    [Fact]
    public void Cells_compared_gives_every_reader_as_many_weights()
    {
        Study study = BuiltInStudies.Load("cells-compared");
        Assert.Equal([("length-50", 6), ("length-100", 6), ("length-200", 6), ("length-400", 6), ("lengths", 4)], study.Parts.Select(part => (part.Name, part.Cells.Count)));
        // By the formulas: 4u(D + u + 1), 3u(D + u + 2), u(D + u + 1), 8u(D + u + 1), 2u(D + u + 1), f(5D + 1) with D = 32; then the answer's u + 1.
        long[] expected = [8320 + 33, 8208 + 39, 8284 + 77, 8480 + 41, 8300 + 51, 8211 + 52];
        foreach (StudyPart part in study.Parts.SkipLast(1))
        {
            Assert.Equal(expected, part.Cells.Select(cell => Count(cell.Design) - 5000 * 32));
            Assert.All(part.Cells, cell => Assert.Equal(ValidationKind.Split, cell.Design.Training.Validation));
        }
    }

    // The number of published values is the number of reported test results in the two notebooks.
    [Theory]
    [InlineData("lstm-design-choices", 12)]
    [InlineData("sentiment-rnn", 12)]
    public void Every_reported_test_result_stands_beside_its_cell(string name, int count) =>
        Assert.Equal(count, BuiltInStudies.Load(name).Parts.SelectMany(part => part.Cells).Count(cell => cell.Published?.TestAccuracy is not null));

    [Theory]
    [InlineData("lstm-design-choices", "8553 9617 13281 26753 78273 5361 9617 18129 35153 33321 33321 33321 33321 33321 33321 33321 33321 33321 33321 33321 33321 8553 9641 10185 12361")]
    [InlineData("sentiment-rnn", "100286 100286 100286 100286 100286 100286 100286 100286 100286 100109 100286 100621 101441 100286 101126 100861")]
    public void Models_have_the_parameters_of_the_original(string name, string expected)
    {
        IEnumerable<long> counts = BuiltInStudies.Load(name).Parts.SelectMany(part => part.Cells).Select(cell => Count(cell.Design));
        Assert.Equal(expected, string.Join(" ", counts));
    }

    [Theory]
    [InlineData("cells-compared")]
    [InlineData("lstm-design-choices")]
    [InlineData("sentiment-rnn")]
    public void Every_part_that_compares_has_its_reference_inside(string name) =>
        Assert.All(BuiltInStudies.Load(name).Parts.Where(part => part.Cells.Count > 1), part => Assert.Contains(part.Cells, cell => cell.Label == part.Reference));

    private static long Count(StudyDesign design)
    {
        var model = new Sequential();
        foreach (ObjectConfig layer in design.Model) model.Add(Catalog.CreateLayer(layer, design.Dataset.NumWords));
        model.Build(design.Dataset.MaxLen);
        return model.ParameterCount;
    }
}
