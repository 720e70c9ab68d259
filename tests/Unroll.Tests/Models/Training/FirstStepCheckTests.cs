using Unroll.Layers;
using Unroll.Losses;
using Xunit;

namespace Unroll.Tests.Models.Training;

/// <summary>What can't work is said before the first step, in the words of who wrote it, and changes no weight.</summary>
public sealed class FirstStepCheckTests
{
    private static readonly int[,] Ids = { { 1, 2, 3 }, { 3, 2, 1 }, { 4, 4, 0 }, { 0, 1, 4 } };

    [Theory]
    [InlineData(new float[] { 1, 2, 1, 2 }, "The target of sample 1 is 2, but binary_crossentropy needs values from 0 to 1. Labels 1 and 2: subtract 1.")]
    [InlineData(new float[] { 0, 1, -1, 1 }, "The target of sample 2 is -1, but binary_crossentropy needs values from 0 to 1.")]
    [InlineData(new float[] { 0, 1, 1, 4 }, "The target of sample 3 is 4, but binary_crossentropy needs values from 0 to 1.")]
    public void Labels_outside_of_what_the_loss_takes(float[] labels, string message)
    {
        Sequential model = Stack(1, "sigmoid", "binary_crossentropy");
        AssertUntouched(model, message, () => model.Fit(Ids, labels, verbose: 0));
        AssertUntouched(model, message, () => model.Evaluate(Ids, labels, verbose: 0));
        AssertUntouched(model, message, () => model.TrainOnBatch(Ids, labels));
        AssertUntouched(model, message, () => model.Fit(Ids, new[] { 0, 1, 1, 0 }, verbose: 0, validationData: (Ids, labels)));
    }

    [Fact]
    public void Labels_that_miss_the_range_by_a_rounding_are_taken()
    {
        Sequential model = Stack(1, "sigmoid", "binary_crossentropy");
        model.Fit(Ids, new[] { 0f, 1.0000001f, -1e-7f, 0.5f }, verbose: 0);
    }

    [Fact]
    public void A_loss_of_ones_own_says_what_it_takes()
    {
        Sequential model = Stack(1, "linear", new Positive());
        AssertUntouched(model, "The target of sample 3 is -1, but positive needs values of 0 or more. Counts are never negative.", () => model.Fit(Ids, new float[] { 0, 7, 2, -1 }, verbose: 0));
    }

    [Fact]
    public void Class_numbers_for_one_hot_rows_and_the_reverse()
    {
        Sequential oneHot = Stack(3, "softmax", "categorical_crossentropy"), numbers = Stack(3, "softmax", "sparse_categorical_crossentropy");
        AssertUntouched(
            oneHot,
            "Each sample has 1 target value(s), but the model's output has 3. These are class numbers: use sparse_categorical_crossentropy, or make rows of 3 of them, Categorical.ToCategorical(labels, 3).",
            () => oneHot.Fit(Ids, new[] { 0, 1, 2, 0 }, verbose: 0));
        AssertUntouched(
            numbers, "Each sample has 3 target value(s), but sparse_categorical_crossentropy needs 1: the number of the right class for each answer of the model. For one-hot rows use categorical_crossentropy.",
            () => numbers.Fit(Ids, new float[4, 3], verbose: 0));
        AssertUntouched(
            numbers, "The target of sample 2 is 3, but the model's 3 outputs stand for the classes 0 … 2. Classes count from 0: subtract 1 from the targets.",
            () => numbers.Fit(Ids, new[] { 1, 2, 3, 1 }, verbose: 0));
        Sequential single = Stack(1, "sigmoid", "sparse_categorical_crossentropy");
        AssertUntouched(
            single, "The target of sample 1 is 1, but the model's 1 outputs stand for the classes 0 … 0. For two classes and one output use binary_crossentropy and a sigmoid.",
            () => single.Fit(Ids, new[] { 0, 1, 0, 1 }, verbose: 0));
    }

