using System.Text.Json.Nodes;
using Unroll.Execution;
using Unroll.Kernels.Simd;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Plan;
using Unroll.Random;
using Xunit;

namespace Unroll.Testing;

/// <summary>A layer as the contract tries it.</summary>
/// <param name="Create">Makes one.</param>
/// <param name="InputShape">Shape of a sample that it takes, without the batch dimension.</param>
public sealed record LayerCase(Func<Layer> Create, params int[] InputShape)
{
    /// <summary>True if the layer takes token ids.</summary>
    public bool TakesIds { get; init; }

    /// <summary>True if some steps are masked in front of the layer.</summary>
    public bool HasMask { get; init; }

    /// <summary>How the layer is called; null: on the input alone.</summary>
    public Func<Layer, Symbol, Symbol>? Call { get; init; }
}

/// <summary>
/// What every layer keeps: shapes come out as it says; loss and gradients have the same bits at every vector width and with one
/// or three threads; gradients agree with central differences of the float32 loss to 1% of their length; the same seed gives the
/// same model; its configuration, and in a stack its file, give the same layer again; a warm training step allocates nothing.
/// </summary>
public static class LayerContract
{
    private const int Rows = 37; // two groups, the last one padded
    private const double GradientTolerance = 0.01;

    /// <summary>Tries a layer.</summary>
    public static void Check(LayerCase layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        Inputs x = Data(layer);
        (Model model, Layer tried) = Build(layer);
        var y = new float[Rows, 1];
        var random = new Philox(2, RandomPurpose.Shuffle);
        for (int row = 0; row < Rows; row++) y[row, 0] = (float)random.NextNormal();
        CheckShapes(model, tried, layer, x);
        Assert.Equal(model.Fingerprint(), Build(layer).Model.Fingerprint());
        CheckBits(model, x, y);
        CheckGradients(model, x, y);
        CheckAllocations(model, x, y);
        CheckConfiguration(tried);
        if (layer.Call is null) CheckFile(layer, x);
    }

    private static Inputs Data(LayerCase layer)
    {
        var random = new Philox(1, RandomPurpose.Shuffle, layer.InputShape.Length);
        int[] shape = [Rows, .. layer.InputShape];
        var data = Array.CreateInstance(layer.TakesIds ? typeof(int) : typeof(float), shape);
        int size = layer.InputShape.Aggregate(1, (product, length) => product * length), steps = layer.InputShape[0], inner = size / steps;
        for (int i = 0; i < Rows * size; i++)
        {
            int row = i / size, step = i % size / inner;
            bool isMasked = layer.HasMask && row % 3 == 1 && step >= steps - 2;
            int[] place = new int[shape.Length];
            for (int d = shape.Length - 1, rest = i; d >= 0; rest /= shape[d], d--) place[d] = rest % shape[d];
            if (layer.TakesIds) data.SetValue(random.NextInt32(7), place);
            else data.SetValue(isMasked ? 0f : (float)random.NextNormal(), place);
        }

        return layer.TakesIds ? Inputs.FromIds(data) : Inputs.FromValues(data);
    }

    /// <summary>A trained product in front of the layer, so that the gradient at its input is checked, too.</summary>
    private static (Model Model, Layer Tried) Build(LayerCase layer)
    {
        Layer tried = layer.Create();
        Symbol input = InputOf(layer);
        Symbol symbol = input;
        foreach (Layer before in Before(layer)) symbol = before.Call(symbol);
        symbol = layer.Call is null ? tried.Call(symbol) : layer.Call(tried, symbol);
        foreach (Layer after in After()) symbol = after.Call(symbol);
        return (new Model(input, symbol, seed: 5), tried);
    }

    private static Symbol InputOf(LayerCase layer) =>
        layer.TakesIds ? Input.Ids([.. layer.InputShape.Select(size => (int?)size)]) : Input.Features([.. layer.InputShape.Select(size => (int?)size)]);

    private static IEnumerable<Layer> Before(LayerCase layer)
    {
        if (layer.TakesIds) yield break;
        if (layer.HasMask) yield return new Masking();
        yield return new Dense(layer.InputShape[^1]) { BiasInitializer = "random_normal(stddev=0.3)" };
    }

    private static IEnumerable<Layer> After() => [new Flatten(), new Dense(1)];

    private static void CheckShapes(Model model, Layer tried, LayerCase layer, Inputs x)
    {
        using ModelSession session = TrainingSession.Create(model, x, Rows, new MeanSquaredError());
        LaneShape shape = session.Plan.Tensors[session.Plan.Calls[^2].Inputs[0]];
        Assert.Equal(tried.OutputShape!, shape.Dimensions.Select(size => (int?)size));
        Assert.All(tried.OutputShape!, size => Assert.True(size > 0, $"{tried.ClassName} of {layer.InputShape.Length} dimensions puts out a size of {size}."));
    }

