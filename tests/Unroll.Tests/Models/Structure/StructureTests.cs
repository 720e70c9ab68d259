using System.Text.Json;
using Unroll.Layers;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Models.Structure;

/// <summary>Models as things: copied, taken apart, described and made anew.</summary>
public sealed class StructureTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("unroll-structure-");

    private static readonly int[,] Ids = { { 1, 2, 3 }, { 3, 2, 1 }, { 4, 4, 0 }, { 0, 1, 4 } };
    private static readonly int[] Labels = [0, 1, 1, 0];

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_copy_has_the_layers_and_first_weights_and_is_a_model_of_its_own()
    {
        Sequential model = Stack();
        string first = model.Fingerprint();
        model.Fit(Ids, Labels, epochs: 2, verbose: 0);
        Sequential same = model.Clone(), other = model.Clone(seed: 9);
        Assert.Equal(first, same.Fingerprint());
        Assert.NotEqual(first, other.Fingerprint());
        Assert.Equal(model.Layers.Select(layer => layer.Name), same.Layers.Select(layer => layer.Name));
        Assert.Null(same.Optimizer);
        Assert.Equal(Stack().Summary(), same.Summary());

        string trained = model.Fingerprint();
        same.SetWeights(model.GetWeights());
        same.Compile("sgd", "binary_crossentropy");
        same.Fit(Ids, Labels, verbose: 0);
        Assert.Equal(trained, model.Fingerprint());
        Assert.NotEqual(trained, same.Fingerprint());
    }

    [Fact]
    public void Graphs_are_copied_with_what_they_share()
    {
        Symbol a = Input.Ids(4, name: "a");
        var words = new Embedding(9, 3);
        var tower = new Model(a, new GRU(2).Call(words.Call(a)), "tower", seed: 5);
        Symbol c = Input.Ids(4), d = Input.Ids(4);
        var model = new Model([c, d], new Dense(1).Call(new Add().Call([tower.Call(c), tower.Call(d)])), seed: 5);
        Model copy = model.Clone();
        Assert.Equal(model.ParameterCount, copy.ParameterCount);
        copy.SetWeights(model.GetWeights());
        int[,] x = { { 1, 2, 3, 8 } }, y = { { 0, 0, 7, 1 } };
        Assert.Equal(model.Predict([x, y]).ToArray(), copy.Predict([x, y]).ToArray());
        Assert.Equal(model.ToJson(), copy.ToJson());
    }

    [Fact]
    public void Json_describes_a_model_and_what_it_was_compiled_with()
    {
        Sequential model = Stack();
        string json = model.ToJson(indented: true);
        Assert.Equal("Sequential", JsonDocument.Parse(json).RootElement.GetProperty("class_name").GetString());
        Model made = Model.FromJson(json, seed: 2), bare = Model.FromJson(json, compile: false);
        Assert.Equal(model.Fingerprint(), made.Fingerprint());
        Assert.Equal(model.ToJson(), made.ToJson());
        Assert.NotNull(made.Optimizer);
        Assert.Null(bare.Optimizer);
        Assert.Equal(model.MetricsNames, made.MetricsNames);
    }

    [Theory]
    [InlineData("{", "JSON: not readable as JSON:")]
    [InlineData("[]", "JSON: holds no JSON object.")]
    [InlineData("""{"class_name": "Lambda"}""", "JSON: the model is of the class 'Lambda'")]
    [InlineData(
        """{"class_name":"Sequential","config":{"layers":[{"class_name":"InputLayer","config":{"batch_shape":[null,3],"dtype":"int32","name":"i"}},{"class_name":"Embedding","config":{"input_dim":1000000,"output_dim":1000000}}]}}""",
        "JSON: layers[1]: the model has 1,000,000,000,000 weights")]
    public void Json_that_is_no_model_is_refused(string json, string message) =>
        Assert.StartsWith(message, Assert.Throws<InvalidDataException>(() => Model.FromJson(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Keras_own_files_give_their_json_back()
    {
        foreach (string name in new[] { "lstm_plain", "bidi_concat_lstm" })
        {
            Model model = Model.Load(KerasFiles.Path(name + ".keras"));
            Model made = Model.FromJson(model.ToJson());
            made.SetWeights(model.GetWeights());
            Assert.Equal(model.Fingerprint(), made.Fingerprint());
            Assert.Equal(model.ToJson(), made.ToJson());
        }
    }

    [Fact]
    public void The_last_layer_can_be_taken_off_and_another_put_on()
    {
        Sequential model = Stack();
        model.Fit(Ids, Labels, verbose: 0);
        float[] kernel = model.Layers[1].GetWeights()[0];
        Layer last = model.Pop();
        Assert.Equal("dense", last.Name);
        Assert.Equal([4, 3], model.Predict(Ids).Lengths.ToArray().Select(n => (int)n));
        Assert.Throws<InvalidOperationException>(() => model.Fit(Ids, Labels, verbose: 0)); // to be compiled again
        model.Add(new Dense(2, "softmax"));
        model.Compile("adam", "sparse_categorical_crossentropy");
        Assert.Equal(kernel, model.Layers[1].GetWeights()[0]);
        model.Fit(Ids, Labels, verbose: 0);
        Assert.Equal([4, 2], model.Predict(Ids).Lengths.ToArray().Select(n => (int)n));

        var other = new Sequential { Input.Features(3), last };
        Assert.Equal(4, other.ParameterCount); // it took its weights along
        Assert.Throws<InvalidOperationException>(() => new Sequential().Pop());
    }

    [Fact]
    public void Weights_of_a_layer_are_read_and_replaced()
    {
        Sequential model = Stack();
        var layer = (LSTM)model.GetLayer("lstm");
        IReadOnlyList<float[]> weights = layer.GetWeights();
        Assert.Equal([24, 36, 12], weights.Select(weight => weight.Length));
        weights[2][0] = 7;
        Assert.NotEqual(7, layer.GetWeights()[2][0]); // copies
        layer.SetWeights(weights);
        Assert.Equal(7, model.GetWeights()[3][0]);
        Assert.StartsWith("LSTM 'lstm' has 3 weights, but 1 were given.", Assert.Throws<ArgumentException>(() => layer.SetWeights([[1f]])).Message, StringComparison.Ordinal);
        Assert.StartsWith(
            "Dense has 0 weights, but 1 were given. They are made when the shape of its input is known",
            Assert.Throws<ArgumentException>(() => new Dense(1).SetWeights([[1f]])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_is_frozen_with_all_its_layers()
    {
        Sequential inner = new("inner") { new Dense(3, "tanh"), new Dense(2) };
        var model = new Sequential { inner, new Dense(1) };
        model.Build(4);
        inner.Trainable = false;
        Assert.All(inner.Layers, layer => Assert.False(layer.Trainable));
        model.Compile("sgd", "mse");
        string before = inner.Fingerprint();
        model.Fit(new float[,] { { 1, 2, 3, 4 } }, new[] { 5f }, verbose: 0);
        Assert.Equal(before, inner.Fingerprint());
        Assert.Contains("Non-trainable params: 23", model.Summary());

        inner.Trainable = true;
        inner.Layers[0].Trainable = false;
        model.Compile("sgd", "mse");
        string path = Path.Combine(_folder.FullName, "m.keras");
        model.Save(path);
        var loaded = (Model)Model.Load(path).Layers[0];
        Assert.Equal([false, true], loaded.Layers.Select(layer => layer.Trainable)); // the model's own flag does not thaw them
    }

    [Fact]
    public void Results_are_taken_apart_by_any_metric()
    {
        Sequential model = Stack(["binary_accuracy", "mse", "mae"]);
        Assert.Equal(["loss", "binary_accuracy", "mse", "mae"], model.MetricsNames);
        Evaluation all = model.Evaluate(Ids, Labels, verbose: 0);
        Assert.Equal(model.MetricsNames, all.Names);
        (double loss, double accuracy) = all;
        (double _, double _, double mse) = all;
        (double _, double _, double _, double mae) = all;
        Assert.Equal(all.Values, [loss, accuracy, mse, mae]);
        Assert.Throws<InvalidOperationException>(() => { (double _, double _, double _) = Stack(["mse"]).Evaluate(Ids, Labels, verbose: 0); });
    }

    [Fact]
    public void Names_of_metrics_of_several_outputs_stand_as_in_evaluate()
    {
        Symbol x = Input.Features(2);
        var model = new Model(x, [new Dense(1, "sigmoid") { Name = "zed" }.Call(x), new Dense(1) { Name = "alpha" }.Call(x)]);
        model.Compile("sgd", ["binary_crossentropy", "mse"], [["accuracy", "mse"], ["mae"]]);
        Assert.Equal(["loss", "zed_loss", "alpha_loss", "alpha_mae", "zed_accuracy", "zed_mse"], model.MetricsNames); // Keras' order
        Assert.Equal(model.MetricsNames, model.Evaluate(new float[3, 2], [new float[3], new float[3]], verbose: 0).Names);
    }

    [Fact]
    public void One_model_trains_in_one_place_at_a_time()
    {
        Sequential model = Stack();
        string message = "";
        model.Fit(Ids, Labels, verbose: 0, callbacks: [new Nested(() => message = Assert.Throws<InvalidOperationException>(() => model.Fit(Ids, Labels, verbose: 0)).Message)]);
        Assert.StartsWith("Fit: the model 'sequential' is being trained already, by another thread or by the fit that called this callback.", message, StringComparison.Ordinal);

        bool isRefused = false;
        model.Fit(Ids, Labels, verbose: 0, callbacks: [new Nested(() =>
        {
            var thread = new Thread(() => isRefused = Record.Exception(() => model.TrainOnBatch(Ids, Labels)) is InvalidOperationException);
            thread.Start();
            thread.Join();
        })]);
        Assert.True(isRefused);
        model.Fit(Ids, Labels, verbose: 0); // free again
        Assert.Throws<ArgumentException>(() => model.Fit(Ids, new[] { 1 }, verbose: 0));
        model.TrainOnBatch(Ids, Labels); // also after an error
    }

    [Fact]
    public void Summaries_show_a_part_in_columns_of_ones_own()
    {
        Sequential model = Stack();
        string text = model.Summary(lineLength: 80, positions: [0.5, 0.75, 1], layerRange: ("lstm", "dense"));
        string[] lines = text.Split('\n');
        Assert.DoesNotContain("embedding", text);
        Assert.Contains("lstm (LSTM)", text);
        Assert.Contains("Total params: 86", text); // of the whole model
        Assert.Equal(40, lines[1].IndexOf('┳')); // int(0.5 · 80) − 1 runs after the corner
        Assert.Throws<ArgumentException>(() => model.Summary(positions: [0.5, 1]));
        Assert.Throws<ArgumentException>(() => model.Summary(positions: [0.5, 0.4, 1]));
        Assert.Contains("embedding, lstm, dense", Assert.Throws<ArgumentException>(() => model.Summary(layerRange: ("lstm", "gru"))).Message);
    }

    private static Sequential Stack(MetricSet? metrics = null)
    {
        var model = new Sequential(seed: 2) { new Embedding(5, 2), new LSTM(3), new Dense(1, "sigmoid") };
        model.Build(3);
        model.Compile("adam", "binary_crossentropy", metrics ?? ["accuracy"]);
        return model;
    }

    private sealed class Nested(Action action) : Callback
    {
        public override void OnEpochEnd(int epoch, IDictionary<string, double> logs) => action();
    }
}
