using Unroll.Configuration;
using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Models.Training;

/// <summary>Wrong input gets a message that names the thing, the value and the remedy; nothing crashes or hangs.</summary>
public class WrongInputTests
{
    private static readonly int[,] Ids = { { 1, 2, 3 }, { 3, 2, 1 }, { 4, 4, 0 }, { 0, 1, 4 } };
    private static readonly int[] Labels = [0, 1, 1, 0];

    [Fact]
    public void LabelsOfAnotherLength() => Throws<ArgumentException>(
        "Data cardinality is ambiguous. Make sure all arrays contain the same number of samples: x has 4, y has 3.",
        () => Compiled().Fit(Ids, new[] { 0, 1, 1 }, verbose: 0));

    [Theory]
    [InlineData(5)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void IdsOutsideTheVocabulary(int id)
    {
        var ids = (int[,])Ids.Clone();
        ids[2, 1] = id;
        string message = $"Sample 2, position 1 holds the token id {id}, but the Embedding 'embedding' has the vocabulary 0 … 4 (input_dim 5).";
        Throws<ArgumentException>(message, () => Compiled().Fit(ids, Labels, verbose: 0));
        Throws<ArgumentException>(message, () => Compiled().Predict(ids));
        Throws<ArgumentException>(message, () => Compiled().Evaluate(ids, Labels, verbose: 0));
        Throws<ArgumentException>(message, () => Compiled().Fit(Ids, Labels, verbose: 0, validationData: (ids, Labels)));
    }

    [Fact]
    public void FeaturesForAnEmbedding() => Throws<ArgumentException>(
        "The Embedding 'embedding' takes token ids; pass int[,] instead of floats.", () => Compiled().Predict(new float[2, 3]));

    [Fact]
    public void IdsWithoutAnEmbedding() => Throws<ArgumentException>(
        "Token ids need an Embedding as the first layer; here it is Dense 'dense'.", () => new Sequential { new Dense(1) }.Predict(Ids));

    [Fact]
    public void EmptyInputs() => Throws<ArgumentException>(
        "The inputs are empty: their shape is (0, 3).", () => Compiled().Predict(new int[0, 3]));

    [Fact]
    public void DivergingTraining()
    {
        var model = new Sequential { new Embedding(5, 2), new SimpleRNN(4) { Activation = "linear" }, new Dense(1, "sigmoid") };
        model.Compile("sgd(1e30)", "binary_crossentropy");
        Throws<NonFiniteLossException>("The loss is ", () => model.Fit(Ids, Labels, epochs: 50, verbose: 0));
    }

    [Fact]
    public void NanInTargets() => Throws<ArgumentException>(
        "The target of sample 1 is NaN; targets must be finite numbers.", () => Compiled().Fit(Ids, new[] { 0, float.NaN, 1, 0 }, verbose: 0));

    [Fact]
    public void TargetsOfAnotherWidth() => Throws<ArgumentException>(
        "Each sample has 2 target value(s), but the model's output has 1.", () => Compiled().Fit(Ids, new float[4, 2], verbose: 0));

    [Fact]
    public void TargetsForSequences()
    {
        var model = new Sequential { new Embedding(5, 2), new LSTM(3) { ReturnSequences = true }, new Dense(1, "sigmoid") };
        model.Compile(loss: "mse");
        Throws<ArgumentException>("Each sample has 1 target value(s), but the model's output has 3 (3 steps of 1).", () => model.Fit(Ids, Labels, verbose: 0));
    }

    [Theory]
    [InlineData(0.0001, "A validation split of 0.0001 leaves 3 of 4 samples for training and 1")]
    [InlineData(1.0, "The validation split is 1; it must be at least 0 and below 1.")]
    [InlineData(-0.1, "The validation split is -0.1;")]
    [InlineData(double.NaN, "The validation split is NaN;")]
    [InlineData(0.9, "A validation split of 0.9 leaves 0 of 4 samples for training and 4 for validation; both need at least one.")]
    public void ValidationSplit(double split, string message)
    {
        if (split == 0.0001)
        {
            // As in Keras the cut is floor(N·(1 − split)): even a tiny share holds back one sample.
            Assert.Contains("val_loss", Compiled().Fit(Ids, Labels, verbose: 0, validationSplit: split).Names);
            return;
        }

        Throws<ArgumentException>(message, () => Compiled().Fit(Ids, Labels, verbose: 0, validationSplit: split));
    }

    [Fact]
    public void NotCompiled()
    {
        Throws<InvalidOperationException>("You must call Compile() before Fit().", () => Model().Fit(Ids, Labels));
        Throws<InvalidOperationException>("You must call Compile() before Evaluate().", () => Model().Evaluate(Ids, Labels));
    }

    [Fact]
    public void NoLayers() => Throws<InvalidOperationException>("The model has no layers. Add some first.", () => new Sequential().Predict(Ids));

    [Fact]
    public void WrongNumbers()
    {
        Throws<ArgumentException>("The batch size is 0; it must be 1 or more.", () => Compiled().Fit(Ids, Labels, batchSize: 0, verbose: 0));
        Throws<ArgumentException>("The number of epochs is -1; it must be 0 or more.", () => Compiled().Fit(Ids, Labels, epochs: -1, verbose: 0));
        Throws<ArgumentException>("Verbose is 3; it must be 0 (silent), 1 (progress bar) or 2 (one line per epoch).", () => Compiled().Fit(Ids, Labels, verbose: 3));
        Throws<ArgumentException>("Threads is 0; it must be 1 or more.", () => new Sequential { Threads = 0 });
        Throws<ArgumentException>("Metric 'acuracy' is unknown; did you mean 'accuracy'? Known: accuracy, binary_accuracy,", () => Model().Compile(loss: "mse", metrics: ["acuracy"]));
    }

    [Fact]
    public void ABatchLargerThanTheDataIsTheData()
    {
        Sequential model = Compiled();
        Assert.Equal(model.Evaluate(Ids, Labels, batchSize: 4, verbose: 0).Loss, model.Evaluate(Ids, Labels, batchSize: int.MaxValue, verbose: 0).Loss);
        Assert.Equal(model.Predict(Ids).ToArray(), model.Predict(Ids, batchSize: int.MaxValue).ToArray());
        Assert.Single(model.Fit(Ids, Labels, batchSize: int.MaxValue, verbose: 0, validationData: (Ids, Labels)).Epochs);
    }

    [Fact]
    public void LayersThatDoNotFit()
    {
        Throws<ArgumentException>(
            "SimpleRNN 'simple_rnn' takes [batch, time, features]; a recurrent layer below another needs return_sequences=true, but its input has the shape (None, 3).",
            () => new Sequential { new Embedding(5, 2), new LSTM(3), new SimpleRNN(2) });
        Throws<ArgumentException>("Embedding takes token ids and can only be the first layer; here it follows 'dense'.", () => new Sequential { new Dense(1), new Embedding(5, 2) });
        var layer = new Dense(1);
        Throws<ArgumentException>("Layer 'dense' (Dense) is in a model already; create a new one, or call it twice in a functional model.", () => new Sequential { layer, layer });
    }

    [Fact]
    public void InputsOfAnotherShapeThanBefore()
    {
        Sequential model = new() { new Dense(2, "tanh"), new Dense(1, "sigmoid") };
        model.Predict(new float[1, 3]);
        Throws<ArgumentException>("Dense 'dense' was built for 3 input features; these inputs have 4.", () => model.Predict(new float[1, 4]));
    }

    [Theory]
    [InlineData("lsmt(8)", "Layer 'lsmt' is unknown; did you mean 'LSTM'? Known: Embedding, SimpleRNN, LSTM, GRU, ")]
    [InlineData("lstm(8, droput=0.4)", "LSTM: argument 'droput' is unknown; did you mean 'dropout'?")]
    [InlineData("lstm()", "LSTM: argument 'units' is missing;")]
    [InlineData("lstm(0)", "LSTM: argument 'units' is 0; it must be 1 or more.")]
    [InlineData("lstm(1000000000)", "LSTM: argument 'units' is 1,000,000,000; it must be at most 1,048,576.")]
    [InlineData("lstm(8, dropout=1.5)", "LSTM: argument 'dropout' is 1.5; it must be between 0 and 1.")]
    [InlineData("gru(8, recurrent_dropout=-1)", "GRU: argument 'recurrent_dropout' is -1; it must be between 0 and 1.")]
    [InlineData("lstm(8.5)", "LSTM: argument 'units' is 8.5; it must be a whole number.")]
    [InlineData("lstm(8, activation=sigmiod)", "Activation 'sigmiod' is unknown; did you mean 'sigmoid'?")]
    [InlineData("dense(1, kernel_initializer=glorot)", "Initializer 'glorot' is unknown;")]
    [InlineData("embedding(0, 4)", "Embedding: argument 'input_dim' is 0; it must be 1 or more.")]
    [InlineData("simple_rnn(4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)", "SimpleRNN: 12 arguments without a name, but it takes at most 6: units, activation, use_bias,")]
    public void WrittenLayers(string text, string message) =>
        Throws<ArgumentException>(message, () => Catalog.CreateLayer(ObjectConfig.Parse(text)));

    [Fact]
    public void WeightsOfAnotherSize()
    {
        Sequential model = Model();
        List<float[]> weights = [.. model.GetWeights()];
        string before = model.Fingerprint();
        weights[1] = new float[7];
        Throws<ArgumentException>("Weight 'kernel' has the shape (2, 12), 24 values, but 7 were given.", () => model.SetWeights(weights));
        Throws<ArgumentException>("The model has 6 weights, but 1 were given.", () => model.SetWeights([new float[10]]));
        Assert.Equal(before, model.Fingerprint());
    }

    [Fact]
    public void Cancellation()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => Compiled().Fit(Ids, Labels, verbose: 0, cancellationToken: source.Token));
    }

    private static Sequential Model() => new() { new Embedding(5, 2), new LSTM(3), new Dense(1, "sigmoid") };

    private static Sequential Compiled()
    {
        Sequential model = Model();
        model.Compile("adam", "binary_crossentropy", ["accuracy"]);
        return model;
    }

    private static void Throws<T>(string message, Func<object> action) where T : Exception =>
        Assert.StartsWith(message, Assert.ThrowsAny<T>(action).Message, StringComparison.Ordinal);

    private static void Throws<T>(string message, Action action) where T : Exception =>
        Assert.StartsWith(message, Assert.ThrowsAny<T>(action).Message, StringComparison.Ordinal);
}
