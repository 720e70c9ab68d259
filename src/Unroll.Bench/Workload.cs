using Unroll.Layers;

namespace Unroll.Bench;

/// <summary>What a step of a workload is.</summary>
internal enum WorkloadKind
{
    /// <summary>One training step: forward, backward, update.</summary>
    Train,

    /// <summary>One call of Predict for all rows.</summary>
    Predict,
}

/// <summary>
/// A model and its data, as a recipe: Embedding – layers over time – Dense(1, sigmoid) on binary crossentropy, fed with
/// rows of one length. It runs on public models; no workload has code of its own.
/// </summary>
/// <param name="Name">How it is called on the command line.</param>
/// <param name="Cell">
/// SimpleRNN, LSTM, GRU; Conv1D with windows of five, relu and the largest value of all steps; or MultiHeadAttention of all
/// tokens to all, with heads of eight features, and the mean of all steps.
/// </param>
/// <param name="Vocabulary">Ids.</param>
/// <param name="Embedding">Features per token.</param>
/// <param name="Units">Units of each recurrent layer, filters, or features of all heads.</param>
/// <param name="Layers">Layers over time.</param>
/// <param name="Length">Tokens per row.</param>
/// <param name="Batch">Rows per step.</param>
/// <param name="Rows">Rows of an epoch.</param>
/// <param name="Optimizer">With its arguments.</param>
internal sealed record Workload(
    string Name, string Cell, int Vocabulary, int Embedding, int Units, int Layers, int Length, int Batch, int Rows, string Optimizer)
{
    private const int Window = 5, HeadFeatures = 8;

    public WorkloadKind Kind { get; init; } = WorkloadKind.Train;

    /// <summary>Dropout of inputs and of the state.</summary>
    public (double Input, double Recurrent) Dropout { get; init; }

    /// <summary>Whether id 0 is masked; then rows are filled in front to lengths from a quarter of <see cref="Length"/> up.</summary>
    public bool MaskZero { get; init; }

    /// <summary>Name of the workload that this one is a variant of.</summary>
    public string? Baseline { get; init; }

    /// <summary>Rows that one step works on.</summary>
    public int RowsPerStep => Kind == WorkloadKind.Train ? Batch : Rows;

    /// <summary>Steps of an epoch, the last short one included.</summary>
    public int StepsPerEpoch => (Rows + RowsPerStep - 1) / RowsPerStep;

    /// <summary>
    /// Floating-point operations of a step by the dense formula: the products of the forward pass, 2 · T · gates · U · (I + U)
    /// per row and recurrent layer, 2 · (T − 4) · 5 · I · U for a convolution, 2 · T · U · 4 · I + 2 · 2 · T² · U for attention,
    /// and 2 for each weight of the Dense, times three if the step trains (the backward pass has two
    /// products of the same size, for the inputs and for the weights). Activations, embedding and update count nothing, so
    /// work that an implementation saves or adds shows in the time alone.
    /// </summary>
    public double OperationsPerStep
    {
        get
        {
            if (Cell == "Conv1D") return Steps * (2.0 * Units + 2.0 * (Length - Window + 1) * Window * Embedding * Units);
            if (Cell == "MultiHeadAttention") return Steps * (2.0 * Embedding + 2.0 * Length * Units * 4 * Embedding + 4.0 * Length * Length * Units);
            int gates = Cell switch { "LSTM" => 4, "GRU" => 3, _ => 1 };
            double forward = 2.0 * Units;
            for (int layer = 0; layer < Layers; layer++)
                forward += 2.0 * Length * gates * Units * ((layer == 0 ? Embedding : Units) + Units);
            return Steps * forward;
        }
    }

    // Rows of a step, as often as it goes through the model.
    private double Steps => RowsPerStep * (Kind == WorkloadKind.Train ? 3 : 1);

    /// <summary>The model, compiled, with the weights of one seed.</summary>
    public Model CreateModel(int threads)
    {
        Model model = Cell == "MultiHeadAttention" ? CreateAttention() : CreateStack();
        model.Threads = threads;
        model.Compile(Unroll.Optimizers.Optimizer.FromName(Optimizer), "binary_crossentropy");
        return model;
    }

    private Model CreateAttention()
    {
        Symbol ids = Input.Ids(Length), x = new Embedding(Vocabulary, Embedding).Call(ids);
        Symbol seen = new MultiHeadAttention(Units / HeadFeatures, HeadFeatures).Call(x, x);
        return new Model(ids, new Dense(1, "sigmoid").Call(new GlobalAveragePooling1D().Call(seen)), seed: 1);
    }

    private Sequential CreateStack()
    {
        var model = new Sequential(seed: 1) { new Embedding(Vocabulary, Embedding) { MaskZero = MaskZero } };
        if (Cell == "Conv1D")
        {
            model.Add(new Conv1D(Units, Window, activation: "relu"));
            model.Add(new GlobalMaxPooling1D());
        }

        for (int layer = 0; Cell != "Conv1D" && layer < Layers; layer++) model.Add(CreateCell(returnSequences: layer < Layers - 1));
        model.Add(new Dense(1, "sigmoid"));
        return model;
    }

    private RecurrentLayer CreateCell(bool returnSequences) => Cell switch
    {
        "LSTM" => new LSTM(Units) { ReturnSequences = returnSequences, Dropout = Dropout.Input, RecurrentDropout = Dropout.Recurrent },
        "GRU" => new GRU(Units) { ReturnSequences = returnSequences, Dropout = Dropout.Input, RecurrentDropout = Dropout.Recurrent },
        _ => new SimpleRNN(Units) { ReturnSequences = returnSequences, Dropout = Dropout.Input, RecurrentDropout = Dropout.Recurrent },
    };
}