    private static void CheckBits(Model model, Inputs x, float[,] y)
    {
        (double loss, float[][] gradients) = Step(model, x, y, VectorWidths.Best, 1);
        foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
        {
            foreach (int threads in new[] { 1, 3 })
            {
                (double otherLoss, float[][] others) = Step(model, x, y, width, threads);
                Assert.Equal(loss, otherLoss);
                for (int w = 0; w < gradients.Length; w++)
                    Assert.True(gradients[w].AsSpan().SequenceEqual(others[w]), $"The gradient of {model.TrainableParameters[w].Name} differs at {width} with {threads} thread(s).");
            }
        }
    }

    private static void CheckGradients(Model model, Inputs x, float[,] y)
    {
        const float Distance = 1f / 256;
        (_, float[][] gradients) = Step(model, x, y, VectorWidths.Best, 1);
        double length = Math.Sqrt(gradients.Sum(gradient => gradient.Sum(value => (double)value * value)));
        Assert.True(length > 0, "All gradients are zero.");
        using ModelSession session = TrainingSession.Create(model, x, Rows, new MeanSquaredError());
        var random = new Philox(3, RandomPurpose.Shuffle);
        for (int w = 0; w < gradients.Length; w++)
        {
            Parameter parameter = model.TrainableParameters[w];
            float[] values = parameter.ToArray(), direction = [.. values.Select(_ => (float)random.NextNormal())];
            double size = Math.Sqrt(direction.Sum(value => (double)value * value)), expected = 0;
            for (int i = 0; i < direction.Length; i++) expected += gradients[w][i] * direction[i] / size;
            double numeric = (LossAt(Distance) - LossAt(-Distance)) / (2 * Distance);
            parameter.Set(values);
            Assert.True(
                Math.Abs(numeric - expected) <= GradientTolerance * length,
                $"{parameter.Name} (weight {w}): along a random direction the loss changes by {numeric:G6}, the gradient says {expected:G6}; all gradients are {length:G6} long.");

            double LossAt(float distance)
            {
                parameter.Set([.. values.Select((value, i) => (float)(value + distance * direction[i] / size))]);
                return Run(session, x, y);
            }
        }
    }

    private static void CheckAllocations(Model model, Inputs x, float[,] y)
    {
        using ModelSession session = TrainingSession.Create(model, x, Rows, new MeanSquaredError(), new ExecutionOptions(1, VectorWidths.Best));
        int[] rows = [.. Enumerable.Range(0, Rows)];
        Targets targets = y;
        for (int step = 0; step < 3; step++) session.Train(x, targets, rows, 0, step);
        Assert.Equal(0, Allocations.Of(() => session.Train(x, targets, rows, 0, 3)));
    }

    private static void CheckConfiguration(Layer tried)
    {
        if (tried is TimeDistributed { Layer: Model }) return; // models are read and written with files
        JsonObject json = Layer.Catalog.ToKeras(tried);
        Layer again = Layer.Catalog.FromKeras(json.DeepClone(), "the configuration");
        Assert.Equal(WithoutShapes(json), WithoutShapes(Layer.Catalog.ToKeras(again)));
    }

    /// <summary>The configuration alone: wrapped layers that were built also write the shape that they were built for.</summary>
    private static string WithoutShapes(JsonObject json)
    {
        Remove(json);
        return json.ToJsonString();

        static void Remove(JsonObject json)
        {
            json.Remove("build_config");
            foreach ((_, JsonNode? node) in json)
                if (node is JsonObject inner) Remove(inner);
        }
    }

    private static void CheckFile(LayerCase layer, Inputs x)
    {
        var stack = new Sequential(seed: 5);
        stack.Add(InputOf(layer));
        foreach (Layer each in new[] { Before(layer), [layer.Create()], After() }.SelectMany(layers => layers)) stack.Add(each);
        float[] before = [.. stack.Predict(x)];
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.keras");
        try
        {
            stack.Save(path);
            float[] after = [.. Model.Load(path).Predict(x)];
            Assert.Equal(before, after);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static (double Loss, float[][] Gradients) Step(Model model, Inputs x, float[,] y, VectorWidth width, int threads)
    {
        using ModelSession session = TrainingSession.Create(model, x, Rows, new MeanSquaredError(), new ExecutionOptions(threads, width));
        double loss = Run(session, x, y);
        return (loss, [.. model.TrainableParameters.Select(parameter => session.Gradients!.Total(parameter).Slice(0, parameter.Count).Span.ToArray())]);
    }

    private static double Run(ModelSession session, Inputs x, float[,] y)
    {
        double sum = 0;
        foreach (RowResult row in session.Train(x, y, Enumerable.Range(0, Rows).ToArray(), 1, 2)) sum += row.Loss;
        return sum / Rows + session.Penalty;
    }
}
