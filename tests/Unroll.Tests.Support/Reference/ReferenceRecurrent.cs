using Unroll.Kernels.Activation;
using Unroll.Kernels.Recurrent;

namespace Unroll.Tests.Support;

/// <summary>SimpleRNN, LSTM and GRU, sample by sample, step by step, straight from the equations.</summary>
internal sealed class ReferenceRecurrent : ReferenceLayer
{
    private double[] _input = [];
    private bool[]? _mask;
    private int _batch, _steps;
    private Step[,] _trace = new Step[0, 0];

    public required CellKind Cell { get; init; }

    public required int Inputs { get; init; }

    public required int Units { get; init; }

    public ActivationKind Activation { get; init; } = ActivationKind.Tanh;

    public ActivationKind RecurrentActivation { get; init; } = ActivationKind.Sigmoid;

    public bool ReturnSequences { get; init; }

    public bool GoBackwards { get; init; }

    public bool ZeroOutputForMask { get; init; }

    /// <summary>Dropout factors [gate][batch, inputs] in Keras' order of gates, or [gate][time, batch, inputs]; null without.</summary>
    public double[][]? InputDropout { get; init; }

    /// <summary>Dropout factors [gate][batch, units] in Keras' order of gates, or [gate][time, batch, units]; null without.</summary>
    public double[][]? RecurrentDropout { get; init; }

    /// <summary>Whether there are dropout factors for every step.</summary>
    public bool HasMasksPerStep { get; init; }

    private int Gates => Cell switch { CellKind.SimpleRnn => 1, CellKind.Lstm => 4, _ => 3 };

    private bool HasBias => Weights.Length > 2;

    public override bool[]? OutputMask(double[] input, bool[]? mask) => ReturnSequences ? mask : null;

    public override double[] Forward(double[] input, bool[]? mask, int batch, int steps)
    {
        (_input, _mask, _batch, _steps) = (input, mask, batch, steps);
        _trace = new Step[batch, steps];
        var output = new double[ReturnSequences ? batch * steps * Units : batch * Units];
        for (int b = 0; b < batch; b++)
        {
            var h = new double[Units];
            var c = new double[Units];
            for (int k = 0; k < steps; k++)
            {
                Step step = _trace[b, k] = Run(b, k, h, c);
                if (step.Used) (h, c) = (step.H, step.C);
                if (ReturnSequences && PutsOut(b, k)) h.CopyTo(output, (b * steps + k) * Units);
            }

            if (!ReturnSequences && PutsOut(b, steps - 1)) h.CopyTo(output, b * Units);
        }

        return output;
    }

    protected override double[] AddGradients(double[] outputGradient)
    {
        var inputGradient = new double[_input.Length];
        for (int b = 0; b < _batch; b++)
        {
            var dh = new double[Units];
            var dc = new double[Units];
            if (!ReturnSequences && PutsOut(b, _steps - 1)) Array.Copy(outputGradient, b * Units, dh, 0, Units);
            for (int k = _steps - 1; k >= 0; k--)
            {
                if (ReturnSequences && PutsOut(b, k))
                    for (int j = 0; j < Units; j++) dh[j] += outputGradient[(b * _steps + k) * Units + j];
                if (_trace[b, k].Used) (dh, dc) = Unwind(b, k, _trace[b, k], dh, dc, inputGradient);
            }
        }

        return inputGradient;
    }

    private bool PutsOut(int b, int k) => !ZeroOutputForMask || _trace[b, k].Used;

    private int Time(int k) => GoBackwards ? _steps - 1 - k : k;

    private double X(int b, int k, int gate, int i) =>
        _input[(b * _steps + Time(k)) * Inputs + i] * (InputDropout?[gate][((HasMasksPerStep ? k * _batch : 0) + b) * Inputs + i] ?? 1);

    private double Drop(int b, int k, int gate, int i) =>
        RecurrentDropout?[gate][((HasMasksPerStep ? k * _batch : 0) + b) * Units + i] ?? 1;

