using Unroll.Models.Training;
using Unroll.Plan;

namespace Unroll.Tests.Support;

/// <summary>Sessions that tests run step by step.</summary>
internal static class TrainingSession
{
    /// <summary>A model made ready to train on batches of some rows.</summary>
    public static ModelSession Create(Model model, Inputs x, int rows, LossSet loss, ExecutionOptions? execution = null, LossWeights? lossWeights = null)
    {
        x = model.CheckInputs(x);
        var losses = new CompiledLoss(loss, lossWeights);
        losses.Settle(model.OutputNames);
        return model.NewSession(x, execution ?? model.Execution, rows, losses, training: true);
    }
}
