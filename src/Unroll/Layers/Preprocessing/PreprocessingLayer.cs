using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>
/// Base of layers that make numbers of texts and tables. On a model's input, or on what another such layer makes of it, they
/// work on the whole array before the model runs, once for all samples of a call of Fit, Evaluate or Predict. They can be
/// used alone, too: <see cref="Apply"/>.
/// </summary>
public abstract class PreprocessingLayer : Layer
{
    private protected PreprocessingLayer()
    {
    }

    /// <summary>What the layer takes if it is the first of a stack and nobody says what comes in.</summary>
    internal virtual InputKind Takes => InputKind.Values;

    /// <summary>True if whole numbers come out, which an Embedding takes as ids.</summary>
    internal virtual bool PutsOutIds => false;

    /// <summary>True if texts come out.</summary>
    internal virtual bool PutsOutTexts => false;

    /// <summary>Works on data outside of a model.</summary>
    /// <param name="x">Texts, ids or real values; a list for layers that take several.</param>
    /// <returns>Converts to the array that it is, <c>int[,] ids = layer.Apply(texts)</c>.</returns>
    /// <exception cref="ArgumentException">The layer can't work on such data.</exception>
    /// <exception cref="InvalidOperationException">The layer has to see data first, by Adapt, or has no vocabulary.</exception>
    public Encoded Apply(Inputs x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Run([.. Enumerable.Range(0, x.Parts).Select(i => Encoded.OfPart(x, i))]);
    }

    /// <summary>Works on whole arrays, samples first.</summary>
    internal abstract Encoded Run(IReadOnlyList<Encoded> inputs);

    internal override LayerProgram CreateProgram(ProgramContext context) => throw new NotSupportedException(
        $"{Label} works on whole arrays before the model runs: call it on an Input, or on another preprocessing layer that is, in the outermost model.");

    /// <summary>The only array.</summary>
    private protected Encoded Only(IReadOnlyList<Encoded> inputs) => inputs.Count == 1
        ? inputs[0]
        : throw new ArgumentException($"{Label} takes one array, but {inputs.Count} were given.");
}

/// <summary>What comes in at a model's input.</summary>
internal enum InputKind
{
    Values,
    Ids,
    Texts,
}
