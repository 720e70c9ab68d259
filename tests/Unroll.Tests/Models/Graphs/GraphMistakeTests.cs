using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Models.Graphs;

/// <summary>What does not fit together is refused with what it is, what came and what would be right.</summary>
public class GraphMistakeTests
{
    private static Symbol Four => new Dense(4).Call(Input.Features(3));

    private static Symbol Five => new Dense(5) { Name = "five" }.Call(Input.Features(3));

    private static Symbol Sequence => Input.Features(7, 2);

    public static TheoryData<string, Action, string[]> Shapes => new()
    {
        { "sizes", () => new Add().Call([Four, Five]), ["Add: ", "(None, 4) and (None, 5)", "must be the same or 1", "Concatenate"] },
        { "named", () => new Maximum() { Name = "top" }.Call([Four, Five]), ["Maximum 'top': ", "(None, 4) and (None, 5)"] },
        { "arithmetic", () => _ = Four * Five, ["Multiply", "(None, 4) and (None, 5)"] },
        { "three to subtract", () => new Subtract().Call([Four, Four, Four]), ["Subtract takes exactly 2 inputs", "3 were given"] },
        { "nothing", () => new Average().Call([]), ["Average is called on an empty list", "at least one symbol"] },
        { "ranks", () => new Concatenate().Call([Four, Sequence]), ["Concatenate: ", "(None, 4), (None, 7, 2)", "axis is -1", "Take another axis"] },
        { "axis", () => new Concatenate(3).Call([Four, Five]), ["Concatenate: axis 3 is not one of the 2 axes"] },
        { "two into one", () => new Dense(3).Call([Four, Five]), ["Dense takes one input, but 2 were given", "(None, 4), (None, 5)", "Merge them"] },
        { "no sequence", () => new LSTM(3).Call(Four), ["LSTM takes [batch, time, features]", "(None, 4)", "return_sequences=true"] },
        { "one state of two", () => new LSTM(4).Call(Sequence, Four), ["LSTM has 2 state(s), but 1 were given", "outputs[1..]"] },
        { "large state", () => new GRU(4).Call(Sequence, Five), ["GRU has states of 4 units", "(None, 5)", "Dense"] },
        { "states of one direction", () => new Bidirectional(new GRU(4)).Call(Sequence, Four), ["Bidirectional has 2 states, those of both directions, but 1 were given"] },
        { "one of several", () => _ = (Symbol)new LSTM(4) { ReturnState = true }.Call(Sequence), ["has 3 outputs where one is wanted", "outputs[0]"] },
        { "shared by other sizes", () => SharedByTwoSizes(), ["Dense 'dense' was built for 4 input features", "have 5"] },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Calls_name_what_does_not_fit(string name, Action call, string[] parts)
    {
        string message = Assert.ThrowsAny<ArgumentException>(call).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.DoesNotContain("''", message + name, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_needs_all_inputs_of_its_outputs()
    {
        Symbol a = Input.Features(3), b = Input.Features([5], "other");
        string message = Assert.Throws<ArgumentException>(() => new Model(a, new Concatenate().Call([a, b]))).Message;
        Assert.StartsWith("The output of Concatenate needs the input 'other' (None, 5), which is none of the model's inputs ((None, 3)). List it among them.", message, StringComparison.Ordinal);
        Assert.Contains("at least one input", Assert.Throws<ArgumentException>(() => new Model([], a)).Message, StringComparison.Ordinal);
        Assert.Contains("at least one output", Assert.Throws<ArgumentException>(() => new Model(a, [])).Message, StringComparison.Ordinal);
        Assert.Contains("given twice", Assert.Throws<ArgumentException>(() => new Model([a, a], Four)).Message, StringComparison.Ordinal);
        Symbol twice = new Dense(2) { Name = "same" }.Call(new Dense(2) { Name = "same" }.Call(a));
        Assert.Contains("\"same\" is used 2 times", Assert.Throws<ArgumentException>(() => new Model(a, twice)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_of_inputs_and_targets_are_spread_into_others()
    {
        Inputs one = new float[6, 3], two = [new int[6, 4]], both = [one, .. two];
        Assert.Equal((2, 6), (both.Count(), both.Samples));
        Assert.Same(two.Single(), both.Last());
        Assert.Equal(2, Two().PredictAll([.. both]).Count);
        Targets mood = new float[6], topics = [mood, mood], three = [.. topics, mood];
        Assert.Equal((3, 6), (three.Count(), three.Samples));
    }

    [Fact]
    public void Data_that_do_not_fit_are_named()
    {
        Model model = Two();
        float[,] x = new float[6, 3];
        int[,] ids = new int[6, 4];
        float[] y = new float[6];
        Fails(() => model.PredictAll(x), "2 input(s) (numbers, text), but 1 were given");
        Fails(() => model.PredictAll([x, ids, x]), "2 input(s) (numbers, text), but 3 were given");
        Fails(() => model.PredictAll([ids, x]), "'numbers'");
        Fails(() => model.PredictAll([x, new float[6, 4]]), "'text' takes token ids; pass int[,]");
        Fails(() => model.PredictAll([new float[6, 2], ids]), "'numbers' takes the shape (None, 3)", "(6, 2)");
        Fails(() => model.PredictAll([x, new int[5, 4]]), "same number of samples", "6", "5");
        Fails(() => model.PredictAll(Inputs.Named(("numbers", x), ("texts", ids))), "'text' is missing", "numbers, texts");
        Inputs list = [x, ids];
        Fails(() => model.PredictAll([x, .. list]), "2 input(s) (numbers, text), but 3 were given");
        Fails(() => model.TrainOnBatch([x, ids], y), "2");
        Fails(() => model.TrainOnBatch([x, ids], [y, y, y]), "2", "3");
        Fails(() => model.TrainOnBatch([x, ids], [y, new float[5]]), "same number of samples", "6", "5");
        Fails(() => model.TrainOnBatch([x, ids], [y, new float[6, 2]]), "2 target value(s)", "mood");
        Fails(() => model.TrainOnBatch([x, ids], Targets.Named(("mood", y), ("tpoic", y))), "tpoic", "topic");
        Assert.Contains("PredictAll", Assert.Throws<InvalidOperationException>(() => model.Predict([x, ids])).Message, StringComparison.Ordinal);
        Assert.Contains("topic, mood", Assert.Throws<KeyNotFoundException>(() => model.PredictAll([x, ids])["tpoic"]).Message, StringComparison.Ordinal);
        Fails(() => model.GetLayer("moods"), "no layer 'moods'", "mood");
    }

    [Fact]
    public void Losses_and_metrics_that_do_not_fit_are_named()
    {
        Fails(() => Two().Compile("sgd", ["mse", "mae", "mse"]), "3 losses for 2 output(s)");
        Fails(() => Two().Compile("sgd", [null, null]), "No output has a loss");
        Fails(() => Two().Compile("sgd", LossSet.Named(("topic", "mse"), ("moods", "mse"))), "'moods'", "topic, mood");
        Fails(() => Two().Compile("sgd", "mse", lossWeights: [1, 2, 3]), "2 losses and 3 weights");
        Fails(() => Two().Compile("sgd", "mse", lossWeights: LossWeights.Named(("moods", 2))), "'moods'", "topic, mood");
        Fails(() => Two().Compile("sgd", "mse", MetricSet.Named(("moods", "mae"))), "'moods'", "topic, mood");
    }

    private static void Fails(Action act, params string[] parts)
    {
        string message = Assert.ThrowsAny<ArgumentException>(act).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private static void SharedByTwoSizes()
    {
        Symbol a = Input.Features(4), b = Input.Features(5);
        var dense = new Dense(2);
        _ = new Model([a, b], new Add().Call([dense.Call(a), dense.Call(b)]));
    }

    private static Model Two()
    {
        Symbol numbers = Input.Features([3], "numbers"), text = Input.Ids(4, "text");
        Symbol both = new Concatenate().Call([numbers, new GRU(3).Call(new Embedding(9, 2).Call(text))]);
        var model = new Model([numbers, text], [new Dense(1) { Name = "topic" }.Call(both), new Dense(1) { Name = "mood" }.Call(both)]);
        model.Compile("sgd", "mse");
        return model;
    }
}
