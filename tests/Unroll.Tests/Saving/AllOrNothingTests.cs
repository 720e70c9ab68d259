using System.Security.Cryptography;
using Unroll.Layers;
using Unroll.Optimizers;
using Xunit;

namespace Unroll.Tests.Saving;

/// <summary>A change of a model that fails leaves it as it was, to the bytes of its file: weights, optimizer, shapes.</summary>
public sealed class AllOrNothingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-all-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("optimizer/vars/0")] // the number of steps is negative
    [InlineData("optimizer/vars/1")] // the learning rate is NaN
    public void LoadWeights_of_a_file_whose_optimizer_is_damaged(string damaged)
    {
        Sequential other = Trained(seed: 1), model = Trained(seed: 2);
        string path = Path.Combine(_folder, "other.weights.h5");
        other.SaveWeights(path);
        byte[] bytes = File.ReadAllBytes(path);
        Damage(bytes, other, isRate: damaged.EndsWith('1'));
        File.WriteAllBytes(path, bytes);
        byte[] before = Bytes(model);
        Assert.Contains(damaged, Assert.Throws<InvalidDataException>(() => model.LoadWeights(path)).Message);
        Assert.Equal(before, Bytes(model));
    }

    /// <summary>The first layer fits, the second does not: the first must not be made for that shape.</summary>
    [Fact]
    public void Build_for_a_shape_that_a_later_layer_does_not_take()
    {
        var model = new Sequential { new Dense(4), new LSTM(3) };
        Assert.Throws<ArgumentException>(() => model.Build(5));
        model.Build(7, 6);
        Assert.Equal([6, 4], model.Layers[0].Parameters[0].Shape);
    }

    [Fact]
    public void Compile_that_fails_keeps_what_was_compiled()
    {
        Sequential model = Trained(seed: 1);
        byte[] before = Bytes(model);
        Assert.Throws<ArgumentException>(() => model.Compile("adam", "mse", ["no_such_metric"]));
        Assert.Throws<ArgumentException>(() => model.Compile("adam", "no_such_loss"));
        Assert.Equal(before, Bytes(model));
    }

    [Fact]
    public void SetWeights_that_fails_keeps_all_weights()
    {
        Sequential model = Trained(seed: 1);
        byte[] before = Bytes(model);
        float[][] weights = [.. model.GetWeights().Select(weight => weight.Select(_ => 1f).ToArray())];
        weights[^1] = [1, 2, 3];
        Assert.Throws<ArgumentException>(() => model.SetWeights(weights));
        Assert.Equal(before, Bytes(model));
    }

    /// <summary>Neither does asking for other lengths change what is saved, nor training on them the shape that was built.</summary>
    [Fact]
    public void Predictions_of_another_length_leave_the_file_as_it_was()
    {
        Sequential model = Trained(seed: 1);
        byte[] before = Bytes(model);
        string json = model.ToJson();
        model.Predict(new int[3, 9]);
        model.Predict(new int[40, 4]);
        Assert.Equal(json, model.ToJson());
        Assert.Equal(before, Bytes(model));
        model.Evaluate(new int[3, 11], new float[3], verbose: 0);
        Assert.Equal(before, Bytes(model));
    }

    private static Sequential Trained(int seed)
    {
        var model = new Sequential(seed: seed) { new Embedding(10, 3), new LSTM(4), new Dense(1, "sigmoid") };
        model.Compile(new Adam(0.01), "binary_crossentropy");
        model.Fit(new int[8, 5], new float[8], epochs: 2, verbose: 0);
        return model;
    }

    private byte[] Bytes(Model model)
    {
        string path = Path.Combine(_folder, "bytes.keras");
        model.Save(path);
        return SHA256.HashData(File.ReadAllBytes(path));
    }

    /// <summary>Finds a value by what it is: steps 2 as int64, the rate as float32.</summary>
    private static void Damage(byte[] file, Model model, bool isRate)
    {
        byte[] value = isRate ? BitConverter.GetBytes((float)model.LearningRate) : BitConverter.GetBytes(model.Iterations);
        int at = file.AsSpan().LastIndexOf(value);
        Assert.True(at > 0);
        (isRate ? BitConverter.GetBytes(float.NaN) : BitConverter.GetBytes(-1L)).CopyTo(file, at);
    }
}
