using Unroll.Layers;
using Unroll.Random;

namespace Unroll.Tests.Support;

/// <summary>A model in scalar float64: the oracle for outputs, losses and gradients of whole models.</summary>
internal sealed class ReferenceModel
{
    private readonly ReferenceLayer[] _layers;
    private readonly double[] _input;
    private readonly double[] _targets;
    private readonly int _batch, _steps;

    /// <param name="model">Built; its last layer is a sigmoid, its loss binary crossentropy.</param>
    /// <param name="input">[batch, time] ids or [batch, time, features].</param>
    /// <param name="targets">Row-major.</param>
    /// <param name="batch">Samples.</param>
    /// <param name="steps">Time steps.</param>
    /// <param name="dropoutStep">The training step whose dropout masks are used, or null for none.</param>
    public ReferenceModel(Sequential model, double[] input, double[] targets, int batch, int steps, (int Epoch, int Step)? dropoutStep = null)
    {
        (_input, _targets, _batch, _steps) = (input, targets, batch, steps);
        _layers = [.. model.Layers.Select((layer, index) => Convert(layer, index, model.Seed, dropoutStep))];
    }

    /// <summary>Weights of all layers in Keras' order; changing them changes the model.</summary>
    public double[][] Weights => [.. _layers.SelectMany(layer => layer.Weights)];

    /// <summary>Gradients in the order of <see cref="Weights"/>, after <see cref="Backward"/>.</summary>
    public double[][] Gradients => [.. _layers.SelectMany(layer => layer.Gradients)];

    /// <summary>Probabilities, row-major.</summary>
    public double[] Forward()
    {
        double[] values = _input;
        bool[]? mask = null;
        foreach (ReferenceLayer layer in _layers)
        {
            double[] input = values;
            values = layer.Forward(input, mask, _batch, _steps);
            mask = layer.OutputMask(input, mask);
        }

        return values;
    }

    /// <summary>Mean binary crossentropy.</summary>
    public double Loss()
    {
        double[] p = Forward();
        return p.Select((value, i) => -(_targets[i] * Math.Log(value) + (1 - _targets[i]) * Math.Log(1 - value))).Average();
    }

    public void Backward()
    {
        double[] p = Forward();
        double[] gradient = [.. p.Select((value, i) => (value - _targets[i]) / (value * (1 - value)) / p.Length)];
        for (int i = _layers.Length - 1; i >= 0; i--) gradient = _layers[i].Backward(gradient);
    }

    /// <summary>dLoss/dWeight by central differences.</summary>
    public double NumericGradient(int weight, int element, double step = 1e-5)
    {
        double[] values = Weights[weight];
        double value = values[element];
        values[element] = value + step;
        double above = Loss();
        values[element] = value - step;
        double below = Loss();
        values[element] = value;
        return (above - below) / (2 * step);
    }

