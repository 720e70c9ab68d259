namespace Unroll.Classification;

/// <summary>A network that was trained to be chosen from.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Length">Words of a text that it reads.</param>
/// <param name="Parameters">Its parameters.</param>
/// <param name="History">Loss and accuracy by epoch.</param>
/// <param name="BestEpoch">The epoch whose weights were kept, from 1.</param>
/// <param name="Seconds">Seconds of training and validation.</param>
public sealed record RecipeTrial(string Name, int Length, long Parameters, History History, int BestEpoch, double Seconds)
{
    /// <summary>Loss on the validation texts after the best epoch.</summary>
    public double ValidationLoss => History["val_loss"][BestEpoch - 1];

    /// <summary>Accuracy on the validation texts after the best epoch.</summary>
    public double ValidationAccuracy => History["val_accuracy"][BestEpoch - 1];
}
