namespace Unroll.Tests.Models.Graphs;

/// <summary>A graph under test: the model, made anew with every call, and data for it.</summary>
/// <param name="Create">Makes the model; the same seed every time.</param>
/// <param name="Data">Inputs and targets for a number of rows.</param>
/// <param name="Loss">What training makes small.</param>
/// <param name="Weights">What the outputs' losses count for; null: 1.</param>
internal sealed record GraphCase(Func<Model> Create, Func<int, (Inputs X, Targets Y)> Data, LossSet Loss, LossWeights? Weights = null)
{
    /// <summary>The compiled model, its weights pushed away from what initializers give, zeros among them.</summary>
    public Model Compiled(string optimizer)
    {
        Model model = Create();
        model.SetWeights([.. model.GetWeights().Select((values, w) => Pushed(values, w))]);
        model.Compile(optimizer, Loss, lossWeights: Weights);
        return model;
    }

    private static float[] Pushed(float[] values, int weight) =>
        [.. values.Select((value, i) => 0.8f * value + 0.05f * (((i + 1) * 7919 + weight * 104729) % 17 - 8) / 8f)];
}