    private ReferenceLayer Convert(Layer layer, int index, int seed, (int Epoch, int Step)? dropoutStep)
    {
        double[][] weights = [.. layer.Parameters.Select(parameter => Array.ConvertAll(parameter.ToArray(), value => (double)value))];
        switch (layer)
        {
            case Embedding embedding:
                return new ReferenceEmbedding { Weights = weights, Width = embedding.OutputDim, MaskZero = embedding.MaskZero };
            case Dense dense:
                return new ReferenceDense
                {
                    Weights = weights,
                    Inputs = layer.Parameters[0].Shape[0],
                    Units = dense.Units,
                    Activation = dense.Activation.Kind!.Value,
                };
            case RecurrentLayer recurrent:
                int inputs = layer.Parameters[0].Shape[0];
                bool perStep = recurrent.DropoutGeneration == DropoutGeneration.Keras2;
                bool perGate = recurrent.GateCount > 1 && recurrent.RecurrentDropout != 0;
                return new ReferenceRecurrent
                {
                    Weights = weights,
                    Cell = recurrent.Cell,
                    Inputs = inputs,
                    Units = recurrent.Units,
                    Activation = recurrent.Activation.Kind!.Value,
                    RecurrentActivation = recurrent.GateActivation.Kind!.Value,
                    ReturnSequences = recurrent.ReturnSequences,
                    GoBackwards = recurrent.GoBackwards,
                    ZeroOutputForMask = recurrent.ZeroOutputForMask,
                    HasMasksPerStep = perStep,
                    InputDropout = dropoutStep is { } step1
                        ? Masks(recurrent, perGate, perStep ? _steps : 1, inputs, recurrent.Dropout, RandomPurpose.Dropout, index, seed, step1) : null,
                    RecurrentDropout = dropoutStep is { } step2
                        ? Masks(recurrent, true, perStep ? _steps : 1, recurrent.Units, recurrent.RecurrentDropout, RandomPurpose.RecurrentDropout, index, seed, step2) : null,
                };
            case Bidirectional bidirectional:
                var forwards = (ReferenceRecurrent)Convert((Layer)bidirectional.ForwardLayer, index, seed, dropoutStep);
                var backwards = (ReferenceRecurrent)Convert((Layer)bidirectional.BackwardLayer, index + (1 << 16), seed, dropoutStep);
                return new ReferenceBidirectional
                {
                    Weights = [.. forwards.Weights, .. backwards.Weights],
                    Forwards = forwards,
                    Backwards = backwards,
                    Mode = bidirectional.MergeMode.ToString().ToLowerInvariant(),
                };
            case Dropout dropout:
                return new ReferenceDropout { Weights = [], Factors = Factors(layer, perStep: true, dropout.Rate, dropout.Seed ?? seed, index, dropoutStep) };
            case SpatialDropout1D dropout:
                return new ReferenceDropout { Weights = [], Factors = Factors(layer, perStep: false, dropout.Rate, dropout.Seed ?? seed, index, dropoutStep) };
            case Masking masking:
                return new ReferenceMasking { Weights = [], Features = layer.InputShape![^1]!.Value, MaskValue = masking.MaskValue };
            case GlobalAveragePooling1D:
                return new ReferenceAveragePooling { Weights = [], Features = layer.InputShape![^1]!.Value };
            case GlobalMaxPooling1D:
                return new ReferenceMaxPooling { Weights = [], Features = layer.InputShape![^1]!.Value };
            case TimeDistributed distributed:
                return Convert(distributed.Layer, index, seed, dropoutStep);
            case ActivationLayer activation:
                return new ReferenceActivation { Weights = [], Kind = activation.Activation.Kind!.Value };
            default:
                throw new NotSupportedException($"No reference for {layer.ClassName}.");
        }
    }

    /// <summary>
    /// The masks that training draws, as [gate][time, batch, features] in Keras' order of gates; one time for masks that hold for
    /// the sequence.
    /// </summary>
    private double[][]? Masks(
        RecurrentLayer layer, bool perGate, int sets, int features, double rate, RandomPurpose purpose, int index, int seed, (int Epoch, int Step) at)
    {
        if (rate is 0 or 1) return null;
        int gates = layer.GateCount, drawn = perGate ? gates : 1;
        var mask = new ScalarDropout(rate, seed, purpose, index, at.Epoch, at.Step);
        var result = new double[gates][];
        for (int gate = 0; gate < gates; gate++)
        {
            // GRU draws its input masks in the order h, z, r of its kernel rows.
            bool gruInput = gates == 3 && purpose == RandomPurpose.Dropout;
            int source = drawn == 1 ? 0 : gruInput ? (gate + 1) % 3 : gate;
            result[gate] = new double[sets * _batch * features];
            for (int t = 0; t < sets; t++)
                for (int b = 0; b < _batch; b++)
                    for (int f = 0; f < features; f++)
                        result[gate][(t * _batch + b) * features + f] = mask.Factor((t * drawn + source) * features + f, b);
        }

        return result;
    }

    /// <summary>The factors of a dropout layer as [batch, time, features].</summary>
    private double[]? Factors(Layer layer, bool perStep, double rate, int seed, int index, (int Epoch, int Step)? dropoutStep)
    {
        if (dropoutStep is not { } at || rate == 0) return null;
        int features = layer.InputShape![^1]!.Value, steps = layer.InputShape.Count == 2 ? _steps : 1;
        var mask = new ScalarDropout(rate, seed, RandomPurpose.Dropout, index, at.Epoch, at.Step);
        var factors = new double[_batch * steps * features];
        for (int i = 0; i < factors.Length; i++)
        {
            int b = i / features / steps, t = i / features % steps, f = i % features;
            factors[i] = mask.Factor((perStep ? t * features : 0) + f, b);
        }

        return factors;
    }
}