    private double FromInput(int b, int k, int gate, int j)
    {
        double sum = HasBias ? Weights[2][gate * Units + j] : 0;
        for (int i = 0; i < Inputs; i++) sum += X(b, k, gate, i) * Weights[0][i * Gates * Units + gate * Units + j];
        return sum;
    }

    private double FromState(int b, int k, int gate, int j, double[] h)
    {
        double sum = 0;
        for (int i = 0; i < Units; i++) sum += h[i] * Drop(b, k, gate, i) * Weights[1][i * Gates * Units + gate * Units + j];
        return sum;
    }

    private Step Run(int b, int k, double[] h, double[] c)
    {
        var step = new Step(Gates + 1, Units, h, c) { Used = _mask is null || _mask[b * _steps + Time(k)] };
        double[][] g = step.Gate;
        bool resetAfter = Cell == CellKind.Gru;
        for (int j = 0; j < Units; j++)
        {
            switch (Cell)
            {
                case CellKind.SimpleRnn:
                    step.H[j] = g[0][j] = Apply(Activation, FromInput(b, k, 0, j) + FromState(b, k, 0, j, h));
                    break;
                case CellKind.Lstm:
                    for (int gate = 0; gate < 4; gate++)
                        g[gate][j] = Apply(gate == 2 ? Activation : RecurrentActivation, FromInput(b, k, gate, j) + FromState(b, k, gate, j, h));
                    step.C[j] = g[1][j] * c[j] + g[0][j] * g[2][j];
                    g[4][j] = Apply(Activation, step.C[j]);
                    step.H[j] = g[3][j] * g[4][j];
                    break;
                default:
                    for (int gate = 0; gate < 2; gate++)
                    {
                        double bias = resetAfter && HasBias ? Weights[2][3 * Units + gate * Units + j] : 0;
                        g[gate][j] = Apply(RecurrentActivation, FromInput(b, k, gate, j) + bias + FromState(b, k, gate, j, h));
                    }

                    break;
            }
        }

        if (Cell is not (CellKind.Gru or CellKind.GruResetBefore)) return step;
        double[] inner = resetAfter ? h : [.. h.Select((value, i) => value * g[1][i])];
        for (int j = 0; j < Units; j++)
        {
            double fromState = FromState(b, k, 2, j, inner);
            if (resetAfter)
            {
                g[3][j] = fromState + (HasBias ? Weights[2][5 * Units + j] : 0);
                fromState = g[1][j] * g[3][j];
            }

            g[2][j] = Apply(Activation, FromInput(b, k, 2, j) + fromState);
            step.H[j] = g[0][j] * h[j] + (1 - g[0][j]) * g[2][j];
        }

        return step;
    }

    private (double[] DH, double[] DC) Unwind(int b, int k, Step step, double[] dh, double[] dc, double[] inputGradient)
    {
        var dhBefore = new double[Units];
        var dcBefore = new double[Units];
        double[][] g = step.Gate;
        for (int j = 0; j < Units; j++)
        {
            switch (Cell)
            {
                case CellKind.SimpleRnn:
                    Spread(b, k, 0, j, dh[j] * Slope(Activation, g[0][j]), step.HBefore, dhBefore, inputGradient);
                    break;
                case CellKind.Lstm:
                    double dcell = dc[j] + dh[j] * g[3][j] * Slope(Activation, g[4][j]);
                    dcBefore[j] = dcell * g[1][j];
                    Spread(b, k, 0, j, dcell * g[2][j] * Slope(RecurrentActivation, g[0][j]), step.HBefore, dhBefore, inputGradient);
                    Spread(b, k, 1, j, dcell * step.CBefore[j] * Slope(RecurrentActivation, g[1][j]), step.HBefore, dhBefore, inputGradient);
                    Spread(b, k, 2, j, dcell * g[0][j] * Slope(Activation, g[2][j]), step.HBefore, dhBefore, inputGradient);
                    Spread(b, k, 3, j, dh[j] * g[4][j] * Slope(RecurrentActivation, g[3][j]), step.HBefore, dhBefore, inputGradient);
                    break;
                default:
                    UnwindGru(b, k, j, step, dh[j], dhBefore, inputGradient);
                    break;
            }
        }

        return (dhBefore, dcBefore);
    }

