using System.Collections;
using System.Numerics.Tensors;
using Unroll.Callbacks;
using Unroll.Layers;
using Unroll.Optimizers;

namespace Unroll;

/// <summary>A stack of layers, each fed by the one before it.</summary>
public sealed class Sequential : IEnumerable<Layer>
{
    /// <summary>Creates an empty model.</summary>
    public Sequential(string name = "sequential", int seed = 0)
    {
        Name = name;
        Seed = seed;
    }

    /// <summary>Name of the model.</summary>
    public string Name { get; }

    /// <summary>Seed of everything random.</summary>
    public int Seed { get; }

    /// <summary>Threads used inside a training step; results do not depend on it.</summary>
    public int Threads { get; set; } = 1;

    /// <summary>The layers in order.</summary>
    public IReadOnlyList<Layer> Layers => throw new NotImplementedException();

    /// <summary>Number of weights.</summary>
    public long ParameterCount => throw new NotImplementedException();

    /// <summary>The optimizer; null before Compile.</summary>
    public Optimizer? Optimizer => throw new NotImplementedException();

    /// <summary>True once the optimizer holds state (after the first training step).</summary>
    public bool IsOptimizerBuilt => throw new NotImplementedException();

    /// <summary>Set by a callback to stop after the current batch or epoch.</summary>
    public bool StopTraining { get; set; }

    /// <summary>Hash of all weights as 16 hexadecimal digits.</summary>
    public string Fingerprint() => throw new NotImplementedException();

    /// <summary>Appends a layer.</summary>
    public void Add(Layer layer) => throw new NotImplementedException();

    /// <summary>Configures training.</summary>
    public void Compile(Optimizer optimizer, string loss = "binary_crossentropy", IReadOnlyList<string>? metrics = null) => throw new NotImplementedException();

    /// <summary>Trains.</summary>
    public History Fit(
        Inputs x,
        Targets y,
        int batchSize = 32,
        int epochs = 1,
        int verbose = 1,
        IReadOnlyList<Callback>? callbacks = null,
        double validationSplit = 0.0,
        (Inputs X, Targets Y)? validationData = null,
        bool shuffle = true,
        CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Evaluates.</summary>
    public Evaluation Evaluate(Inputs x, Targets y, int batchSize = 32, int verbose = 1) => throw new NotImplementedException();

    /// <summary>Predicts.</summary>
    public Tensor<float> Predict(Inputs x, int batchSize = 32, int verbose = 0) => throw new NotImplementedException();

    /// <inheritdoc/>
    public IEnumerator<Layer> GetEnumerator() => Layers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
