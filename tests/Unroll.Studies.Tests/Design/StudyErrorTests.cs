using Xunit;

namespace Unroll.Studies.Tests.Design;

/// <summary>What a user reads who made a mistake in a study file.</summary>
public sealed class StudyErrorTests
{
    [Fact]
    public void Unknown_member_names_the_line_and_the_nearest()
    {
        string json = Documents.Small.Replace("\"batchSize\"", "\"batchsize\"", StringComparison.Ordinal);
        Assert.Equal(
            "study.json(5,69): training has no member 'batchsize'; did you mean 'batchSize'? Known: batchSize, callbacks, epochs, loss, metrics, optimizer, validation.",
            Message(json));
    }

    [Fact]
    public void Unknown_member_of_the_study()
    {
        string json = Documents.Small.Replace("\"question\"", "\"qestion\"", StringComparison.Ordinal);
        Assert.StartsWith("study.json(3,49): the study has no member 'qestion'; did you mean 'question'? Known: $schema, dataset,", Message(json), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"epochs\": 5", "\"epochs\": 0", "study.json(5,96): training.epochs: 0 is too small; it must be at least 1.")]
    [InlineData("\"epochs\": 5", "\"epochs\": \"five\"", "study.json(5,96): training.epochs: expected a whole number of at least 1, found \"five\".")]
    [InlineData("\"epochs\": 5", "\"epochs\": 2.5", "study.json(5,96): training.epochs: expected a whole number of at least 1, found 2.5.")]
    [InlineData("\"padding\": \"pre\"", "\"padding\": \"pos\"", "study.json(4,79): dataset.padding: 'pos' is not one of pre, post; did you mean 'post'?")]
    [InlineData("\"split\": 0.2", "\"split\": 1.5", "study.json(5,124): training.validation.split: 1.5 is not a share between 0 and 1, both excluded; Keras' examples use 0.2.")]
    [InlineData("{ \"split\": 0.2 }", "\"tests\"", "study.json(5,113): training.validation: found \"tests\"; write { \"split\": 0.2 }, \"test\" or \"none\".")]
    [InlineData("\"model[1].units\"", "\"modell[1].units\"", "study.json(9,73): 'modell[1].units': a path begins with dataset, training or model, not 'modell'; did you mean 'model'? Known: dataset, training, model.")]
    [InlineData("\"model[1].units\"", "\"model[7].units\"", "study.json(9,72): 'model[7].units': [7] is outside the list, which has 3 elements counted from 0.")]
    [InlineData("\"model[1].units\"", "\"model.units\"", "study.json(9,69): 'model.units': 'units' follows a list of 3; write which element, as in model[1].units.")]
    [InlineData("[2, 4]", "[]", "study.json(9,71): parts[0].axes[0].values: the list is empty; give at least one value.")]
    [InlineData("\"lstm(4)\"", "\"lstm(4\"", "study.json(6,40): model[1]: ")]
    [InlineData("\"lstm(4)\"", "17", "study.json(6,40): model[1]: expected \"lstm(16)\" or { \"type\": \"LSTM\", \"units\": 16 }, found 17.")]
    [InlineData("\"name\": \"small\"", "\"name\": \"a/b\"", "study.json(3,11): name: 'a/b' can't name a file everywhere; use letters, digits, hyphens and underscores, 100 at most.")]
    [InlineData("\"epochs\": 5", "\"epochs\": 5, \"callbacks\": \"early_stopping\"", "study.json(5,112): training.callbacks: expected a list such as [ \"early_stopping(patience=2)\" ], found \"early_stopping\".")]
    [InlineData("\"epochs\": 5", "\"epochs\": 5, \"callbacks\": [7]", "study.json(5,113): training.callbacks[0]: expected \"early_stopping(patience=2)\", found 7.")]
    [InlineData("\"epochs\": 5", "\"epochs\": 5, \"callbacks\": [\"early_stoping\"]", "study.json(5,113): training.callbacks[0]: Callback 'early_stoping' is unknown; did you mean 'EarlyStopping'?")]
    [InlineData("\"epochs\": 5", "\"epochs\": 5, \"callbacks\": [\"early_stopping(patience=-1)\"]", "study.json(5,113): training.callbacks[0]: EarlyStopping: argument 'patience' is -1; it must be 0 or more.")]
    [InlineData("\"epochs\": 5", "\"epochs\": 5, \"callbacks\": [\"csv_logger(log.csv)\"]", "study.json(5,113): training.callbacks[0]: csv_logger writes files that all trials would share;")]
    [InlineData("\"numWords\": 100, ", "", "study.json(4,14): dataset.numWords: missing; the size of the vocabulary, for example 1000.")]
    public void Wrong_value_names_the_place_the_value_and_the_remedy(string old, string changed, string expected)
    {
        Assert.Contains(old, Documents.Small, StringComparison.Ordinal);
        Assert.StartsWith(expected, Message(Documents.Small.Replace(old, changed, StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_value_on_an_axis_is_reported_where_it_stands()
    {
        string json = Documents.Small.Replace("\"path\": \"model[1].units\", \"values\": [2, 4]", "\"path\": \"training.epochs\", \"values\": [2, -4]", StringComparison.Ordinal);
        Assert.Equal("study.json(9,76): training.epochs: -4 is too small; it must be at least 1.", Message(json));
    }

    [Fact]
    public void Text_that_is_not_JSON_names_the_position() =>
        Assert.StartsWith("study.json(2,3): not valid JSON: ", Message("{\n  oops }"), StringComparison.Ordinal);

    [Fact]
    public void A_member_given_twice_is_refused() =>
        Assert.Equal("study.json(1,14): the member 'name' stands here for the second time; remove one.", Message("{\"name\": \"a\",\"name\": \"b\"}"));

    [Fact]
    public void A_part_without_cells_is_refused()
    {
        string json = Documents.Small.Replace("\"axes\"", "\"cells\": [], \"notes\": {}, \"published\": {} }, { \"name\": \"x\", \"axes\"", StringComparison.Ordinal);
        Assert.Contains("'units' has no cell; give it \"axes\" (a grid) or \"cells\" (named designs).", Message(json), StringComparison.Ordinal);
    }

    [Fact]
    public void Published_numbers_of_a_cell_that_does_not_exist_are_refused()
    {
        string json = Documents.Small.Replace("\"axes\"", "\"published\": { \"units 3\": {} }, \"axes\"", StringComparison.Ordinal);
        Assert.EndsWith("parts[0].published: there is no cell 'units 3'; did you mean 'units 2'? Known: units 2, units 4.", Message(json), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_parts_of_one_name_are_refused()
    {
        string part = "{ \"name\": \"units\", \"cells\": [{ \"label\": \"a\" }] }";
        string json = Documents.Small.Replace("\"parts\": [", "\"parts\": [" + part + ",", StringComparison.Ordinal);
        Assert.EndsWith("parts: the name 'units' is used twice; each must be unique.", Message(json), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_says_so()
    {
        var error = Assert.Throws<FileNotFoundException>(() => Study.Load("no-such-study.json"));
        Assert.Equal("There is no study file 'no-such-study.json'.", error.Message);
    }

    private static string Message(string json) => Assert.Throws<InvalidDataException>(() => Study.Parse(json)).Message;

    [Theory]
    [InlineData("\"lstm(4)\"", "\"lstn(4)\"", "study.json(6,40): model[1]: ", "did you mean 'LSTM'?")]
    [InlineData("\"lstm(4)\"", "\"lstm(4, dropuot=0.1)\"", "study.json(6,40): model[1]: ", "did you mean 'dropout'?")]
    [InlineData("\"adam\"", "\"adm\"", "study.json(5,30): training.optimizer: ", "did you mean 'Adam'?")]
    [InlineData("\"binary_crossentropy\"", "\"binary_crossentrpy\"", "study.json(5,46): training.loss: ", "did you mean 'binary_crossentropy'?")]
    public void Unknown_layers_arguments_and_optimizers_name_the_nearest(string old, string changed, string start, string hint)
    {
        string message = Message(Documents.Small.Replace(old, changed, StringComparison.Ordinal));
        Assert.StartsWith(start, message, StringComparison.Ordinal);
        Assert.Contains(hint, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Layers_that_do_not_fit_each_other_are_refused()
    {
        string json = Documents.Small.Replace("\"lstm(4)\", ", "\"lstm(4)\", \"lstm(4)\", ", StringComparison.Ordinal);
        Assert.StartsWith("study.json(6,51): model[2]: LSTM 'lstm_1' takes", Message(json), StringComparison.Ordinal);
    }
}
