using System.Text.Json.Nodes;
using Unroll.Execution;
using Unroll.Kernels.Simd;
using Unroll.Layers;
using Unroll.Plan;

namespace Unroll.Testing;

/// <summary>
/// What every layer keeps, Unroll's own and yours: shapes come out as it says; loss and gradients have the same bits at every
/// vector width and with one or three threads; gradients agree with differences of the loss; the same seed gives the same
/// model; masked steps are left out; configuration and file give the same layer again; a warm training step allocates nothing.
/// <code>
/// LayerContract.Check(() => new MyLayer(4), Input.Features(5, 3));
/// </code>
/// </summary>
public static class LayerContract
{
    private const double MaskTolerance = 1e-6;

    private static readonly (ContractParts Part, Action<LayerTrial, ContractOptions> Check)[] s_checks =
    [
        (ContractParts.Shapes, (trial, _) => CheckShapes(trial)),
        (ContractParts.Seed, (trial, _) => CheckSeed(trial)),
        (ContractParts.Threads, (trial, _) => CheckBits(trial, ContractParts.Threads, [new(1, VectorWidths.Best), new(3, VectorWidths.Best)])),
        (ContractParts.Widths, (trial, _) => CheckBits(trial, ContractParts.Widths, [.. Enum.GetValues<VectorWidth>().SelectMany(width => new ExecutionOptions[] { new(1, width), new(3, width) })])),
        (ContractParts.Gradients, CheckGradients),
        (ContractParts.Masks, (trial, _) => CheckMasks(trial)),
        (ContractParts.Allocations, (trial, _) => CheckAllocations(trial)),
        (ContractParts.Configuration, (trial, _) => CheckConfiguration(trial)),
        (ContractParts.Files, (trial, _) => CheckFile(trial)),
    ];

    private static int s_files;

    /// <summary>Tries a layer, or a recurrent cell inside of an <see cref="RNN"/>.</summary>
    /// <param name="create">Makes one; called several times.</param>
    /// <param name="input">What it is called on: <see cref="Input.Features(int?[])"/>, or <see cref="Input.Ids(int?, string?, int?)"/> for token ids from 0 to 6. A size that is not known is 6.</param>
    /// <param name="options">What is tried, and how; null: everything, without masks.</param>
    /// <exception cref="ContractException">The layer does not keep the contract.</exception>
    /// <exception cref="ArgumentException">The layer can't work on such inputs.</exception>
    public static void Check(Func<Layer> create, Symbol input, ContractOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentNullException.ThrowIfNull(input);
        options ??= new ContractOptions();
        var trial = new LayerTrial(create, input, options);
        foreach ((ContractParts part, Action<LayerTrial, ContractOptions> check) in s_checks)
            if (options.Parts.HasFlag(part)) check(trial, options);
    }

    private static void CheckShapes(LayerTrial trial)
    {
        (Model model, Layer layer) = trial.Build();
        using var probe = new TrainingProbe(model, trial.X, trial.Y);
        LaneShape shape = probe.Plan.Tensors[probe.Plan.Calls[^2].Inputs[0]];
        IReadOnlyList<int?> announced = layer.OutputShape!;
        if (!announced.SequenceEqual(shape.Dimensions.Select(size => (int?)size)) || announced.Any(size => size <= 0))
            throw Broken(ContractParts.Shapes, layer, $"It announces an output of {ShapeText.Of(announced)}, but puts out {ShapeText.Of([.. shape.Dimensions.Select(size => (int?)size)])}.");
        double loss = probe.Run();
        if (!double.IsFinite(loss)) throw Broken(ContractParts.Shapes, layer, $"The loss of a batch of normally distributed numbers is {loss}: what it puts out is not finite.");
    }

    private static void CheckSeed(LayerTrial trial)
    {
        (Model model, Layer layer) = trial.Build();
        Model again = trial.Build().Model;
        if (model.Fingerprint() != again.Fingerprint())
            throw Broken(ContractParts.Seed, layer, "Two models with the same seed begin with different weights: draw them from the random source that an initializer gets.");
        if (!Same(Outputs(model, trial), Outputs(again, trial)))
            throw Broken(ContractParts.Seed, layer, "Two models with the same weights predict differently: predictions must not depend on chance.");
        if (!Same(Outputs(model, trial), Outputs(model, trial)))
            throw Broken(ContractParts.Seed, layer, "A model predicts differently when it is asked again: keep nothing from one call to the next.");
    }

    private static void CheckBits(LayerTrial trial, ContractParts part, ExecutionOptions[] executions)
    {
        (Model model, Layer layer) = trial.Build();
        (double loss, float[][] gradients) = Step(new ExecutionOptions(1, VectorWidths.Best));
        foreach (ExecutionOptions execution in executions)
        {
            string where = $"at {execution.Width} with {execution.Threads} thread(s)";
            (double otherLoss, float[][] others) = Step(execution);
            for (int w = 0; w < gradients.Length; w++)
            {
                int at = gradients[w].AsSpan().CommonPrefixLength(others[w]);
                if (at < gradients[w].Length && !Same(gradients[w], others[w]))
                    throw Broken(part, layer, FormattableString.Invariant($"A step is not repeated to the bit: the gradient of {model.TrainableParameters[w].Name}, element {at}, is {gradients[w][at]:G9} at first and {others[w][at]:G9} {where}. Keep nothing between calls, and add in a fixed order."));
            }

            if (!loss.Equals(otherLoss)) throw Broken(part, layer, FormattableString.Invariant($"A step is not repeated to the bit: the loss is {loss:G17} at first and {otherLoss:G17} {where}. Keep nothing between calls, and add in a fixed order."));
        }

        (double Loss, float[][] Gradients) Step(ExecutionOptions execution)
        {
            model.ResetStates();
            using var probe = new TrainingProbe(model, trial.X, trial.Y, execution);
            return (probe.Run(), probe.Gradients);
        }
    }

