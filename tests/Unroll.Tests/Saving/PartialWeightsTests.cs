using Unroll.Layers;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Saving;

/// <summary>Weights of files that fit a model in part, as transfer learning needs them.</summary>
public sealed class PartialWeightsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("unroll-partial-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("m.weights.h5")]
    [InlineData("m.keras")]
    public void Layers_of_another_shape_keep_their_weights(string name)
    {
        string path = Path.Combine(_folder.FullName, name);
        Sequential source = Stack(classes: 1), target = Stack(classes: 3);
        source.Fit(new[,] { { 1, 2 } }, new[] { 1 }, verbose: 0);
        if (name.EndsWith(".keras", StringComparison.Ordinal)) source.Save(path);
        else source.SaveWeights(path);
        string before = target.Fingerprint();
        Assert.Throws<InvalidDataException>(() => target.LoadWeights(path));
        Assert.Equal(before, target.Fingerprint());
        float[] head = target.Layers[2].GetWeights()[0];
        target.LoadWeights(path, skipMismatch: true);
        Assert.Equal(source.Layers[0].GetWeights(), target.Layers[0].GetWeights());
        Assert.Equal(source.Layers[1].GetWeights(), target.Layers[1].GetWeights());
        Assert.Equal(head, target.Layers[2].GetWeights()[0]);
        string notice = Assert.Single(target.LoadNotices);
        Assert.StartsWith("left out: ", notice, StringComparison.Ordinal);
        Assert.Contains("Dense 'dense'", notice, StringComparison.Ordinal);
        Assert.Contains("Load it without byName", Assert.Throws<InvalidDataException>(() => target.LoadWeights(path, byName: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Layers_of_h5_files_are_found_by_name()
    {
        // Keras' own file: an Embedding, an LSTM and a Dense.
        string path = KerasFiles.Path("lstm_plain.h5");
        Model source = Model.Load(path);
        Layer[] layers = [.. source.Layers.Where(layer => layer.ParameterCount > 0)];
        var dense = (Dense)layers[^1];
        int features = dense.Parameters[0].Shape[0];
        var target = new Sequential { Input.Features(features), new Dense(features) { Name = "new" }, new Dense(dense.Units) { Name = dense.Name } };
        float[] own = target.Layers[0].GetWeights()[0];
        Assert.Throws<InvalidDataException>(() => target.LoadWeights(path));
        target.LoadWeights(path, byName: true);
        Assert.Equal(dense.GetWeights(), target.Layers[1].GetWeights());
        Assert.Equal(own, target.Layers[0].GetWeights()[0]);

        var wrong = new Sequential { Input.Features(features + 1), new Dense(dense.Units) { Name = dense.Name } };
        Assert.Throws<InvalidDataException>(() => wrong.LoadWeights(path, byName: true));
        Assert.Contains("none of its weights fits", Assert.Throws<InvalidDataException>(() => wrong.LoadWeights(path, skipMismatch: true, byName: true)).Message, StringComparison.Ordinal);
    }

    private static Sequential Stack(int classes)
    {
        var model = new Sequential { new Embedding(9, 4), new GRU(3), new Dense(classes, "sigmoid") };
        model.Build(2);
        model.Compile("adam", "binary_crossentropy");
        return model;
    }
}
