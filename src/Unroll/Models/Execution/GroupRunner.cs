using System.Runtime.CompilerServices;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Losses;

namespace Unroll.Models.Execution;

/// <summary>Takes one group of rows at a time through all layers, in buffers of its own.</summary>
internal sealed partial class GroupRunner
{
    private readonly LayerProgram[] _programs;
    private readonly LayerBuffers[] _buffers;
    private readonly LayerBuffers _input;
    private readonly int _lowest, _steps, _features;
    private readonly bool _isIds;

    /// <param name="programs">The layers.</param>
    /// <param name="lowest">The first layer that learns.</param>
    /// <param name="arena">Memory.</param>
    /// <param name="steps">Time steps of the input.</param>
    /// <param name="features">Features of the input.</param>
    /// <param name="isIds">Whether the input is token ids.</param>
    public GroupRunner(LayerProgram[] programs, int lowest, Arena arena, int steps, int features, bool isIds)
    {
        (_programs, _lowest) = (programs, lowest);
        (_steps, _features, _isIds) = (steps, features, isIds);
        _buffers = [.. programs.Select(program => program.CreateBuffers(arena))];
        Group.Steps = steps;
        if (isIds) Group.Ids = new int[BatchGroup.MaxLanes * steps];
        _input = new LayerBuffers
        {
            Output = isIds ? default : arena.Allocate((long)steps * RecurrentSequence.Stride(features, BatchGroup.MaxLanes)),
        };
    }

    public BatchGroup Group { get; } = new();

    /// <summary>Takes rows order[start] … of the data as the group's rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Load(Inputs inputs, ReadOnlySpan<int> order, int firstRow, int rows, int lanes)
    {
        Group.FirstRow = firstRow;
        Group.Rows = rows;
        Group.Lanes = lanes;
        if (_isIds)
        {
            int[] data = inputs.Ids!;
            for (int lane = 0; lane < lanes; lane++)
            {
                Span<int> target = Group.Ids.AsSpan(lane * _steps, _steps);
                if (lane < rows) data.AsSpan(order[lane] * _steps, _steps).CopyTo(target);
                else target.Clear();
            }

            return;
        }

        Span<float> features = _input.Output.Span;
        int stride = RecurrentSequence.Stride(_features, lanes), size = _steps * _features;
        for (int lane = 0; lane < lanes; lane++)
        {
            ReadOnlySpan<float> row = lane < rows ? inputs.Values.AsSpan(order[lane] * size, size) : default;
            for (int t = 0; t < _steps; t++)
            {
                for (int f = 0; f < _features; f++)
                    features[t * stride + f * lanes + lane] = row.IsEmpty ? 0 : row[t * _features + f];
            }
        }
    }

    public void Forward()
    {
        LayerBuffers input = _input;
        for (int i = 0; i < _programs.Length; i++)
        {
            _programs[i].Forward(_buffers[i], input, Group);
            input = _buffers[i];
        }
    }

    public void Backward()
    {
        for (int i = _programs.Length - 1; i >= _lowest; i--)
            _programs[i].Backward(_buffers[i], i == 0 ? _input : _buffers[i - 1], Group);
    }

    public void AddSharedGradients()
    {
        for (int i = _programs.Length - 1; i >= _lowest; i--) _programs[i].AddSharedGradients(_buffers[i], Group);
    }

    /// <summary>Copies the output of the group's rows, row-major.</summary>
    public void CopyOutput(OutputShape shape, Span<float> target)
    {
        ReadOnlySpan<float> output = _buffers[^1].Output.Span;
        int stride = RecurrentSequence.Stride(shape.Units, Group.Lanes);
        for (int row = 0; row < Group.Rows; row++)
        {
            for (int t = 0; t < shape.Steps; t++)
            {
                for (int j = 0; j < shape.Units; j++)
                    target[row * shape.Size + t * shape.Units + j] = output[t * stride + j * Group.Lanes + row];
            }
        }
    }

    /// <summary>
    /// Losses of the group's rows and how much of each was answered right; in training also the gradient at the output.
    /// </summary>
    /// <param name="loss">The loss.</param>
    /// <param name="isLogit">Whether the last layer leaves its sigmoid to the loss.</param>
    /// <param name="shape">Shape of one row's output.</param>
    /// <param name="targets">All targets, row-major.</param>
    /// <param name="order">Data rows of the group's rows.</param>
    /// <param name="batchRows">Rows of the whole batch: the loss is their mean.</param>
    /// <param name="results">One entry per row of the group.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Score(
        ElementwiseLoss loss, bool isLogit, OutputShape shape, float[] targets, ReadOnlySpan<int> order, int batchRows, Span<RowResult> results)
    {
        LayerBuffers last = _buffers[^1];
        ReadOnlySpan<float> output = last.Output.Span;
        Span<float> gradient = last.OutputGradient.Span;
        bool training = !gradient.IsEmpty;
        if (training) gradient.Clear(); // rows that pad the group count for nothing
        int lanes = Group.Lanes, stride = RecurrentSequence.Stride(shape.Units, lanes);
        double scale = 1.0 / ((double)batchRows * shape.Size);
        for (int row = 0; row < Group.Rows; row++)
        {
            ReadOnlySpan<float> target = targets.AsSpan(order[row] * shape.Size, shape.Size);
            double sum = 0;
            int right = 0;
            for (int t = 0; t < shape.Steps; t++)
            {
                int bestOutput = 0, bestTarget = 0;
                float highest = float.NegativeInfinity;
                for (int j = 0; j < shape.Units; j++)
                {
                    int at = t * stride + j * lanes + row;
                    float wanted = target[t * shape.Units + j];
                    (double value, float prediction, double slope) = loss.Evaluate(output[at], wanted, isLogit);
                    sum += value;
                    if (training) gradient[at] = (float)(slope * scale);
                    if (shape.Units == 1)
                    {
                        if ((prediction > 0.5f ? 1f : 0f) == wanted) right++;
                        continue;
                    }

                    if (prediction > highest) (highest, bestOutput) = (prediction, j);
                    if (wanted > target[t * shape.Units + bestTarget]) bestTarget = j;
                }

                if (shape.Units > 1 && bestOutput == bestTarget) right++;
            }

            results[row] = new RowResult(sum / shape.Size, (double)right / shape.Steps);
        }
    }
}

/// <summary>Shape of the output for one row of a batch.</summary>
/// <param name="Steps">Time steps; 1 without time.</param>
/// <param name="Units">Outputs per step.</param>
/// <param name="HasTime">Whether time is a dimension of its own.</param>
internal readonly record struct OutputShape(int Steps, int Units, bool HasTime)
{
    public int Size => Steps * Units;
}

/// <summary>Loss and share of right answers of one row.</summary>
internal readonly record struct RowResult(double Loss, double Accuracy);