    [Fact]
    public void Features_that_are_no_numbers()
    {
        var model = new Sequential { new LSTM(3), new Dense(1, "sigmoid") };
        model.Compile("adam", "binary_crossentropy");
        model.Build(4, 2);
        var x = new float[6, 4, 2];
        x[5, 2, 1] = float.NaN;
        const string Message = "Feature 1 of step 2 of sample 5 is NaN; inputs must be finite numbers. Leave out such samples, or put a number in its place.";
        AssertUntouched(model, Message, () => model.Fit(x, new int[6], verbose: 0));
        AssertUntouched(model, Message, () => model.Predict(x));
        AssertUntouched(model, Message, () => model.Evaluate(x, new int[6], verbose: 0));
        AssertUntouched(model, Message, () => model.TrainOnBatch(x, new int[6]));
        x[5, 2, 1] = 0;
        x[0, 0, 0] = float.NegativeInfinity;
        AssertUntouched(model, "Feature 0 of step 0 of sample 0 is -Infinity;", () => model.Predict(x));

        Symbol a = Input.Features([2], name: "a"), b = Input.Features([3], name: "b");
        var two = new Model([a, b], new Dense(1).Call(new Concatenate().Call([a, b])));
        var rows = new float[4, 3];
        rows[3, 2] = float.PositiveInfinity;
        AssertUntouched(two, "Input 'b': Feature 2 of sample 3 is Infinity;", () => two.Predict([new float[4, 2], rows]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(37)]
    public void Every_place_is_looked_at(int at)
    {
        var values = new float[38];
        values[at] = float.NaN;
        Assert.Equal(at, Unroll.Models.Training.Finite.IndexOfOther(values));
        values[at] = float.MaxValue;
        Assert.Equal(-1, Unroll.Models.Training.Finite.IndexOfOther(values));
    }

    [Fact]
    public void Columns_for_a_recurrent_layer_that_comes_first()
    {
        foreach (Layer layer in new Layer[] { new LSTM(3), new Bidirectional(new GRU(2)), new RNN(new LSTMCell(2)) })
        {
            var model = new Sequential { layer, new Dense(1) };
            model.Compile("adam", "mse");
            Assert.StartsWith(
                $"{layer.ClassName} '{layer.Name}' is the first layer and takes [samples, time, features], but the inputs have the shape (64, 3). Pass float[samples, time, features]: [64, 3, 1] if the columns are steps of one feature, [64, 1, 3]",
                Assert.Throws<ArgumentException>(() => model.Fit(new float[64, 3], new float[64], verbose: 0)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void One_label_for_an_output_with_time()
    {
        var model = new Sequential { new Embedding(5, 2), new LSTM(3) { ReturnSequences = true }, new Dense(1, "sigmoid") };
        model.Compile("adam", "binary_crossentropy");
        AssertUntouched(
            model, "Each sample has 1 target value(s), but the model's output has 3 (3 steps of 1). For one answer per sample leave out return_sequences=true of the last recurrent layer, or put GlobalMaxPooling1D behind it.",
            () => model.Fit(Ids, new[] { 0, 1, 1, 0 }, verbose: 0));
    }

    [Fact]
    public void A_softmax_over_one_unit()
    {
        Sequential model = Stack(1, "softmax", "binary_crossentropy");
        const string Message = "Dense 'dense' puts softmax over one unit: it is 1 whatever comes in. For two classes use one unit with a sigmoid and binary_crossentropy, or two units with a softmax.";
        AssertUntouched(model, Message, () => model.Fit(Ids, new[] { 0, 1, 1, 0 }, verbose: 0));
        AssertUntouched(model, Message, () => model.TrainOnBatch(Ids, new[] { 0, 1, 1, 0 }));
        Assert.Equal(1f, model.Predict(Ids)[0, 0]); // a file of somebody's may hold one
    }

    [Fact]
    public void Weights_of_classes_that_are_not_there()
    {
        Sequential two = Stack(1, "sigmoid", "binary_crossentropy"), three = Stack(3, "softmax", "sparse_categorical_crossentropy");
        AssertUntouched(
            two, "classWeight has a weight for the class 2, but the model tells the classes 0 … 1 apart. Leave it out, or number the classes from 0.",
            () => two.Fit(Ids, new[] { 0, 1, 1, 0 }, verbose: 0, classWeight: Weights((1, 1.0), (2, 3.0))));
        AssertUntouched(three, "classWeight has a weight for the class 3,", () => three.Fit(Ids, new[] { 0, 1, 2, 0 }, verbose: 0, classWeight: Weights((3, 1.0))));
        AssertUntouched(two, "classWeight has a weight for the class -1,", () => two.Fit(Ids, new[] { 0, 1, 1, 0 }, verbose: 0, classWeight: Weights((-1, 1.0))));
        AssertUntouched(two, "classWeight has the weight NaN for the class 1;", () => two.Fit(Ids, new[] { 0, 1, 1, 0 }, verbose: 0, classWeight: Weights((1, double.NaN))));
        three.Fit(Ids, new[] { 0, 1, 1, 0 }, verbose: 0, classWeight: Weights((2, 3.0))); // a class without a sample is one all the same
    }

    [Fact]
    public void Class_weights_of_sequences_count_step_by_step()
    {
        // The same as sample weights that are written out, also for one-hot rows.
        int[,] labels = { { 0, 1, 2 }, { 1, 1, 0 }, { 2, 0, 1 }, { 0, 0, 2 } };
        float[,] perStep = { { 1, 3, 0.5f }, { 3, 3, 1 }, { 0.5f, 1, 3 }, { 1, 1, 0.5f } };
        var oneHot = new float[4, 3, 3];
        for (int i = 0; i < 4; i++)
            for (int t = 0; t < 3; t++) oneHot[i, t, labels[i, t]] = 1;
        string byClass = Sequence("sparse_categorical_crossentropy", model => model.Fit(Ids, labels, verbose: 0, classWeight: Weights((1, 3.0), (2, 0.5))));
        string byStep = Sequence("sparse_categorical_crossentropy", model => model.Fit(Ids, labels, verbose: 0, sampleWeight: perStep));
        string plain = Sequence("sparse_categorical_crossentropy", model => model.Fit(Ids, labels, verbose: 0));
        Assert.Equal(byStep, byClass);
        Assert.NotEqual(plain, byClass);
        Assert.Equal(
            Sequence("categorical_crossentropy", model => model.Fit(Ids, oneHot, verbose: 0, sampleWeight: perStep)),
            Sequence("categorical_crossentropy", model => model.Fit(Ids, oneHot, verbose: 0, classWeight: Weights((1, 3.0), (2, 0.5)))));

        static string Sequence(string loss, Action<Sequential> fit)
        {
            var model = new Sequential { new Embedding(5, 2), new GRU(3) { ReturnSequences = true }, new Dense(3, "softmax") };
            model.Compile("adam", loss);
            fit(model);
            return model.Fingerprint();
        }
    }

    [Fact]
    public void The_last_step_is_looked_at_like_the_others()
    {
        Sequential model = Stack(1, "sigmoid", "binary_crossentropy", "sgd(1e39)");
        var saver = new EndOfEpoch();
        var error = Assert.Throws<NonFiniteLossException>(() => model.Fit(Ids, new[] { 0, 1, 1, 0 }, verbose: 0, callbacks: [saver]));
        Assert.StartsWith("After the last step of epoch 1 the weight '", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, saver.Epochs); // nobody saves such a model over a good one
    }

    [Fact]
    public void A_validation_that_gives_no_number_ends_the_fit()
    {
        var model = new Sequential { new Dense(1) };
        model.Compile("sgd(0.001)", "mse");
        var huge = new float[,] { { 3e38f } };
        Assert.StartsWith(
            "The validation loss is ∞ after epoch 1.",
            Assert.Throws<NonFiniteLossException>(() => model.Fit(new float[,] { { 1 } }, new[] { 1f }, verbose: 0, validationData: (huge, new[] { -3e38f }))).Message.Replace("Infinity", "∞"),
            StringComparison.Ordinal);
    }

    private static Dictionary<int, double> Weights(params (int Class, double Weight)[] weights) => weights.ToDictionary(entry => entry.Class, entry => entry.Weight);

    private static Sequential Stack(int units, string activation, LossSet loss, string optimizer = "adam")
    {
        var model = new Sequential { new Embedding(5, 2), new LSTM(3), new Dense(units, activation) };
        model.Compile(optimizer, loss);
        return model;
    }

    private static void AssertUntouched(Model model, string message, Func<object> action)
    {
        string before = model.Fingerprint();
        Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
        Assert.Equal(before, model.Fingerprint());
    }

    private sealed class Positive : ElementwiseLoss
    {
        public override (float Least, float Most) TargetRange => (0, float.MaxValue);

        public override string TargetAdvice => "Counts are never negative.";

        protected override (double Loss, double Gradient) Of(float output, float target) => (output - target, 1);
    }

    private sealed class EndOfEpoch : Callback
    {
        public int Epochs { get; private set; }

        public override void OnEpochEnd(int epoch, IDictionary<string, double> logs) => Epochs++;
    }
}
