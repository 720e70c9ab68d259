namespace Unroll.Layers;

/// <summary>A layer of a <see cref="Sequential"/> model.</summary>
public abstract class Layer
{
    /// <summary>Unique within its model: the class name in snake case, with <c>_1</c>, <c>_2</c>… for further ones.</summary>
    public string Name { get; internal set; } = "";

    /// <summary>Keras' class name, for example <c>SimpleRNN</c>.</summary>
    public abstract string ClassName { get; }

    /// <summary>Output shape without the batch dimension (null: not known before data); null as a whole while unbuilt.</summary>
    public IReadOnlyList<int?>? OutputShape { get; internal set; }

    /// <summary>Number of weights; 0 while unbuilt.</summary>
    public long ParameterCount { get; internal set; }

    /// <summary>True once the shapes of the weights are known.</summary>
    public bool IsBuilt { get; internal set; }
}
