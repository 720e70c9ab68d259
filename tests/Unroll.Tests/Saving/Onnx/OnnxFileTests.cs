using Unroll.Activations;
using Unroll.Execution;
using Unroll.Layers;
using Unroll.Tests.Saving.Onnx.Messages;
using Xunit;

namespace Unroll.Tests.Saving.Onnx;

/// <summary>What an exported file says about itself, and what happens when there is nothing to export.</summary>
public sealed class OnnxFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("unroll-onnx-");

    [Fact]
    public void Names_come_from_the_layers()
    {
        var model = new Sequential("reviews") { new Embedding(10, 2) { MaskZero = true }, new LSTM(3), new Dense(1, "sigmoid") };
        ModelProto file = Export(model);
        GraphProto graph = file.Graph;
        Assert.Equal(("reviews", "Unroll", 8L, 17L), (graph.Name, file.ProducerName, file.IrVersion, file.OpsetImport.Single().Version));
        Assert.Matches(@"^\d+\.\d+\.\d+$", file.ProducerVersion);
        Assert.Equal(model.Fingerprint(), file.MetadataProps.Single(entry => entry.Key == "unroll.fingerprint").Value);

        ValueInfoProto input = graph.Input.Single(), output = graph.Output.Single();
        Assert.Equal(("embedding_input", TensorProto.Types.DataType.Int32), (input.Name, input.Type.TensorType.ElemType));
        Assert.Equal("batch,time", Shape(input));
        Assert.Contains("0 to 9; 0 is padding", input.DocString, StringComparison.Ordinal);
        Assert.Equal(("dense", "batch,1"), (output.Name, Shape(output)));
        Assert.Equal(
            ["embedding/embeddings", "lstm/W", "lstm/R", "lstm/B", "dense/kernel", "dense/bias"],
            graph.Initializer.Where(tensor => tensor.DataType == TensorProto.Types.DataType.Float && tensor.Dims.Count > 0).Select(tensor => tensor.Name));
        Assert.Contains(graph.Node, node => node is { Name: "lstm/LSTM", OpType: "LSTM" });
    }

    [Fact]
    public void Gates_are_in_the_order_of_the_specification()
    {
        var model = new Sequential { new LSTM(1) };
        model.Build(null, 1);
        model.SetWeights([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]); // Keras: i f c o
        GraphProto graph = Export(model).Graph;
        Assert.Equal([1, 4, 2, 3], Values(graph, "lstm/W")); // ONNX: i o f c
        Assert.Equal([5, 8, 6, 7], Values(graph, "lstm/R"));
        Assert.Equal([9, 12, 10, 11, 0, 0, 0, 0], Values(graph, "lstm/B"));
    }

    [Fact]
    public void The_length_stays_open_after_a_fit()
    {
        var model = new Sequential { new Embedding(10, 2), new GRU(3) { ReturnSequences = true } };
        model.Predict(new int[2, 5]);
        GraphProto graph = Export(model).Graph;
        Assert.Equal(("batch,time", "batch,time,3"), (Shape(graph.Input[0]), Shape(graph.Output[0])));
    }

    [Fact]
    public void The_same_model_gives_the_same_bytes()
    {
        var model = new Sequential { new Embedding(10, 2) { MaskZero = true }, new GRU(3), new Dense(1) };
        using MemoryStream one = new(), two = new();
        model.ExportOnnx(one);
        model.ExportOnnx(two);
        Assert.Equal(one.ToArray(), two.ToArray());
    }

    [Fact]
    public void Models_without_weights_are_refused_and_nothing_is_written()
    {
        string path = Path.Combine(_folder.FullName, "model.onnx");
        File.WriteAllText(path, "what was there");
        Assert.Contains("no layers", Assert.Throws<InvalidOperationException>(() => new Sequential().ExportOnnx(path)).Message, StringComparison.Ordinal);
        string message = Assert.Throws<InvalidOperationException>(() => new Sequential { new LSTM(3) }.ExportOnnx(path)).Message;
        Assert.Contains("'lstm' (LSTM) has no weights yet. Call Build", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Sequential { new Embedding(2, 2) }.ExportOnnx(""));
        Assert.Equal("what was there", File.ReadAllText(path));
        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public void What_has_no_translation_is_refused_by_name()
    {
        var model = new Sequential { new Embedding(10, 2), new Unheard() };
        string path = Path.Combine(_folder.FullName, "model.onnx");
        string message = Assert.Throws<NotSupportedException>(() => model.ExportOnnx(path)).Message;
        Assert.Equal("Unheard 'unheard' can't be exported to ONNX: there is no translation of this layer.", message);
        Assert.Empty(_folder.GetFiles());
    }

    /// <summary>Activations that can't be expressed, somebody's own among them.</summary>
    [Fact]
    public void Activations_without_a_translation_are_refused_by_name()
    {
        foreach ((Layer layer, string reason) in new (Layer, string)[]
        {
            (new Dense(3, "sparsemax") { Name = "d" }, "Dense 'd' can't be exported to ONNX: there is no translation of the activation 'sparsemax'."),
            (new Dense(3, new Bow()) { Name = "d" }, "Dense 'd' can't be exported to ONNX: there is no translation of the activation 'bow'."),
            (new GRU(3) { Name = "g", Activation = "gelu" }, "GRU 'g' can't be exported to ONNX: ONNX's recurrent operators have no activation 'gelu'."),
            (new LSTM(3) { Name = "l", RecurrentActivation = "softmax" }, "LSTM 'l' can't be exported to ONNX: ONNX's recurrent operators have no activation 'softmax'."),
        })
        {
            var model = new Sequential { new Embedding(10, 2), layer };
            Assert.Equal(reason, Assert.Throws<NotSupportedException>(() => model.ExportOnnx(Path.Combine(_folder.FullName, "model.onnx"))).Message);
            Assert.Empty(_folder.GetFiles());
        }
    }

    private sealed class Bow : ElementwiseActivation
    {
        protected override (double Value, double Slope) Of(double x) => (x * x, 2 * x);
    }

    /// <summary>Layers that ONNX files can't have yet.</summary>
    private static readonly Type[] Untranslated =
    [
        typeof(Attention), typeof(AdditiveAttention), typeof(MultiHeadAttention), typeof(TextVectorization), typeof(StringLookup), typeof(IntegerLookup),
        typeof(Hashing), typeof(HashedCrossing), typeof(CategoryEncoding), typeof(Discretization), typeof(Normalization), typeof(Rescaling),
        typeof(ConvLSTM1D), typeof(AdaptiveAveragePooling1D), typeof(AdaptiveMaxPooling1D),
    ];

    /// <summary>A new layer needs a translation and a case, or a reason to be refused.</summary>
    [Fact]
    public void Every_layer_that_there_is_is_tried()
    {
        IEnumerable<Type> tried = OnnxCases.All.Values.SelectMany(model => model.Model.Layers).Select(layer => layer.GetType()).Distinct();
        Type[] layers = [.. typeof(Layer).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(Layer)) && !type.IsAbstract)];
        Type[] noLayersOfTheirOwn = [typeof(Model), typeof(Sequential), typeof(InputLayer), typeof(Operation)]; // taken apart, inputs, and no layers in Keras' sense
        Type[] parts = [typeof(RNN), typeof(StackedRNNCells), typeof(SimpleRNNCell), typeof(LSTMCell), typeof(GRUCell)]; // taken apart into layers that are tried
        Assert.Empty(layers.Except(tried).Except(noLayersOfTheirOwn).Except(parts).Except(Untranslated).Select(type => type.Name));
    }

    /// <summary>They are refused by name, and no file is begun.</summary>
    [Fact]
    public void A_layer_without_a_translation_is_refused()
    {
        Symbol x = Input.Features(4, 3);
        var model = new Model(x, new Attention().Call([x, x]));
        var refusal = Assert.Throws<NotSupportedException>(() => model.ExportOnnx(Path.Combine(_folder.FullName, "model.onnx")));
        Assert.StartsWith("Attention 'attention' can't be exported to ONNX", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFiles());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private ModelProto Export(Sequential model)
    {
        string path = Path.Combine(_folder.FullName, "model.onnx");
        model.ExportOnnx(path);
        Assert.Single(_folder.GetFiles());
        return ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
    }

    private static string Shape(ValueInfoProto value) => string.Join(
        ',', value.Type.TensorType.Shape.Dim.Select(size => size.HasDimParam ? size.DimParam : size.DimValue.ToString()));

    private static float[] Values(GraphProto graph, string name)
    {
        byte[] raw = graph.Initializer.Single(tensor => tensor.Name == name).RawData.ToByteArray();
        return [.. Enumerable.Range(0, raw.Length / sizeof(float)).Select(i => BitConverter.ToSingle(raw, i * sizeof(float)))];
    }

    private sealed class Unheard : WeightlessLayer
    {
        public override string ClassName => "Unheard";

        internal override LayerProgram CreateProgram(ProgramContext context) => throw new NotSupportedException();
    }
}
