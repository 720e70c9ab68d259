using Unroll.Configuration;
using Unroll.Kernels.Math;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Schedules;

namespace Unroll.Optimizers;


/// <summary>
/// Muon (Jordan et al. 2024): a matrix steps along its momentum m = μ·m + g with all singular values drawn to about 1 by
/// Newton–Schulz steps X ← aX + (bA + cA²)X, A = XXᵀ, times √(larger side)·rms_rate. Everything else (vectors, weights of
/// higher rank, embeddings) is Adam's. Matrices decay by <see cref="Optimizer.WeightDecay"/>, the others by
/// <see cref="AdamWeightDecay"/>, both 0.004 unless said otherwise.
/// </summary>
public sealed class Muon : KernelOptimizer
{
    private static readonly Argument<double>
        AdamBeta1Argument = Argument.Number("adam_beta_1", 0.9).Share().KeywordOnly(),
        AdamBeta2Argument = Argument.Number("adam_beta_2", 0.999).Share().KeywordOnly(),
        EpsilonArgument = Argument.Number("epsilon", 1e-7).AtLeast(0.0).KeywordOnly(),
        AArgument = Argument.Number("muon_a", 3.4445).KeywordOnly(),
        BArgument = Argument.Number("muon_b", -4.775).KeywordOnly(),
        CArgument = Argument.Number("muon_c", 2.0315).KeywordOnly(),
        AdamLrRatioArgument = Argument.Number("adam_lr_ratio", 1).AtLeast(0.0).KeywordOnly(),
        MomentumArgument = Argument.Number("momentum", 0.95).Between(0, 1).KeywordOnly();

    private static readonly Argument<IReadOnlyList<string>> ExcludeLayersArgument = PathPattern.Check(Argument.Texts("exclude_layers", [])).KeywordOnly();

    private static readonly Argument<int> NsStepsArgument = Argument.Whole("ns_steps", 5).AtLeast(0).KeywordOnly();

    private static readonly Argument<bool>
        NesterovArgument = Argument.Flag("nesterov", true).KeywordOnly(), ExcludeEmbeddingsArgument = Argument.Flag("exclude_embeddings", true).KeywordOnly();

    private static readonly Argument<double?>
        AdamWeightDecayArgument = Argument.OptionalNumber("adam_weight_decay").AtLeast(0.0).KeywordOnly(),
        RmsRateArgument = Argument.OptionalNumber("rms_rate").AtLeast(0.0).KeywordOnly();

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size or schedule; null: 0.001.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step size is negative or not finite.</exception>
    public Muon(LearningRateSchedule? learningRate = null) : base(learningRate ?? 0.001) =>
        (WeightDecay, AdamWeightDecay, RmsRate) = (0.004, 0.004, 0.2);

    /// <summary>Decay of Adam's mean of gradients, 0 to below 1.</summary>
    public double AdamBeta1 { get => Get(AdamBeta1Argument); init => Set(AdamBeta1Argument, value); }

    /// <summary>Decay of Adam's mean of squared gradients, 0 to below 1.</summary>
    public double AdamBeta2 { get => Get(AdamBeta2Argument); init => Set(AdamBeta2Argument, value); }

    /// <summary>Added to Adam's root; 0 or more.</summary>
    public double Epsilon { get => Get(EpsilonArgument); init => Set(EpsilonArgument, value); }

    /// <summary>Matrices that are left to Adam: regular expressions that are looked for in names of layer and weight, <c>dense/kernel</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is no regular expression without look-around and back references.</exception>
    public IReadOnlyList<string> ExcludeLayers { get => Get(ExcludeLayersArgument); init => Set(ExcludeLayersArgument, value); }

    /// <summary>Factor a of a Newton–Schulz step.</summary>
    public double MuonA { get => Get(AArgument); init => Set(AArgument, value); }

    /// <summary>Factor b of a Newton–Schulz step.</summary>
    public double MuonB { get => Get(BArgument); init => Set(BArgument, value); }

    /// <summary>Factor c of a Newton–Schulz step.</summary>
    public double MuonC { get => Get(CArgument); init => Set(CArgument, value); }

