using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Formulas;

/// <summary>A formula's weights as its instructions read them.</summary>
internal sealed class FormulaWeights
{
    private readonly FormulaPlan _plan;

    public FormulaWeights(Arena arena, VectorWidth width, FormulaPlan plan)
    {
        _plan = plan;
        Products = [.. plan.Products.Select(product => new PackedWeights(arena, width, product.Operands.Sum(operand => operand.Features), product.Width))];
        Biases = [.. plan.Products.Select(product => product.Adds ? default : arena.Allocate(product.Width))];
        Transposed = [.. plan.Transposed.Select(product => new PackedWeights(arena, width, product.Depth, product.Width))];
        Constants = arena.Allocate(plan.ConstantRows);
        foreach ((int row, int features, float value) in plan.Numbers) Constants.Slice(row, features).Span.Fill(value);
    }

    /// <summary>Operands' rows above each other, forms side by side.</summary>
    public PackedWeights[] Products { get; }

    /// <summary>What the products' sums start from.</summary>
    public Block[] Biases { get; }

    public PackedWeights[] Transposed { get; }

    /// <summary>A number for each row of the constants.</summary>
    public Block Constants { get; }

    /// <summary>Takes over the weights as they are now: row-major matrices and vectors.</summary>
    public void Pack(ReadOnlySpan<Block> weights)
    {
        if (weights.Length != _plan.Weights.Length)
            throw new ArgumentException($"The formula has {_plan.Weights.Length} weights, not {weights.Length}.", nameof(weights));
        for (int i = 0; i < Products.Length; i++)
        {
            FormulaProduct product = _plan.Products[i];
            foreach (FormulaPart part in product.Parts)
            {
                (int rows, int columns) = _plan.Weights[part.Weight];
                Products[i].PackRectangle(
                    weights[part.Weight], part.Column, columns, 1, part.PackedRow, rows, part.PackedColumn, part.Columns, part.Factor);
            }

            if (product.Adds) continue;
            Biases[i].Clear();
            foreach (FormulaVector bias in product.Biases) Add(weights, bias, Biases[i]);
        }

        for (int i = 0; i < Transposed.Length; i++)
        {
            foreach (FormulaPart part in _plan.Transposed[i].Parts)
            {
                (int rows, int columns) = _plan.Weights[part.Weight];
                Transposed[i].PackRectangle(
                    weights[part.Weight], part.Column, 1, columns, part.PackedRow, part.Columns, part.PackedColumn, rows, part.Factor);
            }
        }

        foreach (FormulaVector vector in _plan.Vectors)
            weights[vector.Weight].Slice(vector.First, vector.Features).Span.CopyTo(Constants.Slice(vector.Row, vector.Features).Span);
    }

    private static void Add(ReadOnlySpan<Block> weights, FormulaVector vector, Block target)
    {
        ReadOnlySpan<float> from = weights[vector.Weight].Slice(vector.First, vector.Features).Span;
        Span<float> to = target.Slice(vector.Row, vector.Features).Span;
        for (int i = 0; i < to.Length; i++) to[i] += from[i] * vector.Factor;
    }
}
