using Unroll;
using Unroll.Layers;
using Xunit;

namespace ReaderCode;

public sealed class FunctionalModelsPage
{
    [Fact]
    public void Graphs_are_made_trained_and_asked()
    {
        string printed = Printed.By(Snippet);
        Assert.Contains("│ concatenate ", printed, StringComparison.Ordinal);
        Assert.Contains("good_accuracy: ", printed, StringComparison.Ordinal);
        Assert.Contains("16 features of a text", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", printed, StringComparison.Ordinal);
    }

    private static void Snippet()
    {
        const int Rows = 256, Words = 50, Length = 12;
        var random = new Random(1);
        int[,] texts = new int[Rows, Length], others = new int[Rows, Length];
        float[,] numbers = new float[Rows, 3];
        int[] answers = new int[Rows];
        for (int i = 0; i < Rows; i++)
        {
            for (int t = 0; t < Length; t++) (texts[i, t], others[i, t]) = (random.Next(1, Words), random.Next(1, Words));
            for (int f = 0; f < 3; f++) numbers[i, f] = random.NextSingle();
            answers[i] = texts[i, Length - 1] < Words / 2 == numbers[i, 0] < 0.5f ? 1 : 0;
        }

        Symbol ids = Input.Ids(Length), features = Input.Features(3);
        Symbol text = new LSTM(16).Call(new Embedding(Words, 8).Call(ids));
        Symbol both = new Concatenate().Call([text, features]);
        Symbol answer = new Dense(1, "sigmoid").Call(new Dense(16, "relu").Call(both));

        var model = new Model([ids, features], answer, seed: 1);
        model.Compile("adam", "binary_crossentropy", ["accuracy"]);
        model.Fit([texts, numbers], answers, epochs: 3, validationSplit: 0.2, verbose: 2);
        Console.Write(model.Summary());
        float probability = model.Predict([texts, numbers])[0, 0];

        Symbol left = Input.Ids(Length), right = Input.Ids(Length);
        var words = new Embedding(Words, 8) { MaskZero = true };
        var reader = new Bidirectional(new GRU(8));
        Symbol first = reader.Call(words.Call(left)), second = reader.Call(words.Call(right));
        Symbol difference = first - second;
        Symbol same = new Dense(1, "sigmoid").Call(difference * difference);

        var twins = new Model([left, right], same, seed: 1);
        twins.Compile("adam", "binary_crossentropy");
        twins.Fit([texts, others], answers, verbose: 2);

        Symbol sequence = Input.Ids(Length);
        Symbol x = new Embedding(Words, 16).Call(sequence);
        for (int block = 0; block < 3; block++) x = new Add().Call([x, new GRU(16) { ReturnSequences = true }.Call(x)]);
        var residual = new Model(sequence, new Dense(1, "sigmoid").Call(new GlobalMaxPooling1D().Call(x)), seed: 1);
        residual.Compile("adam", "binary_crossentropy");
        residual.Fit(texts, answers, verbose: 2);

        Symbol source = Input.Ids(), soFar = Input.Ids();
        var embedding = new Embedding(Words, 16) { MaskZero = true };
        var encoder = new LSTM(32) { ReturnState = true };
        var decoder = new LSTM(32) { ReturnSequences = true, ReturnState = true };
        var next = new Dense(Words, "softmax");

        Symbols states = encoder.Call(embedding.Call(source))[1..];
        Symbols decoded = decoder.Call(embedding.Call(soFar), initialState: states);
        var translator = new Model([source, soFar], next.Call(decoded[0]), seed: 1);
        translator.Compile("adam", "sparse_categorical_crossentropy", ["accuracy"]);
        translator.Fit([texts, others], texts, verbose: 2);

        Symbol last = Input.Ids(1), hidden = Input.Features(32), cell = Input.Features(32);
        Symbols step = decoder.Call(embedding.Call(last), initialState: [hidden, cell]);
        var begin = new Model(source, states);
        var goOn = new Model([last, hidden, cell], [next.Call(step[0]), .. step[1..]]);

        Predictions now = begin.PredictAll(texts);
        int[,] start = new int[Rows, 1];
        now = goOn.PredictAll([start, now[0], now[1]]); // chances of the first word, and the states behind it
        now = goOn.PredictAll([start, now[1], now[2]]); // in earnest the likeliest word goes in here

        Symbol review = Input.Ids(Length);
        Symbol read = new LSTM(16).Call(new Embedding(Words, 8).Call(review));
        Symbol good = new Dense(1, "sigmoid") { Name = "good" }.Call(read), length = new Dense(1) { Name = "length" }.Call(read);
        var two = new Model(review, [good, length], seed: 1);
        two.Compile(
            "adam",
            loss: ["binary_crossentropy", "mse"],
            metrics: [["accuracy"], ["mae"]],
            lossWeights: [1.0, 0.2]);

        float[] lengths = [.. answers.Select(a => a + 0.5f)];
        History history = two.Fit(texts, [answers, lengths], epochs: 2, verbose: 2);
        Console.WriteLine($"{history["loss"][^1]:F3} of {history["good_loss"][^1]:F3} and {history["length_loss"][^1]:F3}");
        Evaluation tested = two.TestOnBatch(texts, Targets.Named(("good", answers), ("length", lengths)));
        Console.WriteLine($"accuracy {tested.Logs["good_accuracy"]:F3}, off by {tested.Logs["length_mae"]:F3}");
        Predictions predictions = two.PredictAll(texts);
        Console.WriteLine($"{predictions["good"][0, 0]:P0}, {predictions["length"][0, 0]:F2}");

        var inside = new Model(two.Inputs, [read, two.Outputs[0]]);
        Console.WriteLine($"{inside.PredictAll(texts)[0].Lengths[1]} features of a text");

        Symbol title = Input.Ids(Length), body = Input.Ids(Length);
        var tower = new Model(review, read, "tower");
        var pair = new Model([title, body], new Dense(1).Call(new Maximum().Call([tower.Call(title), tower.Call(body)])), seed: 1);
        pair.Compile("sgd", "mse");
        pair.TrainOnBatch([texts, others], lengths);

        Model copy = pair.Clone();                  // the same layers, weights of its own; not compiled
        copy.SetWeights(pair.GetWeights());
        Layer head = pair.GetLayer("dense");
        head.SetWeights(head.GetWeights());         // of one layer
        tower.Trainable = false;                    // all layers of the tower; compile again
        Model again = Model.FromJson(pair.ToJson()); // architecture without weights, as Keras writes it
        pair.SavePlot("pair.svg");
        Assert.Equal(copy.ParameterCount, again.ParameterCount);

        Symbol part = Input.Features([4, 1], name: "part", batchSize: 2);
        var stateful = new Model(part, new Dense(1).Call(new GRU(8) { Stateful = true }.Call(part)), seed: 1);
        stateful.Compile("adam", "mse");
        float[,,] morning = new float[2, 4, 1], evening = new float[2, 4, 1];
        float[] tomorrow = [0.3f, 0.7f];
        for (int day = 0; day < 3; day++)
        {
            stateful.TrainOnBatch(morning, tomorrow);
            stateful.TrainOnBatch(evening, tomorrow);
            stateful.ResetStates();
        }
        Assert.InRange(probability, 0f, 1f);
        Assert.Equal(3, now.Count);
    }
}