    private static void CheckGradients(LayerTrial trial, ContractOptions options)
    {
        (Model model, Layer layer) = trial.Build();
        GradientReport report = GradientCheck.Of(model, trial.X, trial.Y);
        if (report.LargestGradient == 0) throw Broken(ContractParts.Gradients, layer, "All gradients are zero.");
        if (!(report.LargestDifference <= options.GradientTolerance))
        {
            throw Broken(ContractParts.Gradients, layer, FormattableString.Invariant(
                $"{report.Largest}; {options.GradientTolerance:G3} is allowed. If the first layer's are wrong, the gradient at the input is.\n{report}"));
        }
    }

    private static void CheckMasks(LayerTrial trial)
    {
        if (trial.MaskedSteps == 0) return;
        (Symbol output, float[][] predictions) = trial.PredictMasked(0, 1);
        (float[] calm, float[] disturbed) = (predictions[0], predictions[1]);
        int size = calm.Length / trial.X.Samples;
        bool hasSteps = output.Shape.Count >= 2 && output.Shape[0] == trial.Steps;
        int inner = hasSteps ? size / trial.Steps : size;
        double scale = Math.Max(1, calm.Max(Math.Abs));
        for (int i = 0; i < calm.Length; i++)
        {
            (int row, int step) = (i / size, i % size / inner);
            if (hasSteps && LayerTrial.IsMaskedRow(row) && step >= trial.Steps - trial.MaskedSteps) continue;
            double difference = Math.Abs((double)calm[i] - disturbed[i]);
            if (difference <= MaskTolerance * scale) continue;
            throw Broken(ContractParts.Masks, output.Layer, FormattableString.Invariant(
                $"Other values at masked steps change what comes out: sample {row}{(hasSteps ? $", step {step}" : "")}, value {i % inner}, is {calm[i]:G6} or {disturbed[i]:G6}. The last {trial.MaskedSteps} of {trial.Steps} steps are masked there; leave them out, or try the layer without masks."));
        }
    }

    private static void CheckAllocations(LayerTrial trial)
    {
        (Model model, Layer layer) = trial.Build();
        using var probe = new TrainingProbe(model, trial.X, trial.Y);
        for (int step = 0; step < 3; step++) probe.RunBare();
        long bytes = Allocations.Of(probe.RunBare);
        if (bytes > 0)
            throw Broken(ContractParts.Allocations, layer, FormattableString.Invariant($"A warm training step allocates {bytes:N0} bytes: no arrays, lambdas or LINQ in what runs for every sample; stackalloc or a field's array, one per thread, instead."));
    }

    private static void CheckConfiguration(LayerTrial trial)
    {
        Layer layer = trial.Build().Layer;
        if (layer is TimeDistributed { Layer: Model }) return; // models are read and written with files
        JsonObject json = Written(ContractParts.Configuration, layer, () => Layer.Catalog.ToKeras(layer));
        Layer again = Written(ContractParts.Configuration, layer, () => Layer.Catalog.FromKeras(json.DeepClone(), "the configuration"));
        (string before, string after) = (WithoutShapes(json), WithoutShapes(Layer.Catalog.ToKeras(again)));
        if (before != after) throw Broken(ContractParts.Configuration, layer, $"The configuration comes back different; it was\n{before}\nand is\n{after}");
    }

    private static void CheckFile(LayerTrial trial)
    {
        (Model model, Layer layer) = trial.Build();
        float[] before = Outputs(model, trial);
        string path = Path.Combine(Path.GetTempPath(), $"unroll-contract-{Environment.ProcessId}-{Interlocked.Increment(ref s_files)}.keras");
        try
        {
            Model loaded = Written(ContractParts.Files, layer, () =>
            {
                model.Save(path);
                return Model.Load(path);
            });
            float[] after = Outputs(loaded, trial);
            int at = before.AsSpan().CommonPrefixLength(after);
            if (at < before.Length && !Same(before, after))
                throw Broken(ContractParts.Files, layer, FormattableString.Invariant($"A loaded model predicts something else: sample {at} gives {after[at]:G9} instead of {before[at]:G9}. Is every argument in the registration?"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static T Written<T>(ContractParts part, Layer layer, Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception error) when (error is ArgumentException or InvalidDataException or NotSupportedException)
        {
            throw new ContractException(part, layer.ClassName, error.Message, error);
        }
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

    private static float[] Outputs(Model model, LayerTrial trial)
    {
        model.ResetStates();
        return [.. model.Predict(trial.X)];
    }

    private static bool Same(ReadOnlySpan<float> first, ReadOnlySpan<float> second) => first.SequenceEqual(second);

    private static ContractException Broken(ContractParts part, Layer layer, string message) => new(part, layer.ClassName, message);
}
