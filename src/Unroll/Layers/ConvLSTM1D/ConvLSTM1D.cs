using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Execution;
using Unroll.Initializers;
using Unroll.Kernels.Activation;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>
/// An LSTM whose products are convolutions (Shi et al. 2015), for sequences of rows of places: <c>[B, T, L, C] → [B, L', F]</c>, or
/// <c>[B, T, L', F]</c> with <see cref="ReturnSequences"/>. At every time step <c>z = conv(x, K) + conv(h, R) + b</c>, gates in the
/// order i, f, c, o: <c>c' = f·c + i·activation(zc)</c>, <c>h' = o·activation(c')</c>. The convolution of the input has strides,
/// padding and dilation; that of the state has stride 1 and keeps its length L'. States are <c>[B, L', F]</c>. Weights: kernel
/// <c>[k, C, 4F]</c>, recurrent kernel <c>[k, F, 4F]</c>, bias <c>[4F]</c>.
/// </summary>
public sealed class ConvLSTM1D : Layer, IRecurrentLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="filters">Features that come out.</param>
    /// <param name="kernelSize">Places that a filter sees.</param>
    /// <param name="strides">Places from one window to the next.</param>
    /// <param name="padding">What windows do at the ends of a row; not causal.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or larger than 1,048,576.</exception>
    public ConvLSTM1D(int filters, int kernelSize, int strides = 1, WindowPadding padding = WindowPadding.Valid) =>
        (Filters, KernelSize, Strides, Padding) = (filters, kernelSize, strides, padding);

    /// <inheritdoc/>
    public override string ClassName => "ConvLSTM1D";

    /// <summary>Features that come out, and those of the states.</summary>
    public int Filters { get => Get(ConvolutionLayer.FiltersArgument); init => Set(ConvolutionLayer.FiltersArgument, value); }

    /// <summary>Places that a filter sees.</summary>
    public int KernelSize { get => Get(ConvolutionLayer.KernelSizeArgument); init => Set(ConvolutionLayer.KernelSizeArgument, value); }

    /// <summary>Places from one window over the input to the next.</summary>
    public int Strides { get => Get(ConvolutionLayer.StridesArgument); init => Set(ConvolutionLayer.StridesArgument, value); }

    /// <summary>What windows over the input do at the ends of a row.</summary>
    public WindowPadding Padding { get => Get(ConvolutionLayer.PaddingArgument); init => Set(ConvolutionLayer.PaddingArgument, value); }

    /// <summary>Places from one place of a window over the input to the next.</summary>
    public int DilationRate { get => Get(ConvolutionLayer.DilationRateArgument); init => Set(ConvolutionLayer.DilationRateArgument, value); }

    /// <summary>Activation of the new state; default tanh.</summary>
    public Activation Activation { get => Get(RecurrentArguments.ActivationArgument); init => Set(RecurrentArguments.ActivationArgument, value); }

    /// <summary>Activation of the gates; default sigmoid.</summary>
    public Activation RecurrentActivation { get => Get(RecurrentArguments.RecurrentActivationArgument); init => Set(RecurrentArguments.RecurrentActivationArgument, value); }

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get => Get(RecurrentArguments.UseBiasArgument); init => Set(RecurrentArguments.UseBiasArgument, value); }

    /// <summary>First values of the kernel.</summary>
    public Initializer KernelInitializer { get => Get(RecurrentArguments.KernelInitializerArgument); init => Set(RecurrentArguments.KernelInitializerArgument, value); }

    /// <summary>First values of the recurrent kernel.</summary>
    public Initializer RecurrentInitializer { get => Get(RecurrentArguments.RecurrentInitializerArgument); init => Set(RecurrentArguments.RecurrentInitializerArgument, value); }

    /// <summary>First values of the bias.</summary>
    public Initializer BiasInitializer { get => Get(RecurrentArguments.BiasInitializerArgument); init => Set(RecurrentArguments.BiasInitializerArgument, value); }

    /// <inheritdoc cref="LSTM.UnitForgetBias"/>
    public bool UnitForgetBias { get => Get(LSTM.UnitForgetBiasArgument); init => Set(LSTM.UnitForgetBiasArgument, value); }

    /// <summary>What the kernel adds to the loss; null: nothing.</summary>
    public Regularizer? KernelRegularizer { get => Get(RecurrentArguments.KernelRegularizerArgument); init => Set(RecurrentArguments.KernelRegularizerArgument, value); }

    /// <summary>What the recurrent kernel adds to the loss; null: nothing.</summary>
    public Regularizer? RecurrentRegularizer { get => Get(RecurrentArguments.RecurrentRegularizerArgument); init => Set(RecurrentArguments.RecurrentRegularizerArgument, value); }

    /// <summary>What the bias adds to the loss; null: nothing.</summary>
    public Regularizer? BiasRegularizer { get => Get(RecurrentArguments.BiasRegularizerArgument); init => Set(RecurrentArguments.BiasRegularizerArgument, value); }

    /// <summary>What the output adds to the loss, row by row and divided by the rows of the batch; null: nothing.</summary>
    public Regularizer? ActivityRegularizer { get => Get(ActivityRegularizerArgument); init => Set(ActivityRegularizerArgument, value); }

    /// <summary>What the kernel is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? KernelConstraint { get => Get(RecurrentArguments.KernelConstraintArgument); init => Set(RecurrentArguments.KernelConstraintArgument, value); }

    /// <summary>What the recurrent kernel is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? RecurrentConstraint { get => Get(RecurrentArguments.RecurrentConstraintArgument); init => Set(RecurrentArguments.RecurrentConstraintArgument, value); }

    /// <summary>What the bias is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? BiasConstraint { get => Get(RecurrentArguments.BiasConstraintArgument); init => Set(RecurrentArguments.BiasConstraintArgument, value); }

    /// <summary>Share of the inputs that is set to zero in training; one mask per batch row and place, the same at all time steps. A rate of 1 has no effect.</summary>
    public double Dropout { get => Get(RecurrentArguments.DropoutArgument); init => Set(RecurrentArguments.DropoutArgument, value); }

    /// <summary>The same for the hidden state that enters its convolution.</summary>
    public double RecurrentDropout { get => Get(RecurrentArguments.RecurrentDropoutArgument); init => Set(RecurrentArguments.RecurrentDropoutArgument, value); }

    /// <summary>True: the output has every step; false: the last.</summary>
    public bool ReturnSequences { get => Get(RecurrentLayer.ReturnSequencesArgument); init => Set(RecurrentLayer.ReturnSequencesArgument, value); }

    /// <summary>True: the states after the last step are put out, too: the hidden state and that of the cell.</summary>
    public bool ReturnState { get => Get(RecurrentLayer.ReturnStateArgument); init => Set(RecurrentLayer.ReturnStateArgument, value); }

    /// <summary>True: a batch goes on from the states that the batch before left, row by row, until they are reset.</summary>
    public bool Stateful { get => Get(RecurrentLayer.StatefulArgument); init => Set(RecurrentLayer.StatefulArgument, value); }

    /// <summary>True: reads the sequence from its end; outputs are in the order of reading.</summary>
    public bool GoBackwards { get => Get(RecurrentLayer.GoBackwardsArgument); init => Set(RecurrentLayer.GoBackwardsArgument, value); }

    /// <summary>True: the output of a masked step is 0; false: it repeats the output before. The states are held either way.</summary>
    public bool ZeroOutputForMask { get => Get(RecurrentLayer.ZeroOutputForMaskArgument); init => Set(RecurrentLayer.ZeroOutputForMaskArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, ConvLSTM1D>("ConvLSTM1D")
    {
        Arguments =
        [
            .. CommonArguments, .. RecurrentLayer.SequenceArguments, ConvolutionLayer.FiltersArgument, ConvolutionLayer.KernelSizeArgument,
            ConvolutionLayer.StridesArgument, ConvolutionLayer.PaddingArgument, ConvolutionLayer.DataFormat, ConvolutionLayer.DilationRateArgument,
            RecurrentArguments.ActivationArgument, RecurrentArguments.RecurrentActivationArgument, RecurrentArguments.UseBiasArgument,
            RecurrentArguments.KernelInitializerArgument, RecurrentArguments.RecurrentInitializerArgument, RecurrentArguments.BiasInitializerArgument,
            LSTM.UnitForgetBiasArgument, RecurrentArguments.KernelRegularizerArgument, RecurrentArguments.RecurrentRegularizerArgument,
            RecurrentArguments.BiasRegularizerArgument, ActivityRegularizerArgument, RecurrentArguments.KernelConstraintArgument,
            RecurrentArguments.RecurrentConstraintArgument, RecurrentArguments.BiasConstraintArgument, RecurrentArguments.DropoutArgument,
            RecurrentArguments.RecurrentDropoutArgument, Argument.Ignored("seed", null),
        ],
        Positional =
        [
            ConvolutionLayer.FiltersArgument, ConvolutionLayer.KernelSizeArgument, ConvolutionLayer.StridesArgument, ConvolutionLayer.PaddingArgument,
        ],
        Make = a => new ConvLSTM1D(a.Get(ConvolutionLayer.FiltersArgument), a.Get(ConvolutionLayer.KernelSizeArgument)),
    };

    int IRecurrentLayer.StateCount => StateCount;

    int IRecurrentLayer.OutputFeatures => Filters;

    internal override bool HandsOnMask(int output) => ReturnSequences && output == 0;

    internal override bool GoesOnFromBatchToBatch => Stateful;

    internal override Regularizer? OutputRegularizer => ActivityRegularizer;

    internal override IEnumerable<string> WeightPaths => Parameters.Select((_, i) => $"cell/vars/{i}");

    /// <summary>Windows over the input.</summary>
    internal TimeWindow Window => new(KernelSize, Strides, DilationRate, Padding);

    /// <summary>Windows over the state.</summary>
    internal TimeWindow StateWindow => new(KernelSize, 1, 1, WindowPadding.Same);

    /// <summary>What a stateful layer remembers; null: nothing.</summary>
    internal RecurrentStates? States => Stateful ? field ??= new RecurrentStates() : null;

    private static int StateCount => 2;

    /// <summary>Calls the layer on a sequence, with states to begin with.</summary>
    /// <param name="sequence"><c>[B, T, L, C]</c>.</param>
    /// <param name="initialState">The states before the first step, <c>[B, L', F]</c> each: the hidden state and that of the cell.</param>
    /// <param name="mask"><c>[B, T]</c>: 0 where a step is to be skipped. As in Keras a call with initial states skips no steps unless it is told to.</param>
    /// <returns>The output; with <c>ReturnState</c> behind it the states after the last step.</returns>
    /// <exception cref="ArgumentException">Number or shapes of the states don't fit.</exception>
    public Symbols Call(Symbol sequence, Symbols? initialState = null, Symbol? mask = null) =>
        AddCall(RecurrentInputs.Arguments(sequence, initialState, mask));

    /// <inheritdoc/>
    public override void ResetStates() => States?.Reset();

    IRecurrentLayer IRecurrentLayer.Twin(bool goBackwards, bool zeroOutputForMask)
    {
        var twin = new ConvLSTM1D(Filters, KernelSize);
        twin.TakeAll(this);
        twin.Rename("");
        twin.Set(RecurrentLayer.GoBackwardsArgument, goBackwards);
        twin.Set(RecurrentLayer.ZeroOutputForMaskArgument, zeroOutputForMask);
        return twin;
    }

    internal override LayerProgram CreateProgram(ProgramContext context) => new ConvLSTMProgram(this, context, RecurrentInputs.Of(context));

    internal override (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) => weight switch
    {
        "kernel" => (KernelRegularizer, KernelConstraint),
        "recurrent_kernel" => (RecurrentRegularizer, RecurrentConstraint),
        _ => (BiasRegularizer, BiasConstraint),
    };

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
        foreach (Activation activation in new[] { Activation, RecurrentActivation })
        {
            if (activation.Kind is null or ActivationKind.Softmax)
                throw new ArgumentException($"{ClassName} '{Name}' can't have the activation '{activation.Name}'; tanh, sigmoid, relu, hard_sigmoid, softsign and linear are possible.");
        }

        int columns = checked(4 * Filters);
        yield return ("kernel", [KernelSize, Channels(inputShape), columns], KernelInitializer);
        yield return ("recurrent_kernel", [KernelSize, Filters, columns], RecurrentInitializer);
        if (UseBias) yield return ("bias", [columns], UnitForgetBias ? new LSTM.ForgetBias(BiasInitializer, Filters) : BiasInitializer);
    }

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs)
    {
        Channels(inputs.First);
        int? places = Window.Count(inputs.First[1]);
        if (places is <= 0) throw WrongInput(inputs.First, $"rows that a window of {KernelSize} place(s), {DilationRate} apart, fits into");
        IReadOnlyList<int?> state = [places, Filters];
        RequireStates(inputs, state);
        IReadOnlyList<int?> output = ReturnSequences ? [inputs.First[0], .. state] : state;
        return ReturnState ? [output, state, state] : [output];
    }

    private void RequireStates(CallInputs inputs, IReadOnlyList<int?> state)
    {
        int given = inputs.Roles.Count(role => role == RecurrentLayer.StateRole);
        if (given is not (0 or 2))
            throw new ArgumentException($"{Label} has {StateCount} states, but {given} were given as initial states: the hidden state and that of the cell are needed.");
        for (int i = 0; i < inputs.Shapes.Count; i++)
        {
            if (inputs.Roles[i] == RecurrentLayer.StateRole && !inputs.Shapes[i].SequenceEqual(state))
                throw new ArgumentException($"{Label} has states of the shape {ShapeText.Of(state)}, but an initial state of {ShapeText.Of(inputs.Shapes[i])} was given.");
        }
    }

    private int Channels(IReadOnlyList<int?> inputShape)
    {
        if (Strides > 1 && DilationRate > 1)
            throw new ArgumentException($"{ClassName} '{Name}': `strides > 1` not supported in conjunction with `dilation_rate > 1`.");
        return inputShape.Count == 3 && inputShape[2] is { } channels
            ? channels
            : throw WrongInput(inputShape, "[batch, time, places, features] with a known number of features");
    }
}