    private void UnwindGru(int b, int k, int j, Step step, double dh, double[] dhBefore, double[] inputGradient)
    {
        double[][] g = step.Gate;
        double z = g[0][j], r = g[1][j], hh = g[2][j];
        dhBefore[j] += dh * z;
        Spread(b, k, 0, j, dh * (step.HBefore[j] - hh) * Slope(RecurrentActivation, z), step.HBefore, dhBefore, inputGradient, recurrentBias: true);
        double da = dh * (1 - z) * Slope(Activation, hh);
        if (Cell == CellKind.Gru)
        {
            SpreadInput(b, k, 2, j, da, inputGradient);
            SpreadState(b, k, 2, j, da * r, step.HBefore, dhBefore);
            if (HasBias) Gradients[2][5 * Units + j] += da * r;
            Spread(b, k, 1, j, da * g[3][j] * Slope(RecurrentActivation, r), step.HBefore, dhBefore, inputGradient, recurrentBias: true);
            return;
        }

        SpreadInput(b, k, 2, j, da, inputGradient);
        var dResetHidden = new double[Units];
        SpreadState(b, k, 2, j, da, [.. step.HBefore.Select((value, i) => value * g[1][i])], dResetHidden);
        for (int i = 0; i < Units; i++)
        {
            dhBefore[i] += dResetHidden[i] * g[1][i];
            double dr = dResetHidden[i] * step.HBefore[i] * Slope(RecurrentActivation, g[1][i]);
            Spread(b, k, 1, i, dr, step.HBefore, dhBefore, inputGradient);
        }
    }

    /// <summary>A gradient at a gate's pre-activation goes to weights, state and input.</summary>
    private void Spread(
        int b, int k, int gate, int j, double delta, double[] h, double[] dh, double[] inputGradient, bool recurrentBias = false)
    {
        SpreadInput(b, k, gate, j, delta, inputGradient);
        SpreadState(b, k, gate, j, delta, h, dh);
        if (recurrentBias && Cell == CellKind.Gru && HasBias) Gradients[2][(3 + gate) * Units + j] += delta;
    }

    private void SpreadInput(int b, int k, int gate, int j, double delta, double[] inputGradient)
    {
        int column = gate * Units + j;
        if (HasBias) Gradients[2][column] += delta;
        for (int i = 0; i < Inputs; i++)
        {
            Gradients[0][i * Gates * Units + column] += X(b, k, gate, i) * delta;
            inputGradient[(b * _steps + Time(k)) * Inputs + i] +=
                Weights[0][i * Gates * Units + column] * delta * (InputDropout?[gate][((HasMasksPerStep ? k * _batch : 0) + b) * Inputs + i] ?? 1);
        }
    }

    private void SpreadState(int b, int k, int gate, int j, double delta, double[] h, double[] dh)
    {
        int column = gate * Units + j;
        for (int i = 0; i < Units; i++)
        {
            Gradients[1][i * Gates * Units + column] += h[i] * Drop(b, k, gate, i) * delta;
            dh[i] += Weights[1][i * Gates * Units + column] * delta * Drop(b, k, gate, i);
        }
    }

    /// <summary>One sample at one step.</summary>
    private sealed class Step(int gates, int units, double[] hBefore, double[] cBefore)
    {
        public bool Used { get; init; }

        public double[][] Gate { get; } = [.. Enumerable.Range(0, gates).Select(_ => new double[units])];

        public double[] HBefore { get; } = hBefore;

        public double[] CBefore { get; } = cBefore;

        public double[] H { get; } = new double[units];

        public double[] C { get; } = new double[units];
    }
}
