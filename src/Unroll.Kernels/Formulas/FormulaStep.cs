using System.Runtime.CompilerServices;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Math;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Formulas;

/// <summary>One instruction of a formula on arrays in memory: a single choice, then a loop.</summary>
internal static unsafe class FormulaStep<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Runs what is no product.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in FormulaInstruction instruction, float* a, float* b, float* c, float* target, int lanes)
    {
        int features = instruction.Features, size = features * lanes;
        bool adds = instruction.Adds;
        switch (instruction.Code)
        {
            case FormulaCode.Copy: Buffer.MemoryCopy(a, target, size * sizeof(float), size * sizeof(float)); break;
            case FormulaCode.Clear: new Span<float>(target, size).Clear(); break;
            case FormulaCode.Affine: FormulaPasses<TSimd, TVector>.Affine(a, target, size, instruction.Scale, instruction.Offset, adds); break;
            case FormulaCode.Add: FormulaPasses<TSimd, TVector>.Two<AddOperator>(a, b, target, size); break;
            case FormulaCode.Subtract: FormulaPasses<TSimd, TVector>.Two<SubtractOperator>(a, b, target, size); break;
            case FormulaCode.Multiply: FormulaPasses<TSimd, TVector>.Two<MultiplyOperator>(a, b, target, size); break;
            case FormulaCode.Divide: FormulaPasses<TSimd, TVector>.Two<DivideOperator>(a, b, target, size); break;
            case FormulaCode.Minimum: FormulaPasses<TSimd, TVector>.Two<MinimumOperator>(a, b, target, size); break;
            case FormulaCode.Maximum: FormulaPasses<TSimd, TVector>.Two<MaximumOperator>(a, b, target, size); break;
            case FormulaCode.Fma: FormulaPasses<TSimd, TVector>.Three<FmaOperator>(a, b, c, target, size); break;
            case FormulaCode.FmaNegated: FormulaPasses<TSimd, TVector>.Three<FmaNegatedOperator>(a, b, c, target, size); break;
            case FormulaCode.WhereGreater: Where<WhereGreaterOperator>(a, b, c, target, size, adds); break;
            case FormulaCode.WhereNotGreater: Where<WhereNotGreaterOperator>(a, b, c, target, size, adds); break;
            case FormulaCode.Sum: FormulaPasses<TSimd, TVector>.Sum(a, features, lanes, target, adds); break;
            case FormulaCode.Broadcast: FormulaPasses<TSimd, TVector>.Broadcast(a, features, lanes, target, adds); break;

            case FormulaCode.Tanh: FormulaPasses<TSimd, TVector>.Activation<TanhActivation>(a, target, size, VectorMath<TSimd, TVector>.TanhScale); break;
            case FormulaCode.Sigmoid: FormulaPasses<TSimd, TVector>.Activation<SigmoidActivation>(a, target, size, VectorMath<TSimd, TVector>.SigmoidScale); break;
            case FormulaCode.ScaledTanh: FormulaPasses<TSimd, TVector>.Activation<TanhActivation>(a, target, size, 1); break;
            case FormulaCode.ScaledSigmoid: FormulaPasses<TSimd, TVector>.Activation<SigmoidActivation>(a, target, size, 1); break;
            case FormulaCode.Relu: FormulaPasses<TSimd, TVector>.Function<ReluActivation>(a, target, size); break;
            case FormulaCode.HardSigmoid: FormulaPasses<TSimd, TVector>.Function<HardSigmoidActivation>(a, target, size); break;
            case FormulaCode.HardSigmoidKeras2: FormulaPasses<TSimd, TVector>.Function<HardSigmoidKeras2Activation>(a, target, size); break;
            case FormulaCode.Softsign: FormulaPasses<TSimd, TVector>.Function<SoftsignActivation>(a, target, size); break;
            case FormulaCode.Exp: FormulaPasses<TSimd, TVector>.Function<ExpFunction>(a, target, size); break;
            case FormulaCode.Log: FormulaPasses<TSimd, TVector>.Function<LogFunction>(a, target, size); break;
            case FormulaCode.Sqrt: FormulaPasses<TSimd, TVector>.Function<SqrtFunction>(a, target, size); break;
            case FormulaCode.Square: FormulaPasses<TSimd, TVector>.Function<SquareFunction>(a, target, size); break;
            case FormulaCode.Abs: FormulaPasses<TSimd, TVector>.Function<AbsFunction>(a, target, size); break;
            case FormulaCode.Softplus: FormulaPasses<TSimd, TVector>.Function<SoftplusFunction>(a, target, size); break;
            case FormulaCode.Reciprocal: FormulaPasses<TSimd, TVector>.Function<ReciprocalFunction>(a, target, size); break;

            case FormulaCode.TanhSlope: FormulaPasses<TSimd, TVector>.Slope<TanhActivation>(a, b, target, size, adds); break;
            case FormulaCode.SigmoidSlope: FormulaPasses<TSimd, TVector>.Slope<SigmoidActivation>(a, b, target, size, adds); break;
            case FormulaCode.ReluSlope: FormulaPasses<TSimd, TVector>.Slope<ReluActivation>(a, b, target, size, adds); break;
            case FormulaCode.HardSigmoidSlope: FormulaPasses<TSimd, TVector>.Slope<HardSigmoidActivation>(a, b, target, size, adds); break;
            case FormulaCode.HardSigmoidKeras2Slope: FormulaPasses<TSimd, TVector>.Slope<HardSigmoidKeras2Activation>(a, b, target, size, adds); break;
            case FormulaCode.SoftsignSlope: FormulaPasses<TSimd, TVector>.Slope<SoftsignActivation>(a, b, target, size, adds); break;
            case FormulaCode.LogSlope: FormulaPasses<TSimd, TVector>.Slope<LogFunction>(a, b, target, size, adds); break;
            case FormulaCode.SqrtSlope: FormulaPasses<TSimd, TVector>.Slope<SqrtFunction>(a, b, target, size, adds); break;
            case FormulaCode.SquareSlope: FormulaPasses<TSimd, TVector>.Slope<SquareFunction>(a, b, target, size, adds); break;
            case FormulaCode.AbsSlope: FormulaPasses<TSimd, TVector>.Slope<AbsFunction>(a, b, target, size, adds); break;
            case FormulaCode.SoftplusSlope: FormulaPasses<TSimd, TVector>.Slope<SoftplusFunction>(a, b, target, size, adds); break;
            case FormulaCode.ReciprocalSlope: FormulaPasses<TSimd, TVector>.Slope<ReciprocalFunction>(a, b, target, size, adds); break;
            default: throw new ArgumentOutOfRangeException(nameof(instruction), instruction.Code, "A formula has no such instruction.");
        }
    }

    private static void Where<TOperator>(float* a, float* b, float* c, float* target, int size, bool adds)
        where TOperator : struct, IFormulaOperator
    {
        if (adds) FormulaPasses<TSimd, TVector>.AddThree<TOperator>(a, b, c, target, size);
        else FormulaPasses<TSimd, TVector>.Three<TOperator>(a, b, c, target, size);
    }
}