    /// <summary>Adam's share of the learning rate, 0 or more.</summary>
    public double AdamLrRatio { get => Get(AdamLrRatioArgument); init => Set(AdamLrRatioArgument, value); }

    /// <summary>Share of a matrix' momentum that stays, 0 to 1.</summary>
    public double Momentum { get => Get(MomentumArgument); init => Set(MomentumArgument, value); }

    /// <summary>Number of Newton–Schulz steps.</summary>
    public int NsSteps { get => Get(NsStepsArgument); init => Set(NsStepsArgument, value); }

    /// <summary>True: looks ahead along the momentum.</summary>
    public bool Nesterov { get => Get(NesterovArgument); init => Set(NesterovArgument, value); }

    /// <summary>True: what has "embedding" in its name is left to Adam.</summary>
    public bool ExcludeEmbeddings { get => Get(ExcludeEmbeddingsArgument); init => Set(ExcludeEmbeddingsArgument, value); }

    /// <summary>As <see cref="Optimizer.WeightDecay"/>, for the weights that are Adam's.</summary>
    public double? AdamWeightDecay { get => Get(AdamWeightDecayArgument); init => Set(AdamWeightDecayArgument, value); }

    /// <summary>Steps of a matrix are multiplied by this and the root of its larger side; null: they are not.</summary>
    public double? RmsRate { get => Get(RmsRateArgument); init => Set(RmsRateArgument, value); }

    internal static Registration<Optimizer> Registration { get; } = new Registration<Optimizer, Muon>("Muon")
    {
        Arguments =
        [
            .. CommonArguments, AdamBeta1Argument, AdamBeta2Argument, EpsilonArgument, ExcludeLayersArgument, AArgument, BArgument, CArgument,
            AdamLrRatioArgument, MomentumArgument, NsStepsArgument, NesterovArgument, ExcludeEmbeddingsArgument, AdamWeightDecayArgument, RmsRateArgument,
        ],
        Make = _ => new Muon(),
    };

    /// <summary>Two for a weight that is Adam's, one for a matrix.</summary>
    public override int SlotCount => 2;

    /// <inheritdoc/>
    protected override string DefaultName => "muon";

    internal override IReadOnlyList<SlotForm> SlotsOf(WeightForm weight) =>
        Orthogonalizes(weight) ? [new SlotForm(weight.Shape)] : [new SlotForm(weight.Shape), new SlotForm(weight.Shape)];

    internal override long ScratchOf(WeightForm weight) => Orthogonalizes(weight) ? UpdateKernels.MuonScratch(weight.Shape[0], weight.Shape[1]) : 0;

    internal override double? DecayOf(WeightForm weight) =>
        IsExcludedFromDecay(weight.Path) ? null : Orthogonalizes(weight) ? WeightDecay : AdamWeightDecay;

    internal override void Update(VectorWidth width, long iteration, WeightForm form, Block weights, Block gradient, ReadOnlySpan<Block> slots)
    {
        double rate = RateAt(iteration);
        if (Orthogonalizes(form))
        {
            (int rows, int columns) = (form.Shape[0], form.Shape[1]);
            double scale = RmsRate is { } rms ? rms * Math.Sqrt(Math.Max(rows, columns)) : 1;
            var step = new UpdateKernels.MuonStep((float)(rate * scale), (float)Momentum, Nesterov, NsSteps, (float)MuonA, (float)MuonB, (float)MuonC);
            UpdateKernels.Muon(width, step, weights, gradient, slots[0], slots[1], rows, columns);
        }
        else
        {
            rate *= AdamLrRatio * Math.Sqrt(1 - Portable.Power(AdamBeta2, iteration)) / (1 - Portable.Power(AdamBeta1, iteration));
            UpdateKernels.Adam(
                width, new((float)rate, (float)(1 - AdamBeta1), (float)AdamBeta2, (float)(1 - AdamBeta2), (float)Epsilon), weights, gradient,
                slots[0], slots[1], default);
        }
    }

    private bool Orthogonalizes(WeightForm weight) =>
        weight.Shape.Length == 2 && !(ExcludeEmbeddings && weight.Path.Contains("embedding", StringComparison.OrdinalIgnoreCase))
        && !PathPattern.Matches(ExcludeLayers, weight.Path);
}
