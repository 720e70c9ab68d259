using Unroll.Configuration;

namespace Unroll.Metrics;

/// <summary>Overlap of given classes: TP / (TP + FP + FN) for each, and the mean of those that occur. Outputs and targets are class numbers.</summary>
public sealed class IoU : OverlapMetric
{
    /// <param name="numClasses">Number of classes.</param>
    /// <param name="targetClassIds">The classes that are looked at.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public IoU(int numClasses, IReadOnlyList<long> targetClassIds) : base(numClasses, targetClassIds)
    {
    }

    /// <summary>True, which is usual: targets are class numbers; false: one-hot rows.</summary>
    public bool SparseYTrue { get => Get(SparseYTrueArgument); init => Set(SparseYTrueArgument, value); }

    /// <summary>True, which is usual: outputs are class numbers; false: the largest output tells the class.</summary>
    public bool SparseYPred { get => Get(SparseYPredArgument); init => Set(SparseYPredArgument, value); }

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, IoU>("IoU")
    {
        Arguments = [.. OverlapArguments, NumClassesArgument, TargetClassIdsArgument, IgnoreClassArgument, SparseYTrueArgument, SparseYPredArgument, LastAxis],
        Make = values => new IoU(values.Get(NumClassesArgument), values.Get(TargetClassIdsArgument)),
    };

    private protected override bool HasSparseTargets => SparseYTrue;

    private protected override bool HasSparseOutputs => SparseYPred;
}

/// <summary>Overlap of all classes: the mean of <see cref="IoU"/> over them.</summary>
public sealed class MeanIoU : OverlapMetric
{
    /// <param name="numClasses">Number of classes.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public MeanIoU(int numClasses) : base(numClasses, null)
    {
    }

    /// <summary>True, which is usual: targets are class numbers; false: one-hot rows.</summary>
    public bool SparseYTrue { get => Get(SparseYTrueArgument); init => Set(SparseYTrueArgument, value); }

    /// <summary>True, which is usual: outputs are class numbers; false: the largest output tells the class.</summary>
    public bool SparseYPred { get => Get(SparseYPredArgument); init => Set(SparseYPredArgument, value); }

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, MeanIoU>("MeanIoU")
    {
        Arguments = [.. OverlapArguments, NumClassesArgument, IgnoreClassArgument, SparseYTrueArgument, SparseYPredArgument, LastAxis],
        Make = values => new MeanIoU(values.Get(NumClassesArgument)),
    };

    private protected override bool HasSparseTargets => SparseYTrue;

    private protected override bool HasSparseOutputs => SparseYPred;
}

/// <summary>Overlap of given classes for one-hot targets; the largest output tells the class.</summary>
public sealed class OneHotIoU : OverlapMetric
{
    /// <param name="numClasses">Number of classes.</param>
    /// <param name="targetClassIds">The classes that are looked at.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public OneHotIoU(int numClasses, IReadOnlyList<long> targetClassIds) : base(numClasses, targetClassIds)
    {
    }

    /// <summary>True: outputs are class numbers; false, which is usual: the largest output tells the class.</summary>
    public bool SparseYPred { get => Get(DenseYPredArgument); init => Set(DenseYPredArgument, value); }

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, OneHotIoU>("OneHotIoU")
    {
        Arguments = [.. OverlapArguments, NumClassesArgument, TargetClassIdsArgument, IgnoreClassArgument, DenseYPredArgument, LastAxis],
        Make = values => new OneHotIoU(values.Get(NumClassesArgument), values.Get(TargetClassIdsArgument)),
    };

    private protected override bool HasSparseTargets => false;

    private protected override bool HasSparseOutputs => SparseYPred;
}

/// <summary>Overlap of all classes for one-hot targets: the mean of <see cref="OneHotIoU"/> over them.</summary>
public sealed class OneHotMeanIoU : OverlapMetric
{
    /// <param name="numClasses">Number of classes.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public OneHotMeanIoU(int numClasses) : base(numClasses, null)
    {
    }

    /// <summary>True: outputs are class numbers; false, which is usual: the largest output tells the class.</summary>
    public bool SparseYPred { get => Get(DenseYPredArgument); init => Set(DenseYPredArgument, value); }

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, OneHotMeanIoU>("OneHotMeanIoU")
    {
        Arguments = [.. OverlapArguments, NumClassesArgument, IgnoreClassArgument, DenseYPredArgument, LastAxis],
        Make = values => new OneHotMeanIoU(values.Get(NumClassesArgument)),
    };

    private protected override bool HasSparseTargets => false;

    private protected override bool HasSparseOutputs => SparseYPred;
}

/// <summary>Overlap of the classes 0 and 1: outputs from a threshold on mean 1, the threshold itself included.</summary>
public sealed class BinaryIoU : OverlapMetric
{
    private static readonly Argument<IReadOnlyList<long>> BothArgument = new("target_class_ids", ArgumentForms.Longs, [0, 1]);
    private static readonly Argument<double> ThresholdArgument = Argument.Number("threshold", 0.5);

    /// <param name="targetClassIds">The classes that are looked at; null: both.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is neither 0 nor 1.</exception>
    public BinaryIoU(IReadOnlyList<long>? targetClassIds = null) : base(2, targetClassIds ?? [0, 1])
    {
    }

    /// <summary>Outputs from it on mean 1.</summary>
    public double Threshold { get => Get(ThresholdArgument); init => Set(ThresholdArgument, value); }

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, BinaryIoU>("BinaryIoU")
    {
        Arguments = [.. OverlapArguments, BothArgument, ThresholdArgument],
        Make = values => new BinaryIoU(values.Get(BothArgument)),
    };

    private protected override bool HasSparseTargets => true;

    private protected override bool HasSparseOutputs => true;

    private protected override float ClassOf(float output) => output >= (float)Threshold ? 1 : 0;
}
